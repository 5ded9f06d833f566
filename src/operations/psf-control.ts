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

/** Tag and name of the control file that keeps a product's readme (formats.md 6). */
const README = 'README';

/**
 * Reads the control files of one owner into `contents` and gives their records; of two with one tag the later counts. Several tags may
 * share a file. Throws SdError `source_missing`, `psf_control_name`.
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
    keep(README, content, { path: README, mode: 0o444, mtime: around.now });
  }
  for (const directive of directives) {
    const { content, executable, mtime } = readSource(directive, around);
    refuseTakenName(directive, content, [...records.values()], own);
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

/** Control files of one owner lie in one directory, beside its INDEX and INFO. */
function refuseTakenName(
  { tag, filename, position }: ControlDirective,
  content: Buffer,
  there: readonly ControlFile[],
  contents: ReadonlyMap<string, Buffer>,
): void {
  const isOwn = filename === 'INDEX' || filename === 'INFO';
  // A readme is no control file that a later line could define anew.
  const twin = there.find((each) => each.path === filename && (each.tag !== tag || tag === README));
  if (!isOwn && (twin === undefined || contents.get(twin.tag)!.equals(content))) return;
  throw complaint(
    'psf_control_name',
    position,
    `The control file "${tag}" cannot be stored as "${filename}".`,
    isOwn ? 'That is a file of the catalog itself.' : `That is the name of "${twin!.tag}", which has another content.`,
    'Give it another name: "control_file PATH=TAG NAME".',
  );
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
