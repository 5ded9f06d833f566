// A guide of docs/ or the README as something that can be run: its `console` blocks, one shell for the whole page, and what each command
// printed. `$ ` begins a command, `> ` goes on with it, all else is output; a line `...` stands for any lines.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BIN } from '../programs.ts';

const ROOT = join(import.meta.dirname, '../..');
const MARK = '\u0001';

export interface Step {
  readonly command: string;
  /** As the page has it. */
  readonly shown: readonly string[];
}

/** The commands of a page in order. */
export function stepsOf(text: string): Step[] {
  const steps: { command: string; shown: string[] }[] = [];
  for (const [, block] of text.matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
    for (const line of block!.trimEnd().split('\n')) {
      const last = steps.at(-1);
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: [] });
      else if (line.startsWith('> ') || line === '>') last!.command += `\n${line.slice(2)}`;
      else last!.shown.push(line);
    }
  }
  return steps;
}

/** What each command printed, both streams together, when run in one shell below `scratch`, which stands for /tmp and the checkout. */
export function play(steps: readonly Step[], scratch: string): string[] {
  mkdirSync(join(scratch, 'root'));
  cpSync(join(ROOT, 'depots'), join(scratch, 'depots'), { recursive: true });
  writeFileSync(join(scratch, 'defaults'), `admin_directory=${scratch}/adm\n`);
  const script = steps
    .map(({ command }) => `${command.replaceAll('/tmp/', `${scratch}/`)}\nprintf '${MARK}'`)
    .join('\n');
  const ran = spawnSync('bash', ['-c', `exec 2>&1\n${script}\n`], {
    cwd: scratch,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      PATH: `${BIN}:${process.env.PATH}`,
      HOME: join(scratch, 'home'),
      SWDIST_DEFAULTS: join(scratch, 'defaults'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
    },
  });
  const place = new RegExp(`${scratch.replaceAll(/[.]/g, '\\.')}/`, 'g');
  const host = new RegExp(`\\b${hostname().split('.')[0]}(?=[:\\-"/]|\\b)`, 'g');
  return ran.stdout.replace(place, '/tmp/').replace(host, 'vm').split(MARK).slice(0, -1);
}

/** What is the same in every run: no dates, numbers of jobs, sizes of disks, and line breaks that depend on lengths of names. */
function settled(text: string): string {
  return text
    .replace(/\n {9}(?=\S)/g, ' ')
    .replace(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d \w+/g, 'DATE')
    .replace(/vm-\d{4}/g, 'JOB')
    .replace(/user "[^"]+"|\b[a-z_]+@vm\b/g, 'USER')
    .replace(/\d+ Kbytes available/g, 'N Kbytes available')
    .replace(/\d+ Kbytes needed/g, 'N Kbytes needed')
    .replace(/Filesystem "[^"]*"/g, 'Filesystem')
    .replace(/[ \t]+/g, ' ')
    .replace(/ $/gm, '')
    .trim();
}

/** True when `printed` is what the page shows. */
export function agrees(shown: readonly string[], printed: string): boolean {
  const parts = shown
    .join('\n')
    .split(/^\.\.\.$/m)
    .map(settled);
  const text = settled(printed);
  if (parts.length === 1) return parts[0] === text;
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.startsWith(parts[0]!) && text.endsWith(parts.at(-1)!);
}

export function readPage(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}
