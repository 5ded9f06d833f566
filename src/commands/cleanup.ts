// cleanup: commits superseded patches, takes them out of a depot, mends patch states (patches.md 6.2, 8.7.1).
// Everything it says is in its log too. Each task looks first and says what it found; a preview ends there, a question may.

import { join } from 'node:path';
import { SdError } from '../model/error.ts';
import type { Outcome } from '../model/plan.ts';
import type { CleanupParts } from '../operations/cleanup.ts';
import { commitTable, stamp, underlined } from '../report/patch-tools.ts';
import { Transcript } from '../report/transcript.ts';
import { optionsFor, targetsFor } from './asked.ts';
import { argument, type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { sourcePath } from './targets.ts';

const declaration: CommandDeclaration = {
  name: 'cleanup',
  summary: 'commit superseded patches, remove them from a depot, mend patch states',
  flags: [
    { name: '-p', meaning: 'Preview: say what would be done, change nothing.' },
    { name: '-n', meaning: 'Ask before anything is changed; -c always asks.' },
    { name: '-c', argument: 'number', meaning: 'Commit the patches superseded at least this often, 1 or more.' },
    { name: '-d', argument: 'depot', meaning: 'Remove superseded patches from a directory depot.' },
    { name: '-o', argument: '10|11', meaning: 'With -d: patches of HP-UX 10.X or of 11.X, which is the default.' },
    {
      name: '-e',
      argument: 'true|false',
      meaning: 'With -d: remove the patches that require a removed one too; true is the default.',
    },
    { name: '-i', meaning: 'Look for left-over 10.X patches among the installed software.' },
    { name: '-s', meaning: 'Mend wrong patch states of the installed software.' },
    flag.OPTION,
    flag.OPTION_FILE,
  ],
  operands: '',
  targets: 'root',
  examples: [
    { does: 'See which patches superseded three times or more could be committed.', command: 'cleanup -p -c 3' },
    { does: 'Commit them; the answer can come from a script.', command: 'echo y | cleanup -c 3' },
    { does: 'See which patches of a depot are superseded there.', command: 'cleanup -p -d /var/spool/sw' },
    {
      does: 'Remove them, but keep the patches that require one of them.',
      command: 'cleanup -e false -d /var/spool/sw',
    },
    { does: 'Mend the patch states of an alternate root.', command: 'cleanup -s @ /srv/image' },
  ],
};

/** What a task needs to look, speak and do. */
interface Job {
  readonly out: Transcript;
  readonly parts: CleanupParts;
  readonly preview: boolean;
  /** -n was given. */
  readonly ask: boolean;
  /** Absolute path of the root, or with -d of the depot. */
  readonly place: string;
  /** The root as people are told: the host, and its path where that is not `/`. */
  readonly where: string;
}

async function run(invocation: Invocation): Promise<number> {
  const task = taskOf(invocation);
  const options = optionsFor(invocation);
  const { caller } = invocation;
  const depot = argument(invocation, '-d');
  const root = depot === undefined ? rootOf(targetsFor(invocation, options, '/')) : '/';
  const out = new Transcript(logfile(options.ownDirectory));
  const context = { command: declaration.name, user: `${caller.user}@${caller.host}`, host: caller.host };
  out.say(`### Cleanup program started at ${stamp(new Date())}`);
  out.tell(options.findings);
  const preview = has(invocation, '-p');
  if (preview) out.say('Preview mode enabled. No modifications will be made.');
  const done = await attempt(out, () =>
    task({
      out,
      parts: { context, options: options.values, emit: out.emit },
      preview,
      ask: has(invocation, '-n'),
      place: depot === undefined ? root : sourcePath(depot, caller, options.values.distribution_target_directory),
      where: root === '/' ? caller.host : `${caller.host}:${root}`,
    }),
  );
  if (out.logged) out.say(`All information has been logged to ${out.path}.`);
  out.say(`### Cleanup program completed at ${stamp(new Date())}`);
  return done ? 0 : 1;
}

/** True when the task succeeded; what stopped it is said. */
async function attempt(out: Transcript, task: () => Promise<boolean>): Promise<boolean> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    out.fail(error);
    return false;
  }
}

