// One pass over what waits (HS7, HS12-HS14): strictly one after another, in the order of addition, each condition seeing what was applied
// before it in the same pass. An entry of the ledger is written before a run begins, so that nothing runs twice.

import { join } from 'node:path';
import { SdError } from '../../model/error.ts';
import type { Finding, Outcome } from '../../model/plan.ts';
import type { SessionContext } from '../../model/request.ts';
import { install } from '../../operations/install.ts';
import { beginJob } from '../../operations/jobs-running.ts';
import { remove } from '../../operations/remove.ts';
import { Conditions, readRuns, readWaiting, settleRoot, type Waiting } from '../../operations/run-once.ts';
import type { ResolvedOptions } from '../../options/resolve.ts';
import { reporter } from '../../report/reporter.ts';
import { requireDone } from './bundle.ts';
import { type Entry, entriesOf } from './entries.ts';
import { contextOf, optionsOf, type Place } from './place.ts';

/** What a pass tells. */
export interface PassVoice {
  begins(id: string): void;
  /** The entry as the ledger has it now; undefined where nothing was written, and `outcome` says why. */
  ended(id: string, entry: Entry | undefined, outcome: Outcome): void;
  /** The condition could not be evaluated at all. */
  failed(error: SdError): void;
}

/**
 * Judges everything that waits and runs what is due. Ends early when `stopping` says so. Answers how many were run. Throws what the store
 * throws, and `Stopped` when a signal ended a run.
 */
export async function runPass(
  place: Place,
  options: ResolvedOptions,
  voice: PassVoice,
  stopping: () => boolean,
): Promise<number> {
  const waiting = await readWaiting(place.store);
  const conditions = new Conditions(place.root, options.values);
  let runs = 0;
  for (const each of waiting) {
    if (stopping()) return runs;
    if (each.tombstone || conditions.ran(each.id)) continue;
    try {
      if (!(await conditions.judge(each)).holds || stopping()) continue;
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      voice.failed(error);
      return runs;
    }
    voice.begins(each.id);
    const outcome = await runPatch(place, options, each);
    runs += 1;
    conditions.gather();
    const entries = await entriesOf(place);
    voice.ended(
      each.id,
      entries.find((entry) => entry.id === each.id && entry.ran !== undefined),
      outcome,
    );
  }
  await tidy(
    place,
    waiting.filter(({ id }) => conditions.ran(id)),
  );
  return runs;
}

/** Settles what a session that died left; answers what there is to say about it. */
export async function settle({ invocation, root }: Place, options: ResolvedOptions): Promise<readonly Finding[]> {
  if (!readRuns(root, options.values).interrupted) return [];
  return (await settleRoot(root, options.values, contextOf(invocation), () => undefined)).findings;
}

/** Takes definitions out of the store. */
export async function withdraw(place: Place, waiting: readonly Waiting[]): Promise<void> {
  const { invocation, store } = place;
  const options = optionsOf(invocation, 'swremove').values;
  const request = { context: contextOf(invocation), options, software: waiting.map(({ tag }) => tag), preview: false };
  requireDone(await remove({ ...request, target: store, depot: true }, () => undefined));
}

/** What ran is in the ledger for ever; the store need not keep it. */
async function tidy(place: Place, done: readonly Waiting[]): Promise<void> {
  if (done.length === 0) return;
  try {
    await withdraw(place, done);
  } catch (error) {
    // What is published was behind: a session that died had taken them out.
    if (!(error instanceof SdError) || error.code !== 'software_not_found') throw error;
  }
}

/** Installs one hot patch as a session of its own, with its job and its log. */
async function runPatch(place: Place, options: ResolvedOptions, { id, tag }: Waiting): Promise<Outcome> {
  const { invocation, root, store } = place;
  const { caller, command, argv } = invocation;
  const { values, ownDirectory } = options;
  const queue = { directory: join(ownDirectory, 'queue'), host: caller.host, reuseShort: false };
  const job = beginJob(queue, {
    command: 'swinstall',
    program: command,
    argv,
    user: `${caller.user}@${caller.host}`,
    title: `hot patch ${id}`,
    begin: Date.now(),
    software: [tag],
    targets: [`${caller.host}:${root}`],
    depot: false,
    source: `${caller.host}:${store}`,
    preview: false,
    logfile: values.logfile,
  });
  const voice = reporter({
    command: 'swinstall',
    options: values,
    explain: false,
    settings: [],
    log: true,
    copies: { controller: job.logFile(), agent: () => job.logFile(0) },
    terminal: () => undefined,
  });
  const context: SessionContext = { ...contextOf(invocation, job.jobid), sessionOptions: () => '' };
  let outcome: Outcome = { exitCode: 1, findings: [] };
  try {
    outcome = await install(
      { context, options: values, software: [tag], preview: false, source: store, target: root },
      (event) => {
        job.heard(event, 0);
        voice.emit(event);
      },
    );
    return outcome;
  } finally {
    voice.close();
    job.end([outcome], outcome.exitCode, false);
  }
}
