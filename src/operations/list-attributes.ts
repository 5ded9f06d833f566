// The attributes swlist can show of an object: those it has, and those that exist only on display (commands.md 12.6, 12.7).
// Promise: one lookup by keyword for -a and one whole bag for -v, from the same tables; nothing is read that is not asked for.
// Computed: software_spec, size of product, subproduct and bundle, create_date, mod_date, texts kept as control files (readme).

import type { Attributes, AttributeValue } from '../model/attributes.ts';
import { attributesOf, flag, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { ListedClass } from '../model/listing.ts';
import type { ControlFile, FileRecord, Fileset, Product, Shown } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';

/** An object that can become a row. */
export interface ListedObject {
  readonly class: ListedClass;
  readonly name: string;
  readonly stored: Attributes;
  /** Some of them, where they are known without reading the others. */
  readonly shown?: Shown | undefined;
  /** Keywords of this class that are made on display, in the order -v prints them. */
  readonly made: readonly string[];
  /** Makes one of them; undefined for any other keyword, and for what this object has not. */
  make(keyword: string): AttributeValue | undefined;
}

/** Attributes whose value is always a list of software_specs; in listings each value takes a line of its own. */
const SPEC_LISTS = new Set([
  'ancestor',
  'applied_patches',
  'contents',
  'corequisites',
  'exrequisites',
  'prerequisites',
  'supersedes',
]);

/** Keywords of layout 0.8 and older habits → the name of layout 1.0. `-a` takes either (formats.md 8). */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['name', 'tag'],
  ['date', 'mod_date'],
  ['timestamp', 'mod_time'],
  ['category', 'category_tag'],
  ['vendor.tag', 'vendor_tag'],
  ['prerequisite', 'prerequisites'],
  ['corequisite', 'corequisites'],
  ['exrequisite', 'exrequisites'],
]);

/** Layout 1.0 keyword → what -v prints under layout_version=0.8. */
const LAYOUT_0_8: ReadonlyMap<string, string> = new Map([
  ['mod_time', 'timestamp'],
  ['category_tag', 'category'],
  ['vendor_tag', 'vendor.tag'],
  ['prerequisites', 'prerequisite'],
  ['corequisites', 'corequisite'],
]);

/** Attributes that objects of a class can have and the objects right below them cannot (definition/keywords.ts; not loaded for a listing). */
export const OWN: Readonly<Record<'bundle' | 'product' | 'subproduct', ReadonlySet<string>>> = {
  bundle: new Set(['contents']),
  product: new Set([
    'all_filesets',
    'all_subproducts',
    'category_title',
    'copyright',
    'directory',
    'install_type',
    'layout_version',
    'number',
    'postkernel',
    'qualifier',
    'readme',
    'share_link',
    'vendor_tag',
  ]),
  subproduct: new Set(['contents']),
};

/** The keyword by its present name. */
export function presentName(keyword: string): string {
  return OLD_NAMES.get(keyword) ?? keyword;
}

/** One attribute; '' when the object does not have it. Lists of specs are arrays even with one member. */
export function attributeOf(object: ListedObject, keyword: string): AttributeValue {
  const name = presentName(keyword);
  if (object.shown !== undefined && Object.hasOwn(object.shown, name)) return object.shown[name] ?? '';
  const value = object.make(name) ?? storedValue(object.stored, name) ?? storedValue(object.stored, keyword) ?? '';
  if (SPEC_LISTS.has(name)) return typeof value === 'string' ? (value === '' ? [] : [value]) : value;
  return typeof value !== 'string' && value.length === 1 ? (value[0] ?? '') : value;
}

/** Every attribute (-v): tag or path first, the stored ones in their own order, then what is computed. Empty lists are left out. */
export function allAttributes(object: ListedObject, layout: string): Attributes {
  const first = Object.keys(object.stored).filter((keyword) => keyword === 'tag' || keyword === 'path');
  const keywords = new Set([...first, ...Object.keys(object.stored), ...object.made]);
  const pairs: [string, AttributeValue][] = [];
  for (const keyword of keywords) {
    const isStored = storedValue(object.stored, keyword) !== undefined;
    // vendor.title and its like are names of layout 0.8.
    if (keyword.includes('.') && layout !== '0.8' && !isStored) continue;
    const value = attributeOf(object, keyword);
    if (value.length === 0 && !(isStored && typeof value === 'string')) continue;
    pairs.push([layout === '0.8' ? (LAYOUT_0_8.get(keyword) ?? keyword) : keyword, value]);
  }
  return attributesOf(pairs);
}

