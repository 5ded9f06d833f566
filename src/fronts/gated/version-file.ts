// /pitrix/version.json: the platform's versions as one file, which people and scripts read (other-systems.md B.1, B.3). It is the rendered
// view of the pseudo-products of the root; where somebody else has changed it, it is the newer truth and they follow it.
//
//   current   installer (dotted), patch, qingcloud, upgrade (dates); in the middle of an upgrade old_upgrade and new_upgrade for upgrade
//   old       what `current` was before, newest first
//
// Promise: keys keep their order and the file its indent; members this page does not know are kept.

import { readFileSync } from 'node:fs';
import { reasonOf, SdError } from '../../model/error.ts';
import type { PseudoValues } from '../../operations/pseudo-products.ts';
import type { Platform } from './platform.ts';

export const VERSION_FILE = '/pitrix/version.json';

export interface VersionFile {
  /** The whole content as it was read. */
  readonly text: string;
  /** Without members that are empty: nothing of them is known. */
  readonly current: PseudoValues;
  readonly old: readonly unknown[];
}

/** Reads the file. Throws SdError `version_unreadable` where it is missing, no such file, or does not say `current.qingcloud`. */
export function readVersionFile(platform: Platform): VersionFile {
  const file = platform.path(VERSION_FILE);
  try {
    return parseVersionFile(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof SdError) throw error;
    throw unreadable(file, reasonOf(error));
  }
}

/** The same from text; `file` is for messages. */
export function parseVersionFile(text: string, file: string): VersionFile {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, reasonOf(error));
  }
  if (!isObject(document)) throw unreadable(file, 'It is not a JSON object.');
  const { current, old = [] } = document;
  if (!isObject(current)) throw unreadable(file, 'It has no object "current".');
  if (!Array.isArray(old)) throw unreadable(file, '"old" is not a list.');
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(current)) {
    if (typeof value !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw unreadable(file, `"current.${name}" is not a version.`);
    if (value !== '') values[name] = value;
  }
  if (!('qingcloud' in values)) throw unreadable(file, 'It does not say "current.qingcloud".');
  return { text, current: values, old };
}

/** The text with other values; a name that was there keeps its place, also an empty one, and new ones come in order of the alphabet. */
export function renderVersionFile(before: VersionFile, current: PseudoValues, old = before.old): string {
  const document = JSON.parse(before.text) as { readonly current: PseudoValues };
  const kept = Object.keys(document.current).filter((name) => name in current || document.current[name] === '');
  const added = Object.keys(current).filter((name) => !(name in document.current));
  const names = added.length === 0 ? kept : [...kept, ...added].sort();
  const values = Object.fromEntries(names.map((name) => [name, current[name] ?? '']));
  const rendered = { ...document, current: values, old };
  const indent = /\n([ \t]+)"/.exec(before.text)?.[1] ?? '';
  return `${JSON.stringify(rendered, null, indent)}${/\s*$/.exec(before.text)![0]}`;
}

/** True while the file says that an upgrade has begun and not ended. */
export function isMidUpgrade({ current }: VersionFile): boolean {
  return 'new_upgrade' in current;
}

/** `<installer>-<qingcloud>`: the name of a version in names of directories. Throws SdError `version_unreadable`. */
export function versionName({ current }: VersionFile, file: string): string {
  const { installer, qingcloud } = current;
  if (installer === undefined) throw unreadable(file, 'It does not say "current.installer".');
  return `${installer}-${qingcloud}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(file: string, because: string): SdError {
  return new SdError('version_unreadable', {
    what: `The version of the platform cannot be read from "${file}".`,
    because,
    todo: 'Check that the root is the one of the first box; restore the file from /pitrix/backup if it is damaged.',
    data: { file },
  });
}
