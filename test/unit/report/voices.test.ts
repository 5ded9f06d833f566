// What controller, agent and swpackage say of a session: SD's words in SD's order (commands.md 10.4, 10.5, 10.8).

import { expect, test } from 'vitest';
import type { SdEvent } from '../../../src/model/events.ts';
import type { Plan, PlannedFileset } from '../../../src/model/plan.ts';
import { agentVoice } from '../../../src/report/agent.ts';
import { controllerVoice, type Voice, type VoiceParts } from '../../../src/report/controller.ts';
import { layOut } from '../../../src/report/layout.ts';
import { packagingVoice } from '../../../src/report/packaging.ts';

const HERE = 'hpux01:/';
const time = new Date(2012, 1, 3, 15, 18, 8).getTime();
const run: VoiceParts = { command: 'swinstall', explain: false, settings: [] };

/** Lines of all messages that everybody sees, the zone name of this machine replaced. */
function lines(voice: Voice, events: readonly SdEvent[]): string[] {
  const messages = events.flatMap((event) => voice.say(event)).filter((message) => !('detail' in message));
  return messages
    .flatMap((message) => layOut(message, { log_msgid: 0, gap: '' }))
    .map((line) => line.replace(/(\d\d) \S+ {2}(BEGIN|END)/, '$1 MET  $2'));
}

const fileset = (name: string, more: Partial<PlannedFileset> = {}): PlannedFileset => ({
  key: name,
  targetKey: name,
  name: name.replace('/', '.'),
  spec: `${name.replace('/', '.')},r=1.0`,
  action: 'install',
  reason: { kind: 'asked', spec: 'X' },
  bytes: 2000,
  files: 2,
  ...more,
});

function planOf(filesets: PlannedFileset[], left: PlannedFileset[] = []): Plan {
  const product = { id: 'X', targetId: 'X', tag: 'X', spec: 'X,r=1.0', filesets, location: '/', drops: [] };
  return {
    verb: 'install',
    target: '/',
    generation: 1,
    products: filesets.length > 0 ? [product] : [],
    left,
    excluded: [{ key: 'P/R', name: 'P.R', because: 'superseded by installed Q.R' }],
    findings: [],
    space: [{ mount: '/', available: 10_240, needed: 2048, save: 0 }],
  };
}

const begin: SdEvent = { type: 'session.begin', command: 'swinstall', user: 'root@hpux01', jobid: 'hpux01-1991', time };
const agentBegin: SdEvent = {
  type: 'agent.begin',
  task: 'install',
  user: 'root@hpux01',
  pid: 5905,
  jobid: 'hpux01-1982',
  target: HERE,
  logfile: 'hpux01:/var/adm/sw/swagent.log',
  time,
};
const end = (ok: boolean): SdEvent => ({
  type: 'session.end',
  command: 'swinstall',
  jobid: 'hpux01-1991',
  time,
  ok,
  target: HERE,
});

test('a swinstall that succeeds reads like the real log', () => {
  const got = lines(controllerVoice(run), [
    begin,
    { type: 'selection.begin' },
    { type: 'target.connected', target: HERE, ok: true },
    { type: 'source.connected', source: 'hpux01:/d', ok: true },
    { type: 'selection.made', source: 'hpux01:/d', targets: [HERE], software: ['X.RUN,r=1.0,a=,v='] },
    { type: 'selection.end', ok: true },
    agentBegin,
    { type: 'analysis.begin', preview: false },
    { type: 'session.saved', file: '/.root/.sw/sessions/swinstall.last' },
    { type: 'analysis.end', ok: true, target: HERE, plan: planOf([fileset('X/RUN')]), preview: false },
    { type: 'execution.end', task: 'install', ok: true, target: '/', errors: 0, warnings: 0, filesets: 1 },
    { type: 'agent.end', task: 'install', pid: 1, time },
    end(true),
  ]);
  expect(got.filter((line) => line !== '')).toEqual([
    '=======  02/03/12 15:18:08 MET  BEGIN swinstall SESSION',
    '         (non-interactive) (jobid=hpux01-1991)',
    '       * Session started for user "root@hpux01".',
    '       * Beginning Selection',
    '       * Target connection succeeded for "hpux01:/".',
    '       * Source connection succeeded for "hpux01:/d".',
    '       * Source:                 hpux01:/d',
    '       * Targets:                hpux01:/',
    '       * Software selections:',
    '             X.RUN,r=1.0,a=,v=',
    '       * Selection succeeded.',
    '       * Beginning Analysis and Execution',
    '       * Session selections have been saved in the file',
    '         "/.root/.sw/sessions/swinstall.last".',
    '       * The execution phase succeeded for "hpux01:/".',
    '       * Analysis and Execution succeeded.',
    'NOTE:    More information may be found in the agent logfile using the',
    '         command "swjob -a log hpux01-1991 @ hpux01:/".',
    '=======  02/03/12 15:18:08 MET  END swinstall SESSION (non-interactive)',
    '         (jobid=hpux01-1991)',
  ]);
});

