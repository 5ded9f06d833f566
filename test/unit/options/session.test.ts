// Session files: what -S gets back is what the session had (commands.md 3).

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveOptions, type Surroundings } from '../../../src/options/resolve.ts';
import { sessionPath, writeSession } from '../../../src/options/session.ts';

let home: string;
let around: Surroundings;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'session-'));
  around = { home, superuser: true, systemDefaults: join(home, 'none') };
});
afterEach(() => rmSync(home, { recursive: true }));

const set = (...texts: string[]) => texts.map((text) => ({ kind: 'option', text }) as const);

test('options, software, targets and source come back', () => {
  const settings = set(
    'reinstall=true',
    'patch_filter=*.*,c=critical',
    'job_title="a b"',
    'autoselect_dependencies=as_needed',
  );
  const before = resolveOptions({ command: 'swinstall', settings }, around);
  const sessionFile = sessionPath(home, 'swinstall');
  const asked = { software: ['X11,r>=1.0', 'Y'], targets: ['/srv/image'], source: '/depot' };
  writeSession(sessionFile, before, asked, new Date(2001, 4, 26, 15, 59, 41));
  const after = resolveOptions({ command: 'swinstall', settings: [], sessionFile }, around);
  expect(after.values).toEqual({ ...before.values, ...asked });
  const [head, , name, date, first] = readFileSync(sessionFile, 'utf8').split('\n');
  expect([head, name, date]).toEqual([
    '# swinstall session file',
    `# Filename  ${sessionFile}`,
    '# Date saved  05/26/01 15:59:41',
  ]);
  expect(first).toBe('swinstall.admin_directory = /var/adm/sw');
});

test('swpackage keeps its source as source_file, swreg its operands as objects', () => {
  const file = join(home, 's');
  const now = new Date();
  writeSession(
    file,
    resolveOptions({ command: 'swpackage', settings: [] }, around),
    { software: [], targets: [], source: '/x.psf' },
    now,
  );
  expect(readFileSync(file, 'utf8')).toContain('swpackage.source_file = /x.psf\n');
  writeSession(
    file,
    resolveOptions({ command: 'swreg', settings: [] }, around),
    { software: ['/d'], targets: [] },
    now,
  );
  expect(readFileSync(file, 'utf8')).toContain('swreg.objects_to_register = { /d }\n');
});

test('a bare name lies in the sessions folder, a path is one', () => {
  expect(sessionPath('/h', 'swcopy')).toBe('/h/.sw/sessions/swcopy.last');
  expect(sessionPath('/h', 'swcopy', 'mine')).toBe('/h/.sw/sessions/mine');
  expect(sessionPath('/h', 'swcopy', './mine')).toBe('./mine');
});
