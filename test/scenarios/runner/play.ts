// Plays a picture block by block: makes depots when a command first needs them, runs the commands as programs, checks every claim.
// A command that must not change anything (exit 1, or `unchanged`) is held to that by a picture of the whole stage before and after.

import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDepot } from './depot-maker.ts';
import { checkAgreement, checkExpect, checkIpd } from './expectations.ts';
import { type Block, readPicture } from './picture.ts';
import { makeStage, type Ran, runCommand, type Stage, shellWords, strikeStage, treePicture } from './stage.ts';

const FOLDER = dirname(import.meta.dirname);
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
const CHANGING = ['swinstall', 'swremove', 'swmodify', 'swconfig', 'swjob', 'cleanup'];

/** Names of all pictures, in order. */
export function pictureNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sd'))
    .sort();
}

/** One test a picture, for hand `hand` of `hands`: pictures are dealt like cards, so that test files of equal length run side by side. */
export function playHand(hand: number, hands: number): void {
  describe('scenarios', () => {
    for (const [index, name] of pictureNames().entries()) {
      if (index % hands !== hand) continue;
      test(basename(name, '.sd'), () => {
        const stage = makeStage();
        try {
          play(stage, readPicture(join(FOLDER, name)).blocks);
        } finally {
          strikeStage(stage);
        }
      });
    }
  });
}

function play(stage: Stage, blocks: readonly Block[]): void {
  const depots = new Map<string, Block>();
  const ready = new Set<string>();
  const marks = new Map<string, string>();
  let last: Ran | undefined;
  for (const block of blocks) if (block.kind === 'depot') depots.set(block.words[0]!, block);
  const need = (name: string): void => {
    if (!depots.has(name) || ready.has(name)) return;
    ready.add(name);
    makeDepot(stage, name, (each) => depots.get(each)?.lines);
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
          unchanged: block.words.includes('unchanged'),
        });
      }
      if (block.lines.some((line) => CHANGING.includes(line.trim().split(/\s+/)[0]!))) checkAgreement(stage);
    }
    if (block.kind === 'mark') marks.set(block.words[0]!, filesOf(stage));
    if (block.kind === 'expect')
      for (const line of block.lines) {
        const mark = /^\s*files as (\S+)$/.exec(line)?.[1];
        if (mark) expect(filesOf(stage), line.trim()).toBe(marks.get(mark));
        else checkExpect(stage, last, line);
      }
    if (block.kind === 'ipd') for (const line of block.lines) checkIpd(stage, block.words[0], line);
  }
}

/** Runs one command line: depot names become paths, the root is the target where none is named. */
function runLine(
  stage: Stage,
  line: string,
  depots: ReadonlyMap<string, Block>,
  need: (name: string) => void,
  wanted: { exit: number; at: string; changes?: boolean; unchanged?: boolean },
): Ran {
  const [command = '', ...words] = shellWords(line.trim());
  const depotTarget = words.includes('-d') || (command === 'swlist' && words.includes('-s'));
  const full = words.map((word) => {
    if (!depots.has(word)) return word === 'ROOT' ? stage.root : word.replaceAll('$STAGE', stage.directory);
    need(word);
    return join(stage.directory, word);
  });
  if (ON_TARGET.includes(command) && !full.includes('@') && !depotTarget) full.push('@', stage.root);
  const still = wanted.unchanged || (wanted.exit === 1 && !wanted.changes);
  const before = still ? treePicture(stage.directory) : undefined;
  const ran = runCommand(stage, command, full);
  const said = `${wanted.at}: ${line.trim()}\n${ran.stdout}${ran.stderr}`;
  expect(ran.exit, said).toBe(wanted.exit);
  expect(ran.stderr, said).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  if (before !== undefined) expect(stateOf(stage), `${line.trim()}: nothing may change`).toBe(withoutSessions(before));
  return ran;
}

function stateOf(stage: Stage): string {
  return withoutSessions(treePicture(stage.directory));
}

/** What stands on the root outside SD's own directory. */
function filesOf(stage: Stage): string {
  return treePicture(stage.root)
    .split('\n')
    .filter((line) => !/^. var(\/adm(\/sw(\/.*)?)?)? /.test(line))
    .join('\n');
}

/** The user's own session files and the admin directory are not state of the target. */
function withoutSessions(picture: string): string {
  return picture
    .split('\n')
    .filter((line) => !/^. (home|adm)(\/| )/.test(line))
    .join('\n');
}

/** `/path = content`, `/path -> target`, `/path dir`, `/path absent` on the root, or below `$STAGE`. */
function putFile(stage: Stage, line: string): void {
  const [path = '', sign, ...rest] = line.trim().split(/\s+/);
  const absolute = path.startsWith('$STAGE/') ? path.replace('$STAGE', stage.directory) : join(stage.root, path);
  if (!existsSync(dirname(absolute))) mkdirSync(dirname(absolute), { recursive: true });
  if (sign === 'dir') mkdirSync(absolute, { recursive: true });
  else if (sign === 'absent') rmSync(absolute);
  else if (sign === '->') symlinkSync(rest[0]!, absolute);
  else writeFileSync(absolute, rest.join(' ').replaceAll('\\n', '\n'));
}
