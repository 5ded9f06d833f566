// Control files of a PSF: scripts, data files, and the readme, which is kept as the file README (formats.md 6, 9).

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { complaint } from '../definition/complaint.ts';
import { CONTROL_SCRIPTS } from '../definition/keywords.ts';
import type { ControlDirective } from '../definition/psf.ts';
import { cksumOf } from '../host/digest.ts';
import { packagedTime } from '../host/source-date.ts';
import type { AttributeValue } from '../model/attributes.ts';
import { reasonOf } from '../model/error.ts';
import type { ControlFile } from '../model/software.ts';
import type { Surroundings } from './psf-resolve.ts';

/** Owner (product id or fileset key) → tag → content. */
export type ControlContents = Map<string, Map<string, Buffer>>;

/**
 * Reads the control files of one owner into `contents` and gives their records; of two with one tag the later counts.
 * Throws SdError `source_missing`.
 */
export function readControlFiles(
  owner: string,
  directives: readonly ControlDirective[],
  around: Surroundings,
  contents: ControlContents,
  readme?: AttributeValue,
): ControlFile[] {
  const records = new Map<string, ControlFile>();
  const own = new Map<string, Buffer>();
  const keep = (tag: string, content: Buffer, record: Omit<ControlFile, 'tag' | 'size' | 'cksum'>) => {
    own.set(tag, content);
    records.set(tag, { tag, ...record, size: content.length, cksum: cksumOf(content) });
  };
  if (typeof readme === 'string' && readme !== '') {
    const content = Buffer.from(readme.endsWith('\n') ? readme : `${readme}\n`);
    keep('README', content, { path: 'README', mode: 0o444, mtime: around.now });
  }
  for (const directive of directives) {
    const { content, executable, mtime } = readSource(directive, around);
    const script = CONTROL_SCRIPTS.has(directive.tag) && directive.tag !== 'space';
    keep(directive.tag, content, {
      path: directive.filename,
      mode: script || executable ? 0o555 : 0o444,
      mtime,
      ...(directive.interpreter !== undefined && { interpreter: directive.interpreter }),
    });
  }
  contents.set(owner, own);
  return [...records.values()];
}

function readSource(directive: ControlDirective, around: Surroundings) {
  const path = resolve(around.cwd, directive.source);
  try {
    const content = readFileSync(path);
    const stats = statSync(path);
    return { content, executable: (stats.mode & 0o111) !== 0, mtime: packagedTime(Math.floor(stats.mtimeMs / 1000)) };
  } catch (error) {
    const what = `The control file "${directive.tag}" cannot be read from "${path}".`;
    throw complaint('source_missing', directive.position, what, reasonOf(error), 'Correct the path, or make the file.');
  }
}
