// The door to what is installed: where it is looked for, and what is asked of a root that nobody has prepared.

import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installedCatalog, openIpd } from '../../../src/ipd/ipd.ts';
import { adminDirectory } from '../../../src/ipd/place.ts';

const seed = resolve(import.meta.dirname, '../../../ipd/seed/products');
let root: string;
let admin: string;

beforeEach(() => {
  // Not below the tests' own directory, which others than its owner may not enter.
  root = mkdtempSync('/tmp/sd-ipd-');
  admin = adminDirectory(root, '');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const options = { create: true, command: 'test', user: 'test', lockTimeout: 0 };

test('the admin directory lies in the root; only for / an option moves it', () => {
  expect(adminDirectory('/', '')).toBe('/var/adm/sw');
  expect(adminDirectory('/', '/home/me/.sw')).toBe('/home/me/.sw');
  expect(adminDirectory('/tmp/r/', '/home/me/.sw')).toBe('/tmp/r/var/adm/sw');
});

test('an empty root has nothing, and asking makes nothing', () => {
  const { catalog, interrupted } = installedCatalog(root, admin);
  expect([catalog.kind, catalog.products(), interrupted]).toEqual(['root', [], false]);
  expect(existsSync(join(root, 'var'))).toBe(false);
});

test('an IPD of text alone is read, and becomes a store when it is opened', async () => {
  cpSync(seed, join(admin, 'products'), { recursive: true });
  const { catalog } = installedCatalog(root, admin);
  expect(catalog.products().map(({ id }) => id)).toEqual(['CALC', 'PHSS_0001']);
  expect(catalog.owners('/opt/calc/calc')).toEqual(['CALC/RUN', 'PHSS_0001/RUN']);
  const told: string[] = [];
  const store = await openIpd(root, admin, { ...options, onRecovered: ({ how }) => told.push(how) });
  expect(store.catalog().files('CALC/RUN')).toEqual(catalog.files('CALC/RUN'));
  await store.close();
  expect(told).toEqual(['rebuilt']);
  expect(installedCatalog(root, admin).catalog.generation).toBe(1);
});

test('an ordinary user may ask', async () => {
  cpSync(seed, join(admin, 'products'), { recursive: true });
  await (await openIpd(root, admin, options)).close();
  chmodSync(root, 0o755);
  const asUser = process.getuid!() === 0;
  if (asUser) process.seteuid!(65534);
  try {
    const { catalog } = installedCatalog(root, admin);
    expect(catalog.files('CALC/MAN').map(({ path }) => path)).toEqual(['/opt/calc/README']);
    expect(catalog.controlFile('CALC/RUN', 'configure')?.toString()).toContain('CALC is ready');
  } finally {
    if (asUser) process.seteuid!(0);
  }
});

test('a catalog that may not be read is no damage', async () => {
  await (await openIpd(root, admin, options)).close();
  const asUser = process.getuid!() === 0;
  if (!asUser) chmodSync(join(admin, 'ipd'), 0);
  chmodSync(root, 0o700);
  if (asUser) process.seteuid!(65534);
  try {
    expect(() => installedCatalog(root, admin)).toThrow(expect.objectContaining({ code: 'no_permission' }));
  } finally {
    if (asUser) process.seteuid!(0);
    else chmodSync(join(admin, 'ipd'), 0o755);
  }
});
