// A small product in two releases, installed by one transaction each: every kind of step occurs in the second.

import type { CatalogOp } from '../../../src/model/change.ts';
import type { Content } from '../../../src/model/content.ts';
import type { FileStep, PlacedAs, Transaction } from '../../../src/store/transaction-types.ts';

const uid = process.getuid!();
const gid = process.getgid!();

export const plain: PlacedAs = { mode: 0o644, uid, gid, mtime: 1_000_000_000 };
const folder: PlacedAs = { mode: 0o755, uid, gid, mtime: 1_000_000_001 };

export function bytes(text: string): () => Content {
  return () => ({ kind: 'bytes', bytes: Buffer.from(text) });
}

export function place(path: string, text: string, more: Partial<Extract<FileStep, { step: 'place' }>> = {}): FileStep {
  return { step: 'place', path, content: bytes(text), as: plain, ...more };
}

export function directory(path: string): FileStep {
  return { step: 'directory', path, as: folder };
}

/** Catalog operations that put one product with one fileset that lists `paths`. */
export function product(id: string, revision: string, paths: readonly string[], state = 'installed'): CatalogOp[] {
  return [
    { op: 'vendor', vendor: { attributes: { tag: 'ACME', title: 'Acme' } } },
    {
      op: 'product',
      product: {
        id,
        attributes: { tag: id, revision, vendor_tag: 'ACME' },
        subproducts: [{ attributes: { tag: 'All', contents: ['RUN'] } }],
        controlFiles: [{ tag: 'postinstall', path: 'postinstall', mode: 0o555 }],
      },
    },
    {
      op: 'fileset',
      productId: id,
      fileset: { id: 'RUN', attributes: { tag: 'RUN', revision, state }, controlFiles: [] },
    },
    {
      op: 'files',
      fileset: `${id}/RUN`,
      all: true,
      put: paths.map((path) => ({ path, type: 'f', mode: 0o644, size: revision.length })),
    },
    {
      op: 'control_file',
      owner: id,
      tag: 'postinstall',
      content: Buffer.from(`echo ${revision}\n`).toString('base64'),
    },
  ];
}

/** A transaction without files. */
export function records(label: string, ops: readonly CatalogOp[]): Transaction {
  return { label, files: [], change: () => ops };
}

export const first: Transaction = {
  label: 'install ACME,r=1.0',
  files: [
    directory('opt'),
    directory('opt/acme'),
    directory('opt/acme/old'),
    directory('save'),
    place('opt/acme/prog', 'one'),
    place('opt/acme/conf', 'one'),
    place('opt/acme/old/gone', 'gone'),
    place('opt/acme/lost', 'lost'),
    place('opt/acme/kept', 'kept'),
    place('save/before', 'before'),
    place('save/slot', 'slot'),
    { step: 'symlink', path: 'opt/acme/link', to: 'prog', as: plain },
  ],
  change: () => [
    ...product('ACME', '1.0', ['/opt/acme/prog', '/opt/acme/conf', '/opt/acme/old/gone', '/opt/acme/lost']),
    { op: 'made_directory', path: '/opt/acme' },
  ],
};

export const second: Transaction = {
  label: 'install ACME,r=2.0',
  files: [
    directory('opt/acme/new'),
    directory('opt/acme/new/deep'),
    place('opt/acme/prog', 'two', { save: 'save/prog', expect: { size: 3 } }),
    place('opt/acme/conf', 'two', { save: 'save/conf', copySave: true }),
    place('opt/acme/new/deep/fresh', 'fresh'),
    { step: 'symlink', path: 'opt/acme/link', to: 'new/deep/fresh', as: plain, save: 'save/link' },
    { step: 'hardlink', path: 'opt/acme/twin', to: 'opt/acme/new/deep/fresh' },
    { step: 'node', path: 'opt/acme/fifo', type: 'p', as: plain },
    { step: 'restore', path: 'opt/acme/back', from: 'save/before' },
    { step: 'rename', path: 'save/slot', to: 'save/slot2' },
    { step: 'attributes', path: 'opt/acme/kept', as: { mode: 0o600, uid, gid } },
    { step: 'remove', path: 'opt/acme/lost', save: 'save/lost' },
    { step: 'remove', path: 'save/before' },
    { step: 'remove', path: 'opt/acme/old/gone' },
    { step: 'rmdir', path: 'opt/acme/old' },
  ],
  change: (staged) => [
    ...product('ACME', '2.0', ['/opt/acme/prog', '/opt/acme/conf', '/opt/acme/new/deep/fresh', '/opt/acme/twin']),
    {
      op: 'files',
      fileset: 'ACME/RUN',
      put: [{ path: '/opt/acme/prog', type: 'f', ...staged.get('opt/acme/prog')! }],
    },
    { op: 'saved', fileset: 'ACME/RUN', saved: [{ path: '/opt/acme/prog', existed: true, save: 'prog' }] },
    { op: 'made_directory', path: '/opt/acme/new' },
  ],
};
