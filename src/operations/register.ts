// Registered depots and roots of this machine (commands.md 5.8): `<admin_directory>/host_object` in SD's text format (formats.md 9).
// Promise: idempotent; the file is replaced durably and whole, and two commands at a time lose nobody's entry.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '../host/durable.ts';
import { lookBehind } from '../host/look.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import type { SessionContext } from '../model/request.ts';
import { type AccessOptions, requireDepot, requireHost } from './access.ts';
import { locked } from './lock-file.ts';
import { findingOf, runSession } from './session.ts';

export type RegisteredLevel = 'depot' | 'root';

export interface RegisterRequest {
  readonly context: SessionContext;
  /** Directory that holds `host_object`. */
  readonly admin: string;
  readonly level: RegisteredLevel;
  /** What access lists are looked for with. */
  readonly access: AccessOptions;
  /** False unregisters. */
  readonly on: boolean;
  /** Absolute paths. */
  readonly paths: readonly string[];
}

/** Words of host_object for the two levels. */
const OBJECTS: Record<RegisteredLevel, string> = { depot: 'distribution', root: 'root' };

/** Absolute paths registered in these admin directories, in order of registration, each once. */
export function registered(admins: readonly string[], level: RegisteredLevel): string[] {
  const all = admins.flatMap((admin) => readHostObject(admin));
  return [...new Set(all.filter((entry) => entry.level === level).map((entry) => entry.path))];
}

/** Registers a path. Returns false when it was registered already. Throws SdError `registration_failed`. */
export function register(admin: string, path: string, level: RegisteredLevel): boolean {
  return change(admin, (entries) => {
    if (entries.some((entry) => entry.level === level && entry.path === path)) return entries;
    return [...entries, { level, path }];
  });
}

/** Registers what this session has just made and says so; a failure is only a WARNING, for the software is there. */
export function registerNew(admin: string, path: string, level: RegisteredLevel, emit: Emit): void {
  quietly(emit, () => register(admin, path, level) && emit({ type: 'registered', path, level, on: true }));
}

/** Forgets a path that this session has just removed, and says so; a failure is only a WARNING. */
export function unregister(admin: string, path: string, level: RegisteredLevel, emit: Emit): void {
  quietly(emit, () => drop(admin, path, level) && emit({ type: 'registered', path, level, on: false }));
}

/** swreg: one session over all paths. Never rejects for what a user can cause: the outcome says it. */
export async function registerPaths(request: RegisterRequest, emit: Emit): Promise<Outcome> {
  const { context, admin, level, on } = request;
  return runSession(context, `${context.host}:/`, emit, async (session) => {
    for (const path of request.paths) {
      try {
        if (on) requireObject(path, level);
        requireHost(on ? 'i' : 'w', request.access);
        if (on && level === 'depot') requireDepot(path, 'r', request.access);
        const changed = on ? register(admin, path, level) : drop(admin, path, level);
        if (changed) session.emit({ type: 'registered', path, level, on });
        else session.report([unchanged(path, level, on)]);
      } catch (error) {
        if (!(error instanceof SdError)) throw error;
        session.report([findingOf(error)]);
      }
    }
    return {};
  });
}

interface Entry {
  readonly level: RegisteredLevel;
  readonly path: string;
}

function drop(admin: string, path: string, level: RegisteredLevel): boolean {
  return change(admin, (entries) => entries.filter((entry) => entry.level !== level || entry.path !== path));
}

function readHostObject(admin: string): Entry[] {
  let text: string;
  try {
    text = readFileSync(join(admin, 'host_object'), 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
  const entries: Entry[] = [];
  let level: RegisteredLevel | undefined;
  for (const line of text.split('\n')) {
    const [, keyword = '', value = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    if (keyword === 'path' && level) entries.push({ level, path: value });
    else if (keyword === OBJECTS.depot) level = 'depot';
    else if (keyword === OBJECTS.root) level = 'root';
  }
  return entries;
}

function printHostObject(entries: readonly Entry[]): string {
  const objects = entries.map((entry) => `${OBJECTS[entry.level]}\npath ${entry.path}\n`);
  return `host\ndata_model_revision 2.40\n${objects.join('')}`;
}

/** Reads, changes and writes under the lock. Returns false when nothing changed. */
function change(admin: string, make: (entries: Entry[]) => Entry[]): boolean {
  try {
    mkdirSync(admin, { recursive: true });
    return locked(join(admin, 'host_object.lock'), () => {
      const before = readHostObject(admin);
      const after = make(before);
      if (after.length === before.length) return false;
      writeFileDurably(join(admin, 'host_object'), printHostObject(after), 0o644);
      return true;
    });
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST')) throw error;
    throw new SdError('registration_failed', {
      what: `Cannot change the list of registered depots and roots in "${admin}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or name another directory with -x admin_directory=.',
      data: { admin },
    });
  }
}

function requireObject(path: string, level: RegisteredLevel): void {
  const there = lookBehind(path);
  const fits =
    level === 'root'
      ? there?.isDirectory()
      : there?.isFile() ||
        (there?.isDirectory() && (existsSync(join(path, 'catalog')) || existsSync(join(path, '.sd'))));
  if (fits) return;
  throw new SdError(level === 'root' ? 'target_missing' : 'not_a_depot', {
    what: `Cannot register the ${level} "${path}".`,
    because: there ? `It is no ${level}.` : 'It does not exist.',
    todo: level === 'depot' ? 'Make the depot first with swpackage or swcopy.' : 'Name an existing directory.',
    data: { path },
  });
}

function unchanged(path: string, level: RegisteredLevel, on: boolean) {
  const text = on ? `The ${level} "${path}" is registered already.` : `The ${level} "${path}" is not registered.`;
  return { severity: 'note', code: on ? 'registered_already' : 'not_registered', text } as const;
}

function quietly(emit: Emit, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    emit({ type: 'finding', finding: { ...findingOf(error), severity: 'warning' } });
  }
}
