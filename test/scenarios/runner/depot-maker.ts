// Makes a real depot from the compact picture of a @depot block: writes sources and a PSF, runs swpackage. One depot of one text is made once
// per test process and copied, since packaging is not what most scenarios are about.
//
//   product TAG [r=1.0] [a=..] [v=..] [patch] [keyword=value ...]
//     fileset TAG [fr=1.0] [fa=..] [patch] [ancestor=SPEC ...] [supersedes=SPEC ...] [prerequisite=SPEC] [keyword=value ...]
//       file /path [0555] content        dir /path [0755]         link /path target       hard /path /other
//       ar /path member=content ...      member /archive member=content                  volatile /path content
//       script TAG text-of-a-shell-line
//   bundle TAG [r=..] contents=SPEC[ SPEC...]     category TAG title words       raw psf line at depot level
//   from OTHER [spec ...]                swcopy from a depot made before, dependencies not enforced

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BIN } from '../../programs.ts';
import { type Ran, runCommand, type Stage } from './stage.ts';

const made = new Map<string, string>();
let store: string | undefined;

process.on('exit', () => {
  if (store) rmSync(store, { recursive: true, force: true });
});

/** Puts the depot `name` into `stage`; `linesOf` answers the lines of a @depot block. Returns its path. */
export function makeDepot(
  stage: Stage,
  name: string,
  linesOf: (name: string) => readonly string[] | undefined,
): string {
  const target = join(stage.directory, name);
  cpSync(cached(stage, name, linesOf), target, { recursive: true, preserveTimestamps: true });
  return target;
}

type LinesOf = (name: string) => readonly string[] | undefined;

/** A depot kept for the whole process, found by everything its block says, and the blocks it copies from say. */
function cached(stage: Stage, name: string, linesOf: LinesOf): string {
  const lines = linesOf(name);
  if (!lines) throw new Error(`no @depot ${name}`);
  const key = createHash('sha256').update(wholeText(name, linesOf)).digest('hex');
  const known = made.get(key);
  if (known) return known;
  store ??= mkdtempSync(join(tmpdir(), 'sd-depots-'));
  const work = join(store, key);
  const depot = join(work, 'depot');
  mkdirSync(work);
  const own = lines.filter((line) => !isFrom(line));
  if (own.length > 0) packageInto(work, depot, own);
  for (const line of lines.filter(isFrom)) {
    const [, from = '', ...specs] = line.trim().split(/\s+/);
    copyInto(stage, cached(stage, from, linesOf), specs.length === 0 ? ['*'] : specs, depot, line);
  }
  made.set(key, depot);
  return depot;
}

function isFrom(line: string): boolean {
  return /^\s*from\s/.test(line);
}

function wholeText(name: string, linesOf: LinesOf): string {
  const lines = linesOf(name) ?? [];
  return lines
    .map((line) => (isFrom(line) ? `${line}\n${wholeText(line.trim().split(/\s+/)[1]!, linesOf)}` : line))
    .join('\n');
}

function copyInto(stage: Stage, source: string, specs: readonly string[], depot: string, line: string): void {
  const off = ['enforce_dependencies', 'autoselect_patches', 'autoselect_dependencies'];
  const options = off.flatMap((option) => ['-x', `${option}=false`]);
  must(runCommand(stage, 'swcopy', ['-s', source, ...options, ...specs, '@', depot]), line);
}

function must(ran: Ran, what: string): void {
  if (ran.exit !== 0) throw new Error(`cannot make the depot (${what}): exit ${ran.exit}\n${ran.stdout}${ran.stderr}`);
}

function packageInto(work: string, depot: string, lines: readonly string[]): void {
  const psf = writeSources(work, lines);
  writeFileSync(join(work, 'psf'), psf);
  const program = join(BIN, 'swpackage');
  const ran = spawnSync(process.execPath, [program, '-s', 'psf', '-x', `admin_directory=${work}/adm`, '@', depot], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, HOME: work, SWDIST_DEFAULTS: '/dev/null' },
  });
  if (ran.status !== 0) throw new Error(`swpackage failed (${ran.status}):\n${psf}\n${ran.stdout}${ran.stderr}`);
}

