// SD's shell patterns matched in time that grows with pattern times value: patterns stand in depots, too, and a regular expression of
// many `*` can take for ever on a value made for it. `*` any text, `?` one character, `[...]` and `[!...]` one of some, `\` before a literal.
// Must not: know what a bracket holds; the caller compiles brackets (wildcards.ts, doorkeeper of minimatch).

/** One element of a pattern: a character, any character, any text, or a test of one character. */
type Element = string | typeof ANY | typeof STAR | ((character: string) => boolean);

const ANY = Symbol('?');
const STAR = Symbol('*');

/** Compiles a pattern. `bracketTest` is given a whole bracket, `[` and `]` included. */
export function compilePattern(
  pattern: string,
  bracketTest: (bracket: string) => (character: string) => boolean,
): (value: string) => boolean {
  const elements = elementsOf(pattern, bracketTest);
  return (value) => matches(elements, [...value]);
}

function elementsOf(pattern: string, bracketTest: (bracket: string) => (character: string) => boolean): Element[] {
  const elements: Element[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const end = character === '[' ? closing(characters, at) : -1;
    if (end > 0) {
      elements.push(bracketTest(characters.slice(at, end + 1).join('')));
      at = end;
    } else if (character === '*') {
      if (elements.at(-1) !== STAR) elements.push(STAR);
    } else if (character === '?') elements.push(ANY);
    else if (character === '\\' && at + 1 < characters.length) elements.push(characters[++at]!);
    else elements.push(character);
  }
  return elements;
}

/** Place of the `]` that closes the bracket at `from`; -1 where it stays open and is a literal. A `]` in front is one of the characters. */
function closing(characters: readonly string[], from: number): number {
  let at = from + 1;
  if (characters[at] === '!' || characters[at] === '^') at += 1;
  if (characters[at] === ']') at += 1;
  for (; at < characters.length; at++) {
    if (characters[at] === '[' && characters[at + 1] === ':') {
      const end = characters.indexOf(']', at + 2);
      if (end > 0 && characters[end - 1] === ':') at = end;
    } else if (characters[at] === ']') return at;
    else if (characters[at] === '\\') at += 1;
  }
  return -1;
}

/** Only the last `*` need ever be tried again: what stood before it has matched at its first place. */
function matches(elements: readonly Element[], characters: readonly string[]): boolean {
  let element = 0;
  let star = -1;
  let retry = 0;
  for (let at = 0; at < characters.length; ) {
    if (elements[element] === STAR) {
      star = element++;
      retry = at;
    } else if (element < elements.length && takes(elements[element]!, characters[at]!)) {
      element += 1;
      at += 1;
    } else if (star >= 0) {
      element = star + 1;
      retry += 1;
      at = retry;
    } else return false;
  }
  while (elements[element] === STAR) element += 1;
  return element === elements.length;
}

function takes(element: Element, character: string): boolean {
  if (typeof element === 'function') return element(character);
  return element === ANY || element === character;
}