test('a failure is told with its cause and its code, and points to the agent as an ERROR', () => {
  const finding = { severity: 'error', code: 'content_missing', text: 'Nothing there.' } as const;
  const got = lines(controllerVoice(run), [
    agentBegin,
    { type: 'analysis.begin', preview: false },
    { type: 'script.begin', tag: 'preinstall', owner: 'X.RUN', level: 'fileset' },
    { type: 'script.output', line: 'cannot do it', stream: 'stderr' },
    { type: 'script.end', tag: 'preinstall', owner: 'X.RUN', level: 'fileset', exit: 1, location: '/l', fatal: true },
    { type: 'finding', finding },
    { type: 'execution.end', task: 'install', ok: false, target: '/', errors: 1, warnings: 0, filesets: 1 },
    end(false),
  ]);
  expect(got).toContain('cannot do it');
  expect(got).toContain('ERROR:   Nothing there. [content_missing]');
  expect(got).toContain('ERROR:   The execution phase failed for "hpux01:/".');
  expect(got).toContain('       * Analysis and Execution had errors.');
  expect(got).toContain('ERROR:   More information may be found in the agent logfile using the');
});

test('a session that ends in the selection closes that phase', () => {
  const got = lines(controllerVoice(run), [{ type: 'selection.begin' }, end(false)]);
  expect(got).toContain('       * Selection had errors.');
  expect(got.join()).not.toContain('agent logfile');
});

test('output of a script that succeeds stays in the agent log', () => {
  const events: SdEvent[] = [
    { type: 'script.begin', tag: 'configure', owner: 'X', level: 'product' },
    { type: 'script.output', line: 'hello', stream: 'stdout' },
    { type: 'script.end', tag: 'configure', owner: 'X', level: 'product', exit: 0, location: '/l', fatal: false },
  ];
  expect(lines(controllerVoice(run), events)).toEqual([]);
  expect(lines(agentVoice(), events)).toEqual(['       * Running "configure" script for product "X".', 'hello']);
});

test('a preview prints its plan; with -v the reasons, what was left out and where options come from', () => {
  const automatic = {
    kind: 'automatic',
    by: 'autoselect_patches',
    base: 'ACME.RUN',
    chain: ['PT_1', 'PT_2', 'PT_3'],
    filter: '*.*,c=critical',
  } as const;
  const plan = planOf(
    [fileset('PT_3/RUN', { reason: automatic })],
    [fileset('X/DOC', { action: 'skip', because: 'It is already installed.' })],
  );
  const events: SdEvent[] = [
    { type: 'selection.begin' },
    { type: 'analysis.begin', preview: true },
    { type: 'analysis.end', ok: true, target: HERE, plan, preview: true },
    end(true),
  ];
  const settings = [
    { name: 'reinstall', value: 'true', origin: '-x' },
    { name: 'loglevel', value: '1' },
  ];
  const short = lines(controllerVoice({ ...run, settings }), events);
  expect(short).toEqual(
    expect.arrayContaining([
      '       * Beginning Analysis',
      '             install     PT_3.RUN,r=1.0',
      '             skip        X.DOC,r=1.0',
      '                         It is already installed.',
      '       * Filesystem "/": 2 Kbytes needed, 10 Kbytes available.',
      '       * Analysis succeeded.',
    ]),
  );
  expect(short.join('\n')).not.toContain('chain');
  const long = lines(controllerVoice({ ...run, settings, explain: true }), events);
  const reason =
    'automatic: newest of chain PT_1 < PT_2 < PT_3 for ACME.RUN (autoselect_patches, patch_filter *.*,c=critical)';
  expect(long).toContain(`                         ${reason}`);
  expect(long).toContain('             exclude     P.R');
  expect(long).toContain('                         excluded: superseded by installed Q.R');
  expect(long).toContain('             reinstall                  true  (-x)');
  expect(long.join('\n')).not.toContain('loglevel');
});

