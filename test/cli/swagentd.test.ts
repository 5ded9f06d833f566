// Scheduled sessions as programs (commands.md 5 -Q and -J, 14, 16): what -Q keeps, what -J runs, and that the daemon runs each job once.

import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flat, found, Site } from './site.ts';

const HOST = hostname().split('.')[0]!;
const job = (number: number) => `${HOST}-${String(number).padStart(4, '0')}`;

let site: Site;
const started: ChildProcess[] = [];

beforeEach(() => {
  site = new Site();
  site.write('a', 'a\n');
  site.write('psf', 'product\n tag P\n revision 1.0\n fileset\n  tag RUN\n  file a /opt/a\n end\nend\n');
  site.ok('swpackage', '-s', 'psf', '@', './D');
});
afterEach(async () => {
  for (const child of started.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  const pid = daemonPid();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await until(() => daemonPid() === undefined);
  site.strike();
});

/** The daemon's process, as long as it runs. */
function daemonPid(): number | undefined {
  try {
    const { pid } = JSON.parse(site.read('adm/swagentd.pid')) as { pid: number };
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z') ? undefined : pid;
  } catch {
    return undefined;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Starts the daemon in the foreground and waits until it has the queue. */
async function daemon(...words: string[]): Promise<ChildProcess> {
  const child = site.start('swagentd', ['-n', ...words]);
  started.push(child);
  await until(() => daemonPid() === child.pid || child.exitCode !== null);
  return child;
}

function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  return new Promise((resolve) => child.on('exit', (code) => resolve(code)));
}

/** `state results` of a job. */
function state(number: number): string {
  return site
    .ok('swjob', '-a', 'state', '-a', 'results', job(number))
    .trim()
    .split('\n')
    .at(-1)!
    .trim()
    .replace(/^\S+ +/, '');
}

test('-Q keeps the session (job_scheduled), says that nobody runs it yet (no_daemon), and changes nothing; the daemon runs it with the options it was made with', async () => {
  const words = ['-x', 'job_title=at night', '-x', 'autoselect_patches=false', '-s', './D', 'P', '@', './R'];
  const ran = site.run('swinstall', ['-Q', 'now', ...words]);
  expect([ran.exit, flat(ran.stdout)]).toEqual([0, expect.stringContaining(`The job "${job(1)}" is scheduled for `)]);
  expect(flat(ran.stderr)).toMatch(
    /^WARNING: No swagentd runs for ".*"; the job waits until one does, or until it is run/,
  );
  expect([state(1), existsSync(site.path('R'))]).toEqual(['scheduled', false]);
  // What the defaults say by then does not count.
  site.write('defaults', `admin_directory=${site.path('adm')}\nswinstall.create_target_path=false\n`);
  await daemon();
  await until(() => state(1) === 'completed  success');
  expect(site.read('R/opt/a')).toBe('a\n');
  expect(site.ok('swjob', '-v', job(1))).toMatch(/^title +at night$.*^schedule +\d.*^command +swinstall -Q now /ms);
  expect(site.ok('swjob', '-a', 'log', job(1))).toContain(`(jobid=${job(1)})`);
  // The job tells the queue that it is done before its process ends.
  await until(() =>
    flat(site.read('adm/swagentd.log')).includes(`The job "${job(1)}" ended (exit code 0); it is completed.`),
  );
});

test('flags go along, errors end in the queue, and a job is run once', async () => {
  site.ok('swinstall', '-x', 'verbose=0', '-s', './D', 'P', '@', './R');
  for (const [command, ...words] of [
    ['swverify', '-d', '-Q', 'now', 'P', '@', './D'],
    ['swremove', '-d', '-p', '-Q', 'now', 'P', '@', './D'],
    ['swcopy', '-Q', 'now', '-s', './D', 'NOTHING', '@', './E'],
    ['swconfig', '-u', '-Q', 'now', 'P', '@', './R'],
  ] as const) {
    expect(site.run(command, words).exit).toBe(0);
  }
  for (const [command, number] of [
    ['swverify', 2],
    ['swremove', 3],
  ] as const)
    site.ok(command, '-J', job(number));
  expect(site.run('swcopy', ['-J', job(4)]).exit).toBe(1);
  expect(site.run('swconfig', ['-J', job(5)]).exit).toBe(1);
  expect([2, 3, 4, 5].map(state)).toEqual([
    'completed  success',
    'completed  success',
    'completed  errors',
    'completed  errors',
  ]);
  expect(existsSync(site.path('D/catalog/P'))).toBe(true);
  const again = site.run('swverify', ['-J', job(2)]);
  expect([again.exit, flat(again.stderr)]).toEqual([1, expect.stringContaining('[job_not_scheduled]')]);
});

test('of two that run a job at one time, one does', async () => {
  site.run('swinstall', ['-Q', 'now', '-s', './D', 'P', '@', './R']);
  const both = [site.start('swinstall', ['-J', job(1)]), site.start('swinstall', ['-J', job(1)])];
  const exits = await Promise.all(both.map((child) => new Promise((resolve) => child.on('exit', resolve))));
  expect(exits.sort()).toEqual([0, 1]);
  expect(state(1)).toBe('completed  success');
});

test('a job that is killed is shown as crashed, and neither the old nor a new daemon runs it again', async () => {
  site.write('post', `#!/bin/sh\necho once >> ${site.path('ran')}\nexec sleep 100\n`);
  site.write('psf2', 'product\n tag S\n fileset\n  tag RUN\n  postinstall post\n  file a /opt/s\n end\nend\n');
  site.ok('swpackage', '-s', 'psf2', '@', './D2');
  site.run('swinstall', ['-Q', 'now', '-s', './D2', 'S', '@', './R']);
  const first = await daemon();
  await until(() => existsSync(site.path('ran')));
  expect(state(1)).toBe('active');
  await kill(first, 'SIGKILL');
  // Its job outlives it.
  expect(state(1)).toBe('active');
  const pid = Number(/^pid +(\d+)/m.exec(site.ok('swjob', '-v', job(1)))![1]);
  const script = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  process.kill(pid, 'SIGKILL');
  process.kill(script, 'SIGKILL');
  await until(() => state(1).startsWith('crashed'));
  site.run('swverify', ['-d', '-Q', 'now', 'P', '@', './D']);
  await daemon();
  await until(() => state(2) === 'completed  success');
  await until(() => flat(site.read('adm/swagentd.log')).includes(`The job "${job(2)}" ended`));
  expect([state(1), site.read('ran')]).toEqual(['crashed  errors', 'once\n']);
});

test('one daemon for a queue: a second is refused, -r replaces it, -k stops it, and signals end it', async () => {
  site.ok('swagentd');
  const first = daemonPid();
  const second = site.run('swagentd', []);
  expect([second.exit, flat(second.stderr)]).toEqual([1, expect.stringContaining('[daemon_running]')]);
  process.kill(first!, 'SIGHUP');
  site.ok('swagentd', '-r', '-x', 'max_agents=1');
  expect(daemonPid()).not.toBe(first);
  site.ok('swagentd', '-k');
  expect(daemonPid()).toBeUndefined();
  expect(flat(site.run('swagentd', ['-k']).stderr)).toContain('[daemon_not_running]');
  for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const) expect(await kill(await daemon(), signal)).toBe(0);
});

test('minimum_job_polling_interval=0 runs no job; max_agents=1 runs one at a time; logfile says where it is told', async () => {
  const far = ['-s', './D', 'P', '@'];
  for (const root of ['./R1', './R2', './R3']) site.run('swinstall', ['-Q', 'now', ...far, root]);
  const idle = await daemon('-x', 'minimum_job_polling_interval=0');
  expect(await kill(idle, 'SIGTERM')).toBe(0);
  expect([1, 2, 3].map(state)).toEqual(['scheduled', 'scheduled', 'scheduled']);
  site.write('options', `logfile=${site.path('mine.log')}\nmax_agents=1\n`);
  await daemon('-X', site.path('options'));
  const said = () => flat(site.read('mine.log')).match(/Started|ended/g) ?? [];
  await until(() => said().length === 6);
  expect(said()).toEqual(['Started', 'ended', 'Started', 'ended', 'Started', 'ended']);
  expect([1, 2, 3].map(state)).toEqual(Array(3).fill('completed  success'));
});

test('a scheduled job can be taken back, and a date that is none is refused', () => {
  site.write('adm/getdate.templ', '# Days first\n%d.%m.%Y, %H h\n');
  expect(site.run('swinstall', ['-Q', '24.12.2090, 3 h', '-s', './D', 'P', '@', './R']).exit).toBe(0);
  expect(site.ok('swjob', '-a', 'schedule')).toContain('12/24/90 03:00:00 UTC');
  site.ok('swjob', '-u', job(1));
  expect(flat(site.run('swinstall', ['-J', job(1)]).stderr)).toContain('[job_not_scheduled]');
  const refused = site.run('swinstall', ['-Q', 'some day', '-s', './D', 'P', '@', './R']);
  expect([refused.exit, flat(refused.stderr)]).toEqual([1, expect.stringContaining('[bad_date]')]);
  expect(flat(site.run('swask', ['-Q', 'now', '-s', './D', 'P']).stderr)).toContain('whoever sits at the terminal');
});

test('a queue that cannot be written: a session goes on without its job, one for later is refused', () => {
  site.write('adm/queue', 'a file\n');
  const later = site.run('swinstall', ['-Q', 'now', '-s', './D', 'P', '@', './R']);
  expect([later.exit, flat(later.stderr)]).toEqual([
    1,
    expect.stringMatching(/session cannot be scheduled in ".*queue"\. .* Correct the permissions, .*\[job_not_kept\]/),
  ]);
  expect([existsSync(site.path('R')), site.read('adm/queue')]).toEqual([false, 'a file\n']);
  const now = site.run('swinstall', ['--json', '-s', './D', 'P', '@', './R']);
  expect([now.exit, found(now, 'job_not_kept')]).toEqual([
    0,
    expect.stringMatching(/^warning: Cannot keep a job in ".*queue"\. \w/),
  ]);
  expect(site.read('R/opt/a')).toBe('a\n');
});

test.runIf(process.getuid?.() === 0)('only who started the daemon, or root, stops it', async () => {
  const child = await daemon();
  const ran = site.run('swagentd', ['-k'], { uid: 54_321 });
  expect([ran.exit, flat(ran.stderr)]).toEqual([
    1,
    expect.stringMatching(/process \d+\) cannot be stopped\. .*only who started it, or root, .*\[daemon_not_stopped\]/),
  ]);
  expect(daemonPid()).toBe(child.pid);
});

test('a queue that everybody can write is not served', () => {
  mkdirSync(site.path('adm/queue'), { recursive: true });
  chmodSync(site.path('adm/queue'), 0o777);
  const ran = site.run('swagentd', ['-n']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('writable for all')]);
  expect(ran.stderr).toContain('[daemon_not_started]');
});
