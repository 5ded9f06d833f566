// swsign: signs depots, and makes the keys for it (docs/signed-depots.md). Ours, not SD's.

import { resolve } from 'node:path';
import { SdError } from '../model/error.ts';
import { print } from '../report/terminal.ts';
import { optionsFor } from './asked.ts';
import { argument, type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runWork } from './session.ts';
import { sourcePath, targetPath } from './targets.ts';

const declaration: CommandDeclaration = {
  name: 'swsign',
  summary: 'sign depots with a key in minisign format',
  flags: [
    { name: '-k', argument: 'secret_key', meaning: 'Secret key; else the option sign_key says it.' },
    { name: '-G', meaning: 'Make a new pair of keys instead, not encrypted.' },
    { name: '-p', argument: 'public_key', meaning: 'With -G: file for the public key; else the secret one with .pub.' },
    flag.VERBOSE,
    ...flag.SESSION_FLAGS,
  ],
  operands: '',
  targets: 'target_selections',
  examples: [
    { does: 'Make a pair of keys, swdepot.key and swdepot.pub.', command: 'swsign -G -k swdepot.key' },
    { does: 'Trust the signatures of that key on this machine.', command: 'cp swdepot.pub /var/adm/sw/keys/' },
    { does: 'Sign a depot as it is.', command: 'swsign -k swdepot.key @ /var/spool/sw' },
    { does: 'Check the signature with minisign.', command: 'minisign -Vm /var/spool/sw/.sd/catalog -p swdepot.pub' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const named = argument(invocation, '-k') ?? options.values.sign_key;
  if (named === '') throw usage('There is no key to sign with.', 'Name it with -k, or with -x sign_key=.');
  const key = resolve(invocation.caller.cwd, named);
  if (has(invocation, '-G')) return makeKeys(invocation, key);
  if (invocation.operands.length > 0) {
    throw usage(`"${invocation.operands[0]}" stands before "@".`, 'Name the depots behind "@"; they are signed whole.');
  }
  const words = invocation.targets.length > 0 ? invocation.targets : options.values.targets;
  const fallback = options.values.distribution_target_directory;
  const targets = words.map((word) => targetPath(word, invocation.caller, fallback));
  if (targets.length === 0) targets.push(sourcePath(fallback, invocation.caller, fallback));
  const { secretKey, signDepot } = await import('../operations/sign.ts');
  const secret = secretKey(key);
  return runWork({ invocation, options, software: [], targets, job: false }, (target, context, emit) =>
    signDepot({ context, options: options.values, target, key: secret }, emit),
  );
}

async function makeKeys(invocation: Invocation, secretFile: string): Promise<number> {
  const named = argument(invocation, '-p');
  const publicFile = named ? resolve(invocation.caller.cwd, named) : `${secretFile.replace(/\.key$/, '')}.pub`;
  const { newKeys } = await import('../operations/sign.ts');
  const id = newKeys(publicFile, secretFile);
  print('stdout', [
    `Key ${id}: the secret part is in "${secretFile}", not encrypted and for you alone to read.`,
    `Copy "${publicFile}" into /var/adm/sw/keys on the machines that shall trust it.`,
  ]);
  return 0;
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const swsign: Command = { declaration, run };