test('the agent log of a configure with a failure reads like the real one', () => {
  const got = lines(agentVoice(), [
    { ...agentBegin, task: 'configure' } as SdEvent,
    { type: 'analysis.begin', preview: false },
    { type: 'analysis.end', ok: true, target: HERE, plan: planOf([fileset('A/B'), fileset('A/C')]), preview: false },
    { type: 'execution.begin', task: 'configure', filesets: 2, files: 0, bytes: 0 },
    { type: 'fileset.end', task: 'configure', spec: 'A.B,l=/,r=1.0', ok: false, state: 'installed' },
    { type: 'execution.end', task: 'configure', ok: false, target: '/', errors: 1, warnings: 0, filesets: 2 },
    { type: 'agent.end', task: 'configure', pid: 5905, jobid: 'hpux01-1982', time },
  ]);
  expect(got.filter((line) => line !== '')).toEqual([
    '=======  02/03/12 15:18:08 MET  BEGIN configure AGENT SESSION',
    '         (pid=5905) (jobid=hpux01-1982)',
    '       * Agent session started for user "root@hpux01". (pid=5905)',
    '       * Beginning Analysis Phase.',
    '       * Target:           hpux01:/',
    '       * Target logfile:   hpux01:/var/adm/sw/swagent.log',
    '       * Reading source for file information.',
    '       * Summary of Analysis Phase:',
    '       * 2 of 2 filesets had no Errors or Warnings.',
    '       * The Analysis Phase succeeded.',
    '       * Beginning the Configure Execution Phase.',
    '       * Filesets:         2',
    '       * Summary of Execution Phase:',
    'ERROR:       Installed     A.B,l=/,r=1.0',
    'ERROR:   1 of 2 filesets had Errors.',
    '       * 1 of 2 filesets had no Errors or Warnings.',
    'ERROR:   The Execution Phase had errors.  See the above output for',
    '         details.',
    '=======  02/03/12 15:18:08 MET  END configure AGENT SESSION (pid=5905)',
    '         (jobid=hpux01-1982)',
  ]);
});

test('swpackage has phases of its own and neither mode nor job', () => {
  const parts = { ...run, command: 'swpackage' };
  const got = lines(packagingVoice(parts), [
    { type: 'session.begin', command: 'swpackage', user: 'u@h', time },
    { type: 'selection.begin', asked: { source: 'h:/w.psf', target: 'h:/d', software: [] } },
    { type: 'selection.made', source: 'h:/w.psf', targets: ['h:/d'], software: ['X.F,r=1.0,fr=1.0'] },
    { type: 'selection.end', ok: true },
    { type: 'execution.begin', task: 'package', filesets: 1, files: 1, bytes: 1 },
    { type: 'product.begin', task: 'package', spec: 'X,r=1.0' },
    { type: 'fileset.begin', task: 'package', spec: 'X.F,r=1.0,fr=1.0', index: 1, of: 1 },
    { type: 'execution.end', task: 'package', ok: true, target: '/d', errors: 0, warnings: 0, filesets: 1 },
    { type: 'session.end', command: 'swpackage', time, ok: true, target: 'h:/d' },
  ]);
  expect(got.filter((line) => line !== '')).toEqual([
    '=======  02/03/12 15:18:08 MET  BEGIN swpackage SESSION',
    '       * Session started for user "u@h".',
    '       * Source:                 h:/w.psf',
    '       * Target:                 h:/d',
    '       * Software selections:',
    '             *',
    '       * Beginning Selection Phase.',
    '       * Selection Phase succeeded.',
    '       * Beginning Package Phase.',
    '       * Packaging the product "X".',
    '       * Packaging the fileset "X.F".',
    '       * Package Phase succeeded.',
    '=======  02/03/12 15:18:08 MET  END swpackage SESSION',
  ]);
});
