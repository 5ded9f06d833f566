// verify and fix scripts (commands.md 6.5 step 5, 7.1): all of a session in prerequisite order across products, a product's script before
// those of its filesets. An exit value of 2 is a WARNING, any other but 0 an ERROR, whatever enforce_scripts says (7.3).

import type { Machine } from '../analysis/views.ts';
import { runControlScript, type ScriptOwner, type ScriptSession } from '../execution/scripts.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Placed } from '../model/patches.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import { inPrerequisiteOrder } from './prerequisite-order.ts';
import { isCompatible } from './verify-software.ts';

export interface ScriptRun {
  readonly session: ScriptSession;
  readonly catalog: Catalog;
  readonly machine: Machine;
  readonly tag: 'verify' | 'fix';
}

/** Runs the scripts of `chosen`; what they say is told on the way. Returns the filesets whose script, or whose product's, failed. */
export async function runScripts(run: ScriptRun, chosen: readonly Placed[]): Promise<Set<FilesetKey>> {
  const failed = new Set<FilesetKey>();
  const has = (holder: { readonly controlFiles: readonly { readonly tag: string }[] }) =>
    holder.controlFiles.some((file) => file.tag === run.tag);
  const speaking = chosen.filter(({ product, fileset }) => has(product) || has(fileset));
  const products = new Set<Product>();
  const options = { ...run.session.options, enforce_scripts: true };
  for (const placed of inPrerequisiteOrder(speaking, run.catalog)) {
    const session = { ...run.session, options, compatible: isCompatible(placed, run.machine) };
    if (!products.has(placed.product)) {
      products.add(placed.product);
      if ((await runControlScript(session, ownerOf(run.catalog, placed.product), run.tag)) === 'error')
        for (const each of chosen) if (each.product === placed.product) failed.add(each.key);
    }
    if ((await runControlScript(session, ownerOf(run.catalog, placed.product, placed), run.tag)) === 'error')
      failed.add(placed.key);
  }
  return failed;
}

function ownerOf(catalog: Catalog, product: Product, placed?: Placed): ScriptOwner {
  return {
    product,
    ...(placed ? { fileset: placed.fileset } : {}),
    location: text(product.attributes, 'location') || '/',
    content: (tag) => catalog.controlFile(placed?.key ?? product.id, tag),
  };
}
