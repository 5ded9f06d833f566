// How the program starts (src/start.cjs): with the code that the build keeps, and as well without it.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let top: string;
const ROOT = join(import.meta.dirname, '../..');

beforeAll(() => {
  // Not just anywhere: the program finds its libraries above it.
  top = mkdtempSync(join(ROOT, '.scratch', 'start-'));
  cpSync(dirname(process.env.SWDIST_TEST_BIN!), top, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'src/keep-code.cjs'), top], { stdio: ['ignore', 'ignore', 'inherit'] });
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

const kept = () => readdirSync(top).filter((name) => name.endsWith('.code'));

/** For each file of the program that `swlist --help` loads: was kept code taken, refused, or not there? */
function start(): Record<string, string> {
  const watch = `
    const { main, scripts } = require(${JSON.stringify(join(top, 'start.cjs'))});
    process.argv.push('--help');
    main('swlist').then(() => {
      const state = (script) => ({ true: 'refused', false: 'taken', undefined: 'none' })[script.cachedDataRejected];
      console.error(JSON.stringify([...scripts].map(([name, script]) => [require('node:path').basename(name), state(script)])));
    });`;
  const said = execFileSync('/bin/sh', ['-c', '"$0" -e "$1" -- 2>&1 >/dev/null', process.execPath, watch], {
    encoding: 'utf8',
  });
  return Object.fromEntries(JSON.parse(said));
}

test('code that the build kept is taken', () => {
  expect(kept().some((name) => name.startsWith('main.'))).toBe(true);
  const states = start();
  expect(states['main.cjs']).toBe('taken');
  expect(Object.keys(states).find((name) => name.startsWith('listing'))).toBeDefined();
  expect(Object.values(states)).not.toContain('refused');
});

test('a flipped bit, a file cut short, an empty one and none: the program starts from its source', () => {
  const path = join(top, 'main.cjs.code');
  const whole = readFileSync(path);
  const flipped = Buffer.from(whole);
  flipped[Math.floor(whole.length / 3)]! ^= 4;
  for (const damaged of [flipped, whole.subarray(0, whole.length - 2), Buffer.alloc(0), Buffer.alloc(whole.length)]) {
    writeFileSync(path, damaged);
    expect(start()['main.cjs']).toMatch(/none|refused/);
  }
  rmSync(path);
  expect(start()['main.cjs']).toBe('none');
  writeFileSync(path, whole);
});

test('code of another length of source is refused by V8', () => {
  const path = join(top, 'main.cjs');
  writeFileSync(path, `${readFileSync(path, 'utf8')}\n//`);
  expect(start()['main.cjs']).toBe('refused');
});
