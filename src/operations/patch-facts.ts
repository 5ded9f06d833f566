// What cleanup, show_patches and check_patches ask of a catalog (patches.md 6.2-6.4). Pure questions; each answers by patch product, the unit
// in which patches are managed.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import {
  baseOf,
  entriesToFilesets,
  everyFileset,
  isCommitted,
  isPatch,
  isSuperseded,
  type PatchState,
  type Placed,
  patchEntry,
  patchStateOf,
} from '../model/patches.ts';
import { type FilesetKey, filesetName, type Product, tagOf } from '../model/software.ts';
import { patchGraph } from '../selection/chains.ts';
import { satisfies } from '../selection/match.ts';
import { requisitesOf } from '../selection/requisites.ts';

/** A patch product that others have superseded on this root. */
export interface SupersededPatch {
  readonly product: Product;
  /** Installed patches above it in its chain; the least of its filesets. */
  readonly times: number;
  /** Tag of the patch product that came right after it. */
  readonly by: string;
  /** Filesets whose saved files are still there. */
  readonly uncommitted: readonly Placed[];
}

/** Patch products of which every fileset is superseded, in catalog order. */
export function supersededPatches(catalog: Catalog): SupersededPatch[] {
  return catalog.products().flatMap((product) => {
    const filesets = patchFilesets(product);
    if (filesets.length === 0 || !filesets.every((each) => isSuperseded(each.fileset))) return [];
    const times = Math.min(...filesets.map((each) => timesSuperseded(catalog, each)));
    const by = text(filesets[0]!.fileset.attributes, 'superseded_by').split('.')[0] ?? '';
    return [{ product, times, by, uncommitted: filesets.filter((each) => !isCommitted(each.fileset)) }];
  });
}

/** Length of the way up by superseded_by; a circle, which only a damaged catalog has, ends it. */
function timesSuperseded(catalog: Catalog, patch: Placed): number {
  const seen = new Set([patch.key]);
  let here: Placed | undefined = patch;
  while (here) {
    const above: Placed | undefined = entriesToFilesets(catalog, list(here.fileset.attributes, 'superseded_by'))[0];
    if (!above || seen.has(above.key)) break;
    seen.add(above.key);
    here = above;
  }
  return seen.size - 1;
}

/** Patch products with a fileset that is active: installed and not superseded. */
export function activePatches(catalog: Catalog): Product[] {
  return catalog.products().filter((product) => patchFilesets(product).some((each) => !isSuperseded(each.fileset)));
}

/** Patch products of a depot that others of the same depot supersede in every fileset, with one that does. */
export function supersededInDepot(catalog: Catalog): { product: Product; by: string }[] {
  const graph = patchGraph(catalog);
  return catalog.products().flatMap((product) => {
    const filesets = patchFilesets(product);
    const newer = filesets.map((each) => graph.node(catalog, each.key)?.newer ?? []);
    if (filesets.length === 0 || newer.some((each) => each.length === 0)) return [];
    return [{ product, by: tagOf(newer[0]![0]!.product) }];
  });
}

/** Patch products of a depot with a pre- or corequisite that names one of these products, directly or through another such patch. */
export function namingOneOf(catalog: Catalog, going: readonly Product[]): { product: Product; names: string }[] {
  const gone = new Map(going.map((product) => [product.id, product]));
  const found: { product: Product; names: string }[] = [];
  for (let grew = true; grew; ) {
    grew = false;
    for (const product of catalog.products()) {
      if (gone.has(product.id)) continue;
      const names = [...gone.values()].find((each) => patchFilesets(product).some((patch) => requires(patch, each)));
      if (!names) continue;
      gone.set(product.id, product);
      found.push({ product, names: tagOf(names) });
      grew = true;
    }
  }
  return found;
}

function requires(patch: Placed, product: Product): boolean {
  return requisitesOf(patch.fileset)
    .filter((requisite) => requisite.relation !== 'exrequisite')
    .some((requisite) =>
      requisite.alternatives.some((spec) => product.filesets.some((fileset) => satisfies(spec, product, fileset))),
    );
}

/** A patch fileset whose patch_state does not follow from what is installed. */
export interface WrongState {
  readonly placed: Placed;
  readonly is: PatchState | '';
  readonly should: PatchState;
  readonly supersededBy: string;
}

/** Recomputes every patch_state: superseded when an installed patch supersedes it, committed as far as saved files are gone. */
export function wrongStates(catalog: Catalog): WrongState[] {
  const graph = patchGraph(catalog);
  return [...everyFileset(catalog)].flatMap((placed): WrongState[] => {
    if (!isPatch(placed.fileset)) return [];
    const is = patchStateOf(placed.fileset);
    const newer = graph.node(catalog, placed.key)?.newer ?? [];
    const committed = is.startsWith('committed');
    const should: PatchState =
      newer.length > 0 ? (committed ? 'committed/superseded' : 'superseded') : committed ? 'committed' : 'applied';
    const known = text(placed.fileset.attributes, 'superseded_by');
    const first = newer[0];
    const supersededBy = first ? known || patchEntry(first.product, first.fileset) : '';
    return is === should && known === supersededBy ? [] : [{ placed, is, should, supersededBy }];
  });
}

/** Filesets of active patches that could be there and are not: their ancestor is installed. */
export function missingFilesets(catalog: Catalog): { product: Product; fileset: string }[] {
  return activePatches(catalog).flatMap((product) => {
    const present = new Set(product.filesets.map(tagOf));
    const all = list(product.attributes, 'all_filesets').flatMap((each) => each.split(/\s+/));
    const bases = new Set(
      [...everyFileset(catalog)].filter((each) => !isPatch(each.fileset)).map((each) => tagOf(each.fileset)),
    );
    return all
      .filter((tag) => tag !== '' && !present.has(tag) && bases.has(tag))
      .map((fileset) => ({ product, fileset }));
  });
}

/** Patch filesets whose base does not name them in applied_patches. */
export function unknownToBase(catalog: Catalog): Placed[] {
  return [...everyFileset(catalog)].filter((placed) => isPatch(placed.fileset) && !baseOf(catalog, placed));
}

/** Products that look like patches by their tag and lack the attributes of one. */
export function withoutAttributes(catalog: Catalog): string[] {
  return [...everyFileset(catalog)].flatMap(({ product, fileset }) =>
    /^PH(CO|KL|NE|SS)_\d+$/.test(tagOf(product)) && !isPatch(fileset) ? [filesetName(product, fileset)] : [],
  );
}

/** Keys of every patch fileset, for checks that run over all. */
export function allPatches(catalog: Catalog): { key: FilesetKey; placed: Placed }[] {
  return [...everyFileset(catalog)].flatMap((placed) => (isPatch(placed.fileset) ? [{ key: placed.key, placed }] : []));
}

function patchFilesets(product: Product): Placed[] {
  return product.filesets.filter(isPatch).map((fileset) => ({ product, fileset, key: `${product.id}/${fileset.id}` }));
}