/** Writes sources below `work` and answers the text of the PSF. */
function writeSources(work: string, lines: readonly string[]): string {
  const psf: string[] = [];
  const files: string[] = [];
  let open: 'none' | 'product' | 'fileset' = 'none';
  const close = (to: 'none' | 'product') => {
    if (open === 'fileset') psf.push('  end');
    if (open !== 'none' && to === 'none') psf.push('end');
    open = open === 'none' ? 'none' : to;
  };
  const vendors = new Set(lines.flatMap((line) => [...line.matchAll(/\sv=(\S+)/g)].map((match) => match[1]!)));
  for (const vendor of vendors) psf.push('vendor', `  tag ${vendor}`, `  title ${vendor}`, 'end');
  for (const line of orderedTop(lines)) {
    const words = line.trim().split(/\s+/);
    const [kind = '', name = ''] = words;
    if (kind === 'category') psf.push('category', `  tag ${name}`, `  title "${words.slice(2).join(' ')}"`, 'end');
    else if (kind === 'raw') psf.push(line.trim().slice(4));
    else if (kind === 'bundle') psf.push('bundle', `  tag ${name}`, ...attributeLines(words.slice(2), '  '), 'end');
    else if (kind === 'product') {
      close('none');
      open = 'product';
      psf.push('product', `  tag ${name}`, ...attributeLines(defaulted(words.slice(2), 'r'), '  '));
    } else if (kind === 'fileset') {
      close('product');
      open = 'fileset';
      psf.push('  fileset', `    tag ${name}`, ...attributeLines(defaulted(words.slice(2), 'fr'), '    '));
    } else psf.push(...fileLines(work, files, kind, line.trim()));
  }
  close('none');
  return `${psf.join('\n')}\n`;
}

/** Categories stand before products in a PSF, bundles too. */
function orderedTop(lines: readonly string[]): string[] {
  const top = (line: string) => /^\s*(category|bundle|raw)\s/.test(line);
  return [...lines.filter(top), ...lines.filter((line) => !top(line))];
}

function defaulted(words: readonly string[], key: string): string[] {
  return words.some((word) => word.startsWith(`${key}=`)) ? [...words] : [`${key}=1.0`, ...words];
}

const SHORT: Record<string, string> = {
  r: 'revision',
  fr: 'revision',
  a: 'architecture',
  fa: 'architecture',
  v: 'vendor_tag',
  c: 'category_tag',
};
const PLURAL: Record<string, string> = {
  prerequisite: 'prerequisites',
  corequisite: 'corequisites',
  exrequisite: 'exrequisites',
  category: 'category_tag',
};

/** `key=value` words; a value runs on over words without a key, so that `prerequisite=A | B` works. */
function attributeLines(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const match = /^([a-z_]+)=(.*)$/.exec(word);
    const last = lines.at(-1);
    if (word === 'patch') lines.push(`${indent}is_patch true`);
    else if (word === 'kernel') lines.push(`${indent}is_kernel true`);
    else if (match) lines.push(`${indent}${SHORT[match[1]!] ?? PLURAL[match[1]!] ?? match[1]} ${match[2]}`);
    else if (last !== undefined) lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function fileLines(work: string, files: string[], kind: string, line: string): string[] {
  const source = (content: string | Uint8Array) => {
    const path = join(work, 'src', String(files.length));
    files.push(path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, 1_000_000_000, 1_000_000_000 + files.length);
    return path;
  };
  const [, path = '', ...rest] = line.split(/\s+/);
  const mode = /^0[0-7]{3,4}$/.test(rest[0] ?? '') ? rest[0]! : undefined;
  const content = (mode ? rest.slice(1) : rest).join(' ').replaceAll('\\n', '\n');
  const quoted = path.includes('%') ? `"${decodeURIComponent(path)}"` : path;
  switch (kind) {
    case 'file':
      return [`    file -m ${mode ?? '0644'} ${source(content)} ${quoted}`];
    case 'volatile':
      return [`    file -v -m ${mode ?? '0644'} ${source(content)} ${quoted}`];
    case 'dir':
      return [`    file -t d -m ${mode ?? '0755'} ${quoted}`];
    case 'link':
      return [`    file -t s ${rest[0]} ${quoted}`];
    case 'hard':
      return [`    file -t h ${rest[0]} ${quoted}`];
    case 'ar':
      return [`    file -m 0644 ${source(archive(work, rest))} ${quoted}`];
    case 'member':
      return rest.map((each) => {
        const [name = '', text = ''] = each.split('=');
        const member = join(dirname(source('')), `m${files.length}`, name);
        mkdirSync(dirname(member), { recursive: true });
        writeFileSync(member, text);
        utimesSync(member, 1_000_000_000, 1_000_000_000);
        return `    file -t a -m 0644 ${member} ${path}`;
      });
    case 'script': {
      const [, tag = ''] = line.split(/\s+/);
      const text = line.slice(line.indexOf(tag) + tag.length + 1);
      return [`    ${tag} ${source(`#!/bin/sh\n${text.replaceAll('\\n', '\n')}\n`)}`];
    }
    default:
      return [`    ${line}`];
  }
}

/** A real archive made by ar(1) of binutils, from `member=content` words. */
function archive(work: string, members: readonly string[]): Uint8Array {
  const directory = mkdtempSync(join(work, 'ar-'));
  const names = members.map((each) => {
    const [name = '', content = ''] = each.split('=');
    writeFileSync(join(directory, name), content);
    return name;
  });
  execFileSync('ar', ['rcD', 'out.a', ...names], { cwd: directory });
  return execFileSync('cat', ['out.a'], { cwd: directory });
}
