// Debian's control file: paragraphs of `Field: value` lines, and relations between packages (deb-control(5)). Pure.

import type { Need, Relation } from './origin.ts';

/** Fields of the first paragraph by lower-case name; a continued value keeps its line ends, the blank in front of each line gone. */
export function parseControl(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n')) {
    if (/^\s*$/.test(line)) {
      if (fields.size > 0) break;
    } else if (/^[ \t]/.test(line)) {
      fields.set(name, `${fields.get(name) ?? ''}\n${line.slice(1)}`);
    } else {
      const colon = line.indexOf(':');
      name = line.slice(0, Math.max(colon, 0)).toLowerCase();
      if (name !== '') fields.set(name, line.slice(colon + 1).trim());
    }
  }
  return fields;
}

/** `dot` lines of an extended description are empty ones. */
export function descriptionOf(field: string): { title: string; description: string } {
  const [title = '', ...rest] = field.split('\n');
  return { title, description: rest.map((line) => (line.trim() === '.' ? '' : line)).join('\n') };
}

// Before there were `<<` and `>>`, `<` and `>` meant "or equal" (deb-control(5)).
const OPERATORS: Readonly<Record<string, NonNullable<Relation['op']>>> = {
  '<<': '<',
  '<=': '<=',
  '<': '<=',
  '=': '==',
  '>=': '>=',
  '>': '>=',
  '>>': '>',
};

const RELATION = /^([^\s:(<[]+)(?::[^\s(]+)?\s*(?:\(\s*(<<|<=|>=|>>|=|<|>)\s*([^\s)]+)\s*\))?/;

/** `a (>= 1), b | c`: every need with its alternatives. What cannot be read is left out. */
export function parseRelations(field: string): Need[] {
  return field
    .split(',')
    .map((need) => need.split('|').flatMap((each) => relationOf(each.trim())))
    .filter((need) => need.length > 0);
}

function relationOf(text: string): Relation[] {
  const [, name, op, version] = RELATION.exec(text) ?? [];
  if (name === undefined) return [];
  return [op === undefined ? { name } : { name, op: OPERATORS[op]!, version: version! }];
}

/** A relation as control files write it. */
export function printRelation({ name, op, version }: Relation): string {
  const sign = { '<': '<<', '<=': '<=', '==': '=', '>=': '>=', '>': '>>' };
  return op === undefined ? name : `${name} (${sign[op]} ${version})`;
}
