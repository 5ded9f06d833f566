// sd: SD's job browser (commands.md 5.11, 13.6).

import { optionsFor } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { browseJobs } from './job-browser.ts';

const declaration: CommandDeclaration = {
  name: 'sd',
  summary: 'browse jobs on a terminal; the terminal interface of all commands',
  flags: [flag.OPTION, flag.OPTION_FILE],
  operands: '',
  targets: '',
  examples: [
    { does: 'Look at the jobs of this machine.', command: 'sd' },
    { does: 'With other columns.', command: "sd -x one_liner='jobid operation results command'" },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  return browseJobs(invocation, optionsFor(invocation));
}

export const sd: Command = { declaration, run };
