// When the user interface of the terminal starts (commands.md 5, 13), and what a command hands to it.
//   -i                                                     always
//   no software, a terminal at both ends, not -p or -Q     instead of the error that none was named
// Promise: the interface is loaded only then.

import type { Asked, Interactive } from '../tui/asked.ts';
import { noSoftware, optionsFor, softwareFor, sourceFor, targetsFor } from './asked.ts';
import { argument, has, type Invocation } from './declaration.ts';
import { sourcePath, targetPath } from './targets.ts';
import type { Work } from './work.ts';

/** Throws SdError `no_software` where none is named and nobody sits at a terminal who could choose. */
export function isInteractive(invocation: Invocation, needsSoftware: boolean): boolean {
  if (has(invocation, '-i')) return true;
  if (!needsSoftware) return false;
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb';
  if (terminal && argument(invocation, '-Q') === undefined && !has(invocation, '-p')) return true;
  throw noSoftware(invocation.command);
}

/** Runs the interface over a command's work. `perform` runs the session for what was chosen. Returns the exit code. */
export async function interact(
  work: Work,
  verb: Interactive['verb'],
  perform: (work: Work) => Promise<number>,
): Promise<number> {
  const { invocation } = work;
  const { caller } = invocation;
  const { distribution_source_directory, distribution_target_directory } = work.options.values;
  const { interactSession } = await import('../tui/sessions.ts');
  return interactSession({
    ...askedOf(work),
    verb,
    depot: work.depot ?? false,
    host: caller.host,
    home: caller.home,
    restored: (sessionFile) => restored(work, sessionFile),
    pathOf: (kind, text) =>
      kind === 'source'
        ? sourcePath(text, caller, distribution_source_directory)
        : targetPath(text, caller, work.depot ? distribution_target_directory : '/'),
    perform: (asked, watcher) => perform({ ...work, ...asked, watcher }),
  });
}

/** Flags without arguments (-p, -d ...) stay: who asked for a preview does not lose it with another session. */
function restored({ invocation, depot, source }: Work, sessionFile: string | undefined): Asked {
  const plain: Invocation = {
    ...invocation,
    settings: [],
    operands: [],
    targets: [],
    arguments: sessionFile === undefined ? {} : { '-S': [sessionFile] },
  };
  const options = optionsFor(plain);
  return {
    options,
    software: softwareFor(plain, options),
    targets: targetsFor(plain, options, depot ? options.values.distribution_target_directory : '/'),
    ...(source === undefined ? {} : { source: sourceFor(plain, options) }),
  };
}

function askedOf({ options, software, targets, source }: Work): Asked {
  return { options, software, targets, ...(source === undefined ? {} : { source }) };
}
