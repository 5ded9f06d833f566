// Reads a scenario: a text picture of depots, what is installed, what is run and what must be seen afterwards. See test/scenarios/README.md.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Block {
  readonly kind: 'depot' | 'files' | 'installed' | 'mark' | 'run' | 'expect' | 'ipd';
  /** Words after the kind. */
  readonly words: readonly string[];
  /** Lines with their indentation, without comments and blank lines. */
  readonly lines: readonly string[];
  /** For complaints: `file:line`. */
  readonly at: string;
}

export interface Picture {
  readonly title: string;
  readonly blocks: readonly Block[];
}

const KINDS = ['depot', 'files', 'installed', 'mark', 'run', 'expect', 'ipd'];

/** Reads `file`; `@use name` takes in the blocks of fixtures/name.sd. Throws on an unknown block. */
export function readPicture(file: string): Picture {
  const blocks: { kind: Block['kind']; words: string[]; lines: string[]; at: string }[] = [];
  let title = '';
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const at = `${file}:${index + 1}`;
    if (/^\s*#/.test(line)) {
      title ||= line.replace(/^\s*#\s*/, '');
      continue;
    }
    if (line.trim() === '') continue;
    if (!line.startsWith('@')) {
      const block = blocks.at(-1);
      if (!block) throw new Error(`${at}: a line before the first block`);
      block.lines.push(line);
      continue;
    }
    const [kind = '', ...words] = line.slice(1).trim().split(/\s+/);
    if (kind === 'use') {
      const used = readPicture(join(dirname(file), 'fixtures', `${words[0]}.sd`));
      blocks.push(...used.blocks.map((block) => ({ ...block, words: [...block.words], lines: [...block.lines] })));
    } else if (KINDS.includes(kind)) blocks.push({ kind: kind as Block['kind'], words, lines: [], at });
    else throw new Error(`${at}: unknown block @${kind}`);
  }
  return { title, blocks };
}
