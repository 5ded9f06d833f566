// Software for tests of windows, as plain objects.

import type { BrowsedObject } from '../../../src/operations/browse.ts';

/** A fileset `P.F` with the key `P/F`. */
export function fileset(product: string, tag: string): BrowsedObject {
  const attributes: Record<string, string> = { revision: '1.0', title: `The ${tag} of ${product}`, size: '2048' };
  return {
    kind: 'fileset',
    id: `${product}/${tag}`,
    name: tag,
    operands: () => [`${product}.${tag}`],
    attribute: (keyword) => attributes[keyword] ?? '',
    filesets: () => [`${product}/${tag}`],
    inside: () => [],
  };
}

/** A product with these filesets. */
export function product(tag: string, filesets: readonly string[], size = '4096'): BrowsedObject {
  const inside = filesets.map((each) => fileset(tag, each));
  const attributes: Record<string, string> = { revision: '1.0', title: `Product ${tag}`, size };
  return {
    kind: 'product',
    id: tag,
    name: tag,
    operands: () => [tag],
    attribute: (keyword) => attributes[keyword] ?? '',
    filesets: () => inside.flatMap((each) => each.filesets()),
    inside: () => inside,
  };
}
