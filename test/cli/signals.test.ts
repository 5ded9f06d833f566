// Issue 5, item 7: SIGINT and SIGTERM undo like a crash and leave with one line; SIGHUP stops nothing; a broken pipe ends a listing quietly.

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BIN } from '../programs.ts';
import { below, flat, type Ran, rows, Site } from './site.ts';

let site: Site;

beforeAll(() => {
  site = new Site();
  const many = Array.from({ length: 40 }, (_, n) => site.write(`src/f${n}`, `content ${n}\n`));
  expect(many).toHaveLength(40);
  site.write('wait', '#!/bin/sh\necho here > "$SW_ROOT_DIRECTORY/started"\nsleep 30\n', 0o755);
  const fileset = (tag: string, lines: string) => ` fileset\n  tag ${tag}\n  revision 1.0\n${lines} end\n`;
  site.write(
    'three.psf',
    ['ONE', 'TWO', 'THREE']
      .map(
        (tag) =>
          `product\n tag ${tag}\n revision 1.0\n${fileset('RUN', `  directory src=/opt/${tag}\n  file *\n`)}end\n`,
      )
      .join(''),
  );
  site.write(
    'slow.psf',
    `product\n tag SLOW\n revision 1.0\n${fileset('RUN', '  preinstall wait\n  file src/f1 /opt/SLOW/f\n')}end\n`,
  );
  site.ok('swpackage', '-s', 'three.psf', '@', './D');
  site.ok('swpackage', '-s', 'slow.psf', '@', './D');
});
afterAll(() => site.strike());
beforeEach(() => {
  rmSync(site.path('R'), { recursive: true, force: true });
  mkdirSync(site.path('R'));
});

interface Ended extends Ran {
  readonly signal: NodeJS.Signals | null;
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (bytes) => (stdout += bytes));
  child.stderr!.on('data', (bytes) => (stderr += bytes));
  return new Promise((resolve) => child.on('close', (exit, signal) => resolve({ exit, signal, stdout, stderr })));
}

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 1500 && !condition(); n++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

const list = () => rows(site.ok('swlist', '-l', 'product', '-a', 'revision', '@', './R'));
const steps = (path: string) =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((each) => each === 'file').length
    : 0;

/** Installs with a pause of `delay` milliseconds at each file and sends `signal` after `files` of them. */
async function signalled(signal: NodeJS.Signals, files: number, delay = 120): Promise<Ended> {
  const trace = site.path('trace');
  rmSync(trace, { force: true });
  const env = { SW_DELAY_MS: String(delay), SW_TRACE_STEPS: trace };
  const child = site.start('swinstall', ['-s', './D', 'ONE', 'TWO', 'THREE', '@', './R'], { env });
  const end = ended(child);
  await until(() => steps(trace) >= files);
  child.kill(signal);
  return end;
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  test('between files of the first product leaves nothing', async () => {
    const ran = await signalled(signal, 5);
    expect([ran.exit, ran.signal], ran.stderr).toEqual([code, null]);
    expect(ran.stderr).toBe(`ERROR:   Stopped by ${signal}; what was unfinished was undone. [stopped]\n`);
    expect(ran.stdout).toMatch(/END swinstall SESSION/);
    // Only the agent's log tells that somebody was here.
    const left = below(site.path('R'));
    expect(left.filter((path) => !/^var(\/adm(\/sw(\/swagent\.log)?)?)?$/.test(path))).toEqual([]);
    expect(readFileSync(site.path('adm/swinstall.log'), 'utf8')).toContain(`Stopped by ${signal}`);
  });

  test('in the second product keeps the first, whole', async () => {
    const ran = await signalled(signal, 50);
    expect([ran.exit, ran.stderr.trim().split('\n').length]).toEqual([code, 1]);
    expect(list()).toEqual(['ONE  1.0'].map((line) => expect.stringMatching(line.replace(/ +/, '\\s+'))));
    expect(existsSync(site.path('R/opt/TWO'))).toBe(false);
    expect(site.ok('swverify', 'ONE', '@', './R')).toContain('succeeded');
    // The next one goes on from there.
    site.ok('swinstall', '-s', './D', 'ONE', 'TWO', 'THREE', '@', './R');
    expect(list()).toHaveLength(3);
  });

  test('reaches a control script, and its product is undone', async () => {
    const child = site.start('swinstall', ['-s', './D', 'SLOW', '@', './R']);
    const end = ended(child);
    await until(() => existsSync(site.path('R/started')));
    child.kill(signal);
    const ran = await end;
    expect(ran.exit, ran.stderr).toBe(code);
    expect(ran.stderr).toContain(`Stopped by ${signal}`);
    expect(existsSync(site.path('R/opt'))).toBe(false);
  });

  test('ends the waiting for another session', async () => {
    const holder = site.start('swinstall', ['-s', './D', 'SLOW', '@', './R']);
    const held = ended(holder);
    await until(() => existsSync(site.path('R/started')));
    const waiting = site.start('swinstall', ['-s', './D', 'ONE', '@', './R']);
    const end = ended(waiting);
    let said = '';
    waiting.stdout!.on('data', (bytes) => (said += bytes));
    await until(() => said.includes('BEGIN swinstall SESSION'));
    // It has the time to come to the other's lock; a signal before that is answered alike.
    await new Promise((resolve) => setTimeout(resolve, 500));
    waiting.kill(signal);
    const ran = await end;
    holder.kill('SIGTERM');
    await held;
    expect([ran.exit, ran.stderr.trim().split('\n').length], ran.stderr).toEqual([code, 1]);
  });
});

