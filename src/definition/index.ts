// INDEX files: text ⇄ the objects of a catalog, without files and control files, which are in INFO (formats.md 9, 10, 16).
// Promise: HP's and POSIX's forms are both read, oddities become findings; what is printed has HP's shape, and the catalog's INDEX is
// exactly the distribution's text, then each bundle's, then each product's followed by those of its filesets.
// Must not: look at the file system but through `read`.

import type { Attributes } from '../model/attributes.ts';
import { text } from '../model/attributes.ts';
import type { Bundle, Fileset, Product, Vendor } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import type { FileReference, IndexDocument, IndexReading } from './index-document.ts';
import { IndexReader } from './index-reader.ts';
import { type Layout, layoutOf, printObject } from './print.ts';

export type { FileReference, IndexDocument, IndexReading } from './index-document.ts';
export { type Layout, layoutOf } from './print.ts';

/**
 * Reads a catalog's INDEX, or one of a product's or fileset's directory. `read` gives the text for a value such as
 * `description <description`, or undefined if there is none; without it the value stays `<description`.
 * Throws SdError `index_syntax` (a quote left open, an attribute outside of every object), `index_missing_value`.
 */
export function parseIndex(
  text: string,
  file: string,
  read: (reference: FileReference) => string | undefined = () => undefined,
): IndexReading {
  return new IndexReader(file, read).read(text);
}

/** The whole of a catalog's INDEX, in the layout that its distribution names. */
export function printIndex(document: IndexDocument): string {
  const vendors = new Map(document.vendors.map((vendor) => [tagOf(vendor), vendor]));
  const vendorOf = (object: { readonly attributes: Attributes }) => vendors.get(text(object.attributes, 'vendor_tag'));
  const layout = layoutOf(document.attributes);
  const parts = [printDistribution(document)];
  for (const bundle of document.bundles) parts.push(printBundle(bundle, vendorOf(bundle), layout));
  for (const product of document.products) {
    parts.push(printProduct(product, vendorOf(product), layout));
    for (const fileset of product.filesets) parts.push(printFileset(fileset, layout));
  }
  for (const fileset of document.filesets) parts.push(printFileset(fileset, layout));
  return parts.join('');
}

/**
 * dfiles/INDEX or ifiles/INDEX: the distribution or root, its media, its categories, and vendors that nothing here names. Layout 0.8 has
 * no categories of their own, and a media object only for the further volumes of a tape.
 */
export function printDistribution(document: Omit<IndexDocument, 'filesets'>): string {
  const named = new Set([...document.bundles, ...document.products].map((each) => text(each.attributes, 'vendor_tag')));
  const layout = layoutOf(document.attributes);
  const old = layout === '0.8';
  const media = old && Number(document.media?.sequence_number ?? 1) <= 1 ? undefined : document.media;
  const alone = document.vendors.filter((vendor) => !named.has(tagOf(vendor)));
  return [
    printObject(document.object, document.object, document.attributes, layout),
    // The blank behind the word is what imitations of real depots show.
    media === undefined ? '' : printObject('media ', 'media', media),
    ...alone.map(printVendor),
    ...(old ? [] : document.categories).map(
      (category) => `${printObject('category', 'category', category.attributes)}end\n`,
    ),
  ].join('');
}

/** pfiles/INDEX of a bundle's directory: its vendor, closed by `end`, and the bundle. */
export function printBundle(bundle: Bundle, vendor?: Vendor, layout: Layout = '1.0'): string {
  return printVendor(vendor) + printObject('bundle', 'bundle', bundle.attributes, layout);
}

/** pfiles/INDEX of a product: its vendor, closed by `end`, the product and its subproducts; no filesets. */
export function printProduct(product: Omit<Product, 'filesets'>, vendor?: Vendor, layout: Layout = '1.0'): string {
  const subproducts = product.subproducts.map((each) =>
    printObject('subproduct', 'subproduct', each.attributes, layout),
  );
  return printVendor(vendor) + printObject('product', 'product', product.attributes, layout) + subproducts.join('');
}

/** INDEX in the directory of one fileset. */
export function printFileset(fileset: Fileset, layout: Layout = '1.0'): string {
  return printObject('fileset', 'fileset', fileset.attributes, layout);
}

function printVendor(vendor: Vendor | undefined): string {
  return vendor === undefined ? '' : `${printObject('vendor', 'vendor', vendor.attributes)}end\n`;
}
