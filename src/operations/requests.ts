// Runs request scripts, the only ones that talk to the user (commands.md 5.10, 7.1): on the controller, in the selection phase.
//
//   ask=false        none runs; responses that are there are used
//   ask=as_needed    a script runs where there is no response yet, neither in the -c catalog nor with the software
//   ask=true         every script runs
//   exit 0, 2        its response counts (2: WARNING)
//   else             ERROR, the software is left out; with enforce_scripts=false a WARNING
//
// A product's script comes before those of its filesets; its failure counts for all filesets of it that are selected.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runControlScript, type ScriptOwner, type ScriptSession } from '../execution/scripts.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno } from '../model/error.ts';
import { lookUp, type Placed } from '../model/patches.ts';
import type { Selection } from '../model/plan.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import { inPrerequisiteOrder } from './prerequisite-order.ts';
import { RESPONSE, type Responses, readResponses, writeResponse } from './responses.ts';

export interface Asked {
  /** Of this session and of the -c catalog. */
  readonly responses: Responses;
  /** The selection without what a failed script takes out. */
  readonly selection: Selection;
  /** How many scripts ran, and how many of them failed. */
  readonly ran: number;
  readonly failed: number;
}

/** Where requests come from and where responses are kept. */
export interface RequestParts {
  /** Holds the selected software. */
  readonly catalog: Catalog;
  readonly selection: Selection;
  /** The -c catalog. */
  readonly directory?: string | undefined;
}

/** Asks what the options and the selection demand. Throws SdError `response_unreadable`, `response_not_written`. */
export async function askRequests(session: ScriptSession, parts: RequestParts): Promise<Asked> {
  const { catalog, selection, directory } = parts;
  if (directory === undefined && session.options.ask === 'false')
    return { responses: new Map(), selection, ran: 0, failed: 0 };
  const products = groups(catalog, selection);
  const responses = directory === undefined ? new Map<string, Buffer>() : readResponses(directory, ownersOf(products));
  const refused = new Set<FilesetKey>();
  let ran = 0;
  let failed = 0;
  const ask = async (owner: ScriptOwner, key: string, spoils: readonly Placed[]): Promise<void> => {
    if (!wanted(session, catalog, responses, key)) return;
    let response: Buffer | undefined;
    const result = await runControlScript(session, owner, 'request', (left) => {
      response = readResponse(left);
    });
    if (result === 'absent') return;
    ran += 1;
    if (result === 'error') {
      failed += 1;
      for (const each of spoils) refused.add(each.key);
    } else if (response) {
      responses.set(key, response);
      if (directory !== undefined) writeResponse(directory, key, response);
    }
  };
  for (const [product, filesets] of products) {
    await ask(ownerOf(catalog, product), product.id, filesets);
    for (const each of filesets) {
      if (!refused.has(each.key)) await ask(ownerOf(catalog, product, each), each.key, [each]);
    }
  }
  const entries = selection.entries.filter((entry) => !refused.has(entry.key));
  return { responses, selection: { ...selection, entries }, ran, failed };
}

function wanted({ options }: ScriptSession, catalog: Catalog, responses: Responses, key: string): boolean {
  if (options.ask === 'false') return false;
  return options.ask === 'true' || !(responses.has(key) || catalog.controlFile(key, RESPONSE) !== undefined);
}

function readResponse(directory: string): Buffer | undefined {
  try {
    return readFileSync(join(directory, RESPONSE));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function groups(catalog: Catalog, selection: Selection): Map<Product, Placed[]> {
  const products = new Map<Product, Placed[]>();
  const selected = selection.entries.flatMap(({ key }) => lookUp(catalog, key) ?? []);
  for (const placed of inPrerequisiteOrder(selected, catalog)) {
    const group = products.get(placed.product) ?? [];
    products.set(placed.product, group);
    group.push(placed);
  }
  return products;
}

function ownersOf(products: ReadonlyMap<Product, readonly Placed[]>): string[] {
  return [...products].flatMap(([product, filesets]) => [product.id, ...filesets.map((each) => each.key)]);
}

function ownerOf(catalog: Catalog, product: Product, placed?: Placed): ScriptOwner {
  const key = placed?.key ?? product.id;
  return {
    product,
    ...(placed ? { fileset: placed.fileset } : {}),
    location: text(product.attributes, 'location') || text(product.attributes, 'directory') || '/',
    content: (tag) => catalog.controlFile(key, tag),
  };
}
