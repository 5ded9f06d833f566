// swagentd: runs scheduled jobs (commands.md 16). It listens to nobody: commands work on this machine themselves, without an agent.
// SIGTERM and SIGUSR2 end it at once, SIGUSR1 when its jobs have ended; SIGHUP, SIGINT and SIGQUIT do not (commands.md 18).

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import { becomeDaemon, findDaemon, JobRunner, startDetached, stopDaemon } from '../operations/daemon.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { DaemonLog } from '../report/daemon-log.ts';
import { optionsFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { queueOf } from './work.ts';

const declaration: CommandDeclaration = {
  name: 'swagentd',
  summary: 'run scheduled jobs',
  flags: [
    { name: '-k', meaning: 'Stop the daemon that runs; its jobs run on.' },
    { name: '-n', meaning: 'Stay in the foreground, for init or systemd.' },
    { name: '-r', meaning: 'Stop the daemon that runs and start a new one, with the options of now.' },
    flag.OPTION,
    flag.OPTION_FILE,
  ],
  operands: '',
  targets: '',
  examples: [
    { does: 'Start the daemon.', command: 'swagentd' },
    { does: 'Schedule an installation; the daemon runs it.', command: "swinstall -Q '22:00' -s /var/spool/sw X11" },
    { does: 'Let it see changed defaults.', command: 'swagentd -r' },
    { does: 'Stop it.', command: 'swagentd -k' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  refuseWords(invocation);
  const options = optionsFor(invocation);
  const admin = options.ownDirectory;
  const [stop, anew] = [has(invocation, '-k'), has(invocation, '-r')];
  if (stop || anew) {
    const stopped = await stopDaemon(admin);
    if (stop && !stopped) throw notRunning(admin);
    if (stop) return 0;
  }
  return has(invocation, '-n') ? serve(invocation, options) : launch(invocation, admin);
}

/** Starts the daemon in the background. Returns when it is ready, or has failed. */
async function launch({ settings }: Invocation, admin: string): Promise<number> {
  const running = findDaemon(admin);
  const words = settings.flatMap((each) => (each.kind === 'option' ? ['-x', each.text] : ['-X', each.path]));
  const started = await startDetached(process.argv[1]!, ['-n', ...words]);
  if ('pid' in started) return 0;
  process.stderr.write(started.stderr);
  return started.exit || (running ? 1 : 0);
}

/** Runs jobs until a signal comes. Returns the exit code. */
async function serve(invocation: Invocation, options: ResolvedOptions): Promise<number> {
  const { logfile, max_agents, minimum_job_polling_interval: minutes } = options.values;
  const admin = options.ownDirectory;
  const stderr = openLog(logfile);
  const log = new DaemonLog(logfile, invocation.caller);
  const runner = new JobRunner({
    queue: queueOf(invocation, options),
    program: (command) => join(dirname(process.argv[1]!), command),
    admin,
    limit: max_agents,
    stderr,
    onBegin: (job, pid) => log.say(`Started the job "${job.jobid}" (${job.command}, pid ${pid}).`),
    onEnd: (job, exit, state) => log.say(`The job "${job.jobid}" ended (${exit}); it is ${state}.`),
  });
  // Whoever can find the daemon may signal it, so it listens before it can be found.
  const ended = untilStopped(runner);
  const release = await becomeDaemon(admin);
  log.begin(admin);
  for (const finding of options.findings) log.say(finding.text);
  process.send?.('ready');
  if (process.connected) process.disconnect?.();
  process.chdir('/');
  if (minutes > 0) runner.look(Date.now());
  const timer = minutes > 0 ? setInterval(() => runner.look(Date.now()), minutes * 60_000) : undefined;
  const signal = await ended;
  clearInterval(timer);
  log.end(signal, runner.running);
  closeSync(stderr);
  release();
  runner.leave();
  return 0;
}

/** Throws SdError `daemon_not_started`. */
function openLog(logfile: string): number {
  try {
    mkdirSync(dirname(logfile), { recursive: true });
    return openSync(logfile, 'a', 0o644);
  } catch (error) {
    throw new SdError('daemon_not_started', {
      what: `swagentd cannot write its log "${logfile}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or name another file with -x logfile=.',
      cause: error,
    });
  }
}

/** The signal that ends the daemon. */
function untilStopped(runner: JobRunner): Promise<string> {
  for (const ignored of ['SIGHUP', 'SIGINT', 'SIGQUIT'] as const) process.on(ignored, () => undefined);
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGUSR2'] as const) process.on(signal, () => resolve(signal));
    process.on('SIGUSR1', () => runner.finish(() => resolve('SIGUSR1')));
  });
}

function refuseWords({ operands, targets }: Invocation): void {
  if (operands.length + targets.length === 0) return;
  throw new SdError('bad_usage', { what: 'swagentd takes no operands.', todo: '"swagentd --help" lists the flags.' });
}

function notRunning(admin: string): SdError {
  return new SdError('daemon_not_running', {
    what: `No swagentd runs for "${admin}".`,
    todo: '"swagentd" without flags starts one.',
    data: { admin },
  });
}

export const swagentd: Command = { declaration, run };
