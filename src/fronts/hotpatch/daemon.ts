// hotpatchd: applies hot patches at its start and then every polling interval (HS11-HS14).
// It stays in the foreground, for systemd or a shell: SIGTERM and SIGINT end it after what is being done, SIGHUP starts a pass at once.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError, Stopped } from '../../model/error.ts';
import { onlyOne } from '../../operations/only-one.ts';
import { requireConditions } from '../../operations/run-once.ts';
import type { ResolvedOptions } from '../../options/resolve.ts';
import { printError, printFindings } from '../../report/failure.ts';
import { print } from '../../report/terminal.ts';
import { argument, type FrontCommand, type FrontDeclaration, type FrontInvocation, has } from '../declaration.ts';
import type { Entry } from './entries.ts';
import { type Imported, importIncoming } from './import.ts';
import { type PassVoice, runPass, settle } from './pass.ts';
import { CMDLINE, type Place, placeOf, RELEASE, ROOT, requireRoot, runOptions } from './place.ts';

/** Seconds: HS13, and a day for what an executable may take. */
const INTERVAL = 600;
const TIME_LIMIT = 86_400;
const LONGEST = 604_800;

const declaration: FrontDeclaration = {
  name: 'hotpatchd',
  summary: 'apply hot patches whose conditions hold',
  forms: [{ operands: '', meaning: 'Apply what is due now, then look again every polling interval.' }],
  flags: [
    ROOT,
    { name: '--interval', argument: 'seconds', meaning: `Polling interval; ${INTERVAL} unless set.` },
    { name: '--once', meaning: 'Make one pass and end.' },
    {
      name: '--time-limit',
      argument: 'seconds',
      meaning: `Kill an executable, and all it started, after this time; ${TIME_LIMIT} unless set, 0 for never.`,
    },
    CMDLINE,
    RELEASE,
  ],
  examples: [
    { does: 'Start it with the machine.', command: 'systemctl enable --now hotpatchd' },
    { does: 'Apply what is due now, and end.', command: 'hotpatchd --once' },
    { does: 'Watch it work on an alternate root.', command: 'hotpatchd --root /srv/image --interval 5' },
    { does: 'Let it look at once.', command: 'systemctl reload hotpatchd' },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  if (invocation.operands.length > 0) {
    throw new SdError('bad_usage', { what: 'hotpatchd takes no operands.', todo: 'hotpatch import takes bundles.' });
  }
  const interval = seconds(invocation, '--interval', INTERVAL, 1);
  const limit = seconds(invocation, '--time-limit', TIME_LIMIT, 0);
  const plain = runOptions(invocation, { script_timeout: limit });
  const options = runOptions(invocation, {
    script_timeout: limit,
    logfile: join(plain.ownDirectory, 'hotpatchd.log'),
  });
  printFindings(options.findings);
  const place = placeOf(invocation);
  requireConditions();
  prepare(place);
  const release = await onlyOne('hotpatchd', place.spool);
  try {
    return await serve(place, options, has(invocation, '--once') ? undefined : interval);
  } finally {
    release();
  }
}

/** Passes until a signal comes; without an interval one. Returns the exit code. */
async function serve(place: Place, options: ResolvedOptions, interval: number | undefined): Promise<number> {
  const bell = new Bell();
  let code = 0;
  try {
    do {
      code = (await onePass(place, options, bell)) ? 0 : 1;
    } while (interval !== undefined && (await bell.wait(interval * 1000)));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    // The run that it cut off is in the ledger.
  } finally {
    bell.close();
  }
  return interval === undefined ? code : 0;
}

/** Answers false when something kept the pass from its work; that is told, and the next pass tries again. */
async function onePass(place: Place, options: ResolvedOptions, bell: Bell): Promise<boolean> {
  let ok = true;
  const refused = (why: string) => {
    ok = false;
    print('stderr', [`ERROR:   ${why}`]);
  };
  const voice: PassVoice = {
    begins: (id) => print('stdout', [`${id}: its condition holds; running it.`]),
    ended: (id, entry, outcome) => {
      if (entry) return print('stdout', [`${id}: ${endOf(entry)}`]);
      ok = false;
      printFindings(outcome.findings);
    },
    failed: (error) => {
      ok = false;
      printError(error);
    },
  };
  try {
    printFindings(await settle(place, options));
    await importIncoming(place, { imported: tellImport, refused });
    await runPass(place, options, voice, () => bell.stopped);
  } catch (error) {
    ok = false;
    printError(machineError(error));
  }
  return ok;
}

/** A full disk or a missing right is told and tried again in the next pass. Throws what is no failure of the machine. */
function machineError(error: unknown): SdError {
  if (error instanceof SdError) return error;
  if (!hasErrno(error, 'EACCES', 'EDQUOT', 'EIO', 'EMFILE', 'ENOENT', 'ENOSPC', 'EPERM', 'EROFS')) throw error;
  return new SdError('machine_failed', {
    what: 'The pass ended in the middle of its work.',
    because: reasonOf(error),
    todo: 'The next one tries again.',
    cause: error,
  });
}

function tellImport({ file, added, withdrawn }: Imported): void {
  print('stdout', [
    ...added.map((id) => `${id}: imported from ${file}.`),
    ...withdrawn.map((id) => `${id}: withdrawn by ${file}.`),
  ]);
}

function endOf({ state, ran }: Entry): string {
  const exit = ran?.run.exit;
  return exit === undefined ? `${state}.` : `${state} (exit value ${exit}).`;
}

/** Waits between two passes, and hears the signals. */
class Bell {
  stopped = false;
  #rung = false;
  #wake: () => void = () => undefined;
  readonly #stop = () => {
    this.stopped = true;
    this.#wake();
  };
  readonly #ring = () => {
    this.#rung = true;
    this.#wake();
  };

  constructor() {
    process.on('SIGTERM', this.#stop).on('SIGINT', this.#stop).on('SIGHUP', this.#ring);
  }

  /** Answers whether there shall be another pass; a bell that rang during the last one rings at once. */
  async wait(milliseconds: number): Promise<boolean> {
    if (!this.stopped && !this.#rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, milliseconds);
      });
      clearTimeout(timer);
    }
    this.#rung = false;
    return !this.stopped;
  }

  close(): void {
    process.off('SIGTERM', this.#stop).off('SIGINT', this.#stop).off('SIGHUP', this.#ring);
  }
}

/** Makes the directories. Throws SdError `target_missing`, `no_permission`. */
function prepare(place: Place): void {
  requireRoot(place);
  const { spool, incoming } = place;
  try {
    mkdirSync(spool, { recursive: true });
    mkdirSync(incoming, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw new SdError('no_permission', {
      what: `"${spool}" cannot be made.`,
      because: reasonOf(error),
      todo: 'Run hotpatchd as the owner of the root.',
      cause: error,
    });
  }
}

function seconds(invocation: FrontInvocation, flag: string, otherwise: number, least: number): number {
  const given = argument(invocation, flag);
  if (given === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : -1;
  if (value >= least && value <= LONGEST) return value;
  throw new SdError('bad_usage', {
    what: `"${flag} ${given}" is no time.`,
    todo: `Give whole seconds, ${least} to ${LONGEST}.`,
  });
}

export const hotpatchd: FrontCommand = { declaration, run };
