// Codes of errors and findings are stable words: each that the program says is explained in sd(5), and is provoked by a test
// that names it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

function filesBelow(directory: string, wanted: RegExp): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => wanted.test(name))
    .map((name) => readFileSync(join(root, directory, name), 'utf8'));
}

/** Where a code stands in source: in an SdError, in a finding, or as the first argument of a function that makes one. */
const SAID = [
  /new SdError\(\s*'([a-z0-9_]+)'/g,
  /\bcode: '([a-z0-9_]+)'/g,
  /\b(?:error|warning|note|refused|finding|refusal|complaint)\(\s*'([a-z]+(?:_[a-z]+)*)'\s*,/g,
];

function codesInSource(): string[] {
  const source = filesBelow('src', /\.ts$/);
  const found = source.flatMap((text) => SAID.flatMap((form) => [...text.matchAll(form)].map((match) => match[1]!)));
  return [...new Set(found)].sort();
}

/** What sd(5) explains. */
function codesInManual(): Set<string> {
  const text = readFileSync(join(root, 'man/sd.5'), 'utf8');
  const section = text.slice(text.indexOf('.Sh ERROR CODES'), text.indexOf('.Sh SEE ALSO'));
  return new Set(section.match(/^\.It Bq .*/gm)!.flatMap((line) => line.slice(7).split(' , ')));
}

test('sd(5) explains every code', () => {
  const explained = codesInManual();
  expect(codesInSource().filter((code) => !explained.has(code))).toEqual([]);
});

test('every code is named by a test', () => {
  const tests = ['unit', 'cli', 'fronts', 'tui', 'scenarios', 'contract', 'crash', 'property'].flatMap((room) =>
    filesBelow(`test/${room}`, /\.(ts|sd)$/),
  );
  const words = new Set(tests.flatMap((text) => text.match(/[a-z0-9]+(?:_[a-z0-9]+)*/g) ?? []));
  expect(codesInSource().filter((code) => !words.has(code))).toEqual([]);
});
