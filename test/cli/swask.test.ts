// Request scripts and responses as programs (commands.md 5.10, 4 ask): swask from a depot and from installed software, -c, ask in swinstall
// and swconfig. The script reads its answer from its standard input, as from a terminal.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BIN } from '../programs.ts';
import { ScriptedSite } from './scripted.ts';
import { flat } from './site.ts';

let site: ScriptedSite;
beforeEach(() => {
  site = new ScriptedSite();
});
afterEach(() => site.strike());

/** Runs a command with something to read. */
function answering(input: string, command: string, ...words: string[]): [number | null, string, string] {
  const env = { PATH: process.env.PATH, HOME: site.home, SWDIST_DEFAULTS: site.path('defaults'), TZ: 'UTC', LANG: 'C' };
  const options = { cwd: site.home, env, input, encoding: 'utf8', timeout: 60_000 } as const;
  const ran = spawnSync(process.execPath, [join(BIN, command), ...words], options);
  return [ran.status, ran.stdout, flat(ran.stderr)];
}

const ASKS = 'printf "Which port? "; read port; echo "port=$port" > $' + '{SW_CONTROL_DIRECTORY}response';
const USES =
  'test -f $' + '{SW_CONTROL_DIRECTORY}response || exit 1; cat $' + '{SW_CONTROL_DIRECTORY}response >> @/ran';

/** A product and a fileset that ask; the fileset's scripts use the response. */
function depot(more = ''): void {
  site.depot(
    'D',
    `
product P
  script request ${ASKS}
  fileset F
    file @/t/f f
    script request ${ASKS}${more}
    script checkinstall ${USES}
    script postinstall ${USES}
    script configure ${USES}
  fileset G
    file @/t/g g`,
  );
}

test('swask -s keeps responses in the depot: they travel with the software, product first', () => {
  depot();
  const [exit, out, err] = answering('11\n22\n', 'swask', '-s', './D', 'P');
  expect([exit, err]).toEqual([0, '']);
  expect(out).toContain('Which port? Which port? ');
  expect(out).toMatch(/BEGIN swask SESSION \(non-interactive\)/);
  expect(site.read('D/catalog/P/pfiles/response')).toBe('port=11\n');
  expect(site.read('D/catalog/P/F/response')).toBe('port=22\n');
  expect(site.read('adm/swask.log')).toContain('2 request scripts ran');
  site.ok('swverify', '-d', 'P', '@', './D');
  site.ok('swinstall', '-s', './D', 'P');
  expect(site.ran()).toEqual(['port=22', 'port=22', 'port=22']);
  expect(site.read('adm/products/P/F/response')).toBe('port=22\n');
  // Asked again: as_needed finds the answer, true asks.
  expect(answering('', 'swask', '-s', './D', '-x', 'ask=as_needed', 'P')[1]).toContain('0 request scripts ran');
  expect(answering('33\n44\n', 'swask', '-s', './D', 'P')[0]).toBe(0);
  expect(site.read('D/catalog/P/F/response')).toBe('port=44\n');
});

test('-c keeps them apart, for swinstall -c; the depot stays as it is', () => {
  depot();
  expect(answering('1\n2\n', 'swask', '-s', './D', '-c', './answers', 'P').slice(0, 1)).toEqual([0]);
  expect(site.read('answers/P/pfiles/response')).toBe('port=1\n');
  expect(site.read('answers/P/F/response')).toBe('port=2\n');
  expect(existsSync(site.path('D/catalog/P/F/response'))).toBe(false);
  expect(site.run('swinstall', ['-s', './D', 'P.F']).exit).toBe(1);
  site.ok('swinstall', '-s', './D', '-c', './answers', 'P');
  expect(site.ran()).toEqual(['port=2', 'port=2', 'port=2']);
});

test('swinstall asks with ask=true, and with as_needed only where -c has no response; -c gets the new ones', () => {
  depot();
  site.write('answers/P/F/response', 'port=7\n');
  const words = ['swinstall', '-s', './D', '-c', './answers', '-x', 'ask=as_needed', 'P'] as const;
  expect(answering('5\n', ...words)[0]).toBe(0);
  expect(site.read('answers/P/pfiles/response')).toBe('port=5\n');
  expect(site.ran()).toEqual(['port=7', 'port=7', 'port=7']);
  site.write('ran', '');
  expect(answering('8\n9\n', 'swinstall', '-s', './D', '-x', 'ask=true', '-x', 'reinstall=true', 'P')[0]).toBe(0);
  expect(site.ran()).toEqual(['port=9', 'port=9', 'port=9']);
  expect(site.read('answers/P/F/response')).toBe('port=7\n');
});

