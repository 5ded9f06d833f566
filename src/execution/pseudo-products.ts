// Pseudo-products: facts about a root that are kept like software (a platform's version), so that requisites can ask for them and swlist
// shows them. Each is a product with one fileset without files; a text file of the root may be rendered from them.
// Promise: the records and the rendered file change in one transaction (D4); who reads the file meanwhile finds the old or the new one.

import { readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { list, text, withAttributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { bytesContent } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import type { Fileset, Product } from '../model/software.ts';
import type { FileStep } from '../store/transaction-types.ts';
import { installDate, installed, lstatIn, physical, type RootSession } from './session.ts';

/** Tag → revision. */
export type PseudoValues = Readonly<Record<string, string>>;

/** As the kernel: more links than this are a loop. */
const MOST_LINKS = 40;

/** Tag of the one fileset of a pseudo-product. */
export const LEVEL = 'LEVEL';

/** A pseudo-product as a catalog holds it. */
export function pseudoProduct(tag: string, revision: string, before?: Product): Product {
  const fileset = before?.filesets[0];
  const common = { revision, location: '/' };
  const level: Fileset = {
    id: LEVEL,
    attributes: withAttributes(
      fileset?.attributes ?? { tag: LEVEL, control_directory: LEVEL, title: `${tag} level`, applied_patches: [] },
      { ...common, state: 'configured' },
    ),
    controlFiles: [],
  };
  const attributes = withAttributes(
    before?.attributes ?? { tag, control_directory: tag, instance_id: '1', title: `${tag} version`, is_pseudo: 'true' },
    common,
  );
  return { id: tag, attributes, subproducts: [], filesets: [level], controlFiles: [] };
}

/** The pseudo-products of a catalog. */
export function pseudoValues(catalog: Catalog): PseudoValues {
  return Object.fromEntries(
    catalog
      .products()
      .flatMap((product) =>
        text(product.attributes, 'is_pseudo') === 'true' ? [[product.id, text(product.attributes, 'revision')]] : [],
      ),
  );
}

/**
 * Makes the pseudo-products of the root exactly these, and `view` the content of that file (absolute path seen from the root; it keeps
 * mode and owner, and where it is a link, its target gets the content). `drop` are ids of products whose records leave with it; their files stay.
 * Throws SdError `pseudo_taken` where a product of that name is real software, and what the store throws.
 */
export async function executePseudo(
  session: RootSession,
  values: PseudoValues,
  parts: { view?: { path: string; text: string } | undefined; drop?: readonly string[] },
): Promise<void> {
  const catalog = installed(session);
  const leaving = new Set(parts.drop ?? []);
  const ops: CatalogOp[] = [...leaving].map((id) => ({ op: 'drop_product', id }));
  for (const id of Object.keys(pseudoValues(catalog))) if (!(id in values)) ops.push({ op: 'drop_product', id });
  for (const [tag, revision] of Object.entries(values)) ops.push(...setOps(session, catalog, tag, revision, leaving));
  if (ops.length === 0 && parts.view === undefined) return;
  const files = parts.view === undefined ? [] : [viewStep(session, parts.view)];
  await session.store.apply({ label: `set ${Object.keys(values).join(', ')}`, files, change: () => ops });
}

function setOps(
  session: RootSession,
  catalog: Catalog,
  tag: string,
  revision: string,
  leaving: ReadonlySet<string>,
): CatalogOp[] {
  const before = catalog.product(tag);
  if (before !== undefined && text(before.attributes, 'is_pseudo') !== 'true') throw taken(tag, session.root);
  const applied = before ? list(before.filesets[0]?.attributes ?? {}, 'applied_patches') : [];
  const stay = applied.filter((spec) => !leaving.has(spec.split(/[.,]/)[0]!));
  if (before && text(before.attributes, 'revision') === revision && stay.length === applied.length) return [];
  const { filesets, ...product } = pseudoProduct(tag, revision, before);
  const attributes = withAttributes(product.attributes, { install_date: installDate(session.now) });
  const fileset = filesets[0]!;
  const patched = { ...fileset, attributes: withAttributes(fileset.attributes, { applied_patches: stay }) };
  return [
    { op: 'product', product: { ...product, attributes } },
    { op: 'fileset', productId: tag, fileset: patched },
  ];
}

function viewStep(session: RootSession, view: { path: string; text: string }): FileStep {
  const path = behindLinks(session, view.path);
  const there = lstatIn(session, path);
  const as = { mode: there ? there.mode & 0o7777 : 0o644, uid: there?.uid ?? 0, gid: there?.gid ?? 0 };
  return { step: 'place', path, content: () => bytesContent(Buffer.from(view.text)), as };
}

/** Where the file is when its name is a symbolic link, inside the root: the link stays. */
function behindLinks(session: RootSession, path: string): string {
  let at = physical(session, path);
  for (let links = 0; lstatIn(session, at)?.isSymbolicLink(); links += 1) {
    if (links > MOST_LINKS) throw circle(session.root, path);
    const target = readlinkSync(join(session.root, at));
    at = physical(session, target.startsWith('/') ? target : `/${dirname(at)}/${target}`);
  }
  return at;
}

function circle(root: string, path: string): SdError {
  return new SdError('path_loop', {
    what: `The path "${path}" cannot be resolved in "${root}".`,
    because: 'It goes through too many symbolic links.',
    todo: 'Correct the symbolic link.',
    data: { root, path },
  });
}

function taken(tag: string, root: string): SdError {
  return new SdError('pseudo_taken', {
    what: `The version "${tag}" of "${root}" cannot be recorded.`,
    because: `A product "${tag}" is installed there that is real software.`,
    todo: 'Remove it, or give it another tag.',
    data: { tag, root },
  });
}
