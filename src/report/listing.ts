// A Listing as SD's text: the heading, sections, rows in columns (commands.md 12; clients.md 1-4, 7, 10, 12, 19).
// Promise: pure; what is not an object asked for begins with `#`, is empty, or belongs to the object above it (list values, texts).
// Must not: choose or order anything.

import type { AttributeValue } from '../model/attributes.ts';
import type { Listing, ListingColumn, ListingRow, ListingSection } from '../model/listing.ts';
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

/** How the rows of one listing are set. */
interface Setting {
  /** Where the first value starts. */
  readonly column: number;
  readonly screen: ListingScreen | undefined;
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
 * way, so that an object stays one line; without one nothing is ever cut.
 */
export function listingLines(listing: Listing, target: ListingTarget, screen?: ListingScreen): string[] {
  if (listing.of !== 'software') return placeLines(listing, target);
  const lines = [...contactLines(target), '#', `# Target:  ${placeOf(target.host, target.path)}`, '#', ''];
  const setting = { column: revisionColumn(listing.sections), screen };
  for (const section of listing.sections) {
    if (section.heading !== undefined) lines.push('#', `# ${section.heading}:`, '#', '');
    pushRows(lines, section.rows, setting);
  }
  return lines;
}

/** `-l depot`, `-l root`: registered places have a heading of their own (commands.md 12.8). */
function placeLines(listing: Listing, target: ListingTarget): string[] {
  const rows = listing.sections.flatMap((section) => section.rows);
  const lines = ['# Initializing...'];
  if (rows.length === 0) return [...lines, `# WARNING: No ${listing.of} was found for "${target.host}:".`];
  lines.push(`# Target "${target.host}" has the following ${listing.of}(s):`);
  pushRows(lines, rows, { column: revisionColumn(listing.sections), screen: undefined });
  return lines;
}

function pushRows(lines: string[], rows: readonly ListingRow[], setting: Setting): void {
  let before: ListingRow['role'] = 'parent';
  for (const row of rows) {
    // A new parent begins a new group; the heading's own blank line serves the first.
    if (row.role === 'parent' && before === 'object') lines.push('');
    before = row.role;
    if (row.attributes) lines.push(...definitionLines(row));
    else pushRow(lines, row, setting);
  }
}

function pushRow(lines: string[], row: ListingRow, setting: Setting): void {
  const name = (row.role === 'parent' ? '# ' : '  ') + shown(row.name);
  let line = `${name} `.padEnd(setting.column);
  // Behind the last value that is not empty.
  let end = -1;
  let title = '';
  for (const each of row.columns) {
    if (standsBelow(row, each)) continue;
    const value = inlineText(each.value);
    line += `${value.padEnd(VALUE_WIDTH)} `;
    if (value !== '') end = line.length;
    if (each.keyword === 'title') title = value;
  }
  if (end < 0) lines.push(name);
  else {
    if (end < line.length) line = line.slice(0, end);
    lines.push(setting.screen ? fitted(line, title, setting.screen) : line);
  }
  for (const each of row.columns) if (standsBelow(row, each)) pushBelow(lines, each.value);
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
function pushBelow(lines: string[], value: AttributeValue): void {
  if (typeof value === 'string') lines.push(...value.split('\n').map(shown));
  else for (const each of value) lines.push(`    ${shown(each)}`);
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

/** Where the first value starts: the same in the whole listing, a multiple of 8, behind the longest name. */
function revisionColumn(sections: readonly ListingSection[]): number {
  let longest = 0;
  for (const { rows } of sections) {
    for (const row of rows) {
      const isPath = row.class === 'file' || row.class === 'control_file';
      longest = Math.max(longest, isPath ? Math.min(row.name.length, WIDEST_PATH) : row.name.length);
    }
  }
  return Math.max(FIRST_COLUMN, Math.ceil((longest + 3) / COLUMN_STEP) * COLUMN_STEP);
}
