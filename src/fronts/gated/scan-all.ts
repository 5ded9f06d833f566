// scan-all: makes the index of the package repository anew, as after every change by hand (other-systems.md QU6).

import { SdError } from '../../model/error.ts';
import { duplicatesIn, indexRepository, scanRepository } from '../../operations/deb-repository.ts';
import { printFindings } from '../../report/failure.ts';
import { print } from '../../report/terminal.ts';
import type { FrontCommand, FrontDeclaration, FrontInvocation } from '../declaration.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';

const declaration: FrontDeclaration = {
  name: 'scan-all',
  summary: 'index the package repository anew',
  forms: [{ operands: '', meaning: 'Write Packages and Packages.gz of every directory of /pitrix/repo.' }],
  flags: [ROOT_FLAG],
  examples: [{ does: 'After packages were added or taken away by hand.', command: 'scan-all' }],
};

async function run(invocation: FrontInvocation): Promise<number> {
  if (invocation.operands.length > 0) {
    throw new SdError('bad_usage', { what: 'scan-all has no operands.', todo: 'It indexes the whole repository.' });
  }
  const platform = platformOf(invocation);
  const indexed = indexRepository(platform.repository);
  print(
    'stdout',
    indexed.map(({ directory, packages }) => `${directory}: ${packages} package${packages === 1 ? '' : 's'}`),
  );
  const { packages, troubles } = scanRepository(platform.repository);
  printFindings(
    [...duplicatesIn(packages), ...troubles].map(({ kind, text }) => ({
      severity: 'warning',
      code: kind === 'duplicate' ? 'duplicate_package' : 'stray_file',
      text,
    })),
  );
  return 0;
}

export const scanAllCommand: FrontCommand = { declaration, run };
