// swreg: registers depots and roots of this machine, so that they are found and listed (commands.md 5.8).

import { SdError } from '../model/error.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { optionsFor, softwareFor, targetsFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runWork } from './session.ts';
import { sourcePath } from './targets.ts';

const declaration: CommandDeclaration = {
  name: 'swreg',
  summary: 'register depots and roots',
  flags: [
    { name: '-l', argument: 'level', meaning: 'What the operands are: depot or root.' },
    { name: '-u', meaning: 'Unregister.' },
    flag.VERBOSE,
    { ...flag.SOFTWARE_FILE, argument: 'object_file', meaning: 'Read the paths from a file, one a line.' },
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'objects_to_register',
  targets: 'target_hosts',
  examples: [
    { does: 'Register a depot.', command: 'swreg -l depot /var/spool/sw' },
    { does: 'Forget an alternate root.', command: 'swreg -l root -u /srv/image' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const levels = invocation.arguments['-l'];
  const options = optionsFor(invocation, levels ? { level: levels } : {});
  const level = levelOf(options);
  const { caller } = invocation;
  targetsFor(invocation, options, '/');
  const named = softwareFor(invocation, options);
  const objects = named.length > 0 ? named : options.values.objects_to_register;
  if (objects.length === 0) throw usage('There is nothing to register.', 'Name the paths of depots or roots.');
  const paths = objects.map((object) => sourcePath(object, caller, '/'));
  const { registerPaths } = await import('../operations/register.ts');
  return runWork({ invocation, options, software: paths, targets: ['/'], job: false }, (_, context, emit) =>
    registerPaths(
      { context, admin: options.ownDirectory, level, on: !has(invocation, '-u'), paths, access: options.values },
      emit,
    ),
  );
}

function levelOf(options: ResolvedOptions): 'depot' | 'root' {
  const [level, ...more] = options.values.level;
  if ((level === 'depot' || level === 'root') && more.length === 0) return level;
  const said =
    level === undefined ? 'The level is missing.' : `"${options.values.level.join(' ')}" is no level of swreg.`;
  throw usage(said, 'Give -l depot or -l root.');
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const swreg: Command = { declaration, run };
