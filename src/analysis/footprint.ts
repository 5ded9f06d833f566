// What each fileset of an installation or copy puts on the disk, as loads for the disk space analysis (commands.md 9, patches.md 4.5).

import type { FileRecord } from '../model/software.ts';
import { hasScript } from './check-scripts.ts';
import type { RecordsOf } from './conflicts.ts';
import type { Candidate, InstallInput } from './draft.ts';
import { catalogLoad, declaredSpace, type Load } from './space.ts';

/** Bytes of content a file brings: as stored in a depot, plain on a root. */
export function bytesOf(record: FileRecord, into: 'root' | 'depot'): number {
  if (record.type !== 'f' && record.type !== 'a') return 0;
  const stored = into === 'depot' && record.compression_state === 'compressed' ? record.compressed_size : undefined;
  return stored ?? record.size ?? 0;
}

/**
 * The loads of one product, or a part of it. `saves` says which of its filesets keep what they replace. `isFirst` is
 * false for a second part, which does not count the product's own needs again.
 */
export function productLoads(
  filesets: readonly Candidate[],
  saves: (candidate: Candidate) => boolean,
  recordsOf: RecordsOf,
  input: InstallInput,
  isFirst = true,
): Load[] {
  const loads = filesets.flatMap((each) => [
    ...filesetLoads(each, saves(each), recordsOf(each), input),
    ...declared(each, input),
  ]);
  const first = filesets[0];
  if (isFirst && first && hasScript(first.product, 'space')) loads.push(...declaredBy(first.product.id, input));
  return loads;
}

function filesetLoads(
  candidate: Candidate,
  saved: boolean,
  records: readonly FileRecord[],
  input: InstallInput,
): Load[] {
  const catalog = catalogLoad(input.into === 'root' ? input.views.admin : '/', records.length);
  if (input.into === 'depot') return [...stored(candidate, records, input), catalog];
  const { files } = input.views;
  const archives = new Set(
    records.flatMap((each) => (each.type === 'a' && each.archive_path !== undefined ? [each.archive_path] : [])),
  );
  const rewritten = [...archives].map((path): Load => {
    const bytes = files.sizeAt(path);
    return { path, bytes, replaces: bytes, saved: false };
  });
  const placed = records.map((record): Load => {
    const bytes = bytesOf(record, 'root');
    if (record.type === 'a') return { path: record.archive_path ?? '/', bytes, replaces: 0, saved: false };
    // A new directory takes a block, which rounding up makes of one byte.
    if (record.type === 'd')
      return { path: record.path, bytes: files.kindAt(record.path) === 'missing' ? 1 : 0, replaces: 0, saved: false };
    return { path: record.path, bytes, replaces: files.sizeAt(record.path), saved };
  });
  return [...placed, ...rewritten, catalog];
}

/** A depot keeps each file below `<product>/<fileset>`; a fileset copied again replaces its own. */
function stored(candidate: Candidate, records: readonly FileRecord[], { target, into }: InstallInput): Load[] {
  const there = candidate.present ? target.files(candidate.present.key) : [];
  const old = new Map(there.map((each) => [each.path, bytesOf(each, into)]));
  return records.map((record) => ({
    path: `/${candidate.targetKey}${record.path}`,
    bytes: bytesOf(record, into),
    replaces: old.get(record.path) ?? 0,
    saved: false,
  }));
}

function declared(candidate: Candidate, input: InstallInput): Load[] {
  return hasScript(candidate.fileset, 'space') ? declaredBy(candidate.key, input) : [];
}

/** A `space` file speaks of the root the software is installed on. */
function declaredBy(owner: string, { source, into }: InstallInput): Load[] {
  const content = into === 'root' ? source.controlFile(owner, 'space') : undefined;
  return content ? declaredSpace(content.toString('utf8')) : [];
}
