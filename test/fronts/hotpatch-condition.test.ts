// Conditions (other-systems.md C.4): every row of its table, the hostile ones included, and what comes in as data. D.5 "hot patches" 8.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluateCondition } from '../../src/host/condition.ts';
import { type ConditionFacts, parseKernelLine, parseRelease } from '../../src/model/condition.ts';

/** The condition of seed 004, word for word. */
const SEED =
  'if {$cmdline(hypercloud_type) != "dashboard"} { return false }; if {$versionData(dateCode) = 20150506055907} { return false }; return true;';

const HOSTILE = { x: '[exit]', y: '{', z: '$y', quote: '"', back: '\\', ümlaut: 'ä€' };

function facts(over: Partial<ConditionFacts> = {}): ConditionFacts {
  return {
    id: 'me',
    root: '',
    cmdline: { hypercloud_type: 'dashboard', ...HOSTILE },
    release: { release: '2.5', datecode: '20240102030405', dateCode: '20240102030405', buildid: 'FINAL' },
    ran: new Set(['earlier']),
    ...over,
  };
}

const judge = (condition: string, over: Partial<ConditionFacts> = {}) => evaluateCondition(condition, facts(over));
const how = async (condition: string, over: Partial<ConditionFacts> = {}) => (await judge(condition, over)).how;

describe('the seed example', () => {
  test('on a dashboard is an error, which is false', async () => {
    const verdict = await judge(SEED);
    expect(verdict).toMatchObject({
      holds: false,
      how: 'error',
      text: expect.stringContaining('incomplete operator "="'),
    });
  });

  test('elsewhere is false before the error', async () => {
    expect(await how(SEED, { cmdline: { hypercloud_type: 'storage' } })).toBe('false');
  });

  test('with == compares the date', async () => {
    const right = SEED.replace(' = ', ' == ');
    expect(await how(right)).toBe('true');
    const same = { datecode: '20150506055907', dateCode: '20150506055907' };
    expect(await how(right, { release: same })).toBe('false');
  });
});

test.each([
  ['return $cmdline(nope)', 'error'],
  ['info exists cmdline(nope)', 'false'],
  ['info exists cmdline(x)', 'true'],
  ['expr {1==1}', 'true'],
  ['break', 'error'],
  ['continue', 'error'],
  ['return -code error yes', 'error'],
  ['', 'error'],
  ['# only a comment', 'error'],
  ...['yes', 'on', 't', 'tru', 'TRUE', '1', '2', '-1', '0x1', '" 1"'].map((word) => [`return ${word}`, 'true']),
  ...['no', 'off', 'f', '0', '0x0'].map((word) => [`return ${word}`, 'false']),
  ...['o', 'abc', '"true "', '""'].map((word) => [`return ${word}`, 'error']),
  ['exec ls', 'error'],
  ['open /etc/passwd', 'error'],
  ['source /etc/passwd', 'error'],
  ['exit', 'error'],
  ['exit 0', 'error'],
  ['puts true', 'error'],
  ['interp invokehidden {} exec ls', 'error'],
  ['file delete /etc/passwd', 'error'],
  ['file join a b', 'error'],
  ['proc f {} {f; return 1}; f', 'error'],
  ['interp limit {} command', 'error'],
  ['patchApplied earlier', 'true'],
  ['patchApplied me', 'false'],
  ['expr {$versionData(datecode) == $versionData(dateCode) && $versionData(release) >= 2}', 'true'],
  ['expr {$id eq "me"}', 'true'],
])('%s', async (condition, expected) => {
  expect(await how(condition)).toBe(expected);
});

