// What a hot patch may be called (HS1): letters, digits, dashes and underscores, and not "index". Case counts. A tag begins with a letter or
// a digit, so an id that does not is the attribute run_id of a product whose tag is made of it with a character that no id has.

import { SdError } from '../../model/error.ts';

/** Ids become names of directories. */
const LONGEST = 190;

/** Throws SdError `bad_hotpatch_id`. */
export function requireId(id: string): void {
  const trouble = troubleOf(id);
  if (trouble === undefined) return;
  throw new SdError('bad_hotpatch_id', {
    what: `"${id}" cannot be the id of a hot patch.`,
    because: trouble,
    todo: 'Use letters, digits, "-" and "_".',
    data: { id },
  });
}

/** Tag of the product. */
export function tagFor(id: string): string {
  return /^[A-Za-z0-9]/.test(id) ? id : `id+${id}`;
}

function troubleOf(id: string): string | undefined {
  if (id === '') return 'It is empty.';
  if (id === 'index') return 'That word is reserved.';
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return 'It holds other characters than letters, digits, "-" and "_".';
  return id.length > LONGEST ? `It is longer than ${LONGEST} characters.` : undefined;
}