/** `/var/adm/cleanup.log` beside the default admin directory; any other directory has its own log inside. */
export function logfile(ownDirectory: string): string {
  return ownDirectory === '/var/adm/sw' ? '/var/adm/cleanup.log' : join(ownDirectory, 'cleanup.log');
}

/** The one task the flags ask for. Throws SdError `bad_usage`. */
function taskOf(invocation: Invocation): (job: Job) => Promise<boolean> {
  const tasks = ['-c', '-d', '-i', '-s'].filter((name) => has(invocation, name) || name in invocation.arguments);
  if (tasks.length !== 1) throw usage('cleanup does one thing at a time.', 'Give one of -c, -d, -i and -s.');
  if (has(invocation, '-p') && has(invocation, '-n')) throw usage('A preview asks nothing.', 'Give -p or -n.');
  if (invocation.operands.length > 0)
    throw usage(`cleanup has no operand "${invocation.operands[0]}".`, 'Write a root behind "@", a depot behind -d.');
  const forDepot = ['-o', '-e'].find((name) => name in invocation.arguments);
  if (tasks[0] === '-d') return depotTask(invocation);
  if (forDepot !== undefined) throw usage(`"${forDepot}" belongs to a depot.`, 'Give it with -d.');
  if (tasks[0] === '-c') return commitTask(argument(invocation, '-c')!);
  return tasks[0] === '-s' ? mendTask : oldPatchesTask;
}

function commitTask(number: string): (job: Job) => Promise<boolean> {
  if (!/^[1-9]\d{0,8}$/.test(number))
    throw usage(
      `"-c ${number}" is no number of times.`,
      'Give 1 or more; a patch that is not superseded is committed with swmodify -x patch_commit=true.',
    );
  return (job) => commit(job, Number(number));
}

function depotTask(invocation: Invocation): (job: Job) => Promise<boolean> {
  const release = argument(invocation, '-o') ?? '11';
  const dependents = argument(invocation, '-e') ?? 'true';
  if (!['10', '11'].includes(release)) throw usage(`"-o ${release}" is no release.`, 'Give -o 10 or -o 11.');
  if (!['true', 'false'].includes(dependents))
    throw usage(`"-e ${dependents}" is neither true nor false.`, 'Give -e true or -e false.');
  if (invocation.targets.length > 0) throw usage('A depot has no root.', 'Leave out "@" and what is behind it.');
  return release === '10' ? oldDepot : (job) => cleanDepot(job, dependents === 'true');
}

function rootOf(targets: readonly string[]): string {
  if (targets.length > 1) throw usage('cleanup works on one root at a time.', 'Name one root behind "@".');
  return targets[0]!;
}

async function commit(job: Job, times: number): Promise<boolean> {
  const { commitFound, findCommits } = await import('../operations/cleanup.ts');
  const { out, parts, place } = job;
  const often = `superseded at least ${times} time(s)`;
  out.say(`Commit patches ${often} on '${job.where}'.`);
  const found = await findCommits(place, times, parts);
  out.say('Obtaining superseded patch information...done.');
  out.tell(found.findings);
  if (found.rows.length === 0) return nothing(out, `No patches ${often} can be committed.`);
  out.say(`The following patches ${often} can be committed:`, ...commitTable(found.rows));
  if (found.along.length > 0)
    out.note(`These patch filesets are superseded by them and are committed with them: ${found.along.join(', ')}.`);
  if (job.preview) return true;
  out.tell([{ severity: 'warning', code: 'commit', text: LOSS }]);
  if (!(await confirmed(out, 'Commit these patches (y/n)?'))) return true;
  return finished(out, await commitFound(place, found, parts), 'Committing superseded patches...done.');
}

