// Which tags and control_directory names software may have: they become names of directories, in depots, in the IPD and in the save area.

/** Bytes; a file name has 255, and ids get endings as `.2`. HP's own limit of 64 characters is not enforced. */
const LONGEST = 200;

/** Why a tag or control_directory cannot be used, as the end of a sentence; undefined for one that can. Empty ones are not judged. */
export function tagTrouble(tag: string): string | undefined {
  if (tag === '.' || tag === '..' || tag.includes('/')) return 'it would lead to another directory';
  // A depot keeps what is its own (`.sd`) beside the software.
  if (tag.startsWith('.')) return 'it begins with a dot';
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(tag)) return 'it holds a control character';
  return Buffer.byteLength(tag) > LONGEST ? `it is longer than ${LONGEST} bytes` : undefined;
}