function storedValue(stored: Attributes, keyword: string): AttributeValue | undefined {
  return Object.hasOwn(stored, keyword) ? stored[keyword] : undefined;
}

/** Seconds since 1970 as `Mon Jun 14 13:01:19 2001`, local time; undefined for anything else. */
function dateText(seconds: string): string | undefined {
  if (!/^\d+$/.test(seconds)) return undefined;
  const time = new Date(Number(seconds) * 1000);
  const [weekday, month] = time.toDateString().split(' ');
  return `${weekday} ${month} ${String(time.getDate()).padStart(2)} ${time.toTimeString().slice(0, 8)} ${time.getFullYear()}`;
}

/** create_date or mod_date of any object with times. */
export function dateOf(stored: Attributes, keyword: string): string | undefined {
  if (keyword === 'create_date') return dateText(text(stored, 'create_time'));
  return keyword === 'mod_date' ? dateText(text(stored, 'mod_time')) : undefined;
}

/** category_tag with the reserved tag `patch`, which every object with is_patch=true owns (patches.md 1.5). */
export function categoryTags(stored: Attributes): readonly string[] | undefined {
  const tags = list(stored, 'category_tag').flatMap((tag) => tag.split(/\s+/));
  if (flag(stored, 'is_patch') && !tags.includes('patch')) return ['patch', ...tags];
  return tags.length === 0 ? undefined : tags;
}

/**
 * The fully qualified software_spec (commands.md 2.1): r=, a=, v= always, l= when installed, fr= and fa= of a fileset.
 * Unlike the session lines of clients.md 18 it keeps empty parts, so that it selects this object and no other.
 */
export function softwareSpec(name: string, top: Attributes, installed: boolean, fileset?: Attributes): string {
  const parts = [name];
  if (installed) parts.push(`l=${text(top, 'location') || '/'}`);
  parts.push(`r=${text(top, 'revision')}`, `a=${text(top, 'architecture')}`, `v=${text(top, 'vendor_tag')}`);
  if (fileset) parts.push(`fr=${text(fileset, 'revision')}`, `fa=${text(fileset, 'architecture')}`);
  return parts.join(',');
}

/** Bytes of one fileset: its size attribute, or the sum of its files where a depot made elsewhere has none. */
export function filesetSize(catalog: Catalog, product: Product, fileset: Fileset): number {
  const size = text(fileset.attributes, 'size');
  if (/^\d+$/.test(size)) return Number(size);
  return catalog.files(filesetKey(product.id, fileset.id)).reduce((sum, file) => sum + (file.size ?? 0), 0);
}

/** A text that may lie in a control file instead of the INDEX: readme as README, swbis also description and copyright. */
export function longText(catalog: Catalog, owner: string, stored: Attributes, keyword: string): string | undefined {
  const inline = text(stored, keyword);
  if (inline !== '') return inline;
  for (const file of [keyword.toUpperCase(), keyword]) {
    const content = catalog.controlFile(owner, file);
    if (content) return content.toString('utf8').replace(/\n$/, '');
  }
  return undefined;
}

/** vendor.title or vendor.description: names of layout 0.8 for what now stands in the vendor object. */
export function vendorText(catalog: Catalog, stored: Attributes, keyword: string): string | undefined {
  const tag = text(stored, 'vendor_tag');
  const vendor = tag === '' ? undefined : catalog.vendors().find((each) => tagOf(each) === tag);
  return vendor && (text(vendor.attributes, keyword.slice('vendor.'.length)) || undefined);
}

/** A file record as the attributes INFO spells it with. */
export function fileAttributes(record: FileRecord): Attributes {
  const { extra, mode, major, minor, ...rest } = record;
  const pairs = Object.entries(rest).map(([keyword, value]) => [keyword, String(value)] as [string, AttributeValue]);
  if (mode !== undefined) pairs.push(['mode', octal(mode)]);
  if (major !== undefined) pairs.push(['major', String(major)]);
  if (minor !== undefined) pairs.push(['minor', String(minor)]);
  return attributesOf([...pairs, ...Object.entries(extra ?? {})]);
}

/** A control file's record as attributes. */
export function controlFileAttributes(record: ControlFile): Attributes {
  const { mode, ...rest } = record;
  const pairs = Object.entries(rest).map(([keyword, value]) => [keyword, String(value)] as [string, AttributeValue]);
  if (mode !== undefined) pairs.push(['mode', octal(mode)]);
  return attributesOf(pairs);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
