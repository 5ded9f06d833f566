// Is a text a shell pattern, and does it match (patches.md 1)? Each pattern is compiled once (pattern.ts).
// Doorkeeper of minimatch, which is loaded only when a pattern has brackets.

import { compilePattern } from './pattern.ts';

const MAGIC = /[*?[]/;
const compiled = new Map<string, (value: string) => boolean>();
/** A longer pattern matches only itself; no name is as long. */
const LONGEST = 1000;

/** True when the text holds a shell pattern rather than a literal. */
export function isPattern(value: string): boolean {
  return MAGIC.test(value);
}

/** SD's shell patterns `*`, `?`, `[...]`, `[!...]` against a whole value; `*` also matches an empty value and crosses slashes. */
export function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === '*' || pattern === value) return true;
  if (!MAGIC.test(pattern) || pattern.length > LONGEST) return false;
  if (value === '') return /^\*+$/.test(pattern);
  let test = compiled.get(pattern);
  if (!test) {
    test = compilePattern(pattern, bracketTest);
    compiled.set(pattern, test);
  }
  return test(value);
}

/** Architectures and locations hold slashes, which minimatch would keep apart; the control character stands for them. */
function hideSlashes(value: string): string {
  return value.replaceAll('/', '\u0001');
}

/** Whether a character is one of a bracket's. A character in front keeps minimatch from its rules for names that begin with a dot. */
function bracketTest(bracket: string): (character: string) => boolean {
  // Not imported above: a listing would load node:module for nothing.
  const { createRequire } = process.getBuiltinModule('node:module');
  const library: typeof import('minimatch') = createRequire(import.meta.url)('minimatch');
  const options = { nobrace: true, noext: true, noglobstar: true, nonegate: true, nocomment: true, dot: true };
  const expression = library.makeRe(`x${hideSlashes(bracket)}`, options) || /^(?!)/;
  return (character) => expression.test(`x${hideSlashes(character)}`);
}