test('SIGHUP stops nothing', async () => {
  const ran = await signalled('SIGHUP', 5, 20);
  expect([ran.exit, ran.stderr]).toEqual([0, '']);
  expect(list()).toHaveLength(3);
});

test('a job that was stopped says so', async () => {
  await signalled('SIGTERM', 5);
  const log = flat(readFileSync(site.path('adm/swinstall.log'), 'utf8'));
  expect(log.trimEnd().split('\n').at(-1)).toMatch(/END swinstall SESSION/);
});

describe('a reader that goes away', () => {
  const first = (words: string) =>
    spawnSync('bash', ['-o', 'pipefail', '-c', `"${process.execPath}" ${words} | head -1`], {
      cwd: site.home,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: site.home, SWDIST_DEFAULTS: site.path('defaults') },
    });

  test('ends a listing quietly', () => {
    for (let n = 0; n < 5; n++) {
      const ran = first(`${join(BIN, 'swlist')} -v -l file -s ./D`);
      expect([ran.stderr, ran.status]).toEqual(['', 0]);
      expect(ran.stdout).not.toBe('');
    }
  });

  test('does not stop an installation', () => {
    const ran = first(`${join(BIN, 'swinstall')} -v -v -x verbose=2 -s ./D ONE TWO THREE @ ./R`);
    expect([ran.stderr, ran.status]).toEqual(['', 0]);
    expect(list()).toHaveLength(3);
  });
});

describe.each([
  ['SIGQUIT', 131],
  ['SIGUSR1', 138],
] as const)('%s', (signal, code) => {
  test('undoes what is in work, and nobody is offered a debugger', async () => {
    const ran = await signalled(signal, 5);
    expect([ran.exit, ran.signal], ran.stderr).toEqual([code, null]);
    expect(ran.stderr).toBe(`ERROR:   Stopped by ${signal}; what was unfinished was undone. [stopped]\n`);
    expect(existsSync(site.path('R/opt'))).toBe(false);
    expect(readFileSync(site.path('adm/swinstall.log'), 'utf8')).toContain(`Stopped by ${signal}`);
  });

  test('outside a session ends the program', async () => {
    const waits = 'require(process.argv[1]); process.stdout.write("here"); setInterval(() => undefined, 1000)';
    const child = spawn(process.execPath, ['-e', waits, join(BIN, '../start.cjs')], { cwd: site.home });
    const end = ended(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill(signal);
    expect(await end).toMatchObject({ exit: null, signal, stderr: '' });
  });
});
