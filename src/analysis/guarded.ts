// What software may do to a root only if nobody could be harmed by it (D12), beyond the text of its paths (paths.ts):
//
//   a path that links of the root lead into SD's own directory   reserved_path
//   a device file, not for the superuser                         device_refused
//   a path below a symbolic link that the same product brings,
//     where nothing is yet                                       link_in_the_way
//
// Each refuses its fileset. What the superuser should see before he says yes, a preview lists: device files, set-uid and set-gid files.

import { posix } from 'node:path';
import type { NotableFile } from '../model/plan.ts';
import type { FileRecord } from '../model/software.ts';
import type { RecordsOf } from './conflicts.ts';
import type { Candidate, Draft } from './draft.ts';

/** Refuses what must not come, in the order above; one finding a fileset. */
export function judgeGuarded(candidates: readonly Candidate[], draft: Draft, recordsOf: RecordsOf): void {
  const { files } = draft.input.views;
  for (const candidate of candidates) {
    const records = recordsOf(candidate);
    const reserved = records.find((record) => record.type !== 'd' && files.isReserved(reached(record)));
    const device = files.mayMakeDevices() ? undefined : records.find(isDevice);
    if (reserved) {
      refuse(
        draft,
        candidate,
        'reserved_path',
        `its path "${reserved.path}" leads to the directory where SD keeps its own files`,
      );
    } else if (device) {
      refuse(
        draft,
        candidate,
        'device_refused',
        `"${device.path}" is a device file, and only the superuser can make one`,
      );
    } else {
      const below = belowLink(records, linksOf(draft.ofProduct(candidate.product), draft, recordsOf));
      if (below === undefined) continue;
      const text = `its path "${below.path}" lies below "${below.link}", a symbolic link of the same product that is not there yet`;
      refuse(draft, candidate, 'link_in_the_way', text);
    }
  }
}

/** Files of a fileset that a preview names. */
export function notableFiles(records: readonly FileRecord[]): NotableFile[] {
  return records.flatMap((record): NotableFile[] => {
    if (isDevice(record)) return [{ path: record.path, what: 'device' }];
    const mode = record.type === 'f' ? (record.mode ?? 0) : 0;
    if ((mode & 0o4000) !== 0) return [{ path: record.path, what: 'setuid' }];
    return (mode & 0o2000) === 0 ? [] : [{ path: record.path, what: 'setgid' }];
  });
}

function isDevice(record: FileRecord): boolean {
  return record.type === 'b' || record.type === 'c';
}

/** The file on disk that a record changes. */
function reached(record: FileRecord): string {
  return record.type === 'a' ? (record.archive_path ?? record.path) : record.path;
}

/** Links that the product brings to places where nothing is. */
function linksOf(candidates: readonly Candidate[], draft: Draft, recordsOf: RecordsOf): Set<string> {
  const { files } = draft.input.views;
  const links = new Set<string>();
  for (const candidate of candidates) {
    if (!draft.isAlive(candidate)) continue;
    for (const { type, path } of recordsOf(candidate)) {
      if (type === 's' && files.kindAt(path) === 'missing') links.add(path);
    }
  }
  return links;
}

function belowLink(
  records: readonly FileRecord[],
  links: ReadonlySet<string>,
): { path: string; link: string } | undefined {
  if (links.size === 0) return undefined;
  for (const record of records) {
    const path = reached(record);
    for (let above = posix.dirname(path); above !== '/' && above !== '.'; above = posix.dirname(above)) {
      if (links.has(above)) return { path, link: above };
    }
  }
  return undefined;
}

function refuse(draft: Draft, candidate: Candidate, code: string, because: string): void {
  const spec = draft.label(candidate);
  const text = `The fileset "${spec}" cannot be installed because ${because}.`;
  draft.refuse(candidate, because, { severity: 'error', code, text, subjects: [spec] });
}
