// What analysis may ask of the machine. Operations and execution implement these; tests hand in plain objects.
// Promise: every question leaves the target as it is. Paths are absolute as seen from the root (or depot), links in their
// parents resolved inside it by whoever answers.

import type { FilesetKey } from '../model/software.ts';

/** The machine as uname tells it, in the words of the software's uname attributes. */
export interface Machine {
  /** `uname -s`. */
  readonly os_name: string;
  /** `uname -r`. */
  readonly os_release: string;
  /** `uname -v`. */
  readonly os_version: string;
  /** `uname -m`. */
  readonly machine_type: string;
}

export type FileKind = 'missing' | 'file' | 'directory' | 'symlink' | 'other';

export interface Files {
  /** What is at the path itself; a link is a `symlink`. A path below something that is no directory is `missing`. */
  kindAt(path: string): FileKind;
  /** Is a regular file there that begins as an object archive of ar(1) does? */
  isArchive(path: string): boolean;
  /** Bytes of a regular file; 0 for anything else and for nothing. */
  sizeAt(path: string): number;
  /** May this session make and replace entries of this directory? A directory not there yet: asked of its nearest parent. */
  writable(directory: string): boolean;
  /** Is this saved file (SavedFile.save, relative to the save area) still there? */
  hasSaved(save: string): boolean;
  /** Do links in the parents of this path lead it into SD's own directory, or is it there anyway? */
  isReserved(path: string): boolean;
  /** May this session make device files? */
  mayMakeDevices(): boolean;
}

/** One file system, in bytes. `available` is what ordinary users may still take (the reserve is left out). */
export interface FileSystem {
  readonly mount: string;
  readonly available: number;
  readonly total: number;
  readonly blockSize: number;
}

export interface Space {
  /** The file system that holds the path; a path not there yet: that of its nearest parent. */
  of(path: string): FileSystem;
}

/** One checkinstall or checkremove to be run (commands.md 7). */
export interface ScriptCall {
  readonly tag: 'checkinstall' | 'checkremove';
  readonly level: 'product' | 'fileset';
  /** Product id or fileset key, in the source for checkinstall, on the target for checkremove. */
  readonly owner: string | FilesetKey;
  /** `PRODUCT` or `PRODUCT.FILESET`. */
  readonly name: string;
  /** Fully qualified, for SW_SOFTWARE_SPEC. */
  readonly spec: string;
  /** For SW_LOCATION. */
  readonly location: string;
}

export interface Scripts {
  /** Runs the script and gives its exit value; never rejects for what the script did. */
  check(call: ScriptCall): Promise<number>;
}

export interface Views {
  readonly machine: Machine;
  readonly files: Files;
  readonly space: Space;
  readonly scripts: Scripts;
  /** Where SD keeps its own on this root, as seen from the root: `/var/adm/sw`, or admin_directory. Unused for a depot. */
  readonly admin: string;
}
