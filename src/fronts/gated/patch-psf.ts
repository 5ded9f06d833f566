// A patch archive as an SD product (other-systems.md D.1): one product, its grade a category, its gate a prerequisite. Text only.

import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LEVEL } from '../../operations/pseudo-products.ts';
import { levelTag, prerequisiteOf, productTag } from './archive-name.ts';
import type { Grade, PatchArchive } from './patch-archive.ts';

/** Writes the PSF and what it names beside it. Returns its path. */
export function writePatchPsf(file: string, patch: PatchArchive, grade: Grade | undefined): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${psfLines(patch, grade, dirname(file)).join('\n')}\n`);
  return file;
}

function psfLines(patch: PatchArchive, grade: Grade | undefined, beside: string): string[] {
  const { name, title, instructions } = patch;
  const installer = name.kind === 'installer';
  const isPatch = installer ? ['is_patch true'] : [];
  const readme = join(beside, 'readme');
  if (instructions !== '') writeFileSync(readme, `${instructions}\n`);
  return [
    'product',
    `tag ${productTag(name)}`,
    `revision ${name.level}`,
    `title ${quoted(title)}`,
    ...(grade === undefined ? [] : [`category_tag ${grade}`]),
    ...(instructions === '' ? [] : [`readme < ${quoted(readme)}`]),
    ...isPatch,
    'fileset',
    `tag ${installer ? LEVEL : 'PACKAGES'}`,
    `revision ${name.level}`,
    `title ${quoted(title)}`,
    ...(grade === undefined ? [] : [`category_tag ${grade}`]),
    ...isPatch,
    ...(installer ? [`ancestor ${levelTag(name)}.${LEVEL}`] : []),
    `prerequisite ${prerequisiteOf(name)}`,
    ...(installer && patch.program !== undefined ? [`postinstall ${quoted(writeRunner(patch, beside))}`] : []),
    ...payloadLines(patch),
    'end',
    'end',
  ];
}

function payloadLines({ name, payload }: PatchArchive): string[] {
  if (payload === undefined || readdirSync(payload).length === 0) return [];
  const place = name.kind === 'installer' ? '/' : '/packages';
  return [`directory ${quoted(payload)} = ${place}`, 'file *'];
}

/** The control script: runs the patch's own program where it lies unpacked, with what it needs beside it. */
function writeRunner({ directory, program }: PatchArchive, beside: string): string {
  const file = join(beside, 'postinstall');
  const place = `'${directory.replaceAll("'", "'\\''")}'`;
  const text = `#!/bin/sh\nPATCH_DIRECTORY=${place}\nexport PATCH_DIRECTORY\ncd "$PATCH_DIRECTORY" && exec ./${program}\n`;
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
}
