// SD's tags for the names of packages. Must not: make two packages of one source one product; their revision or architecture parts them.

import type { OriginPackage } from './origin.ts';

/** Every package becomes a product with this one fileset. */
export const FILESET = 'FILES';

/** The product's tag: the package's name, with `_` for what software_specs cannot hold. */
export function productTag(name: string): string {
  return name.replace(/[^\p{L}\p{N}+~^@%_-]/gu, '_');
}

/** The tag of the product that patches an older version of the same package: the name and the revision it brings. */
export function patchTag(from: OriginPackage): string {
  return `${productTag(from.name)}-${productTag(from.revision)}`;
}
