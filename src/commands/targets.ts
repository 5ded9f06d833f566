// Sources and targets as people write them (commands.md 2.2, 2.3): `[host][:][/directory]`, `./relative`, `../relative`.
// Promise: an absolute path on this machine, or a refusal that says what to write. Another machine is refused: not in this release. A depot on
// the web is a source, and what swlist and swverify look at; its address stays as it is.

import { isAbsolute, resolve } from 'node:path';
import { SdError } from '../model/error.ts';
import { isWebLocation, withoutLogin } from '../model/place.ts';
import type { Caller } from './declaration.ts';

/**
 * Path of a target. A bare word is a host name, never a directory. A host without a directory gives `fallback`.
 * Throws SdError `remote_not_supported` for another host, `bad_target` for a word that is neither.
 */
export function targetPath(text: string, caller: Caller, fallback: string): string {
  if (text === '') throw emptyTarget();
  if (isWebLocation(text)) throw readOnly(text);
  if (isPath(text)) return resolve(caller.cwd, text);
  const { host, path } = splitHost(text);
  if (path !== undefined && !isAbsolute(path)) {
    throw new SdError('bad_target', {
      what: `"${text}" is no target.`,
      because: 'Behind a host name the directory must be absolute.',
      todo: `Write "${host}:/${path}", or "./${text}" for a directory on this machine.`,
      data: { target: text },
    });
  }
  requireThisHost(host, text, caller);
  return path === undefined ? resolve(caller.cwd, fallback) : resolve(path);
}

/**
 * Path of a source: as a target, but a word that is no host of ours and no `host:/path` is a path, for nobody's source is a
 * whole machine. Throws SdError `remote_not_supported`.
 */
export function sourcePath(text: string, caller: Caller, fallback: string): string {
  if (isWebLocation(text)) return text;
  if (isPath(text)) return resolve(caller.cwd, text);
  const { host, path } = splitHost(text);
  if (path === undefined) return isThisHost(host, caller) ? resolve(caller.cwd, fallback) : resolve(caller.cwd, text);
  if (!isAbsolute(path)) return resolve(caller.cwd, text);
  requireThisHost(host, text, caller);
  return resolve(path);
}

/**
 * Path or URL of a depot that is only read, behind `@`: as `targetPath`, but the web will do.
 */
export function readPath(text: string, caller: Caller, fallback: string): string {
  return isWebLocation(text) ? text : targetPath(text, caller, fallback);
}

/** Not this machine's root: the word may be a shell variable that is not set. */
function emptyTarget(): SdError {
  return new SdError('bad_target', {
    what: 'A target is empty.',
    because: 'It names neither a host nor a directory.',
    todo: 'Look whether a variable of the shell is set; "@ /" is the root of this machine.',
    data: { target: '' },
  });
}

function readOnly(text: string): SdError {
  return new SdError('target_on_web', {
    what: `"${withoutLogin(text)}" cannot be worked on.`,
    because: 'Depots on the web are read, never changed.',
    todo: 'Work on the depot where it lies, or copy it here with swcopy -s.',
    data: { target: withoutLogin(text) },
  });
}

/** True for what cannot be a host name: absolute, relative with ./ or ../, or with a slash before any colon. */
function isPath(text: string): boolean {
  return text === '.' || text === '..' || /^[^:]*\//.test(text);
}

/** `host`, `host:`, `host:/path`, `:/path`, `[v6]:/path`. */
function splitHost(text: string): { host: string; path: string | undefined } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text);
  const host = (match?.[1] ?? text).replace(/^\[|\]$/g, '');
  const path = match?.[2];
  return { host, path: path === '' ? undefined : path };
}

function isThisHost(host: string, caller: Caller): boolean {
  const ours = ['', 'localhost', '127.0.0.1', '::1', caller.host.toLowerCase(), caller.fullHost.toLowerCase()];
  return ours.includes(host.toLowerCase());
}

function requireThisHost(host: string, text: string, caller: Caller): void {
  if (isThisHost(host, caller)) return;
  throw new SdError('remote_not_supported', {
    what: `"${text}" is on another host, "${host}".`,
    because: 'Other machines come with a later release.',
    todo: `For a directory on this machine write it with a slash, e.g. "./${text}".`,
    data: { target: text, host },
  });
}
