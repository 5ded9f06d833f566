// What swlist's operands mean (patches.md 1; clients.md 5, 8, 10, 14): the objects, and the operands that name nothing.
// Promise: a name is a product first; it stands for the contents of a bundle only where no product has it, so that `-l product '*'`
// shows each product once.

import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { nearest } from '../model/nearest.ts';
import type { Finding } from '../model/plan.ts';
import type { Bundle, Fileset, Product, Subproduct } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import { parseSpec } from '../model/spec.ts';
import type { Resolution } from '../selection/match.ts';
import { contentsOf, objectMatches, resolveBundles, resolveProducts, wholeProducts } from '../selection/match.ts';
import { matchesPattern } from '../selection/wildcards.ts';

/** What is meant of one product. */
export interface ProductPart {
  readonly product: Product;
  /** True when the product itself was named, not only something in it. */
  readonly whole: boolean;
  readonly filesets: readonly Fileset[];
  readonly subproducts: readonly Subproduct[];
}

/** What one operand names. */
export interface Named {
  /** Bundles named as such. */
  readonly bundles: readonly Bundle[];
  /** Products and parts of products, named directly or through `BUNDLE.PRODUCT`. */
  readonly parts: readonly ProductPart[];
}

/** What one operand names; both lists empty when it names nothing. Throws SdError `bad_spec`. */
export function named(operand: string, catalog: Catalog): Named {
  const spec = parseSpec(operand);
  const asProduct = wholeProducts(spec, catalog)?.map(wholePart) ?? partsOf(resolveProducts(spec, catalog));
  const bundleReading = resolveBundles(spec, catalog);
  if (spec.tags.length === 1) {
    return { bundles: bundleReading.bundles.filter((bundle) => isNamed(spec, bundle)), parts: asProduct };
  }
  return {
    bundles: bundleReading.explicitLevels.has('bundle') ? innermost(spec, bundleReading.bundles) : [],
    parts: mergeParts([...asProduct, ...partsOf(bundleReading)]),
  };
}

function isNamed(spec: SoftwareSpec, bundle: Bundle): boolean {
  return matchesPattern(spec.tags[0]!, tagOf(bundle)) && objectMatches(spec, bundle);
}

/** Of `B.C` the bundle C. */
function innermost(spec: SoftwareSpec, bundles: readonly Bundle[]): readonly Bundle[] {
  return bundles.filter((bundle) => matchesPattern(spec.tags.at(-1)!, tagOf(bundle)));
}

/** A resolution's products, each with what is meant of it. */
export function partsOf(resolution: Resolution): ProductPart[] {
  const { explicitLevels: byName, covered } = resolution;
  const whole = byName.size === 0 || byName.has('product') || byName.has('bundle');
  return resolution.products.map((product) => {
    const filesets = covered.get(product);
    return {
      product,
      whole,
      filesets: product.filesets.filter((fileset) => filesets?.has(fileset)),
      subproducts: whole
        ? product.subproducts
        : resolution.subproducts.flatMap((each) => (each.product === product ? each.subproduct : [])),
    };
  });
}

/** Everything of a product. Its filesets are looked at only by who asks for them. */
export function wholePart(product: Product): ProductPart {
  return new WholePart(product);
}

// A class, because a listing makes one of each product.
class WholePart implements ProductPart {
  readonly product: Product;
  readonly whole = true;

  constructor(product: Product) {
    this.product = product;
  }

  get filesets(): readonly Fileset[] {
    return this.product.filesets;
  }

  get subproducts(): readonly Subproduct[] {
    return this.product.subproducts;
  }
}

/** What a bundle holds, those of bundles inside it included. */
export function bundleParts(bundle: Bundle, catalog: Catalog): ProductPart[] {
  return partsOf(contentsOf(bundle, catalog));
}

/** One part a product, with the union of what is meant, in the product's own order. */
export function mergeParts(parts: readonly ProductPart[]): ProductPart[] {
  const merged = new Map<string, ProductPart>();
  for (const part of parts) {
    const known = merged.get(part.product.id);
    merged.set(part.product.id, known ? union(known, part) : part);
  }
  return [...merged.values()];
}

function union(left: ProductPart, right: ProductPart): ProductPart {
  const filesets = new Set([...left.filesets, ...right.filesets]);
  const subproducts = new Set([...left.subproducts, ...right.subproducts]);
  return {
    product: left.product,
    whole: left.whole || right.whole,
    filesets: left.product.filesets.filter((fileset) => filesets.has(fileset)),
    subproducts: left.product.subproducts.filter((subproduct) => subproducts.has(subproduct)),
  };
}

/**
 * Reads operands one by one: what each names, and an ERROR for each that names nothing or cannot be read. `known` are the tags that a
 * misspelt one may have meant.
 */
export function readOperands<T>(
  operands: readonly string[],
  place: string,
  look: (operand: string) => T | undefined,
  known: () => Iterable<string> = () => [],
): { found: T[]; findings: Finding[] } {
  const found: T[] = [];
  const findings: Finding[] = [];
  for (const operand of operands) {
    try {
      const result = look(operand);
      if (result === undefined) findings.push(notFound(operand, place, known()));
      else found.push(result);
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      findings.push({ severity: 'error', code: error.code, text: error.message, subjects: [operand] });
    }
  }
  return { found, findings };
}

function notFound(operand: string, place: string, known: Iterable<string>): Finding {
  const tag = operand.split(/[.,]/, 1)[0]!;
  const tags = [...known];
  const near = tags.includes(tag) ? undefined : nearest(tag, tags);
  return {
    severity: 'error',
    code: 'software_not_found',
    text: `Software "${operand}" was not found on host "${place}".${near === undefined ? '' : `  Did you mean "${near}"?`}`,
    subjects: [operand],
  };
}
