// A Listing as SD's text: the heading, sections, rows in columns (commands.md 12; clients.md 1-4, 7, 10, 12, 19).
// Promise: pure; what is not an object asked for begins with `#`, is empty, or belongs to the object above it (list values, texts).
// Must not: choose or order anything.

import type { AttributeValue } from '../model/attributes.ts';
import type { ListingColumn, ListingRow, ListingStream } from '../model/listing.ts';
import { placeOf } from '../model/place.ts';
import { shown } from './layout.ts';
import { definitionLines } from './listing-definition.ts';

/** Which target a listing speaks of: short host name and absolute path of the root, depot or archive. */
export interface ListingTarget {
  readonly host: string;
  readonly path: string;
}

/** A terminal that a listing is for. */
export interface ListingScreen {
  readonly columns: number;
  /** Stands for the end of a title that was cut. */
  readonly ellipsis: string;
}

/** Narrowest name field, and the step it grows by: real listings have their revisions at 24, 32, 40 or 48 (clients.md 19). */
const COLUMN_STEP = 8;
const FIRST_COLUMN = 24;
/** Paths beyond this width do not push the columns of a whole listing to the right. */
const WIDEST_PATH = 60;
/** Attributes that are texts of several lines; a line break anywhere else is none of the author's. */
const TEXTS = /^(description|copyright|readme)$/;
/** A value is padded to this and followed by one blank. */
const VALUE_WIDTH = 14;
/** Of a title at least so much is shown. */
const SHORTEST_TITLE = 8;

/** Lines that come before anything can fail; a listing that failed has only these. */
export function contactLines(target: ListingTarget): string[] {
  return ['# Initializing...', `# Contacting target "${target.host}"...`];
}

/**
 * A whole listing: heading, blank line, sections. To be joined by newlines; a text of several lines is one entry. On a screen titles give
 * way, so that an object stays one line; without one nothing is ever cut. Rows are read once.
 */
export function listingLines(listing: ListingStream, target: ListingTarget, screen?: ListingScreen): string[] {
  if (listing.of !== 'software') return placeLines(listing, target);
  const place = `# Target:  ${placeOf(target.host, target.path)}`;
  const lines = new Lines([...contactLines(target), '#', place, '#', '']);
  for (const section of listing.sections) {
    if (section.heading !== undefined) lines.push('#', `# ${section.heading}:`, '#', '');
    lines.pushRows(section.rows);
  }
  return lines.aligned(screen);
}

/** `-l depot`, `-l root`: registered places have a heading of their own (commands.md 12.8). */
function placeLines(listing: ListingStream, target: ListingTarget): string[] {
  const rows = listing.sections.flatMap((section) => [...section.rows]);
  const head = '# Initializing...';
  if (rows.length === 0) return [head, `# WARNING: No ${listing.of} was found for "${target.host}:".`];
  const lines = new Lines([head, `# Target "${target.host}" has the following ${listing.of}(s):`]);
  lines.pushRows(rows);
  return lines.aligned(undefined);
}

/** A name whose values stand in columns: where those begin is known at the end only. */
interface Unaligned {
  readonly name: string;
  readonly values: string;
  readonly title: string;
}

class Lines {
  readonly #lines: (string | Unaligned)[];
  #longest = 0;

  constructor(head: readonly string[]) {
    this.#lines = [...head];
  }

  push(...lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(line);
  }

  pushRows(rows: Iterable<ListingRow>): void {
    let before: ListingRow['role'] = 'parent';
    for (const row of rows) {
      // A new parent begins a new group; the heading's own blank line serves the first.
      if (row.role === 'parent' && before === 'object') this.push('');
      before = row.role;
      this.#measure(row);
      if (row.attributes) this.push(...definitionLines(row));
      else this.#pushRow(row);
    }
  }

  /** The first value starts in the same column everywhere, a multiple of 8, behind the longest name. */
  aligned(screen: ListingScreen | undefined): string[] {
    const column = Math.max(FIRST_COLUMN, Math.ceil((this.#longest + 3) / COLUMN_STEP) * COLUMN_STEP);
    return this.#lines.map((each) => {
      if (typeof each === 'string') return each;
      const line = `${each.name} `.padEnd(column) + each.values;
      return screen ? fitted(line, each.title, screen) : line;
    });
  }

  #measure({ class: of, name }: ListingRow): void {
    const isPath = of === 'file' || of === 'control_file';
    this.#longest = Math.max(this.#longest, isPath ? Math.min(name.length, WIDEST_PATH) : name.length);
  }

  #pushRow(row: ListingRow): void {
    const name = (row.role === 'parent' ? '# ' : '  ') + shown(row.name);
    let values = '';
    // Behind the last value that is not empty.
    let end = 0;
    let title = '';
    for (const each of row.columns) {
      if (standsBelow(row, each)) continue;
      const value = inlineText(each.value);
      values += `${value.padEnd(VALUE_WIDTH)} `;
      if (value !== '') end = values.length;
      if (each.keyword === 'title') title = value;
    }
    this.#lines.push(end === 0 ? name : { name, values: values.slice(0, end), title });
    for (const each of row.columns) if (standsBelow(row, each)) this.push(...linesBelow(each.value));
  }
}

/** The line with its title cut to what the screen has room for; as it is where that would leave nothing of the title. */
function fitted(line: string, title: string, { columns, ellipsis }: ListingScreen): string {
  const whole = line.trimEnd();
  const over = whole.length - columns;
  const room = title.length - over - ellipsis.length;
  if (over <= 0 || room < SHORTEST_TITLE) return whole;
  const at = whole.lastIndexOf(title);
  return whole.slice(0, at) + title.slice(0, room).trimEnd() + ellipsis + whole.slice(at + title.length);
}

/** Specs one a line and indented; a text as it is. */
function linesBelow(value: AttributeValue): string[] {
  return typeof value === 'string' ? value.split('\n').map(shown) : value.map((each) => `    ${shown(each)}`);
}

/** Lists of specs and texts of several lines do not fit a column; lists of tags do. */
function standsBelow(row: ListingRow, { keyword, value }: ListingColumn): boolean {
  if (typeof value === 'string') return value.includes('\n') && TEXTS.test(keyword);
  const ofTags = /^(category|category_tag|all_filesets|dynamic_module)$/.test(keyword);
  return !ofTags && !(keyword === 'contents' && row.class === 'subproduct');
}

function inlineText(value: AttributeValue): string {
  return shown(typeof value === 'string' ? value : value.join(' '));
}
