// swpackage decides (commands.md 5.7, 6.6; formats.md 9): which software of the source, and where it goes in the target depot.
//
//   product with the same tag, revision, architecture, vendor_tag there     repackaged in place
//   any other product                                                       new, in a directory of its own
//   fileset there that the source's product, packaged whole, no longer has  stays, WARNING; goes with remove_obsolete_filesets
//   requisite on the product itself that nothing meets                      ERROR
//   requisite on another product that nothing meets                         NOTE
//
// Pure: catalogs and a view of the disk in, a Plan out.

import { Identities } from '../analysis/identity.ts';
import { catalogLoad, type Load, spaceFindings, spaceUse } from '../analysis/space.ts';
import type { Space } from '../analysis/views.ts';
import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Finding, Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import type { Bundle, FileRecord, Fileset, Product } from '../model/software.ts';
import { filesetKey, filesetName, tagOf } from '../model/software.ts';
import { parseRequisite, parseSpec, qualified } from '../model/spec.ts';
import { resolve, satisfies } from '../selection/match.ts';
import { notFound } from '../selection/operands.ts';

/** The software that is packaged: products with only the filesets chosen, in source order. */
export interface PackageChoice {
  readonly products: readonly Product[];
  readonly bundles: readonly Bundle[];
  /** An ERROR for each operand that names nothing. */
  readonly findings: readonly Finding[];
}

/**
 * What the operands mean in the source; none of them, or `*`, is everything. With `bundlesAlone` the tag of a bundle will do whose software
 * is elsewhere. Throws SdError `bad_spec`.
 */
export function chooseSoftware(source: Catalog, software: readonly string[], bundlesAlone = false): PackageChoice {
  if (software.length === 0 || software.includes('*'))
    return { products: source.products(), bundles: source.bundles(), findings: [] };
  const filesets = new Set<string>();
  const bundles = new Set<Bundle>();
  const findings: Finding[] = [];
  for (const operand of software) {
    const spec = parseSpec(operand);
    const found = resolve(spec, source);
    for (const key of found.filesets) filesets.add(key);
    for (const bundle of found.bundles) bundles.add(bundle);
    const will = bundlesAlone && spec.tags.length === 1 && found.bundles.length > 0;
    if (found.filesets.length === 0 && !will) {
      findings.push(notFound(operand, 'in the source', source));
    }
  }
  const products = source
    .products()
    .map((product) => ({
      ...product,
      filesets: product.filesets.filter((fileset) => filesets.has(filesetKey(product.id, fileset.id))),
    }))
    .filter((product) => product.filesets.length > 0);
  return { products, bundles: source.bundles().filter((bundle) => bundles.has(bundle)), findings };
}

export interface PackageParts {
  readonly source: Catalog;
  readonly target: Catalog;
  readonly choice: PackageChoice;
  readonly options: Pick<EngineOptions, 'enforce_dsa' | 'remove_obsolete_filesets'>;
  /** Absolute path of the depot, or the serial target. */
  readonly targetPath: string;
  /** Answers for paths below the depot; absent where nothing is known of the place (a pipe, a device). */
  readonly space?: Space;
}

/** The plan of packaging. With an ERROR among its findings it has no products. */
export function planPackage(parts: PackageParts): Plan {
  const identities = new Identities(parts.target, 'depot');
  const findings: Finding[] = [...duplicates(parts.choice.products), ...requisites(parts)];
  const loads: Load[][] = [];
  const products = parts.choice.products.map((product): PlannedProduct => {
    const place = identities.product(product);
    const filesets = product.filesets.map((fileset) =>
      plannedFileset(parts, product, fileset, identities.fileset(place, product, fileset)),
    );
    const obsolete = place.present ? obsoleteFilesets(parts.source, product, place.present) : [];
    const removed = parts.options.remove_obsolete_filesets;
    if (!removed) findings.push(...obsolete.map((fileset) => staysFinding(place.present!, fileset)));
    loads.push(filesets.flatMap((fileset) => loadsOf(parts, fileset)));
    return {
      id: product.id,
      targetId: place.id,
      tag: tagOf(product),
      spec: qualified(product),
      filesets,
      location: '/',
      drops: removed ? obsolete.map((fileset) => filesetKey(place.id, fileset.id)) : [],
    };
  });
  const space = parts.space ? spaceUse(loads, '/', parts.space) : [];
  findings.push(...spaceFindings(space, parts.options.enforce_dsa));
  const refused = findings.some((finding) => finding.severity === 'error');
  return {
    verb: 'package',
    target: parts.targetPath,
    generation: parts.target.generation,
    products: refused ? [] : products,
    left: [],
    excluded: [],
    findings,
    space,
  };
}

