// What swpackage adds to the objects of a PSF (formats.md 4 "Defaults swpackage adds", 10; patches.md 2.5): defaults, ids, times.
// An attribute that the PSF gives is kept; those that the tools make cannot stand in it.

import type { PsfFileset, PsfObject } from '../definition/psf.ts';
import type { Attributes } from '../model/attributes.ts';
import { flag, list, text, withAttributes } from '../model/attributes.ts';

const DATA_MODEL_REVISION = '2.40';
const UNAME = { machine_type: '*', os_name: '*', os_release: '*', os_version: '*' };

/** An object with its place among those of the same kind. */
export interface Named<T> {
  readonly id: string;
  /** Counts the objects of one tag from 1. */
  readonly instance: number;
  readonly object: T;
}

/**
 * Gives each object its control directory: the tag, or `tag.N` for a further one of the same tag or one that is taken. `taken` gathers the
 * ids; what it begins with is reserved.
 */
export function nameObjects<T extends PsfObject>(objects: readonly T[], taken: Set<string>): Named<T>[] {
  const instances = new Map<string, number>();
  return objects.map((object) => {
    const tag = text(object.attributes, 'tag');
    const instance = (instances.get(tag) ?? 0) + 1;
    instances.set(tag, instance);
    let id = instance === 1 ? tag : `${tag}.${instance}`;
    for (let next = instance + 1; taken.has(id); next++) id = `${tag}.${next}`;
    taken.add(id);
    return { id, instance, object };
  });
}

/** The distribution's attributes. */
export function distributionAttributes(given: Attributes, now: number): Attributes {
  const made = { data_model_revision: DATA_MODEL_REVISION, mod_time: String(now), create_time: String(now) };
  return { ...given, ...made };
}

/** Attributes of a product or bundle. `filesets` are a product's, by tag. */
export function topAttributes(named: Named<PsfObject>, now: number, filesets?: readonly PsfFileset[]): Attributes {
  const defaults = { ...UNAME, directory: '/', is_patch: 'false' };
  const all = filesets && { all_filesets: [...new Set(filesets.map((each) => text(each.attributes, 'tag')))] };
  return completed({ ...defaults, ...named.object.attributes, ...made(named, now), ...all });
}

/** Attributes of a fileset; `size` in bytes, of its files and control files. */
export function filesetAttributes(named: Named<PsfFileset>, now: number, size: number): Attributes {
  const given = named.object.attributes;
  const defaults = { ...UNAME, is_patch: 'false', is_sparse: String(flag(given, 'is_patch')) };
  return completed({ ...defaults, ...given, ...made(named, now), size: String(size), state: 'available' });
}

/** Attributes of a vendor, category or subproduct: every object has a title, which inventory programs ask for. */
export function completed(attributes: Attributes): Attributes {
  const changes: Record<string, string | string[]> = {};
  if (text(attributes, 'title') === '') changes.title = text(attributes, 'tag');
  const categories = list(attributes, 'category_tag');
  if (flag(attributes, 'is_patch') && !categories.includes('patch')) changes.category_tag = ['patch', ...categories];
  return withAttributes(attributes, changes);
}

function made({ id, instance }: Named<PsfObject>, now: number): Record<string, string> {
  return {
    data_model_revision: DATA_MODEL_REVISION,
    instance_id: String(instance),
    control_directory: id,
    mod_time: String(now),
    create_time: String(now),
  };
}
