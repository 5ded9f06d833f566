// Which place on the target belongs to which software: product ids and fileset ids (control directories; formats.md 9, patches.md 1.6).
//
//   product, root     same tag and location there        its id: installed over it
//   product, depot    same tag, revision, architecture   its id: replaced in place
//                     and vendor_tag there
//   product           anything else                      its tag, or the first free `tag.N`, N from 2
//   fileset           same tag and architecture there    its id
//   fileset           the only one of its tag, both      its id: the architecture word changed
//                     there and in what comes
//   fileset           anything else                      its tag, or the first free `tag.N`
//
// Used by install, copy and swpackage. Ids given once in a session are taken from then on.

import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey, locationOf, tagOf } from '../model/software.ts';

export interface Place {
  /** Product id on the target. */
  readonly id: string;
  /** The product that is there now. */
  readonly present?: Product;
}

export interface FilesetPlace {
  readonly key: FilesetKey;
  readonly present?: Fileset;
}

/**
 * Names of what a depot, an IPD or a catalog has of its own where the directories of products stand (formats.md 9; D3): no product may
 * live there.
 */
export const RESERVED_PRODUCTS = [
  ...['.sd', 'INDEX', 'catalog', 'dfiles', 'ifiles', 'pfiles'],
  ...['swagent.log', 'swaudit.log', 'swlock'],
];

/** The same for filesets: what a product's directory in a catalog has of its own. */
export const RESERVED_FILESETS = ['INDEX', 'INFO', 'pfiles'];

/** Gives out ids on one target during one session; the same software gets the same answer each time. */
export class Identities {
  readonly #into: 'root' | 'depot';
  readonly #taken: Set<string>;
  readonly #products = new Map<string, Place>();
  /** Target product id → ids of its filesets, those of the target and those given out. */
  readonly #filesets = new Map<string, Set<string>>();
  readonly #given = new Map<string, FilesetPlace>();

  constructor(target: Catalog, into: 'root' | 'depot') {
    this.#into = into;
    this.#taken = new Set(RESERVED_PRODUCTS);
    for (const bundle of target.bundles()) this.#taken.add(bundle.id);
    for (const product of target.products()) {
      this.#taken.add(product.id);
      this.#products.set(this.#identity(product, locationOf(product)), { id: product.id, present: product });
    }
  }

  /** Where a product of the source goes. `location` counts on a root only. */
  product(product: Product, location = '/'): Place {
    const identity = this.#identity(product, location);
    const known = this.#products.get(identity);
    if (known) return known;
    const place = { id: free(tagOf(product), this.#taken) };
    this.#taken.add(place.id);
    this.#products.set(identity, place);
    return place;
  }

  /** Where a fileset of `product` goes below the place its product was given. */
  fileset(place: Place, product: Product, fileset: Fileset): FilesetPlace {
    const asked = `${place.id}/${product.id}/${fileset.id}`;
    const known = this.#given.get(asked);
    if (known) return known;
    const there = place.present?.filesets.map((each) => each.id) ?? [];
    const taken = this.#filesets.get(place.id) ?? new Set([...RESERVED_FILESETS, ...there]);
    this.#filesets.set(place.id, taken);
    const present = presentFileset(place.present, product, fileset);
    const id = present?.id ?? free(tagOf(fileset), taken);
    taken.add(id);
    const given = { key: filesetKey(place.id, id), ...(present === undefined ? {} : { present }) };
    this.#given.set(asked, given);
    return given;
  }

  #identity(product: Product, location: string): string {
    const words =
      this.#into === 'root'
        ? [location]
        : ['revision', 'architecture', 'vendor_tag'].map((word) => text(product.attributes, word));
    return JSON.stringify([tagOf(product), ...words]);
  }
}

function presentFileset(there: Product | undefined, product: Product, fileset: Fileset): Fileset | undefined {
  const tag = tagOf(fileset);
  const named = there?.filesets.filter((each) => tagOf(each) === tag) ?? [];
  const architecture = text(fileset.attributes, 'architecture');
  const same = named.find((each) => text(each.attributes, 'architecture') === architecture);
  if (same) return same;
  const coming = product.filesets.filter((each) => tagOf(each) === tag);
  return named.length === 1 && coming.length === 1 ? named[0] : undefined;
}

function free(tag: string, taken: ReadonlySet<string>): string {
  if (!taken.has(tag)) return tag;
  let instance = 2;
  while (taken.has(`${tag}.${instance}`)) instance += 1;
  return `${tag}.${instance}`;
}
