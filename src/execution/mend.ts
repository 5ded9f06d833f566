// Puts patch states right (cleanup -s, patches.md 6.2), in one transaction; what is left of the saved files of a patch that turns out to
// be committed goes with it, as in a commit.

import type { CatalogOp } from '../model/change.ts';
import { isCommitted, type PatchState, type Placed, saveDirectory } from '../model/patches.ts';
import { dropSaves } from './leaving.ts';
import { filesetOp } from './patching.ts';
import type { RootSession } from './session.ts';

/** What a patch fileset shall say; `supersededBy` '' drops the attribute. */
export interface RightState {
  readonly placed: Placed;
  readonly should: PatchState;
  readonly supersededBy: string;
}

/** Writes these states. Throws what the store throws; then nothing has changed. */
export async function executeMend(session: RootSession, states: readonly RightState[]): Promise<void> {
  const committed = states.filter((each) => each.should.startsWith('committed') && !isCommitted(each.placed.fileset));
  const directories = committed.map(({ placed }) => saveDirectory(placed.product, placed.fileset));
  await session.store.apply({
    label: 'mend patch states',
    files: dropSaves(session, directories),
    change: () => [
      ...states.map(({ placed, should, supersededBy }) =>
        filesetOp(placed, { patch_state: should, superseded_by: supersededBy === '' ? undefined : supersededBy }),
      ),
      ...committed.map(({ placed }): CatalogOp => ({ op: 'saved', fileset: placed.key, saved: [] })),
    ],
  });
}
