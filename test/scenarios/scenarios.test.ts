// Runs every text picture of this folder (see README.md here): one test a file, each command as a program in a temporary root.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDepot } from './runner/depot-maker.ts';
import { checkAgreement, checkExpect, checkIpd } from './runner/expectations.ts';
import { type Block, readPicture } from './runner/picture.ts';
import { makeStage, type Ran, runCommand, type Stage, shellWords, strikeStage, treePicture } from './runner/stage.ts';

const HERE = import.meta.dirname;
const ON_TARGET = [
  'swinstall',
  'swremove',
  'swverify',
  'swmodify',
  'swlist',
  'swconfig',
  'cleanup',
  'show_patches',
  'check_patches',
];

describe('scenarios', () => {
  const files = readdirSync(HERE).filter((name) => name.endsWith('.sd'));
  test('every id S01-S60 of patches.md has its picture', () => {
    const ids = new Set(files.flatMap((name) => /^S\d\d/.exec(name)?.[0] ?? []));
    expect(ids.size).toBe(60);
  });
  for (const name of files.sort()) {
    test(basename(name, '.sd'), () => {
      const stage = makeStage();
      try {
        play(stage, readPicture(join(HERE, name)).blocks);
      } finally {
        strikeStage(stage);
      }
    });
  }
});

function play(stage: Stage, blocks: readonly Block[]): void {
  const depots = new Map<string, Block>();
  const ready = new Set<string>();
  let last: Ran | undefined;
  for (const block of blocks) if (block.kind === 'depot') depots.set(block.words[0]!, block);
  const need = (name: string): void => {
    const block = depots.get(name);
    if (!block || ready.has(name)) return;
    ready.add(name);
    for (const line of block.lines) {
      const from = /^\s*from\s+(\S+)/.exec(line);
      if (from) need(from[1]!);
    }
    makeDepot(stage, name, block.lines);
  };
  for (const block of blocks) {
    if (block.kind === 'files') for (const line of block.lines) putFile(stage, line);
    if (block.kind === 'installed')
      for (const line of block.lines) runLine(stage, line, depots, need, { exit: 0, at: block.at });
    if (block.kind === 'run') {
      const exit = Number(block.words[block.words.indexOf('exit') + 1] ?? 0);
      for (const line of block.lines) {
        last = runLine(stage, line, depots, need, {
          exit: block.words.includes('exit') ? exit : 0,
          at: block.at,
          changes: block.words.includes('changes'),
        });
      }
      checkAgreement(stage);
    }
    if (block.kind === 'expect') for (const line of block.lines) checkExpect(stage, last, line);
    if (block.kind === 'ipd') for (const line of block.lines) checkIpd(stage, block.words[0], line);
  }
}

/** Runs one command line: depot names become paths, the root is the target where none is named. */
function runLine(
  stage: Stage,
  line: string,
  depots: ReadonlyMap<string, Block>,
  need: (name: string) => void,
  wanted: { exit: number; at: string; changes?: boolean },
): Ran {
  const [command = '', ...words] = shellWords(line.trim());
  const depotTarget = words.includes('-d') || (command === 'swlist' && words.includes('-s'));
  const full = words.map((word) => {
    if (!depots.has(word)) return word === 'ROOT' ? stage.root : word.replaceAll('$STAGE', stage.directory);
    need(word);
    return join(stage.directory, word);
  });
  if (ON_TARGET.includes(command) && !full.includes('@') && !depotTarget) full.push('@', stage.root);
  const before = wanted.exit === 1 && !wanted.changes ? treePicture(stage.directory) : undefined;
  const ran = runCommand(stage, command, full);
  const said = `${wanted.at}: ${line.trim()}\n${ran.stdout}${ran.stderr}`;
  expect(ran.exit, said).toBe(wanted.exit);
  expect(ran.stderr, said).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  if (before !== undefined)
    expect(stateOf(stage), `${line.trim()}: refused, so nothing may change`).toBe(withoutSessions(before));
  return ran;
}

function stateOf(stage: Stage): string {
  return withoutSessions(treePicture(stage.directory));
}

/** The user's own session files and the admin directory are not state of the target. */
function withoutSessions(picture: string): string {
  return picture
    .split('\n')
    .filter((line) => !/^. (home|adm)(\/| )/.test(line))
    .join('\n');
}

/** `/path = content`, `/path -> target`, `/path dir` on the root before anything runs. */
function putFile(stage: Stage, line: string): void {
  const [path = '', sign, ...rest] = line.trim().split(/\s+/);
  const absolute = join(stage.root, path);
  if (!existsSync(dirname(absolute))) mkdirSync(dirname(absolute), { recursive: true });
  if (sign === 'dir') mkdirSync(absolute, { recursive: true });
  else writeFileSync(absolute, rest.join(' ').replaceAll('\\n', '\n'));
}
