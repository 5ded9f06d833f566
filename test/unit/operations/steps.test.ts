// The step runner with steps made for it: order, results, questions, resuming, taking back, and what is on disk at each moment.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SdError } from '../../../src/model/error.ts';
import type { SdEvent } from '../../../src/model/events.ts';
import { remaining, stepWord } from '../../../src/model/steps.ts';
import { freshRecord, runSteps, type Step, type StepQuestions, undoStep } from '../../../src/operations/steps.ts';
import { readSteps, StepsJournal, stepsDirectory, stepsRunning } from '../../../src/operations/steps-record.ts';

let directory: string;
let did: string[];
let events: SdEvent[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sd-steps-'));
  did = [];
  events = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function step(name: string, more: Partial<Step> = {}): Step {
  return {
    name,
    title: `Doing ${name}`,
    action: async () => {
      did.push(name);
    },
    undo: async () => {
      did.push(`undo ${name}`);
    },
    ...more,
  };
}

function failing(name: string, more: Partial<Step> = {}): Step {
  return step(name, {
    action: async () => {
      throw new SdError('broken', { what: `${name} broke.` });
    },
    ...more,
  });
}

async function run(
  steps: readonly Step[],
  how: { ask?: StepQuestions; undoOnFailure?: boolean; resume?: boolean } = {},
) {
  const before = how.resume ? readSteps(directory, 'job')! : freshRecord('job', steps, { from: '1' });
  const journal = new StepsJournal(directory, before);
  try {
    journal.write(before);
    const { resume: _, ...more } = how;
    return await runSteps({ steps, journal, emit: (event) => events.push(event), ...more });
  } finally {
    journal.close();
  }
}

const words = () => readSteps(directory, 'job')!.steps.map((each) => `${each.name} ${stepWord(each, false)}`);

describe('automatic', () => {
  it('runs in order, and stops at the first failure; resuming goes on there', async () => {
    const outcome = await run([step('a'), failing('b'), step('c')]);
    expect([outcome.failed?.step.name, outcome.failed?.error.code]).toEqual(['b', 'broken']);
    expect([did, words()]).toEqual([['a'], ['a done', 'b failed', 'c pending']]);
    expect(readSteps(directory, 'job')).toMatchObject({ facts: { from: '1' } });
    expect(await run([step('a'), step('b'), step('c')], { resume: true })).toEqual({ remains: [] });
    expect([did, words()]).toEqual([
      ['a', 'b', 'c'],
      ['a done', 'b done', 'c done'],
    ]);
  });

  it('has a beginning on disk before the action, and the result before the next', async () => {
    const seen: string[][] = [];
    const look = (name: string) => step(name, { action: async () => void seen.push(words()) });
    await run([look('a'), look('b')]);
    expect(seen).toEqual([
      ['a interrupted', 'b pending'],
      ['a done', 'b interrupted'],
    ]);
  });

  it('refuses by a guard, passes over what is not needed, and turns errors of the machine into words', async () => {
    const guard = () => {
      throw new SdError('too_early', { what: 'Not yet.' });
    };
    const outcome = await run([step('none', { needed: () => false }), step('a', { guard })]);
    expect([did, outcome.failed?.error.code, words()]).toEqual([[], 'too_early', ['none skipped', 'a failed']]);
    const missing = step('m', { action: async () => void readdirSync(join(directory, 'no')) });
    const failed = (await run([missing])).failed!.error;
    expect([failed.code, failed.because.includes('No such file')]).toEqual(['machine_failed', true]);
    await expect(run([step('x', { action: () => Promise.reject(new TypeError('bug')) })])).rejects.toThrow('bug');
    expect(words()).toEqual(['x interrupted']);
  });

  it('takes back, last first, where that is asked for', async () => {
    await run([step('a'), step('b'), failing('c')], { undoOnFailure: true });
    expect([did, words()]).toEqual([
      ['a', 'b', 'undo c', 'undo b', 'undo a'],
      ['a undone', 'b undone', 'c failed'],
    ]);
  });
});

describe('what is left behind', () => {
  const off = () => step('off', { leaves: { until: 'on', text: () => 'It is off.' } });

  it('is told until its counterpart is done, or it is taken back', async () => {
    expect((await run([off(), failing('work'), step('on')])).remains).toEqual(['It is off.']);
    expect((await run([off(), step('work'), step('on')], { resume: true })).remains).toEqual([]);
    await run([off(), failing('work'), step('on')]);
    const journal = new StepsJournal(directory, readSteps(directory, 'job')!);
    await undoStep({ journal, emit: () => undefined }, off());
    expect(remaining(journal.record.steps)).toEqual([]);
    await expect(
      undoStep({ journal, emit: () => undefined }, { name: 'x', title: 'X', action: async () => undefined }),
    ).rejects.toThrow('cannot be taken back');
    journal.close();
  });
});

describe('interactive', () => {
  const asking = (before: Record<string, boolean>, after: Record<string, boolean> = {}): StepQuestions => ({
    before: async ({ name }) => before[name] ?? true,
    afterFailure: async ({ name }) => after[name] ?? false,
  });

  it('leaves out what is answered with no, and goes on behind a failure that is ignored', async () => {
    const steps = [step('a'), failing('b'), step('c', { unasked: true }), step('d')];
    const outcome = await run(steps, { ask: asking({ a: false, c: false }, { b: true }) });
    expect(outcome.failed).toBeUndefined();
    expect([did, words()]).toEqual([
      ['c', 'd'],
      ['a ignored', 'b failed-ignored', 'c done', 'd done'],
    ]);
    expect(events.flatMap((event) => (event.type === 'step.end' ? [event.result] : []))).toEqual([
      'ignored',
      'failed_ignored',
      'done',
      'done',
    ]);
    expect((await run([failing('b'), step('d')], { ask: asking({}) })).failed?.step.name).toBe('b');
  });
});

describe('the record', () => {
  it('belongs to one process at a time; a dead one gives it up', () => {
    const first = new StepsJournal(directory, freshRecord('job', []));
    expect(stepsRunning(directory, 'job')).toBe(true);
    expect(() => new StepsJournal(directory, freshRecord('job', []))).toThrow(
      expect.objectContaining({ code: 'steps_running' }),
    );
    new StepsJournal(directory, freshRecord('other', [])).close();
    first.close();
    expect(stepsRunning(directory, 'job')).toBe(false);
    for (const dead of ['{"pid":1,"start":"0"}', '{"pid":999999,"start":"1"}', '', '{']) {
      writeFileSync(join(directory, 'job.lock'), dead);
      new StepsJournal(directory, freshRecord('job', [])).close();
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it('that cannot be read or written is told', () => {
    writeFileSync(join(directory, 'job.json'), '{"steps"');
    expect(() => readSteps(directory, 'job')).toThrow(expect.objectContaining({ code: 'steps_damaged' }));
    writeFileSync(join(directory, 'job.json'), '{}');
    expect(() => readSteps(directory, 'job')).toThrow(expect.objectContaining({ code: 'steps_damaged' }));
    expect(readSteps(directory, 'none')).toBeUndefined();
    writeFileSync(join(directory, 'file'), '');
    expect(() => new StepsJournal(join(directory, 'file', 'x'), freshRecord('job', []))).toThrow(
      expect.objectContaining({ code: 'steps_not_kept' }),
    );
    mkdirSync(join(directory, 'root'));
    expect(stepsDirectory(join(directory, 'root'), '')).toBe(join(directory, 'root/var/adm/sw/steps'));
    expect(existsSync(join(directory, 'root/var'))).toBe(false);
  });
});
