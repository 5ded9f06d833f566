// What a transaction is made of (D4). The plan of file steps is complete, with every temporary name, before the first of them exists.

import type { Stats } from 'node:fs';
import type { ChangeSet } from '../model/change.ts';
import type { Content } from '../model/content.ts';

/** Attributes given to a placed object. Ids are already resolved (owner by name, id as fall-back); mtime in whole seconds. */
export interface PlacedAs {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime?: number;
}

/**
 * One step. Paths are physical and relative to the store's anchor (the root, or the depot directory), without `..` and without a
 * symbolic link in any parent: host/rootpath.ts makes such paths.
 * `save` moves what is there now to that path (anchor-relative) as a hard link, or as a copy with `copySave` or across file systems.
 */
export type FileStep =
  /** Makes the directory, or gives an existing one these attributes. Missing parents get steps of their own. */
  | { readonly step: 'directory'; readonly path: string; readonly as: PlacedAs }
  /** Regular file. `content` is asked for when its turn comes and closed after. `expect` is compared while copying. */
  | {
      readonly step: 'place';
      readonly path: string;
      readonly content: () => Content;
      /** Absolute path of a file that is expected to hold the content: it may be read instead, and must then be as expected. */
      readonly from?: string;
      readonly as: PlacedAs;
      readonly expect?: { readonly size?: number; readonly cksum?: number; readonly sha256?: string };
      readonly save?: string;
      readonly copySave?: boolean;
    }
  | {
      readonly step: 'symlink';
      readonly path: string;
      readonly to: string;
      readonly as: PlacedAs;
      readonly save?: string;
    }
  /** Gives the object that is there these attributes and leaves its content alone; one that is not there, or not ours to change, stays. */
  | { readonly step: 'attributes'; readonly path: string; readonly as: PlacedAs }
  /** Hard link to another path of this transaction or to an existing file. */
  | { readonly step: 'hardlink'; readonly path: string; readonly to: string; readonly save?: string }
  /** Device or fifo; root only for devices. */
  | {
      readonly step: 'node';
      readonly path: string;
      readonly type: 'p' | 'b' | 'c';
      readonly major?: number;
      readonly minor?: number;
      readonly as: PlacedAs;
      readonly save?: string;
    }
  /** Puts a saved object back under `path` (hard link of `from`, rename over). `from` itself stays until a `remove` step. */
  | { readonly step: 'restore'; readonly path: string; readonly from: string }
  /** Unlinks a non-directory; nothing there is fine. */
  | { readonly step: 'remove'; readonly path: string; readonly save?: string }
  /** Renames within one file system (save area moved into another slot). */
  | { readonly step: 'rename'; readonly path: string; readonly to: string }
  /** Removes a directory if it is empty then and may be removed; otherwise leaves it. */
  | { readonly step: 'rmdir'; readonly path: string };

/** Facts found while copying, per `path` of a place step. */
export interface Staged {
  readonly size: number;
  readonly cksum: number;
  readonly sha256: string;
}

export interface Transaction {
  /** Shown if it has to be recovered: `install ACME,r=2.0`. */
  readonly label: string;
  /** In order: directories before what lies in them, removals last. */
  readonly files: readonly FileStep[];
  /** What stood at a path below the anchor when the steps were made, just before; absent: everything is looked at again. */
  readonly look?: (path: string) => Stats | undefined;
  /** Asked for once, after staging and before the point of no return. */
  readonly change: (staged: ReadonlyMap<string, Staged>) => ChangeSet;
  /** Called after each file has been staged or removed, for progress. */
  readonly onFile?: (step: FileStep, bytes: number) => void;
  /** Called while a file of several pieces (1 MiB) is staged, with the bytes of each; onFile follows with all of them. */
  readonly onPiece?: (bytes: number) => void;
}
