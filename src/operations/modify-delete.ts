// swmodify -u without -a (commands.md 5.5): the definitions of the selected objects go from the catalog. Files stay, on the disk and in
// a depot's storage alike.
//
//   a fileset that patches are applied to                  refused unless they go too
//   a patch that others stay superseded by                 refused unless they go too
//   a patch that still has saved files                     refused: swremove rolls it back, or it is committed first
//   any other patch                                        its base forgets it
//   software that others require                           WARNING

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import {
  baseOf,
  everyFileset,
  isCommitted,
  isPatch,
  lookUp,
  type Placed,
  patchEntry,
  patchesListed,
  patchStateOf,
} from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { type FilesetKey, filesetKey, filesetName } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { brokenBy } from '../selection/requisites.ts';
import type { Draft } from './modify-draft.ts';
import type { Named } from './modify-objects.ts';

/** Drops the objects from the draft. Throws the refusals above as SdError; returns warnings. */
export function deleteDefinitions(draft: Draft, objects: readonly Named[]): Finding[] {
  const { catalog } = draft;
  const going = new Set<FilesetKey>();
  for (const named of objects) {
    if (named.level === 'fileset') going.add(named.key);
    if (named.level === 'product')
      for (const each of named.object.filesets) going.add(filesetKey(named.object.id, each.id));
  }
  const placed = [...going].flatMap((key) => lookUp(catalog, key) ?? []);
  if (catalog.kind === 'root') for (const each of placed) refusePatches(catalog, each, going);
  const patches = catalog.kind === 'root' ? placed.filter((each) => isPatch(each.fileset)) : [];
  for (const patch of patches) forget(draft, patch, going);
  for (const named of objects) draft.drop(named);
  return brokenBy(catalog, going).map(({ key, requisite }) => dependent(catalog, key, requisite.text));
}

function refusePatches(catalog: Catalog, placed: Placed, going: ReadonlySet<FilesetKey>): void {
  const spec = brief(placed.product, placed.fileset);
  const what = `The definition of the fileset "${spec}" cannot be deleted.`;
  if (isPatch(placed.fileset)) {
    if (patchStateOf(placed.fileset) !== '' && !isCommitted(placed.fileset)) {
      throw new SdError('patch_not_committed', {
        what,
        because: 'It is a patch whose saved files are still there.',
        todo: 'Roll it back with swremove, or commit it first with swmodify -x patch_commit=true.',
      });
    }
    const entry = patchEntry(placed.product, placed.fileset);
    for (const other of everyFileset(catalog)) {
      if (going.has(other.key) || !list(other.fileset.attributes, 'superseded_by').includes(entry)) continue;
      throw stands(what, `The patch "${filesetName(other.product, other.fileset)}" is superseded by it.`);
    }
    return;
  }
  const left = patchesListed(catalog, placed).find((each) => !going.has(each.key));
  if (left) throw stands(what, `The patch "${filesetName(left.product, left.fileset)}" is applied to it.`);
}

function stands(what: string, because: string): SdError {
  return new SdError('patches_rest_on_it', { what, because, todo: 'Select that one too.' });
}

/** The base no longer names a patch that goes. */
function forget(draft: Draft, patch: Placed, going: ReadonlySet<FilesetKey>): void {
  const base = baseOf(draft.catalog, patch);
  if (!base || going.has(base.key)) return;
  const entry = patchEntry(patch.product, patch.fileset);
  const named: Named = { level: 'fileset', ...base };
  const left = list(draft.attributesOf(named), 'applied_patches').filter((each) => each !== entry);
  draft.change(named, { applied_patches: left }, [`applied_patches-="${entry}"`]);
}

function dependent(catalog: Catalog, key: FilesetKey, requisite: string): Finding {
  const { product, fileset } = lookUp(catalog, key)!;
  const spec = brief(product, fileset);
  return {
    severity: 'warning',
    code: 'dependents',
    text: `The fileset "${spec}" requires "${requisite}", whose definition is deleted.`,
    subjects: [spec],
  };
}