function plannedFileset(
  { source }: PackageParts,
  product: Product,
  fileset: Fileset,
  place: { readonly key: string; readonly present?: Fileset },
): PlannedFileset {
  const key = filesetKey(product.id, fileset.id);
  const files = source.files(key);
  const spec = qualified(product, fileset);
  return {
    key,
    targetKey: place.key,
    name: filesetName(product, fileset),
    spec,
    action: place.present ? 'recopy' : 'copy',
    reason: { kind: 'asked', spec },
    bytes: files.reduce((sum, file) => sum + storedBytes(file), 0),
    files: files.length,
  };
}

/** Old and new stored files stand side by side until the product is whole. */
function loadsOf({ source, target }: PackageParts, fileset: PlannedFileset): Load[] {
  const there =
    fileset.action === 'recopy'
      ? new Map(target.files(fileset.targetKey).map((file) => [file.path, storedBytes(file)]))
      : undefined;
  const files = source.files(fileset.key);
  const loads = files.map((file): Load => {
    const path = `/${fileset.targetKey}${file.path}`;
    return { path, bytes: storedBytes(file), replaces: there?.get(file.path) ?? 0, saved: false };
  });
  return [...loads, catalogLoad('/', files.length)];
}

function storedBytes(file: FileRecord): number {
  return file.type === 'f' || file.type === 'a' ? (file.size ?? 0) : 0;
}

function obsoleteFilesets(source: Catalog, product: Product, present: Product): readonly Fileset[] {
  const { filesets } = source.product(product.id) ?? product;
  // Who names some filesets says nothing of the others.
  if (product.filesets.length < filesets.length) return [];
  const defined = new Set(filesets.map(tagOf));
  return present.filesets.filter((fileset) => !defined.has(tagOf(fileset)));
}

function staysFinding(product: Product, fileset: Fileset): Finding {
  const name = filesetName(product, fileset);
  return {
    severity: 'warning',
    code: 'fileset_obsolete',
    text: `The fileset "${name}" is in the depot but no longer defined in the source.  It stays; to remove it, set the "remove_obsolete_filesets" option to "true".`,
    subjects: [name],
  };
}

function duplicates(products: readonly Product[]): Finding[] {
  const seen = new Set<string>();
  return products.flatMap((product): Finding[] => {
    const identity = JSON.stringify(
      ['tag', 'revision', 'architecture', 'vendor_tag'].map((word) => text(product.attributes, word)),
    );
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    const spec = qualified(product);
    const because = 'Two products of one depot must differ in tag, revision, architecture or vendor_tag.';
    return [
      {
        severity: 'error',
        code: 'duplicate_product',
        text: `The product "${spec}" is defined twice in the source.  ${because}`,
        subjects: [spec],
      },
    ];
  });
}

function requisites({ source, target, choice }: PackageParts): Finding[] {
  const findings: Finding[] = [];
  for (const product of choice.products) {
    for (const fileset of product.filesets) {
      for (const [kind, value] of requisitesOf(fileset)) {
        const alternatives = parseRequisite(value);
        // Most requisites name the product itself: that answer needs no walk through the catalogs.
        const met = alternatives.some(
          (spec) =>
            product.filesets.some((other) => satisfies(spec, product, other)) ||
            resolve(spec, source).filesets.length > 0 ||
            resolve(spec, target).filesets.length > 0,
        );
        if (met) continue;
        const inside = alternatives.every((spec) => spec.tags[0] === tagOf(product));
        const name = filesetName(product, fileset);
        const text = `The ${kind} "${value}" for fileset "${name}" cannot be successfully resolved.`;
        const severity = inside ? 'error' : 'note';
        findings.push({ severity, code: 'requisite_unresolved', text, subjects: [name, value] });
      }
    }
  }
  return findings;
}

function requisitesOf(fileset: Fileset): [kind: string, value: string][] {
  return ['prerequisite', 'corequisite'].flatMap((kind) =>
    [kind, `${kind}s`].flatMap((keyword) =>
      list(fileset.attributes, keyword).map((value): [string, string] => [kind, value]),
    ),
  );
}
