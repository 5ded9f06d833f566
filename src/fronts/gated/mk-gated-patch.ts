// mk-gated-patch: makes a patch archive for apply-patch (other-systems.md D.2).

import { resolve } from 'node:path';
import { SdError } from '../../model/error.ts';
import { print } from '../../report/terminal.ts';
import { argument, type FrontCommand, type FrontDeclaration, type FrontInvocation } from '../declaration.ts';
import { parsePatchName } from './archive-name.ts';
import { makeArchive } from './make-archive.ts';
import { gradeNamed } from './patch-archive.ts';

const declaration: FrontDeclaration = {
  name: 'mk-gated-patch',
  summary: 'make a version-gated patch archive',
  forms: [
    { operands: 'name [payload_directory]', meaning: 'Make name.tar.gz; the name says what it fits and brings.' },
  ],
  flags: [
    { name: '-g', argument: 'grade', meaning: 'Its grade: optional, recommended (built in) or mandatory.' },
    { name: '-t', argument: 'title', meaning: 'Its title; the name when absent.' },
    {
      name: '-e',
      argument: 'program',
      meaning: 'A program that runs when the patch is applied; if it fails, so does the patch.',
    },
    { name: '-i', argument: 'file', meaning: 'Instructions that are shown when the patch was applied.' },
    { name: '-d', argument: 'directory', meaning: 'Where to write it; the working directory when absent.' },
  ],
  examples: [
    {
      does: 'A patch of the repository, with its packages.',
      command: 'mk-gated-patch -g mandatory -i mail.txt repo-20190318-patch-20190410 packages/',
    },
    {
      does: 'A patch of the installer, with files below /.',
      command: 'mk-gated-patch -e restart.sh installer-4.2.5-20190318-patch files/',
    },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  const { operands, caller } = invocation;
  const [word, payload, ...more] = operands;
  if (word === undefined || more.length > 0) {
    throw new SdError('bad_usage', {
      what: 'mk-gated-patch takes a name and a directory.',
      todo: 'mk-gated-patch --help has examples.',
    });
  }
  const name = parsePatchName(word, word.endsWith('.tar.gz') ? 'archive' : 'directory');
  const place = (path: string | undefined) => (path === undefined ? undefined : resolve(caller.cwd, path));
  const given = {
    payload: place(payload),
    program: place(argument(invocation, '-e')),
    instructions: place(argument(invocation, '-i')),
  };
  const { payload: files, program, instructions } = given;
  const file = await makeArchive(
    {
      name,
      grade: gradeNamed(argument(invocation, '-g') ?? 'recommended'),
      title: argument(invocation, '-t') ?? name.stem,
      ...(files === undefined ? {} : { payload: files }),
      ...(program === undefined ? {} : { program }),
      ...(instructions === undefined ? {} : { instructions }),
    },
    place(argument(invocation, '-d')) ?? caller.cwd,
  );
  print('stdout', [file]);
  return 0;
}

export const mkGatedPatchCommand: FrontCommand = { declaration, run };
