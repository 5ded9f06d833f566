// What a listing may show of a catalog at all (patches.md 7.1; option create_time_filter).
//
//   object                                   | hidden when
//   installed patch fileset, superseded      | show_superseded_patches=false, also when named
//   product                                  | it has filesets and none of them is left
//   bundle, product, fileset                 | created after create_time_filter (0 = no filter)
//
// Promise: the answer is a catalog itself, so that a hidden object is simply not there for selection either.

import { text } from '../model/attributes.ts';
import { type Catalog, catalogWith } from '../model/catalog.ts';
import { isSuperseded } from '../model/patches.ts';
import type { Fileset, Product } from '../model/software.ts';

export interface Visibility {
  readonly showSuperseded: boolean;
  /** Seconds since 1970; 0 shows everything. */
  readonly createdUntil: number;
}

/** The catalog without what is hidden. Files, control files and owners still answer for every key. */
export function visibleCatalog(catalog: Catalog, visibility: Visibility): Catalog {
  const hidesSuperseded = catalog.kind === 'root' && !visibility.showSuperseded;
  if (!hidesSuperseded && visibility.createdUntil === 0) return catalog;
  const recent = (object: { readonly attributes: Fileset['attributes'] }) =>
    visibility.createdUntil > 0 && Number(text(object.attributes, 'create_time')) > visibility.createdUntil;
  const mayHide = (product: Product) =>
    visibility.createdUntil > 0 || (catalog.mayHoldSuperseded?.(product.id) ?? true);
  const hidden = (fileset: Fileset) => (hidesSuperseded && isSuperseded(fileset)) || recent(fileset);
  const seen = new Map<string, Product | undefined>();
  /** What is left of a product; always the same object. */
  const visible = (product: Product) => {
    if (!seen.has(product.id)) {
      const part = mayHide(product) ? visiblePart(product, hidden) : product;
      seen.set(product.id, recent(product) ? undefined : part);
    }
    return seen.get(product.id);
  };
  const allVisible = (products: readonly Product[]) => products.map(visible).filter((each) => each !== undefined);
  let products: readonly Product[] | undefined;
  return catalogWith(catalog, {
    bundles: () => catalog.bundles().filter((bundle) => !recent(bundle)),
    products: () => {
      products ??= allVisible(catalog.products());
      return products;
    },
    product: (id) => {
      const product = catalog.product(id);
      return product && visible(product);
    },
    tagged: (tag) => {
      const found = catalog.tagged?.(tag);
      return found && allVisible(found);
    },
  });
}

function visiblePart(product: Product, hidden: (fileset: Fileset) => boolean): Product | undefined {
  const filesets = product.filesets.filter((fileset) => !hidden(fileset));
  if (filesets.length === product.filesets.length) return product;
  return filesets.length === 0 ? undefined : { ...product, filesets };
}
