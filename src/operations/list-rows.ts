// From an object to a row: which columns it gets (commands.md 12.2, 12.6, 12.9; clients.md 6, 7).
//
//   asked for                | object row                       | parent row
//   -v                       | every attribute (or those of -a) | the same
//   -a                       | those attributes, in order       | the name only
//   nothing                  | one_liner                        | one_liner
//
// The name comes first always, so `tag` never makes a column; `software_spec` takes the name's place.

import { attributesOf } from '../model/attributes.ts';
import type { ListedClass, ListingRow } from '../model/listing.ts';
import type { ListedObject } from './list-attributes.ts';
import { allAttributes, attributeOf, presentName } from './list-attributes.ts';

export interface RowStyle {
  /** -a, in order. */
  readonly attributes: readonly string[];
  readonly verbose: boolean;
  /** Attribute names of the options one_liner and patch_one_liner. */
  readonly oneLiner: readonly string[];
  readonly patchOneLiner: readonly string[];
  /** 1.0 or 0.8: spelling of keywords under -v. */
  readonly layout: string;
}

/** Classes that show nothing but their name until attributes are asked for. */
const BARE: ReadonlySet<ListedClass> = new Set(['file', 'control_file', 'depot', 'root']);

/** One row. `oneLiner` replaces the style's for this row (patches). */
export function rowOf(
  style: RowStyle,
  role: ListingRow['role'],
  object: ListedObject,
  oneLiner = columnsOf(style, object.class),
): ListingRow {
  const { name } = object;
  if (style.verbose) {
    return { role, class: object.class, name, columns: [], attributes: chosenAttributes(style, object) };
  }
  const asked = style.attributes.length > 0;
  if (asked && role === 'parent') return { role, class: object.class, name, columns: [] };
  const keywords = asked ? style.attributes : oneLiner;
  if (keywords.length === 0) return { role, class: object.class, name, columns: NONE };
  const columns = keywords
    .filter((keyword) => !isName(object, keyword))
    .map((keyword) => ({ keyword, value: attributeOf(object, keyword) }));
  const spec = role === 'object' && keywords.includes('software_spec') ? attributeOf(object, 'software_spec') : '';
  return { role, class: object.class, name: typeof spec === 'string' && spec !== '' ? spec : name, columns };
}

const NONE: ListingRow['columns'] = [];

function isName(object: ListedObject, keyword: string): boolean {
  const name = presentName(keyword);
  return name === 'software_spec' || name === 'tag' || (name === 'path' && object.class !== 'control_file');
}

function columnsOf(style: RowStyle, kind: ListedClass): readonly string[] {
  if (BARE.has(kind)) return [];
  return kind === 'category' ? ['title'] : style.oneLiner;
}

function chosenAttributes(style: RowStyle, object: ListedObject): ListingRow['attributes'] & object {
  const all = allAttributes(object, style.layout);
  if (style.attributes.length === 0) return all;
  const kept = Object.entries(all).filter(([keyword]) => keyword === 'tag' || keyword === 'path');
  for (const keyword of style.attributes) {
    const value = attributeOf(object, keyword);
    if (value.length > 0) kept.push([keyword, value]);
  }
  return attributesOf(kept);
}
