// One row of a listing in definition-file form (`swlist -v`; commands.md 12.7, formats.md 10): `#` name, class keyword, attributes.
// Promise: keyword, one blank, value; what holds blanks is quoted, what holds newlines keeps them; specs of a list on lines of
// their own, tags of a list on one.

import type { AttributeValue } from '../model/attributes.ts';
import type { ListingRow } from '../model/listing.ts';
import { shown } from './layout.ts';

/** Attributes that are lists of tags or patterns separated by blanks, and never quoted. */
const TAG_LISTS = /^(category|category_tag|all_filesets|dynamic_module)$/;

/** The lines of one row that has attributes. A value of several lines gives several lines. */
export function definitionLines(row: ListingRow): string[] {
  const lines = [`# ${shown(row.name)}`, row.class];
  for (const [keyword, value] of Object.entries(row.attributes ?? {}))
    lines.push(...attributeLines(row, keyword, value));
  // A line break inside quotes is the value's own.
  return lines.map(shown);
}

function attributeLines(row: ListingRow, keyword: string, value: AttributeValue): string[] {
  const ofTags = TAG_LISTS.test(keyword) || (keyword === 'contents' && row.class === 'subproduct');
  if (ofTags) return [`${keyword} ${typeof value === 'string' ? value : value.join(' ')}`];
  if (typeof value !== 'string') return value.map((each) => `${keyword} ${each}`);
  return `${keyword} ${quoted(keyword, value)}`.trimEnd().split('\n');
}

/** Titles and texts are quoted always, other values where a reader would lose something (formats.md 2.3, 10). */
function quoted(keyword: string, value: string): string {
  const always = /^(title|description|copyright|readme)$/.test(keyword);
  if (!always && !/[\s#"\\]/.test(value)) return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
