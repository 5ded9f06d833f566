// sd: SD's job browser (commands.md 5.11, 13.6). This release has no user interface; what the browser shows, swjob lists.

import { SdError } from '../model/error.ts';
import type { Command, CommandDeclaration } from './declaration.ts';
import * as flag from './flags.ts';

const declaration: CommandDeclaration = {
  name: 'sd',
  summary: 'browse jobs interactively; not in this release',
  flags: [flag.OPTION, flag.OPTION_FILE],
  operands: '',
  targets: '',
  examples: [{ does: 'List the jobs instead.', command: 'swjob' }],
};

async function run(): Promise<number> {
  throw new SdError('not_supported', {
    what: 'sd cannot start the job browser.',
    because: 'There is no interactive user interface in this release.',
    todo: 'swjob lists the jobs; swjob --help tells the rest.',
  });
}

export const sd: Command = { declaration, run };
