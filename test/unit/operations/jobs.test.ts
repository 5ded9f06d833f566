// Jobs: ids, records, progress, plans (commands.md 14).

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { operationOf, resultOf } from '../../../src/model/job.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { type JobQueue, job, jobs, jobsNamed, planOf, removeJob } from '../../../src/operations/jobs.ts';
import { beginJob } from '../../../src/operations/jobs-running.ts';

let queue: JobQueue;

beforeEach(() => {
  queue = { directory: join(mkdtempSync(join(tmpdir(), 'jobs-')), 'queue'), host: 'sheldon', reuseShort: true };
});
afterEach(() => rmSync(join(queue.directory, '..'), { recursive: true }));

const about = {
  command: 'swinstall',
  program: 'swinstall',
  argv: ['X11'],
  user: 'root@sheldon',
  title: '',
  begin: 1,
  software: ['X11'],
  targets: ['sheldon:/', 'sheldon:/srv'],
  depot: false,
  preview: false,
  logfile: '/l',
};

const plan: Plan = {
  verb: 'install',
  target: '/',
  generation: 1,
  products: [],
  left: [],
  excluded: [],
  findings: [],
  space: [],
};

test('ids count up, also past a record that is there already', () => {
  expect(beginJob(queue, about).jobid).toBe('sheldon-0001');
  writeFileSync(join(queue.directory, 'sheldon-0002.job'), '');
  expect(beginJob(queue, { ...about, begin: 2 }).jobid).toBe('sheldon-0003');
  writeFileSync(join(queue.directory, 'sheldon-0004.job'), '{"jobid":');
  expect(jobs(queue).map(({ jobid }) => jobid)).toEqual(['sheldon-0001', 'sheldon-0003']);
});

test('after 9999 comes a free short number, or a longer one', () => {
  beginJob(queue, about);
  writeFileSync(join(queue.directory, 'last'), '9999\n');
  expect(beginJob(queue, about).jobid).toBe('sheldon-0002');
  writeFileSync(join(queue.directory, 'last'), '9999\n');
  expect(beginJob({ ...queue, reuseShort: false }, about).jobid).toBe('sheldon-10000');
});

test('a queue with every short number taken goes on with longer ones', () => {
  beginJob(queue, about);
  for (let number = 1; number <= 9999; number++) {
    writeFileSync(join(queue.directory, `sheldon-${String(number).padStart(4, '0')}.job`), '');
  }
  expect(beginJob(queue, about).jobid).toBe('sheldon-10000');
});

test('the end keeps exit code, counts, the first findings and generations; removing forgets every file', () => {
  const running = beginJob(queue, about);
  const finding = (severity: 'error' | 'note', index: number) => ({ severity, code: 'x', text: `${index}` });
  const findings = [finding('note', 0), ...Array.from({ length: 30 }, (_, index) => finding('error', index))];
  running.heard({ type: 'analysis.end', ok: true, target: 'sheldon:/', plan, preview: true }, 1);
  running.end([{ exitCode: 1, plan, findings, generation: 7 }], 1, false);
  const found = job(queue, running.jobid)!;
  expect(found).toMatchObject({ state: 'completed', exitCode: 1 });
  expect(found.results).toMatchObject([
    { target: 'sheldon:/', exitCode: 1, errors: 30, warnings: 0, before: 1, after: 7 },
  ]);
  expect(found.results[0]!.findings.map((each) => each.text)).toEqual(findings.slice(1, 21).map((each) => each.text));
  expect([planOf(queue, running.jobid, 0), planOf(queue, running.jobid, 1)]).toEqual([undefined, plan]);
  removeJob(queue, running.jobid);
  expect(readdirSync(queue.directory)).toEqual(['last']);
});

test('progress goes from phase to phase, then counts filesets; configuration after loading is not counted', () => {
  const running = beginJob(queue, about);
  const progress = () => job(queue, running.jobid)!.progress;
  expect(progress()).toEqual({ phase: 'begin', done: 0, planned: 0 });
  running.heard({ type: 'selection.begin' }, 0);
  expect(progress().phase).toBe('selection');
  running.heard({ type: 'analysis.begin', preview: false }, 0);
  expect(progress().phase).toBe('analysis');
  running.heard({ type: 'execution.begin', task: 'install', filesets: 2, files: 1, bytes: 1 }, 0);
  expect(progress()).toEqual({ phase: 'execution', done: 0, planned: 2 });
  const done = { type: 'fileset.end', spec: 'A.B', ok: true, state: 'installed' } as const;
  running.heard({ ...done, task: 'install' }, 0);
  running.heard({ ...done, task: 'install' }, 0);
  running.heard({ ...done, task: 'configure' }, 0);
  running.end([], 0, false);
  expect(progress()).toEqual({ phase: 'execution', done: 2, planned: 2 });
});

test('a job without an end is active while its process runs, then crashed', () => {
  const running = beginJob(queue, about);
  expect(job(queue, running.jobid)).toMatchObject({ state: 'active' });
  const file = join(queue.directory, `${running.jobid}.job`);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), start: '1' }));
  const crashed = job(queue, running.jobid)!;
  expect([crashed.state, resultOf(crashed)]).toEqual(['crashed', 'errors']);
});

test('an operand is an id or a pattern, and never a path', () => {
  for (let count = 0; count < 3; count++) beginJob(queue, { ...about, begin: count });
  const named = (operand: string) => jobsNamed(queue, operand).map(({ jobid }) => jobid);
  expect(named('sheldon-0002')).toEqual(['sheldon-0002']);
  expect(named('sheldon-000[13]')).toEqual(['sheldon-0001', 'sheldon-0003']);
  expect(named('*')).toHaveLength(3);
  writeFileSync(join(queue.directory, '../evil.job'), JSON.stringify({ jobid: 'evil' }));
  expect(named('../evil')).toEqual([]);
});

test('a queue that cannot be written any more costs the job only, and says why', () => {
  const running = beginJob(queue, about);
  rmSync(queue.directory, { recursive: true });
  running.heard({ type: 'selection.begin' }, 0);
  expect(running.end([], 0, false)).toBe('No such file or directory.');
  mkdirSync(queue.directory);
});

test('results and operations in the words of a listing', () => {
  const running = beginJob(queue, { ...about, command: 'swconfig' });
  running.end([{ exitCode: 0, findings: [{ severity: 'warning', code: 'x', text: '' }] }], 0, false);
  const found = job(queue, running.jobid)!;
  expect([operationOf(found), resultOf(found), resultOf(found, 'sheldon:/srv')]).toEqual([
    'config',
    'warnings',
    'success',
  ]);
});
