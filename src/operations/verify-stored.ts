// Stored files of a depot (commands.md 5.6 -d): there, and with the size, cksum and sha256 that the catalog says. Their modes and times
// belong to the depot, not to the software.

import type { Depot } from '../depot/depot.ts';
import { digestContent } from '../host/digest.ts';
import { SdError } from '../model/error.ts';
import type { EngineOptions } from '../model/request.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import type { FileProblem } from './verify-files.ts';

/** What is wrong with the stored file of one record; nothing for types that are not stored. `onPiece` is told the bytes that are read. */
export function compareStored(
  depot: Depot,
  key: FilesetKey,
  record: FileRecord,
  options: EngineOptions,
  onPiece?: (bytes: number) => void,
): readonly FileProblem[] {
  if (record.type !== 'f' && record.type !== 'a') return [];
  try {
    const content = depot.content(key, record);
    try {
      // Opening it has compared the size.
      if (!options.check_contents || !options.check_contents_use_cksum) return [];
      return compareDigests(record, digestContent(content, onPiece));
    } finally {
      if (content.kind === 'region') content.close();
    }
  } catch (error) {
    if (error instanceof SdError) return [{ kind: 'wrong', text: error.message }];
    throw error;
  }
}

function compareDigests(record: FileRecord, facts: { cksum: number; sha256: string }): FileProblem[] {
  for (const fact of ['cksum', 'sha256'] as const) {
    const expected = record[fact];
    if (expected === undefined || expected === facts[fact]) continue;
    const text = `File "${record.path}" should have ${fact} "${expected}" but the actual ${fact} is "${facts[fact]}".`;
    return [{ kind: 'wrong', text }];
  }
  return [];
}
