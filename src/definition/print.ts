// Attributes → lines of INDEX and INFO (formats.md 10, 11).
// Promise: what is printed here, Scanner and value.ts read back as the same value; known keywords in the table's order, then the
// vendor-defined ones in their own.

import { type Attributes, type AttributeValue, attributesOf } from '../model/attributes.ts';
import type { Keyword, ObjectClass } from './keywords.ts';
import { keywordOf, keywordsOf } from './keywords.ts';

/** Layout 1.0, or 0.8, which had other words for some attributes (formats.md 8). */
export type Layout = '1.0' | '0.8';

/** The layout that a distribution's attribute names; anything but 0.8 is 1.0. */
export function layoutOf(attributes: Attributes): Layout {
  return attributes.layout_version === '0.8' ? '0.8' : '1.0';
}

/** Words of layout 0.8; '' where it had none. */
const NAMES_0_8: ReadonlyMap<string, string> = new Map([
  ['mod_time', 'timestamp'],
  ['create_time', ''],
  ['category_tag', 'category'],
  ['prerequisites', 'prerequisite'],
  ['corequisites', 'corequisite'],
  ['exrequisites', 'exrequisite'],
]);

/** HP always quotes these texts; everything else only where it would be misread. */
const QUOTED: ReadonlySet<string> = new Set(['title', 'description', 'copyright']);

/** One object: its keyword alone on a line, then its attributes. */
export function printObject(
  keyword: string,
  kind: ObjectClass,
  attributes: Attributes,
  layout: Layout = '1.0',
): string {
  return `${keyword}\n${printAttributes(kind, attributes, layout)}`;
}

/** The same attributes in the order they are printed in. */
export function inOrder(kind: ObjectClass, attributes: Attributes): Attributes {
  const known = Array.from(keywordsOf(kind), ({ name }) => name).filter((name) => Object.hasOwn(attributes, name));
  const other = Object.keys(attributes).filter((keyword) => keywordOf(kind, keyword)?.name !== keyword);
  return attributesOf([...known, ...other].map((name) => [name, attributes[name]!]));
}

/** One `keyword value` line for each value. */
export function printLine(keyword: string, value: string): string {
  return `${keyword} ${QUOTED.has(keyword) || mustQuote(value) ? quote(value) : value}\n`;
}

function printAttributes(kind: ObjectClass, attributes: Attributes, layout: Layout): string {
  let text = '';
  for (const known of keywordsOf(kind)) {
    const name = layout === '0.8' ? (NAMES_0_8.get(known.name) ?? known.name) : known.name;
    if (name !== '' && Object.hasOwn(attributes, known.name)) text += printValue(name, known, attributes[known.name]!);
  }
  for (const [keyword, value] of Object.entries(attributes)) {
    if (keywordOf(kind, keyword)?.name !== keyword) text += printValue(keyword, undefined, value);
  }
  return text;
}

function printValue(keyword: string, known: Keyword | undefined, value: AttributeValue): string {
  if (typeof value === 'string') return printLine(keyword, value);
  if (known?.oneLine) return value.length === 0 ? '' : `${keyword} ${value.join(' ')} \n`;
  return value.map((each) => printLine(keyword, each)).join('');
}

/** True for a text that Scanner would not give back unchanged if it stood bare behind its keyword. */
function mustQuote(value: string): boolean {
  return value === '' || /^["<# \t\r]|[ \t\r]$|[ \t\r]#|\n/.test(value);
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
