// `swlist -l depot` and `-l root`: the registered places of this host (commands.md 12.8, formats.md 9).
// Promise: a place is only opened when an attribute of it is asked for; one that is gone or unreadable is still listed, by its path.
// `/` is a root whether registered or not. shroot and prroot belong to diskless clusters: there are none here.

import { lookAt } from '../host/look.ts';
import type { Attributes } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import type { Listing, ListingRow } from '../model/listing.ts';
import type { Finding } from '../model/plan.ts';
import type { ListRequest } from './list-catalog.ts';
import { styleOf } from './list-catalog.ts';
import { placeObject } from './list-objects.ts';
import { rowOf } from './list-rows.ts';
import { openListedDepot, openListedRoot } from './list-target.ts';
import { registered } from './register.ts';

/**
 * Rows of the registered places, sorted by path. With `request.place` only that one, where it is a depot even unregistered: tapes and
 * archives seldom are. Throws what openListedDepot throws for a place that is neither.
 */
export async function placeRows(of: Exclude<Listing['of'], 'software'>, request: ListRequest): Promise<ListingRow[]> {
  if (of === 'shroot' || of === 'prroot') return [];
  const known = registered(request.registries, of);
  const { place } = request;
  const paths = [...new Set(of === 'root' ? ['/', ...known] : known)]
    .filter((path) => place === undefined || path === place)
    .sort();
  if (of === 'depot' && place !== undefined && paths.length === 0) {
    (await openListedDepot(place, request.options)).close();
    paths.push(place);
  }
  const asked = request.verbose || request.attributes.length > 0;
  const rows: ListingRow[] = [];
  for (const path of paths) {
    const attributes = asked ? await attributesOfPlace(of, path, request) : {};
    rows.push(rowOf(styleOf(request), 'object', placeObject(of, path, attributes)));
  }
  return rows;
}

/** A NOTE for the one directory wanted when nobody registered it: the list does not tell, and scripts ask it for that. */
export function unregisteredNote(
  of: Exclude<Listing['of'], 'software'>,
  { place, registries }: ListRequest,
): Finding[] {
  if (place === undefined || place === '/' || (of !== 'depot' && of !== 'root')) return [];
  if (registered(registries, of).includes(place) || !lookAt(place)?.isDirectory()) return [];
  const text = `"${place}" is not registered as a ${of}.  "swreg -l ${of} ${place}" registers it.`;
  return [{ severity: 'note', code: 'place_not_registered', text }];
}

async function attributesOfPlace(of: 'depot' | 'root', path: string, request: ListRequest): Promise<Attributes> {
  try {
    const open =
      of === 'depot' ? openListedDepot(path, request.options) : openListedRoot(path, request.options.admin_directory);
    const { catalog, close } = await open;
    close();
    return catalog.attributes;
  } catch (error) {
    if (error instanceof SdError) return {};
    throw error;
  }
}