test('requests come in the order of prerequisites, across products', () => {
  site.depot(
    'D',
    `
product A
  script request echo A >> @/ran
  fileset F prerequisite=B.F
    file @/t/a a
    script request echo A.F >> @/ran
product B
  script request echo B >> @/ran
  fileset F
    file @/t/b b
    script request echo B.F >> @/ran`,
  );
  expect(answering('', 'swask', '-s', './D', 'A')[0]).toBe(0);
  expect(site.ran()).toEqual(['B', 'B.F', 'A', 'A.F']);
});

test('a preview asks nothing', () => {
  depot();
  site.write('answers/P/F/response', 'port=7\n');
  const [exit, out] = answering('8\n9\n', 'swinstall', '-p', '-s', './D', '-c', './answers', '-x', 'ask=true', 'P');
  expect([exit, out.includes('Which port?')]).toEqual([0, false]);
  expect(site.ran()).toEqual(['port=7']);
});

test('a request script that fails leaves its software out, or with enforce_scripts=false only warns', () => {
  depot('; exit 1');
  const [exit, , err] = answering('1\n2\n', 'swinstall', '-s', './D', '-x', 'ask=true', 'P');
  expect([exit, err]).toEqual([1, expect.stringContaining('The "request" script for "P.F" failed (exit code "1").')]);
  expect(site.states()).toEqual(['P.G configured']);
  expect(answering('1\n2\n', 'swask', '-s', './D', 'P')[0]).toBe(1);
  expect(existsSync(site.path('D/catalog/P/pfiles/response'))).toBe(true);
  expect(existsSync(site.path('D/catalog/P/F/response'))).toBe(false);
  const lenient = ['-x', 'ask=true', '-x', 'enforce_scripts=false'];
  expect(answering('1\n2\n', 'swinstall', '-s', './D', ...lenient, 'P')[0]).toBe(0);
  expect(site.states()).toEqual(['P.F configured', 'P.G configured']);
});

test('swask without -s asks for installed software; swconfig finds the response beside its script', () => {
  depot();
  site.write('answers/P/F/response', 'port=1\n');
  site.ok('swinstall', '-s', './D', '-c', './answers', '-x', 'defer_configure=true', 'P');
  site.write('ran', '');
  expect(answering('3\n4\n', 'swask', 'P')[0]).toBe(0);
  expect(site.read('adm/products/P/F/response')).toBe('port=4\n');
  site.ok('swconfig', 'P');
  expect(site.ran()).toEqual(['port=4']);
  site.write('ran', '');
  const words = ['-x', 'ask=true', '-x', 'reconfigure=true', '-c', './answers'];
  expect(answering('5\n6\n', 'swconfig', ...words, 'P')[0]).toBe(0);
  expect(site.ran()).toEqual(['port=6']);
  expect(site.read('answers/P/F/response')).toBe('port=6\n');
  site.ok('swverify', 'P');
});

test('a serial depot cannot keep responses; -c can', () => {
  depot();
  site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './D.tar');
  const [exit, , err] = answering('1\n2\n', 'swask', '-s', './D.tar', 'P');
  expect([exit, err]).toEqual([1, expect.stringContaining('[responses_not_kept]')]);
  expect(answering('1\n2\n', 'swask', '-s', './D.tar', '-c', './answers', 'P')[0]).toBe(0);
  expect(site.read('answers/P/F/response')).toBe('port=2\n');
  const [installed] = answering('', 'swinstall', '-s', './D.tar', '-c', './answers', 'P');
  expect([installed, site.ran().length]).toEqual([0, 3]);
});

test('nobody is asked for what a depot that all can change wants to know', () => {
  depot();
  chmodSync(site.path('D/catalog'), 0o777);
  const [exit, out, err] = answering('1\n2\n', 'swask', '-s', './D', 'P');
  expect([exit, out.includes('Which port?')]).toEqual([1, false]);
  expect(err).toContain('[depot_insecure]');
});
