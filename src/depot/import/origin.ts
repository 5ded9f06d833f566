// OriginPackage: what a Debian package, an rpm and a tar archive have in common once they are read; the rest of this folder makes
// SD software of it. Promise: reading one touches its headers only; its files are unpacked when somebody asks for them.

import { closeSync, openSync } from 'node:fs';
import { safeName } from '../../host/rootpath.ts';
import type { Attributes } from '../../model/attributes.ts';
import type { Content } from '../../model/content.ts';
import { SdError } from '../../model/error.ts';
import type { RevisionOrder } from '../../model/revision-order.ts';
import type { FileRecord } from '../../model/software.ts';

/** A name, and perhaps which versions of it. */
export interface Relation {
  readonly name: string;
  readonly op?: '<' | '<=' | '==' | '>=' | '>';
  readonly version?: string;
}

/** One thing needed: any of these will do. */
export type Need = readonly Relation[];

/** When the origin's own tool runs a script. */
export type Occasion = 'before-install' | 'after-install' | 'before-remove' | 'after-remove';

export interface OriginScript {
  /** As the origin calls it: `postinst`, `%post`. */
  readonly name: string;
  /** Program and arguments that run `content`; empty for a binary that runs by itself. */
  readonly interpreter: readonly string[];
  /** Absent where the interpreter alone is to run. */
  readonly content?: Buffer;
}

export interface OriginPackage {
  readonly kind: 'deb' | 'rpm' | 'tar';
  /** Absolute path of its file. */
  readonly file: string;
  readonly name: string;
  readonly revision: string;
  readonly order?: RevisionOrder;
  /** As the origin writes it: `amd64`, `noarch`; '' when it does not say. */
  readonly architecture: string;
  readonly title: string;
  readonly description: string;
  /** Attributes beyond those, vendor-defined ones mostly. */
  readonly attributes: Attributes;
  /** Bytes on disk, as the package says or as its file suggests. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly made: number;
  readonly needs: readonly Need[];
  readonly conflicts: readonly Relation[];
  /** Beside its own name and version. */
  readonly provides: readonly Relation[];
  /** Whether the headers list this absolute path. */
  readonly lists: (path: string) => boolean;
  readonly scripts: Readonly<Partial<Record<Occasion, OriginScript>>>;
  /** Run ldconfig behind installation and removal, as the origin's own tool would. */
  readonly ldconfig: boolean;
  /** What of the package SD has no place for, as ends of "leaves out ...". */
  readonly leftOut: readonly string[];
  /** Unpacks. Throws SdError of host/archive.ts, `package_damaged`, `archive_too_large`. */
  open(): Payload;
}

/** The unpacked files of a package. */
export interface Payload {
  /** Bytes of all its files: about what it takes on disk while it is open. */
  readonly size: number;
  /** Records in the order of the package, digests included; checked against what the package says. Throws SdError `package_damaged`. */
  records(): FileRecord[];
  /** Content of a regular file by the path of its record; good until the payload is closed, its own `close` does nothing. */
  content(path: string): Content;
  close(): void;
}

/** SdError `package_damaged`: the bytes are not those that were packaged. */
export function damaged(file: string, because: string): SdError {
  return new SdError('package_damaged', {
    what: `The package "${safeName(file)}" is damaged.`,
    because,
    todo: 'Get it again from where it was made.',
    data: { file },
  });
}

/** SdError `package_unsupported`: a sound package that is of no use here. */
export function unusable(file: string, because: string, todo: string): SdError {
  return new SdError('package_unsupported', {
    what: `The package "${safeName(file)}" cannot be used.`,
    because,
    todo,
    data: { file },
  });
}

/** Looks into a file that is closed whatever comes of it. Throws the errno error, and what `look` throws. */
export function withFile<T>(file: string, look: (fd: number) => T): T {
  const fd = openSync(file, 'r');
  try {
    return look(fd);
  } finally {
    closeSync(fd);
  }
}
