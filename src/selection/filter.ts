// patch_filter: which automatic patches pass (patches.md 3.3). It never judges what was named, nor what a dependency brings.
// Promise: a filter that cannot be read, or that asks for a category nobody in the source has, is refused instead of choosing nothing.

import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { nearest } from '../model/nearest.ts';
import type { FilesetKey } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import { parseSpec } from '../model/spec.ts';
import type { PatchNode } from './chains.ts';
import { categoriesOf, resolveBundles, satisfies } from './match.ts';
import { isPattern, matchesPattern } from './wildcards.ts';

export class PatchFilter {
  readonly text: string;
  readonly #spec: SoftwareSpec;
  readonly #source: Catalog;
  #bundled: ReadonlySet<FilesetKey> | undefined;

  /** Throws SdError `bad_patch_filter` when the option's value is no software_spec. */
  constructor(filter: string, source: Catalog) {
    this.text = filter.trim();
    this.#source = source;
    try {
      this.#spec = parseSpec(filter);
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      throw new SdError('bad_patch_filter', {
        what: `The value "${filter}" of the option "patch_filter" cannot be read.`,
        because: error.because,
        todo: 'Write one software specification, for example "*.*,c=critical".',
        data: { ...error.data, option: 'patch_filter' },
        cause: error,
      });
    }
  }

  /** True when the patch passes. Throws SdError `category_unknown` when it fails for a category that nothing in the source has. */
  passes(patch: PatchNode): boolean {
    if (satisfies(this.#spec, patch.product, patch.fileset)) return true;
    // A pattern such as `*.*,c=critical` means products; a bundle has to be named to count.
    if (!isPattern(this.#spec.tags[0]!)) {
      this.#bundled ??= new Set(resolveBundles(this.#spec, this.#source).filesets);
      if (this.#bundled.has(patch.key)) return true;
    }
    this.#refuseUnknownCategory();
    return false;
  }

  #refuseUnknownCategory(): void {
    let known: Set<string> | undefined;
    for (const item of this.#spec.items) {
      if (item.key !== 'c' || (item.op !== '=' && item.op !== '==')) continue;
      known ??= knownCategories(this.#source);
      const all = [...known];
      if (item.values.some((wanted) => wanted === '' || all.some((tag) => matchesPattern(wanted, tag)))) continue;
      const wanted = item.values.join('|');
      const meant = nearest(item.values[0]!, known);
      throw new SdError('category_unknown', {
        what: `The category "${wanted}" of the option "patch_filter" is not known in the source.`,
        because: `No product there carries it and no category object describes it, so "${this.text}" would leave out every patch.`,
        todo: meant ? `Did you mean "${meant}"?` : 'List the categories of the source with "swlist -d -l category".',
        data: { category: wanted, known: all.sort(), ...(meant ? { nearest: meant } : {}) },
      });
    }
  }
}

function knownCategories(source: Catalog): Set<string> {
  const known = new Set<string>(['patch']);
  for (const category of source.categories()) known.add(tagOf(category));
  for (const object of [...source.products(), ...source.bundles()]) {
    for (const tag of categoriesOf(object.attributes)) known.add(tag);
  }
  return known;
}