const LOSS =
  'The files saved for these patches are deleted.  swremove needs them to roll a patch back, so committed patches can no longer be removed.';

async function cleanDepot(job: Job, dependents: boolean): Promise<boolean> {
  const { findInDepot, removeFound } = await import('../operations/cleanup.ts');
  const { out, parts, place } = job;
  out.say(`Cleanup of depot '${place}'.`);
  const found = await findInDepot(place, dependents);
  out.say(`Obtaining the list of patches in the depot: ${place} ...done.`, listOf('11', place));
  out.tell(found.findings);
  if (found.superseded.length === 0) return nothing(out, 'No superseded patches exist in the depot.');
  out.say(
    ...underlined(
      'The following superseded patches exist in the depot:',
      found.superseded.map(({ patch, by }) => `${patch} superseded by ${by}`),
    ),
  );
  if (found.dependents.length > 0)
    out.say(
      ...underlined(
        'The following patches have a dependency on these patches:',
        found.dependents.map(({ patch, names }) => `${patch} depends on ${names}`),
      ),
    );
  for (const { bundle, patches } of found.bundles)
    out.note(`The bundle "${bundle}" refers to patches of these lists: ${patches.join(', ')}.`);
  if (job.preview) return true;
  if (job.ask && !(await confirmed(out, 'Remove these patches from the depot (y/n)?'))) return true;
  return finished(out, await removeFound(place, found, parts), `Removing patches from the depot: ${place} ...done.`);
}

async function oldDepot({ out, place }: Job): Promise<boolean> {
  const { findInDepot } = await import('../operations/cleanup.ts');
  out.say(`Cleanup of depot '${place}'.`);
  const { findings } = await findInDepot(place, false);
  out.say(`Obtaining the list of patches in the depot: ${place} ...done.`, listOf('10', place));
  out.tell(findings);
  return nothing(out, 'No superseded 10.X patches exist in the depot: patches say what they supersede since 11.X.');
}

function listOf(release: string, depot: string): string {
  return `Obtaining the list of superseded ${release}.X patches in the depot: ${depot} ...done.`;
}

async function oldPatchesTask({ out, parts, place, where }: Job): Promise<boolean> {
  const { findOldPatches } = await import('../operations/cleanup.ts');
  out.say(`Cleanup of 10.X patches on '${where}'.`);
  const { names, findings } = await findOldPatches(place, parts);
  out.tell(findings);
  if (names.length > 0)
    out.note(
      `These filesets bear the name of a patch without being one, and were left alone: ${names.join(', ')}.  swremove removes them like other software.`,
    );
  return nothing(out, 'There are no 10.X patches in this IPD.');
}

async function mendTask(job: Job): Promise<boolean> {
  const { findStates, mendStates } = await import('../operations/cleanup.ts');
  const { out, parts, place } = job;
  out.say(`Mend the patch states on '${job.where}'.`);
  const { wrong, findings } = await findStates(place, parts);
  out.say('Obtaining patch state information...done.');
  out.tell(findings);
  if (wrong.length === 0) return nothing(out, 'All patch states are right.');
  out.say(...underlined('The following patch states are wrong:', wrong));
  if (job.preview) return true;
  if (job.ask && !(await confirmed(out, 'Mend these patch states (y/n)?'))) return true;
  return finished(out, await mendStates(place, parts), 'Mending patch states...done.');
}

function nothing(out: Transcript, why: string): true {
  out.say(why);
  return true;
}

async function confirmed(out: Transcript, question: string): Promise<boolean> {
  const yes = await out.ask(question);
  if (!yes) out.say('Nothing was changed.');
  return yes;
}

/** The findings of an outcome have been said while it was made. */
function finished(out: Transcript, outcome: Outcome, done: string): boolean {
  if (outcome.exitCode !== 0) return false;
  out.say(done);
  return true;
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const cleanup: Command = { declaration, run };
