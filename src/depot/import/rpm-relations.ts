// Dependencies in an rpm's header: names, versions and flags side by side. Pure.

import type { Need, Relation } from './origin.ts';
import { type RpmHeader, TAG } from './rpm-header.ts';

const LESS = 1 << 1;
const GREATER = 1 << 2;
const EQUAL = 1 << 3;

/** `[epoch:]version-release`. */
export function revisionOf(header: RpmHeader): string {
  const epoch = header.number(TAG.epoch);
  const release = header.text(TAG.release);
  const version = header.text(TAG.version);
  return `${epoch ? `${epoch}:` : ''}${version}${release === '' ? '' : `-${release}`}`;
}

/** What is required; what only concerns rpm itself (`rpmlib(...)`) is left out. */
export function rpmNeeds(header: RpmHeader): Need[] {
  return relations(header, TAG.requireName, TAG.requireFlags, TAG.requireVersion)
    .filter(({ name }) => !name.startsWith('rpmlib('))
    .map((relation) => [relation]);
}

export function rpmProvides(header: RpmHeader): Relation[] {
  return relations(header, TAG.provideName, TAG.provideFlags, TAG.provideVersion);
}

export function rpmConflicts(header: RpmHeader): Relation[] {
  return relations(header, TAG.conflictName, TAG.conflictFlags, TAG.conflictVersion);
}

function relations(header: RpmHeader, nameTag: number, flagsTag: number, versionTag: number): Relation[] {
  const flags = header.numbers(flagsTag);
  const versions = header.texts(versionTag);
  const seen = new Set<string>();
  return header.texts(nameTag).flatMap((name, i) => {
    const op = operatorOf(flags[i] ?? 0);
    const version = versions[i] ?? '';
    const key = `${name} ${op} ${version}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [op === undefined || version === '' ? { name } : { name, op, version }];
  });
}

function operatorOf(flags: number): Relation['op'] {
  const equal = (flags & EQUAL) !== 0;
  if (flags & LESS) return equal ? '<=' : '<';
  if (flags & GREATER) return equal ? '>=' : '>';
  return equal ? '==' : undefined;
}