// One by one: side by side they would take each other's time, and it is said which limit struck.
describe('hostile conditions end and are false', () => {
  test.each([
    ['while 1 {}', 'time limit exceeded'],
    ['while 1 {catch {while 1 {}}}', 'time limit exceeded'],
    ['vwait x', 'invalid command name'],
    ['after 100000', 'invalid command name'],
    ['coroutine c apply {{} {while 1 {yield}}}; while 1 {c}', 'command count limit exceeded'],
    ['proc f {} {while 1 {set x 1}}; f', 'limit exceeded'],
    ['interp create b; b eval {while 1 {}}', 'invalid command name'],
    ['set a a; while 1 {append a $a}', 'ended without an answer'],
    ['lrepeat 100000000 a', 'ended without an answer'],
    ['expr {7**30000000}', 'killed after 5 seconds'],
  ])('%s', async (condition, why) => {
    const verdict = await judge(condition);
    expect([verdict.holds, verdict.text]).toEqual([false, expect.stringContaining(why)]);
  });
});

test('values of the kernel command line arrive as they are and are nowhere code', async () => {
  const same = Object.entries(HOSTILE).map(
    ([key, value]) => `[string length $cmdline(${key})] == ${[...value].length}`,
  );
  expect(await judge(`expr {${same.join(' && ')}}`)).toMatchObject({ how: 'true' });
  expect(await how('expr {$cmdline(x) eq "\\[exit\\]" && $cmdline(z) eq "\\$y" && $cmdline(back) eq "\\\\"}')).toBe(
    'true',
  );
  expect(await how('expr {$cmdline(ümlaut) eq "ä€"}')).toBe('true');
});

test('file looks below the root, into the frame that asks, and at nothing else', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sd-condition-'));
  try {
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/there'), 'twelve bytes');
    const at = (condition: string) => how(condition, { root });
    expect(await at('file exists /etc/there')).toBe('true');
    expect(await at('file exist etc/there')).toBe('true');
    expect(await at('file exists /etc/passwd')).toBe('false');
    expect(await at('proc f {} {file stat /etc/there s; expr {$s(size) == 12 && $s(type) eq "file"}}; f')).toBe('true');
    expect(await at('file stat /etc/nope s; return 1')).toBe('error');
    expect(await at('file exists ~root')).toBe('false');
    expect(await at('file exists')).toBe('error');
    // Links and ".." as a process chrooted there sees them.
    writeFileSync(join(root, 'outside'), '');
    const inner = join(root, 'inner');
    mkdirSync(join(inner, 'srv/run'), { recursive: true });
    writeFileSync(join(inner, 'srv/run/in place'), '');
    symlinkSync('/srv/run', join(inner, 'run'));
    symlinkSync('../../srv/run/in place', join(inner, 'srv/link'));
    symlinkSync(root, join(inner, 'out'));
    symlinkSync('circle', join(inner, 'circle'));
    const below = (condition: string) => how(condition, { root: inner });
    expect(await below('file exists {/run/in place}')).toBe('true');
    expect(await below('file stat /srv/link s; expr {$s(type) eq "file"}')).toBe('true');
    expect(await below('file exists /../outside')).toBe('false');
    expect(await below('file exists /out/outside')).toBe('false');
    expect(await below('file exists /run/../run')).toBe('true');
    expect(await below('file exists /circle')).toBe('false');
    expect(await below('file stat /circle s; return 1')).toBe('error');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('the kernel command line: blanks outside quotes part, the first = cuts, the last of several wins', () => {
  expect(parseKernelLine('BOOT=/vm root=UUID=a-b quiet dyndbg="file a +p; b" "x=1 2" a=1 a=2\n')).toEqual({
    BOOT: '/vm',
    root: 'UUID=a-b',
    quiet: '',
    dyndbg: 'file a +p; b',
    x: '1 2',
    a: '2',
  });
  expect(parseKernelLine('')).toEqual({});
});

test('the release file: lines as in os-release, the date under both spellings', () => {
  expect(parseRelease('# c\nrelease = "2.5"\n\ndateCode=20240101\nbuildid=\'FINAL\'\nnonsense\n')).toEqual({
    release: '2.5',
    datecode: '20240101',
    dateCode: '20240101',
    buildid: 'FINAL',
  });
});
