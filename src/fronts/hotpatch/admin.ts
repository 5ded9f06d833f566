// hotpatch: shows and manages the hot patches of a root: list, show, eval, import, remove.

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { SdError } from '../../model/error.ts';
import { Conditions } from '../../operations/run-once.ts';
import { shown } from '../../report/layout.ts';
import { print } from '../../report/terminal.ts';
import type { FrontCommand, FrontDeclaration, FrontInvocation } from '../declaration.ts';
import { type Entry, entriesOf } from './entries.ts';
import { importBundle } from './import.ts';
import { listing, sheet } from './listing.ts';
import { withdraw } from './pass.ts';
import { CMDLINE, type Place, placeOf, RELEASE, ROOT, requireRoot, runOptions } from './place.ts';

const declaration: FrontDeclaration = {
  name: 'hotpatch',
  summary: 'show and manage hot patches',
  forms: [
    { verb: 'list', operands: '[id ...]', meaning: 'List hot patches: state, exit value, begin and end of the run.' },
    { verb: 'show', operands: 'id ...', meaning: 'Show all that is known of hot patches: condition and output too.' },
    { verb: 'eval', operands: '[id ...]', meaning: 'Evaluate the conditions of what is pending now, and run nothing.' },
    { verb: 'import', operands: 'bundle ...', meaning: 'Take the hot patches of bundles in.' },
    { verb: 'remove', operands: 'id ...', meaning: 'Remove hot patches that are pending, or negative entries.' },
  ],
  flags: [ROOT, CMDLINE, RELEASE],
  examples: [
    { does: 'See what was applied and what waits.', command: 'hotpatch list' },
    { does: 'Take a bundle in; hotpatchd applies it in its next pass.', command: 'hotpatch import fix.bundle' },
    { does: 'Ask why a hot patch is still pending.', command: 'hotpatch eval cacheMode-1' },
    { does: 'Read what a failed one said.', command: 'hotpatch show cacheMode-1' },
  ],
};

type Verb = (place: Place, operands: readonly string[]) => Promise<number>;

const VERBS: Readonly<Record<string, Verb>> = {
  list: async (place, ids) => {
    print('stdout', listing(await chosen(place, ids)));
    return 0;
  },
  show: async (place, ids) => {
    for (const each of await chosen(place, ids)) print('stdout', sheet(each));
    return 0;
  },
  eval: evaluate,
  import: async (place, files) => {
    mkdirSync(place.spool, { recursive: true });
    for (const file of files) await take(place, resolve(place.invocation.caller.cwd, file));
    return 0;
  },
  remove: async (place, ids) => {
    const entries = await chosen(place, ids);
    for (const { id, state, ran } of entries) if (ran) throw inLedger(id, state, ran.tag);
    await withdraw(
      place,
      entries.flatMap(({ waiting }) => waiting ?? []),
    );
    return 0;
  },
};

/** Verbs that need an operand. */
const NEEDY = ['show', 'import', 'remove'];

async function run(invocation: FrontInvocation): Promise<number> {
  const [verb = 'list', ...operands] = invocation.operands;
  const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!work) throw usage(`"${verb}" is nothing that hotpatch does.`, 'It can list, show, eval, import and remove.');
  if (operands.length === 0 && NEEDY.includes(verb)) {
    throw usage(`hotpatch ${verb} needs an operand.`, `Name a ${verb === 'import' ? 'bundle' : 'hot patch'}.`);
  }
  const place = placeOf(invocation);
  requireRoot(place);
  return work(place, operands);
}

/** All entries, or those named. Throws SdError `hotpatch_unknown`. */
async function chosen(place: Place, ids: readonly string[]): Promise<Entry[]> {
  const entries = await entriesOf(place);
  if (ids.length === 0) return entries;
  return ids.map((id) => {
    const entry = entries.find((each) => each.id === id);
    if (entry) return entry;
    throw new SdError('hotpatch_unknown', {
      what: `There is no hot patch "${id}" on the root "${place.root}".`,
      todo: '"hotpatch list" names them.',
      data: { id },
    });
  });
}

/** Says of each pending hot patch whether its condition holds, else why not. Returns 1 where one does not. */
async function evaluate(place: Place, ids: readonly string[]): Promise<number> {
  const conditions = new Conditions(place.root, runOptions(place.invocation).values);
  let all = true;
  for (const { id, state, waiting } of await chosen(place, ids)) {
    if (waiting === undefined || waiting.tombstone) {
      if (ids.length > 0) print('stdout', [`${id}: it is ${state}, and not evaluated any more.`]);
      continue;
    }
    const { holds, because } = await conditions.judge(waiting);
    all &&= holds;
    print('stdout', [
      holds ? `${id}: The condition is true.` : `${id}: ${because.split('\n').map(shown).join('\n  ')}`,
    ]);
  }
  return all ? 0 : 1;
}

async function take(place: Place, file: string): Promise<void> {
  const { added, withdrawn } = await importBundle(place, file);
  const known = new Map((await entriesOf(place)).map((entry) => [entry.id, entry]));
  print('stdout', [
    ...added.map((id) => {
      const entry = known.get(id);
      return entry?.ran ? `${id}: it is ${entry.state} already, and does not run again.` : `${id}: imported.`;
    }),
    ...withdrawn.map((id) => {
      const entry = known.get(id);
      return entry?.ran ? `${id}: it is ${entry.state} already; what it did stays.` : `${id}: withdrawn.`;
    }),
  ]);
}

function inLedger(id: string, state: string, tag: string): SdError {
  return new SdError('hotpatch_ran', {
    what: `The hot patch "${id}" cannot be removed.`,
    because: `It is ${state}, and its entry keeps it from running again.`,
    todo: `To let it run once more, drop the entry with "swremove ${tag}" and import it again.`,
    data: { id },
  });
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const hotpatch: FrontCommand = { declaration, run };
