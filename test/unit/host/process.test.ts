import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { interpreterOf } from '../../../src/host/interpreter.ts';
import { pipeTo, runScript } from '../../../src/host/process.ts';
import { codeOf, noise, program, scratch } from './fixtures.ts';

const directory = scratch();
const env = { PATH: '/usr/bin:/bin' };

function script(content: string): string {
  const file = join(directory, 'script');
  // No execute bit: control files in a depot often lost it.
  writeFileSync(file, content, { mode: 0o644 });
  return file;
}

async function run(content: string, more: Partial<Parameters<typeof runScript>[0]> = {}) {
  const lines: string[] = [];
  const exit = await runScript({
    file: script(content),
    env,
    cwd: directory,
    onLine: (line, stream) => lines.push(`${stream === 'stdout' ? 1 : 2} ${line}`),
    ...more,
  });
  return { exit, lines };
}

test('lines of both streams, a partial last line, and the exit value', async () => {
  const { exit, lines } = await run("echo one; echo; printf 'ERROR:   two\\n' >&2; printf 'three'; exit 12");
  expect(exit).toBe(12);
  expect(lines.filter((line) => line.startsWith('1'))).toEqual(['1 one', '1 ', '1 three']);
  expect(lines.filter((line) => line.startsWith('2'))).toEqual(['2 ERROR:   two']);
});

test('a letter cut between two reads stays whole', async () => {
  const { lines } = await run("printf 'a\\303'; sleep 0.2; printf '\\251\\n'");
  expect(lines).toEqual(['1 aé']);
});

test('the environment is exactly the one given; stdin is empty; the directory is set', async () => {
  process.env.SW_HOST_TEST = 'leaked';
  const { lines } = await run('echo "$SW_CONTROL_TAG-$SW_HOST_TEST-$(cat | wc -c)-$(pwd)"', {
    env: { ...env, SW_CONTROL_TAG: 'verify' },
  });
  delete process.env.SW_HOST_TEST;
  expect(lines).toEqual([`1 verify--0-${directory}`]);
});

test('a script ended by a signal answers 128 + its number', async () => {
  expect((await run('kill -TERM $$')).exit).toBe(143);
});

test('a script has its own process group', async () => {
  const { lines } = await run("echo $$ $(ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat)");
  const [pid, group] = lines[0]!.slice(2).trim().split(/\s+/);
  expect(group).toBe(pid);
});

test('after the timeout the script and its children are killed', async () => {
  const { exit, lines } = await run('sleep 300 & echo $!; wait', { timeout: 5000 });
  expect(exit).toBe(137);
  const child = lines[0]!.slice(2);
  const state = program('coreutils', 'sh', [
    '-c',
    `sleep 1; cat /proc/${child}/stat 2>/dev/null || echo gone`,
  ]).toString();
  expect(state).toMatch(/gone|\) [ZX] /);
});

test('a daemon that keeps the output open does not hold the session', async () => {
  const { exit, lines } = await run('sleep 30 & echo "pid $!"; exit 2');
  process.kill(Number(lines[0]!.split(' ')[2]));
  expect([exit, lines.length]).toEqual([2, 1]);
});

test('content runs like a file', async () => {
  const lines: string[] = [];
  const exit = await runScript({
    content: Buffer.from('echo here; exit 3'),
    env,
    cwd: directory,
    onLine: (line) => lines.push(line),
  });
  expect([exit, lines]).toEqual([3, ['here']]);
});

test('the #! line decides, HP-UX places are led to ours, arguments stay', async () => {
  expect((await run('#!/sbin/sh\necho hp')).lines).toEqual(['1 hp']);
  expect((await run('#! /no/such/place/sh -e\nfalse\necho not reached')).exit).toBe(1);
  expect((await run('#!/usr/bin/env bash\n[[ $BASH_VERSION ]] && echo bash')).lines).toEqual(['1 bash']);
  expect((await run('echo $0', { interpreter: 'bash' })).lines).toEqual([`1 ${join(directory, 'script')}`]);
  expect((await run('#!/usr/bin/ksh\necho korn', { interpreter: 'perl' })).lines).toEqual(['1 korn']);
  expect(interpreterOf(script('#!/bin/sh -x  \n'), 'ksh')).toEqual(['/bin/sh', '-x']);
});

test('a missing interpreter is named', async () => {
  expect(await codeOf(() => run('#!/opt/none/bin/frobnicate\n'))).toBe('interpreter_missing');
  expect(await codeOf(() => run('x', { interpreter: 'frobnicate' }))).toBe('interpreter_missing');
  expect(await codeOf(() => run('x', { cwd: join(directory, 'nowhere') }))).toBe('script_not_started');
});

test('a slow command takes everything, and its exit value comes back', async () => {
  const bytes = noise(1_000_000);
  const feeder = pipeTo(`sleep 0.2; cat >'${directory}/fed'; exit 4`);
  for (let at = 0; at < bytes.length; at += 99_999) feeder.write(bytes.subarray(at, at + 99_999));
  expect(await feeder.end()).toBe(4);
  expect(readFileSync(join(directory, 'fed')).equals(bytes)).toBe(true);
});

test('a command that ends early is told; its exit value still comes', async () => {
  const feeder = pipeTo('exit 5');
  expect(
    await codeOf(() => {
      for (let i = 0; i < 1000; i++) feeder.write(noise(10_000));
    }),
  ).toBe('pipe_closed');
  expect(await feeder.end()).toBe(5);
  expect(await pipeTo('kill -KILL $$').end()).toBe(137);
});
