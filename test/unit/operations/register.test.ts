// Registered depots and roots (commands.md 5.8, formats.md 9).

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SdEvent } from '../../../src/model/events.ts';
import { register, registered, registerNew, registerPaths, unregister } from '../../../src/operations/register.ts';
import { BIN } from '../../programs.ts';

let admin: string;

beforeEach(() => {
  admin = mkdtempSync(join(tmpdir(), 'register-'));
});
afterEach(() => rmSync(admin, { recursive: true }));

test('host_object in the documented form, each path once', () => {
  expect(register(admin, '/d1', 'depot')).toBe(true);
  expect(register(admin, '/r1', 'root')).toBe(true);
  expect(register(admin, '/d1', 'depot')).toBe(false);
  const text = 'host\ndata_model_revision 2.40\ndistribution\npath /d1\nroot\npath /r1\n';
  expect(readFileSync(join(admin, 'host_object'), 'utf8')).toBe(text);
  expect(registered([admin, join(admin, 'none')], 'depot')).toEqual(['/d1']);
  expect(registered([admin, admin], 'root')).toEqual(['/r1']);
});

test('unregistering forgets one path and says so once', () => {
  const events: SdEvent[] = [];
  register(admin, '/d1', 'depot');
  register(admin, '/d2', 'depot');
  unregister(admin, '/d1', 'depot', (event) => events.push(event));
  unregister(admin, '/d1', 'depot', (event) => events.push(event));
  expect(registered([admin], 'depot')).toEqual(['/d2']);
  expect(events).toEqual([{ type: 'registered', path: '/d1', level: 'depot', on: false }]);
});

test('a list that cannot be written is a warning for those who register on the way', () => {
  const events: SdEvent[] = [];
  writeFileSync(join(admin, 'file'), '');
  registerNew(join(admin, 'file'), '/d1', 'depot', (event) => events.push(event));
  expect(events).toMatchObject([{ type: 'finding', finding: { severity: 'warning', code: 'registration_failed' } }]);
});

test('swreg registers what is there and fails for what is not', async () => {
  const depot = join(admin, 'depot');
  mkdirSync(join(depot, 'catalog'), { recursive: true });
  const context = { command: 'swreg', user: 'u@h', host: 'h' };
  const access = { admin_directory: admin, run_as_superuser: true };
  const request = { context, admin, access, level: 'depot', on: true } as const;
  const outcome = await registerPaths({ ...request, paths: [join(admin, 'none'), admin, depot] }, () => undefined);
  expect(outcome).toMatchObject({ exitCode: 1, findings: [{ code: 'not_a_depot' }, { code: 'not_a_depot' }] });
  expect(registered([admin], 'depot')).toEqual([depot]);
  const again = await registerPaths({ ...request, paths: [depot] }, () => undefined);
  expect(again).toMatchObject({ exitCode: 0, findings: [{ severity: 'note' }] });
  const off = await registerPaths({ ...request, on: false, paths: [depot] }, () => undefined);
  expect([off.exitCode, registered([admin], 'depot')]).toEqual([0, []]);
});

test('a lock left by a killed process is taken over', () => {
  // No process has this number: it is above the largest that Linux gives.
  writeFileSync(join(admin, 'host_object.lock'), '4194305');
  expect(register(admin, '/d1', 'depot')).toBe(true);
  expect(readdirSync(admin)).toEqual(['host_object']);
});

test('two processes at a time lose nobody', async () => {
  const program = join(BIN, 'swreg');
  const paths = [1, 2, 3, 4].map((number) => join(admin, `d${number}`));
  for (const path of paths) mkdirSync(join(path, 'catalog'), { recursive: true });
  const env = { ...process.env, HOME: admin, SWDIST_DEFAULTS: join(admin, 'none') };
  const args = (path: string) => ['-l', 'depot', '-x', `admin_directory=${admin}`, path];
  await Promise.all(paths.map((path) => promisify(execFile)(program, args(path), { env })));
  expect(registered([admin], 'depot').sort()).toEqual(paths);
});
