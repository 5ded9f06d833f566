// Where messages go: stdout, stderr, controller log, agent log (commands.md 10.1, 10.2).

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SdEvent } from '../../../src/model/events.ts';
import { type ReportOptions, reporter } from '../../../src/report/reporter.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, writeSync: (fd: number, bytes: Buffer, at: number) => said(fd, bytes, at) };
});

let base: string;
let out: string;
let err: string;

function said(fd: number, bytes: Buffer, at: number): number {
  const text = bytes.toString('utf8', at);
  if (fd === 1) out += text;
  else err += text;
  return bytes.length - at;
}

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'reporter-'));
  out = '';
  err = '';
});
afterEach(() => {
  rmSync(base, { recursive: true });
});

const agentLog = () => join(base, 'root/var/adm/sw/swagent.log');

function tell(options: Partial<ReportOptions>, events: readonly SdEvent[], command = 'swinstall', log = true): void {
  const all = {
    verbose: 1,
    loglevel: 1,
    logdetail: false,
    log_msgid: 0,
    logfile: join(base, 'adm/sw.log'),
    ...options,
  };
  const settings = [{ name: 'reinstall', value: 'true' }];
  const voice = reporter({ command, options: all, explain: false, settings, log });
  for (const event of events) voice.emit(event);
  voice.close();
}

const logged = () => readFileSync(join(base, 'adm/sw.log'), 'utf8');
const begin: SdEvent = { type: 'session.begin', command: 'swinstall', user: 'u@h', time: 0 };
const agent = (): SdEvent => ({
  type: 'agent.begin',
  task: 'install',
  user: 'u@h',
  pid: 1,
  target: 'h:/root',
  logfile: `h:${agentLog()}`,
  time: 0,
});
const agentEnd: SdEvent = { type: 'agent.end', task: 'install', pid: 1, time: 0 };
const finding = (severity: 'error' | 'warning' | 'note'): SdEvent => ({
  type: 'finding',
  finding: { severity, code: 'x', text: `A ${severity}.` },
});
const file: SdEvent = { type: 'file.done', path: '/f', action: 'place', bytes: 1 };

test('errors and warnings go to stderr, all else to stdout, everything to the log', () => {
  tell({}, [begin, finding('error'), finding('warning'), finding('note'), file]);
  expect(err).toBe('ERROR:   A error. [x]\nWARNING: A warning.\n');
  expect(out).toMatch(/^======= {2}/);
  expect(out).toContain('NOTE:    A note.\n');
  expect(out).not.toContain('/f');
  expect(logged()).toContain(
    '\n       * Session started for user "u@h".\n         \nERROR:   A error. [x]\nWARNING: A warning.\nNOTE:',
  );
});

test('the lines an ERROR refers to stand before it, on the same stream', () => {
  const unmet = {
    severity: 'error',
    code: 'requisite_unmet',
    text: 'The prerequisite "A" cannot be resolved.',
  } as const;
  tell({ verbose: 0 }, [{ type: 'finding', finding: unmet }, finding('error')]);
  expect(err).toBe('         The prerequisite "A" cannot be resolved.\nERROR:   A error. [x]\n');
});

test('verbose=0 empties stdout only; verbose=2 shows files; loglevel decides for the log', () => {
  tell({ verbose: 0, loglevel: 2 }, [begin, finding('error'), file]);
  expect([out, err]).toEqual(['', 'ERROR:   A error. [x]\n']);
  expect(logged()).toContain('* Placed /f\n');
  tell({ verbose: 2, loglevel: 0, logfile: join(base, 'none') }, [begin, file]);
  expect(out).toContain('* Placed /f\n');
  expect(existsSync(join(base, 'none'))).toBe(false);
});

test('logdetail adds the options to log and terminal', () => {
  tell({}, [{ type: 'selection.begin' }]);
  expect(logged()).not.toContain('reinstall');
  tell({ logdetail: true }, [{ type: 'selection.begin' }]);
  expect(logged()).toContain('             reinstall                  true\n');
});

test('a log is appended to, and none is kept where none is wanted', () => {
  mkdirSync(join(base, 'adm'));
  writeFileSync(join(base, 'adm/sw.log'), 'before\n');
  tell({}, [begin]);
  expect(logged()).toMatch(/^before\n\n=======/);
  rmSync(join(base, 'adm/sw.log'));
  tell({}, [begin], 'swpackage', false);
  expect(existsSync(join(base, 'adm/sw.log'))).toBe(false);
});

test('a log that cannot be written is one warning', () => {
  writeFileSync(join(base, 'file'), '');
  tell({ logfile: join(base, 'file/sw.log') }, [begin, finding('note'), finding('note')]);
  expect(err.match(/WARNING: Cannot write the logfile/g)).toHaveLength(1);
});

test('the agent log waits until the target has a place for it', () => {
  tell({}, [agent(), finding('error'), agentEnd]);
  expect(existsSync(join(base, 'root'))).toBe(false);
  expect(readFileSync(join(base, 'adm/swagent.log'), 'utf8')).toContain('BEGIN install AGENT SESSION (pid=1)');
  mkdirSync(join(base, 'root/var/adm/sw'), { recursive: true });
  tell({}, [agent(), finding('error'), agentEnd]);
  expect(readFileSync(agentLog(), 'utf8')).toMatch(/BEGIN install.*A error.*END install/s);
});

test('what belongs to the agent log is not said twice on the terminal', () => {
  tell({}, [agent(), { type: 'fileset.begin', task: 'install', spec: 'X.R', index: 1, of: 2 }, agentEnd]);
  expect(out).toBe('');
  tell({ verbose: 2 }, [agent(), { type: 'fileset.begin', task: 'install', spec: 'X.R', index: 1, of: 2 }, agentEnd]);
  expect(out).toBe('       * Installing fileset "X.R" (1 of 2).\n');
});
