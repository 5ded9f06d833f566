// Checks @expect and @ipd blocks. Each line is one claim; what a claim reads is the disk and SD's published text tree, read by the few lines
// below and not by the program under test.

import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Ran, runCommand, type Stage } from './stage.ts';

/**
 * Lines of @expect:
 *   stdout TEXT, stderr TEXT, !stdout TEXT, !stderr TEXT     the last command's streams hold the text, or not
 *   rows A B C                   first words of stdout's lines that are neither comments nor blank, as a set
 *   /path = CONTENT, /path mode 0555, /path -> TARGET, /path absent, /path dir, /path member NAME = CONTENT
 *   /path holds TEXT             a file with this text in it, however its lines are broken
 *   save/P/F/path ...            the same below the save area; `save empty`
 *   same /a /b                   hard links of one inode
 *   files as NAME                what stands on the root is what @mark NAME saw (play.ts checks it)
 */
export function checkExpect(stage: Stage, last: Ran | undefined, line: string): void {
  const words = line.trim();
  const stream = /^(!?)(stdout|stderr) (.*)$/.exec(words);
  if (stream) {
    const text = (stream[2] === 'stdout' ? last?.stdout : last?.stderr) ?? '';
    const flat = text.replace(/\n +/g, ' ').replace(/ +/g, ' ');
    const wanted = stream[3]!.replace(/ +/g, ' ');
    // The place has a name by chance, which may hold any short word.
    if (stream[1]) expect(flat.replaceAll(stage.directory, ''), words).not.toContain(wanted);
    else expect(flat, words).toContain(wanted);
    return;
  }
  if (words.startsWith('rows')) {
    const rows = (last?.stdout ?? '').split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'));
    expect(rows.map((each) => each.trim().split(/\s+/)[0]).sort(), words).toEqual(words.split(/\s+/).slice(1).sort());
    return;
  }
  if (words === 'save empty') {
    const save = join(stage.root, 'var/adm/sw/save');
    expect(existsSync(save) ? readdirSync(save) : [], words).toEqual([]);
    return;
  }
  if (words.startsWith('same ')) {
    const [, left = '', right = ''] = words.split(/\s+/);
    expect(lstatSync(join(stage.root, left)).ino, words).toBe(lstatSync(join(stage.root, right)).ino);
    return;
  }
  checkPath(stage, words);
}

function checkPath(stage: Stage, words: string): void {
  const [path = '', ...rest] = words.split(/\s+/);
  const absolute = path.startsWith('save/')
    ? join(stage.root, 'var/adm/sw', path)
    : join(stage.root, decodeURIComponent(path));
  const claim = rest.join(' ');
  if (claim === 'absent') expect(lstatSync(absolute, { throwIfNoEntry: false }), words).toBeUndefined();
  else if (claim === 'dir') expect(lstatSync(absolute).isDirectory(), words).toBe(true);
  else if (rest[0] === '->') expect(readlinkSync(absolute), words).toBe(rest[1]);
  else if (rest[0] === 'holds')
    expect(readFileSync(absolute, 'utf8').replace(/\s+/g, ' '), words).toContain(rest.slice(1).join(' '));
  else if (rest[0] === 'mode')
    expect((lstatSync(absolute).mode & 0o7777).toString(8).padStart(4, '0'), words).toBe(rest[1]);
  else if (rest[0] === 'member')
    expect(execFileSync('ar', ['p', absolute, rest[1]!], { encoding: 'utf8' }), words).toBe(rest[3]);
  else if (rest[0] === 'members')
    expect(execFileSync('ar', ['t', absolute], { encoding: 'utf8' }).trim().split('\n'), words).toEqual(rest.slice(1));
  else if (rest[0] === '=') {
    expect(lstatSync(absolute).isFile(), `${words}: is a regular file`).toBe(true);
    expect(readFileSync(absolute, 'utf8'), words).toBe(claim.slice(2).replaceAll('\\n', '\n'));
  } else throw new Error(`cannot read the claim: ${words}`);
}

/**
 * Lines of @ipd, or of `@ipd NAME` for a depot:
 *   only A.B C.D ...             exactly these filesets are there (`only -`: none)
 *   A.B keyword=value ...        attributes in the fileset's INDEX; a list is joined by commas; an empty value means absent or empty
 *   none A                       no product A
 *   product A keyword=value
 *   info A.B /path keyword=value ..., info A.B /path absent        a file's record in the fileset's INFO
 */
