// The software of the benchmarks as PSFs: the tree as one product, its patch, many small products, many patches in chains.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILESETS, generator, type TreeFile } from './tree.ts';

/** Files of each of the many small products. */
export const FILES_PER_PRODUCT = 10;

/**
 * A PSF that packages a tree as one product of 20 filesets.
 * @param tag the product's tag; with `ancestor` it is a patch of that product
 */
export function treePsf(tag: string, top: string, files: readonly TreeFile[], ancestor?: string): string {
  const lines = [
    'product',
    `tag ${tag}`,
    'revision 1.0',
    `title "The ${tag} tree"`,
    ...(ancestor === undefined ? [] : ['is_patch true', 'category_tag critical']),
  ];
  for (let fileset = 0; fileset < FILESETS; fileset += 1) {
    const name = `SET${String(fileset).padStart(2, '0')}`;
    lines.push('fileset', `tag ${name}`, 'revision 1.0');
    if (ancestor !== undefined) lines.push('is_patch true', `ancestor ${ancestor}.${name},fr=1.0`);
    for (const file of files) {
      if (file.fileset === fileset)
        lines.push(`file -m 0644 -o root -g root ${join(top, file.path)} /opt/tree/${file.path}`);
    }
    lines.push('end');
  }
  lines.push('end', '');
  return lines.join('\n');
}

/** A PSF of a locatable product of 20 filesets whose files are all copies of one. */
export function locatablePsf(tag: string, source: string, files: number): string {
  const lines = ['product', `tag ${tag}`, 'revision 1.0', 'is_locatable true', `directory /opt/${tag.toLowerCase()}`];
  const each = files / FILESETS;
  for (let fileset = 0; fileset < FILESETS; fileset += 1) {
    const name = String(fileset).padStart(2, '0');
    lines.push('fileset', `tag F${name}`, 'revision 1.0', 'is_locatable true');
    for (let file = 0; file < each; file += 1) {
      const [folder, last] = [Math.floor(file / 100), file % 100].map((part) => String(part).padStart(2, '0'));
      lines.push(`file -m 0644 ${source} /opt/${tag.toLowerCase()}/f${name}/d${folder}/x${last}`);
    }
    lines.push('end');
  }
  lines.push('end', '');
  return lines.join('\n');
}

/** Tag of the n-th small product. */
export function productTag(index: number): string {
  return `PROD${String(index).padStart(5, '0')}`;
}

/** Path of a file of the n-th small product; the name of the file is the same in all of them, as in life. */
export function productFile(index: number, file: number): string {
  return `/opt/${productTag(index).toLowerCase()}/file${file}`;
}

/** A PSF of `count` products of ten files each; their content is written into `folder`. */
export function productsPsf(folder: string, count: number): string {
  mkdirSync(folder, { recursive: true });
  const sources = Array.from({ length: FILES_PER_PRODUCT }, (_, file) => {
    const path = join(folder, `file${file}`);
    writeFileSync(path, `content of file ${file}\n`.repeat(file + 1));
    return path;
  });
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    lines.push('product', `tag ${productTag(index)}`, `revision 1.${index % 10}`, `title "Product number ${index}"`);
    lines.push('fileset', 'tag RUN', `revision 1.${index % 10}`, 'title "The whole of it"');
    for (const [file, source] of sources.entries()) lines.push(`file -m 0644 ${source} ${productFile(index, file)}`);
    lines.push('end', 'end');
  }
  return `${lines.join('\n')}\n`;
}

const CATEGORIES = ['critical', 'security', 'defect_repair', 'enhancement'];
const PATCHES_PER_BASE = 2.78;

/**
 * A PSF of bases `B…` and `patches` patches for them: chains of one to five, each member superseding the one before; a category each; every
 * seventh has a prerequisite on another base's patch.
 * @returns the PSF and the number of chains, which is the number of patches that an installation of all bases takes along
 */
export function patchesPsf(patches: number): { psf: string; chains: number } {
  const random = generator(7);
  const lines = CATEGORIES.flatMap((tag) => ['category', `tag ${tag}`, `title "Patches of kind ${tag}"`, 'end']);
  const bases = Math.round(patches / PATCHES_PER_BASE);
  const lengths = chainLengths(patches, bases, random);
  let number = 0;
  for (let base = 0; base < bases; base += 1) {
    const tag = `B${String(base).padStart(5, '0')}`;
    lines.push(
      'product',
      `tag ${tag}`,
      'revision 1.0',
      `title "Base ${base}"`,
      'fileset',
      'tag RUN',
      'revision 1.0',
      'end',
      'end',
    );
    const earlier: string[] = [];
    for (let step = 0; step < (lengths[base] ?? 0); step += 1, number += 1) {
      const patch = `PHXX_${10000 + number}`;
      const category = CATEGORIES[Math.floor(random() * CATEGORIES.length)] ?? 'critical';
      lines.push(
        'product',
        `tag ${patch}`,
        'revision 1.0',
        `title "${tag} patch ${step}"`,
        'is_patch true',
        `category_tag ${category}`,
      );
      lines.push('fileset', 'tag RUN', 'revision 1.0', 'is_patch true', `ancestor ${tag}.RUN,fr=1.0`);
      if (earlier.length > 0) lines.push(`supersedes ${earlier.map((each) => `${each}.RUN,fr=1.0`).join(' ')}`);
      if (number % 7 === 0 && base > 0)
        lines.push(`prerequisites B${String(Math.floor(random() * base)).padStart(5, '0')}.RUN`);
      lines.push('end', 'end');
      earlier.push(patch);
    }
  }
  return { psf: `${lines.join('\n')}\n`, chains: lengths.filter((length) => length > 0).length };
}

function chainLengths(patches: number, bases: number, random: () => number): number[] {
  const lengths = Array.from({ length: bases }, () => 1);
  for (let left = patches - bases; left > 0; ) {
    const base = Math.floor(random() * bases);
    if ((lengths[base] ?? 5) >= 5) continue;
    lengths[base] = (lengths[base] ?? 0) + 1;
    left -= 1;
  }
  return lengths;
}
