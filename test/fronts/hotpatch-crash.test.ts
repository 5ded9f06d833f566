// Power cuts (D.5 "hot patches" 10, HS12): kill -9 in the executable, and at steps of the ledger. Whatever the step, nothing runs twice;
// what began is shown as interrupted, and what did not begin runs in the next pass.

import { cpSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flat } from '../cli/site.ts';
import { HotpatchSite, until } from './hotpatch-site.ts';

let site: HotpatchSite;
beforeEach(() => {
  site = new HotpatchSite();
});
afterEach(() => site.strike());

const ran = () => site.lines('root/ran');

test('kill -9 while the executable runs: it is interrupted, and never runs again', async () => {
  site.patch('cut', 'expr 1', 'echo begun $$ >> "$SW_ROOT_DIRECTORY/ran"; sleep 600');
  site.patch('next', 'patchApplied cut', 'echo next >> "$SW_ROOT_DIRECTORY/ran"');
  site.take();
  const child = site.start('hotpatchd', site.at());
  await until(() => ran().length > 0);
  const gone = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  process.kill(-Number(ran()[0]!.split(' ')[1]), 'SIGKILL');
  expect(site.states()).toEqual({ cut: 'interrupted', next: 'pending' });
  const again = site.pass();
  expect([again.exit, flat(again.stderr)]).toEqual([0, expect.stringContaining('was cut off when its session died')]);
  expect(site.pass()).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  expect(ran().map((line) => line.split(' ')[0])).toEqual(['begun', 'next']);
  expect(site.states()).toEqual({ cut: 'interrupted', next: 'applied 0' });
});

test('kill -9 at the steps of a run', () => {
  site.patch('before', 'expr 1', 'true');
  site.take();
  site.pass();
  site.patch('once', 'expr 1', 'echo once >> "$SW_ROOT_DIRECTORY/ran"');
  site.take();
  cpSync(site.path('root'), site.path('whole'), { recursive: true });
  const steps = tracedSteps();
  const script = steps.indexOf('script');
  // Around the note that the script begins, and then here and there: the sweep over all of them is for hand work.
  const near = [-1, 0, 1, 2].map((offset) => script + offset);
  const all = steps.flatMap((name, step) => (name === 'commit' || near.includes(step) ? [step] : []));
  for (const step of all) {
    rmSync(site.path('root'), { recursive: true });
    cpSync(site.path('whole'), site.path('root'), { recursive: true });
    const killed = site.run('hotpatchd', [...site.at(), '--once'], { env: { SW_CRASH_AT: String(step + 1) } });
    expect([step, killed.exit]).toEqual([step, null]);
    const began = ran().length;
    expect([step, site.pass().exit]).toEqual([step, 0]);
    const { once } = site.states();
    expect([step, ran().length <= 1, once]).toEqual([step, true, expect.stringMatching(/^(applied 0|interrupted)$/)]);
    // What had not begun ran now; only between the note of a beginning and the record of the end is that unknown.
    if (once === 'interrupted') expect([began, step >= script]).toEqual([ran().length, true]);
    else expect(ran()).toEqual(['once']);
  }
  expect(readdirSync(site.path('root/var/spool/hotpatch/incoming'))).toEqual([]);
});

/** Names of the test points of one undisturbed pass, in order. */
function tracedSteps(): string[] {
  const env = { SW_TRACE_STEPS: site.path('trace') };
  expect(site.run('hotpatchd', [...site.at(), '--once'], { env }).exit).toBe(0);
  return site.lines('trace');
}
