// Gives an object on disk the owner, mode and time it shall have.
// Promise: of what stands there the owner is changed only where it differs; ordinary users keep their own ownership without an error; set-id bits survive
// because the mode is set after the owner.

import { chmodSync, fchmodSync, fchownSync, futimesSync, lchownSync, lstatSync, lutimesSync } from 'node:fs';
import { hasErrno } from '../model/error.ts';
import type { PlacedAs } from './transaction-types.ts';

/** An open regular file of ours. */
export function giveFile(fd: number, as: PlacedAs): void {
  asPermitted(() => fchownSync(fd, as.uid, as.gid));
  fchmodSync(fd, as.mode & 0o7777);
  if (as.mtime !== undefined) futimesSync(fd, as.mtime, as.mtime);
}

/** Anything by name; a symbolic link itself, not what it points to. */
export function givePath(path: string, as: PlacedAs): void {
  const now = lstatSync(path);
  if (now.uid !== as.uid || now.gid !== as.gid) asPermitted(() => lchownSync(path, as.uid, as.gid));
  // Linux has no mode for symbolic links; chmod would follow.
  if (!now.isSymbolicLink()) chmodSync(path, as.mode & 0o7777);
  if (as.mtime !== undefined) lutimesSync(path, as.mtime, as.mtime);
}

function asPermitted(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!hasErrno(error, 'EPERM') || process.geteuid?.() === 0) throw error;
  }
}
