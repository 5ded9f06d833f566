// Does everything that readers use say what the store says? (swverify -x ipd=true.) The store itself has proved itself at its opening:
// sum and number of its records, the unbroken row of commits, and the chain of the generation last published (ipd/README.md).
// Promise: every index is made anew from the records and compared; nothing is written. Each disagreement is one sentence.

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { type FileRecord, type FilesetKey, filesetKey } from '../model/software.ts';
import { type CatalogFile, readCatalogFile } from './catalog-file.ts';
import { keys } from './keys.ts';
import type { StoreLayout } from './layout.ts';
import { readObject } from './objects.ts';
import type { OwnerIndex } from './owner-index.ts';
import { readRecords } from './published.ts';
import { type Publishable, productText } from './publisher.ts';
import type { Records } from './records.ts';
import { readTextTree } from './text-read.ts';
import { bundleTexts } from './texttree.ts';

/** What is wrong; empty when nothing is. `owners` is the owner index made anew from the records of all files. */
export function disagreements(layout: StoreLayout, store: Publishable, owners: OwnerIndex): string[] {
  return [
    ...attempt(() => ownerTrouble(store, owners)),
    ...attempt(() => publishedTrouble(layout, store, owners)),
    ...attempt(() => textTrouble(layout, store.catalog())),
    ...attempt(() => rightsTrouble(layout)),
  ];
}

function attempt(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof SdError) return [error.message];
    throw error;
  }
}

/** The index that this session answers questions from. */
function ownerTrouble(store: Publishable, owners: OwnerIndex): string[] {
  const same = store.ownerIndex().bytes().equals(owners.bytes());
  return same ? [] : ['The index of the owners of files is not what the records give.'];
}

function publishedTrouble({ home }: StoreLayout, store: Publishable, owners: OwnerIndex): string[] {
  const file = readCatalogFile(home);
  const { generation, chain } = store.ledger();
  if (file === undefined) return generation === 0 ? [] : ['Nothing is published.'];
  if (file.header.gen !== generation || file.header.chain !== chain) {
    return [`Generation ${file.header.gen} is published, and the store is at ${generation} with another history.`];
  }
  const differing = differences(recordPairs(store.records()), recordPairs(readRecords(home, file)));
  return [
    ...differing.map((key) => `The published catalog has another record "${key}" than the store.`),
    ...objectTrouble(home, store, file),
    ...attempt(() => {
      const same = readObject(home, file.header.owners).equals(owners.bytes());
      return same ? [] : ['The published index of the owners of files is not what the records give.'];
    }),
  ];
}

function objectTrouble(home: string, store: Publishable, file: CatalogFile): string[] {
  // Small products share objects, most with those next to them.
  let last = { object: '', text: '' };
  return [...store.records().products.values()].flatMap((entry) =>
    attempt(() => {
      const object = file.products.all().get(entry.id)?.object;
      if (object === undefined) return [`The published catalog does not know the product "${entry.id}".`];
      if (object !== last.object) last = { object, text: readObject(home, object).toString('utf8') };
      // The text of a product begins with its key, and stands in one piece.
      const same = `\n${last.text}`.includes(`\n${productText(entry, store)}`);
      return same ? [] : [`What is published of the product "${entry.id}" is not what the store says.`];
    }),
  );
}

/** All that the catalog file itself holds, as key → value. */
function recordPairs(records: Records): Map<string, string> {
  const pairs = new Map<string, string>([[keys.next, String(records.next)]]);
  if (records.target !== undefined) pairs.set(keys.target, records.target);
  for (const { id, value } of records.vendors.values()) pairs.set(keys.vendor(id), value);
  for (const { id, value } of records.categories.values()) pairs.set(keys.category(id), value);
  for (const { id, value } of records.bundles.values()) pairs.set(keys.bundle(id), value);
  for (const path of records.made) pairs.set(keys.made(path), '');
  for (const { id, value, filesets } of records.products.values()) {
    pairs.set(keys.product(id), value);
    for (const fileset of filesets) pairs.set(keys.fileset(filesetKey(id, fileset.id)), fileset.value);
  }
  return pairs;
}

function differences(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string[] {
  const all = new Set([...left.keys(), ...right.keys()]);
  return [...all].filter((key) => left.get(key) !== right.get(key));
}

/** The text tree is for other programs; what it says of bundles, filesets and their files is compared. */
function textTrouble(layout: StoreLayout, catalog: Catalog): string[] {
  const text = readTextTree(layout)?.catalog;
  if (text === undefined) return catalog.products().length === 0 ? [] : ['The text catalog is missing.'];
  const ours = filesetsOf(catalog);
  const theirs = filesetsOf(text);
  return [
    ...bundleTrouble(layout, catalog, text),
    ...[...ours].filter((key) => !theirs.has(key)).map((key) => `The text catalog lacks "${key}".`),
    ...[...theirs].filter((key) => !ours.has(key)).map((key) => `The text catalog has "${key}", the store has not.`),
    ...[...ours]
      .filter((key) => theirs.has(key))
      .flatMap((key) =>
        attempt(() => {
          const same = filesOf(catalog, key) === filesOf(text, key);
          return same ? [] : [`The text catalog lists other files of "${key}" than the store.`];
        }),
      ),
  ];
}

function bundleTrouble({ textTree }: StoreLayout, catalog: Catalog, text: Catalog): string[] {
  const path = join(textTree, 'INDEX');
  const joined = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const ours = bundleTexts(catalog);
  const theirs = text.bundles().length;
  return [
    ...[...ours]
      .filter(([, index]) => !joined.includes(index))
      .map(([id]) => `The text catalog does not say of the bundle "${id}" what the store says.`),
    ...(theirs === ours.size ? [] : [`The text catalog has ${theirs} bundles, the store ${ours.size}.`]),
  ];
}

function filesetsOf(catalog: Catalog): Set<FilesetKey> {
  return new Set(catalog.products().flatMap(({ id, filesets }) => filesets.map((each) => filesetKey(id, each.id))));
}

function filesOf(catalog: Catalog, key: FilesetKey): string {
  const facts = ({ path, type, mode, size, cksum, link_source }: FileRecord) =>
    JSON.stringify([path, type, mode, size, cksum, link_source]);
  return catalog.files(key).map(facts).join('\n');
}

/** Whoever can write here can say what is installed. */
function rightsTrouble({ home }: StoreLayout): string[] {
  return [home, ...listed(home)].flatMap((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const open = stats !== undefined && !stats.isSymbolicLink() && (stats.mode & 0o002) !== 0;
    return open ? [`Every user can change "${path}".`] : [];
  });
}

function listed(home: string): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name));
}
