// Jobs: ids, records, plans (commands.md 14).

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginJob, endJob, type JobQueue, job, jobs, plansOf, removeJob } from '../../../src/operations/jobs.ts';

let queue: JobQueue;

beforeEach(() => {
  queue = { directory: join(mkdtempSync(join(tmpdir(), 'jobs-')), 'queue'), host: 'sheldon', reuseShort: true };
});
afterEach(() => rmSync(join(queue.directory, '..'), { recursive: true }));

const about = {
  command: 'swinstall',
  argv: ['X11'],
  user: 'root@sheldon',
  title: '',
  begin: 1,
  software: ['X11'],
  targets: ['sheldon:/'],
  preview: false,
  logfile: '/l',
};

test('ids count up, also past a record that is there already', () => {
  expect(beginJob(queue, about).jobid).toBe('sheldon-0001');
  writeFileSync(join(queue.directory, 'sheldon-0002.job'), '');
  expect(beginJob(queue, { ...about, begin: 2 }).jobid).toBe('sheldon-0003');
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

test('the end keeps exit code, findings and plan; removing forgets both files', () => {
  const record = beginJob(queue, about);
  const plan = {
    verb: 'install',
    target: '/',
    generation: 1,
    products: [],
    left: [],
    excluded: [],
    findings: [],
    space: [],
  } as const;
  const findings = [{ severity: 'error', code: 'x', text: 'y' }] as const;
  endJob(queue, record, { time: 9, exitCode: 1, outcomes: [{ exitCode: 1, plan, findings }] });
  expect(job(queue, record.jobid)).toMatchObject({
    end: 9,
    exitCode: 1,
    results: [{ target: 'sheldon:/', exitCode: 1, findings }],
  });
  expect(plansOf(queue, record.jobid)).toEqual([plan]);
  removeJob(queue, record.jobid);
  expect(job(queue, record.jobid)).toBeUndefined();
  expect(existsSync(join(queue.directory, `${record.jobid}.plan`))).toBe(false);
});