export function checkIpd(stage: Stage, depot: string | undefined, line: string): void {
  const tree = depot ? join(stage.directory, depot, 'catalog') : join(stage.root, 'var/adm/sw/products');
  const [head = '', ...rest] = line.trim().split(/\s+/);
  const filesets = filesetIndexes(tree);
  if (head === 'only') {
    expect([...filesets.keys()].sort(), line).toEqual(rest.filter((each) => each !== '-').sort());
    return;
  }
  if (head === 'none') {
    expect(
      [...filesets.keys()].filter((name) => name.startsWith(`${rest[0]}.`)),
      line,
    ).toEqual([]);
    return;
  }
  if (head === 'info') {
    checkInfo(tree, rest, line);
    return;
  }
  const name = head === 'product' ? rest.shift()! : head;
  const attributes = head === 'product' ? readIndex(join(tree, name, 'pfiles/INDEX'), 'product') : filesets.get(name);
  expect(attributes, `${line}: ${name} is there`).toBeDefined();
  for (const claim of rest) {
    const [keyword = '', ...value] = claim.split('=');
    expect(attributes!.get(keyword)?.join(',') ?? '', `${name} ${claim}`).toBe(value.join('='));
  }
}

function checkInfo(tree: string, [fileset = '', path = '', ...claims]: readonly string[], line: string): void {
  const records = readFileSync(join(tree, ...fileset.split('.'), 'INFO'), 'utf8').split(/^(?:file|control_file)$/m);
  const fields = records
    .map((record) => new Map([...record.matchAll(/^(\S+) (.*)$/gm)].map((match) => [match[1], match[2]])))
    .find((each) => each.get('path') === path);
  if (claims[0] === 'absent') expect(fields, line).toBeUndefined();
  else expect(fields, `${line}: there is a record`).toBeDefined();
  for (const claim of claims) {
    const [keyword = '', value = ''] = claim.split('=');
    if (keyword !== 'absent') expect(fields?.get(keyword) ?? '', line).toBe(value);
  }
}

/** `PRODUCT.FILESET` (control directories) → attributes, from the text tree, and the product's tag as `product`. */
export function filesetIndexes(tree: string): Map<string, Map<string, string[]>> {
  const found = new Map<string, Map<string, string[]>>();
  if (!existsSync(tree)) return found;
  for (const product of readdirSync(tree, { withFileTypes: true })) {
    if (!product.isDirectory() || ['dfiles', 'ifiles'].includes(product.name)) continue;
    const tag = readIndex(join(tree, product.name, 'pfiles/INDEX'), 'product').get('tag') ?? [];
    for (const fileset of readdirSync(join(tree, product.name), { withFileTypes: true })) {
      if (!fileset.isDirectory() || fileset.name === 'pfiles') continue;
      const attributes = readIndex(join(tree, product.name, fileset.name, 'INDEX'), 'fileset');
      found.set(`${product.name}.${fileset.name}`, attributes.set('product', tag));
    }
  }
  return found;
}

/** Keyword lines of the object `kind` in an INDEX file; a keyword that comes again adds to its list, and so does every word of a list. */
function readIndex(file: string, kind: string): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  let inside = false;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (/^[a-z_]+$/.test(line.trim())) inside = line.trim() === kind;
    const match = /^([a-z_]+)\s+(.*)$/.exec(line);
    if (!inside || !match) continue;
    const value = match[2]!.trim().replace(/^"(.*)"$/, '$1');
    const values = LISTS.includes(match[1]!) ? value.split(/\s+/) : [value];
    attributes.set(match[1]!, [...(attributes.get(match[1]!) ?? []), ...values.filter((each) => each !== '')]);
  }
  return attributes;
}

const LISTS = [
  'applied_patches',
  'applied_to',
  'ancestor',
  'supersedes',
  'superseded_by',
  'category_tag',
  'contents',
  'all_filesets',
];

/** Facts that hold after every command: the IPD's own listing agrees with the text tree. */
export function checkAgreement(stage: Stage): void {
  const tree = join(stage.root, 'var/adm/sw/products');
  if (!existsSync(tree)) return;
  const listed = runCommand(stage, 'swlist', [
    '-l',
    'fileset',
    '-x',
    'show_superseded_patches=true',
    '*',
    '@',
    stage.root,
  ]);
  const rows = listed.stdout.split('\n').filter((line) => line.startsWith('  '));
  const names = rows.map((row) => row.trim().split(/\s+/)[0]!).sort();
  const published = [...filesetIndexes(tree).values()].map((each) => `${each.get('product')}.${each.get('tag')}`);
  expect(names, 'swlist and the text tree name the same filesets').toEqual(published.sort());
}
