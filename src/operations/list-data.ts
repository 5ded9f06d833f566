// A Listing as data for programs (swlist --json): one object after the other, values with the types of the keyword table.
// Promise: only objects that were asked for; an attribute that an object does not have is left out; nothing is held back, so that a
// listing of ten thousand products streams.

import { keywordOf, type ObjectClass } from '../definition/keywords.ts';
import type { AttributeValue } from '../model/attributes.ts';
import type { ListedClass, ListingRow, ListingStream } from '../model/listing.ts';
import { presentName } from './list-attributes.ts';

export type DataValue = string | number | boolean | readonly string[];

export interface ListedData {
  readonly class: ListedClass;
  /** `PRODUCT.FILESET`, a path, a tag. */
  readonly name: string;
  /** What it belongs to: product of a fileset, fileset (or product) of a file or control file. */
  readonly of?: string;
  /** -l patch: the fileset it is listed for. */
  readonly base?: string;
  readonly attributes: Readonly<Record<string, DataValue>>;
}

/** The objects of a listing in its own order. */
export function* listedData({ sections }: ListingStream): Generator<ListedData> {
  for (const { rows } of sections) {
    let holder = '';
    let base: string | undefined;
    for (const row of rows) {
      if (row.class === 'fileset' || row.class === 'product') holder = row.name;
      if (row.role === 'parent') base = row.class === 'fileset' ? row.name : undefined;
      else yield dataOf(row, holder, base);
    }
  }
}

function dataOf(row: ListingRow, holder: string, base: string | undefined): ListedData {
  const pairs: (readonly [string, AttributeValue])[] = row.attributes
    ? Object.entries(row.attributes)
    : row.columns.map(({ keyword, value }) => [keyword, value]);
  const attributes: Record<string, DataValue> = {};
  for (const [keyword, value] of pairs) {
    if (value.length > 0) attributes[presentName(keyword)] = typedValue(row.class, keyword, value);
  }
  if (row.class === 'file' || row.class === 'control_file') {
    const name = row.name.startsWith(`${holder}: `) ? row.name.slice(holder.length + 2) : row.name;
    return { class: row.class, name, of: holder, attributes };
  }
  // Where -a software_spec was asked for, the listing has it in the name's place.
  const [tags] = row.name.split(',', 1);
  if (tags !== row.name) attributes.software_spec = row.name;
  const dot = tags!.lastIndexOf('.');
  const inside = row.class === 'fileset' || row.class === 'subproduct';
  return {
    class: row.class,
    name: tags!,
    ...(inside && dot > 0 ? { of: tags!.slice(0, dot) } : {}),
    ...(base === undefined ? {} : { base }),
    attributes,
  };
}

/** Listed classes that the keyword table calls otherwise. */
const CLASSES: Readonly<Partial<Record<ListedClass, ObjectClass>>> = { depot: 'distribution' };

/** A boolean, an integer or a list where the keyword is one and the value fits; else text. */
function typedValue(of: ListedClass, keyword: string, value: AttributeValue): DataValue {
  const known = keywordOf(CLASSES[of] ?? (of as ObjectClass), presentName(keyword));
  if (known?.list) return typeof value === 'string' ? value.split(/\s+/) : value;
  if (typeof value !== 'string') return value;
  if (known?.type === 'boolean' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  const number = Number(value);
  if ((known?.type === 'integer' || keyword === 'size') && /^\d+$/.test(value) && Number.isSafeInteger(number))
    return number;
  return value;
}
