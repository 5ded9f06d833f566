// The README's example session and the demo, run as a user would; the README's first command is `npm run demo`.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BIN } from '../programs.ts';

const ROOT = join(import.meta.dirname, '../..');
let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sd-readme-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

test('the example session of README.md runs to its end', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const session = /## The first depot\n\n```sh\n([\s\S]*?)```/.exec(text)?.[1];
  expect(session).toBeDefined();
  mkdirSync(join(scratch, 'root'));
  writeFileSync(join(scratch, 'defaults'), `admin_directory=${scratch}/adm\n`);
  const script = `set -e\n${session!.replaceAll('/tmp/', `${scratch}/`)}`;
  const ran = spawnSync('bash', ['-c', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      ...process.env,
      HOME: scratch,
      SWDIST_DEFAULTS: `${scratch}/defaults`,
      PATH: `${BIN}:${process.env.PATH}`,
    },
  });
  expect(ran.stderr + ran.stdout.slice(-2000)).not.toContain('ERROR');
  expect(ran.status).toBe(0);
  expect(execFileSync('sh', [`${scratch}/root/usr/bin/X11/xclock`], { encoding: 'utf8' })).toBe(
    'xclock of X11 B.11.11\n',
  );
});

test('every command the README names is in the build', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const named = new Set(text.match(/\bsw[a-z]+\b/g)?.filter((word) => word !== 'swdist'));
  expect(readdirSync(BIN)).toEqual(expect.arrayContaining([...named]));
});
