// What the selection window says of a session above its list: how much is marked, and which patches come by themselves.

import type { Selection } from '../model/plan.ts';
import type { OptionValues } from '../options/table.ts';
import { counted } from './text.ts';

export const NOTHING_MARKED = 'Nothing is marked: Space marks what the cursor is on.';

/** `Marked: 5 filesets of 3 products, 2 of them came along.` */
export function markedText({ entries }: Selection): string {
  if (entries.length === 0) return NOTHING_MARKED;
  const products = new Set(entries.map((entry) => entry.key.split('/')[0]));
  const asked = entries.filter((entry) => entry.reason.kind === 'asked').length;
  const more = entries.length > asked ? `, ${entries.length - asked} of them came along` : '';
  return `Marked: ${counted(entries.length, 'fileset')} of ${counted(products.size, 'product')}${more}.`;
}

/** Which patches come by themselves, by what filter, and whether they could be taken back. */
export function patchesText(options: OptionValues, verb: 'install' | 'copy'): string {
  const { autoselect_patches, patch_match_target, patch_filter, match_target, patch_save_files } = options;
  const forWhat = [
    ...(autoselect_patches ? ['what is marked'] : []),
    ...(patch_match_target ? ['what the target has'] : []),
  ];
  const matched = match_target ? 'Match What Target Has is on.  ' : '';
  const committed = verb === 'install' && !patch_save_files ? '; no files are saved' : '';
  if (forWhat.length === 0) return `${matched}Patches: none by themselves${committed}`;
  return `${matched}Patches: automatic for ${forWhat.join(' and ')}, filter ${patch_filter}${committed}`;
}
