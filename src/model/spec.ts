// software_spec: the selection language of SD (patches.md 1, commands.md 2.1), as a value.
// Promise: `parseSpec` and `printSpec` are inverses; nothing here looks at a catalog (selection/match.ts does).

import { text } from './attributes.ts';
import { SdError } from './error.ts';
import type { Fileset, Product } from './software.ts';
import { tagOf } from './software.ts';

export type VersionKey = 'r' | 'a' | 'v' | 'c' | 'q' | 'l' | 'fr' | 'fa';
export type VersionOp = '=' | '==' | '!=' | '<' | '<=' | '>' | '>=';

export interface VersionItem {
  readonly key: VersionKey;
  readonly op: VersionOp;
  /** Alternatives that stood between `|`; at least one, which may be ''. */
  readonly values: readonly string[];
}

export interface SoftwareSpec {
  /** Tags left to right, each possibly a shell pattern; never empty. */
  readonly tags: readonly string[];
  /** All must hold. */
  readonly items: readonly VersionItem[];
  /** `[N]` instead of a version. */
  readonly instance?: number;
}

/** Characters no tag may hold (patches.md 1.1); dots and commas end a tag before they get here. */
const NOT_IN_TAG = /[=#;&(){}|<>"'`\\/]/;
const ITEM = /^(fr|fa|r|a|v|c|q|l)(==|!=|<=|>=|=|<|>)(.*)$/s;
const INSTANCE = /^(?:\[([0-9]+)\]|([0-9]+))$/;
/** `fr=<A.1`: the operator written after the equals sign, as real ancestors have it (formats.md 1.1). */
const LATE_OPERATOR = /^(<=|>=|<|>)(.*)$/s;

/**
 * Reads one software_spec. One blank at either end is forgiven; a backslash before a metacharacter is dropped, since the shell
 * may have left it. `P,[2]` and `P,2` name an instance; `PT_[12]` is a pattern.
 * Throws SdError `bad_spec` (data: `spec`, `column`, counted from 1).
 */
export function parseSpec(source: string): SoftwareSpec {
  const { chars, columnOf } = unquote(source);
  const [head, ...rest] = splitOutsideBrackets(chars, ',');
  const fail = (offset: number, because: string): never => refuse(source, columnOf(offset), because);

  const tags = splitOutsideBrackets(head!.text, '.').map((part) => {
    if (part.text === '') fail(part.at, 'A tag is missing there.');
    const wrong = NOT_IN_TAG.exec(part.text);
    if (wrong) fail(part.at + wrong.index, `A tag cannot hold "${wrong[0]}".`);
    return part.text;
  });

  const instance = rest.length === 1 ? INSTANCE.exec(rest[0]!.text) : null;
  if (instance) return { tags, items: [], instance: Number(instance[1] ?? instance[2]) };
  const items = rest.map((part) => {
    const read = readItem(part.text);
    return typeof read === 'string' ? fail(part.at, read) : read;
  });
  return { tags, items };
}

/** The text of a spec, without blanks and backslashes; `parseSpec` gives the same value back. */
export function printSpec(spec: SoftwareSpec): string {
  const items = spec.items.map((item) => `,${item.key}${item.op}${item.values.join('|')}`).join('');
  const tags = spec.tags.join('.');
  if (spec.instance === undefined) return tags + items;
  // A bracket that a tag leaves open would end at this one.
  const open = tags.lastIndexOf('[') > tags.lastIndexOf(']');
  return `${tags}${items},${open ? spec.instance : `[${spec.instance}]`}`;
}

/**
 * Fully qualified spec as logs print it: `P.F,l=/,r=..,a=..,v=..,fr=..,fa=..`; `l` only for software that has a location, empty
 * parts left out (patches.md 1.6, clients.md 18).
 */
export function qualified(product: Product, fileset?: Fileset): string {
  return withParts(product, fileset, partsOf(product, fileset));
}

/** As `qualified`, but `r`, `a` and `v` are there even when empty: what control scripts get (formats.md 1.1, commands.md 7.2). */
export function unabridged(product: Product, fileset?: Fileset): string {
  return withParts(product, fileset, partsOf(product, fileset), ['r', 'a', 'v']);
}

/** Short form of agent logs: `P.F,l=/opt/dce,r=1.0`; `l` and empty parts as in `qualified`. */
export function brief(product: Product, fileset?: Fileset): string {
  return withParts(product, fileset, [
    ['l', locationOf(product, fileset)],
    ['r', text(product.attributes, 'revision')],
  ]);
}

/**
 * The alternatives of one requisite, leftmost first: `A | B` or `A|B` (formats.md 5). A `|` without blanks that stands in the value
 * of an item with `=`, `==` or `!=` belongs to that value (`A,c=x|y` is one spec); after any other operator it parts two specs.
 * Throws SdError `bad_spec`.
 */
export function parseRequisite(source: string): readonly SoftwareSpec[] {
  return source
    .trim()
    .split(/\s+\|\s*|\s*\|\s+/)
    .flatMap(splitTightBars)
    .map(parseSpec);
}

function splitTightBars(piece: string): string[] {
  const result: string[] = [];
  let from = 0;
  for (let bar = piece.indexOf('|'); bar >= 0; bar = piece.indexOf('|', bar + 1)) {
    const item = ITEM.exec(piece.slice(piece.lastIndexOf(',', bar) + 1, bar));
    const inValue = item !== null && piece.lastIndexOf(',', bar) >= from && ['=', '==', '!='].includes(item[2]!);
    if (inValue) continue;
    result.push(piece.slice(from, bar));
    from = bar + 1;
  }
  result.push(piece.slice(from));
  return result;
}

function partsOf(product: Product, fileset: Fileset | undefined): [string, string][] {
  const parts: [string, string][] = [
    ['l', locationOf(product, fileset)],
    ['r', text(product.attributes, 'revision')],
    ['a', text(product.attributes, 'architecture')],
    ['v', text(product.attributes, 'vendor_tag')],
  ];
  if (fileset) {
    parts.push(['fr', text(fileset.attributes, 'revision')], ['fa', text(fileset.attributes, 'architecture')]);
  }
  return parts;
}

/** Name and parts; an empty part only when its key is in `always`. */
function withParts(
  product: Product,
  fileset: Fileset | undefined,
  parts: readonly [string, string][],
  always: readonly string[] = [],
): string {
  const name = fileset ? `${tagOf(product)}.${tagOf(fileset)}` : tagOf(product);
  const written = parts.filter(([key, value]) => value !== '' || always.includes(key));
  return name + written.map(([key, value]) => `,${key}=${value}`).join('');
}

function locationOf(product: Product, fileset: Fileset | undefined): string {
  return text(product.attributes, 'location') || (fileset ? text(fileset.attributes, 'location') : '');
}

/** The item, or the reason why it is none. */
function readItem(source: string): VersionItem | string {
  const match = ITEM.exec(source);
  if (!match) return 'A version item is one of r, a, v, c, q, l, fr, fa with =, ==, !=, <, <=, > or >= behind it.';
  const key = match[1] as VersionKey;
  let op = match[2] as VersionOp;
  let value = match[3]!;
  const late = op === '=' ? LATE_OPERATOR.exec(value) : null;
  if (late) {
    op = late[1] as VersionOp;
    value = late[2]!;
  }
  if ((key === 'q' || key === 'l') && op !== '=') return `The item "${key}" takes the operator "=" only.`;
  return { key, op, values: value.split('|') };
}

/** The characters that count, and for each its column in `source`. */
function unquote(source: string): { chars: string; columnOf: (offset: number) => number } {
  // Nearly every spec is plain; catalogs hold tens of thousands.
  if (!/[\\\s]/.test(source)) return { chars: source, columnOf: (offset) => offset + 1 };
  const first = /^[ \t]/.test(source) ? 1 : 0;
  const last = source.length > first && /[ \t]$/.test(source) ? source.length - 1 : source.length;
  let chars = '';
  const columns: number[] = [];
  for (let i = first; i < last; i++) {
    let char = source[i]!;
    if (char === '\\' && i + 1 < last && !/[A-Za-z0-9\s]/.test(source[i + 1]!)) char = source[++i]!;
    if (/\s/.test(char)) refuse(source, i + 1, 'Blanks are not allowed inside a software specification.');
    chars += char;
    columns.push(i + 1);
  }
  return { chars, columnOf: (offset) => columns[offset] ?? source.length + 1 };
}

/** Splits at `separator` where no closed `[...]` holds it, so that a pattern may list dots and commas. */
function splitOutsideBrackets(source: string, separator: string): { text: string; at: number }[] {
  const parts: { text: string; at: number }[] = [];
  let from = 0;
  for (let i = 0; i < source.length; i++) {
    if (source[i] === '[') {
      const close = source.indexOf(']', i + 1);
      if (close > 0) i = close;
    } else if (source[i] === separator) {
      parts.push({ text: source.slice(from, i), at: from });
      from = i + 1;
    }
  }
  parts.push({ text: source.slice(from), at: from });
  return parts;
}

function refuse(spec: string, column: number, because: string): never {
  throw new SdError('bad_spec', {
    what: `The software specification "${spec}" cannot be read at column ${column}.`,
    because,
    todo: 'Write it as PRODUCT.FILESET,r=REVISION, and quote it for the shell.',
    data: { spec, column },
  });
}
