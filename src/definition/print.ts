// Attributes → lines of INDEX and INFO (formats.md 10, 11).
// Promise: what is printed here, Scanner and value.ts read back as the same value; known keywords in the table's order, then the
// vendor-defined ones in their own.

import type { Attributes, AttributeValue } from '../model/attributes.ts';
import type { Keyword, ObjectClass } from './keywords.ts';
import { keywordOf, keywordsOf } from './keywords.ts';

/** HP always quotes these texts; everything else only where it would be misread. */
const QUOTED: ReadonlySet<string> = new Set(['title', 'description', 'copyright']);

/** One object: its keyword alone on a line, then its attributes. */
export function printObject(keyword: string, kind: ObjectClass, attributes: Attributes): string {
  return `${keyword}\n${printAttributes(kind, attributes)}`;
}

/** One `keyword value` line for each value. */
export function printLine(keyword: string, value: string): string {
  return `${keyword} ${QUOTED.has(keyword) || mustQuote(value) ? quote(value) : value}\n`;
}

function printAttributes(kind: ObjectClass, attributes: Attributes): string {
  let text = '';
  for (const known of keywordsOf(kind)) {
    if (Object.hasOwn(attributes, known.name)) text += printValue(known.name, known, attributes[known.name]!);
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
