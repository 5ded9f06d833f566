// What becomes of bundle records when software is removed (commands.md 5.3).
// Promise: a record goes when it was named and all it holds goes too, or stays only because another bundle holds it; a sticky bundle
// goes with the last of its contents; a bundle nested in one that stays, stays.

import { flag } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Bundle, FilesetKey } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import { indexOf } from './catalog-index.ts';
import { contentsOf } from './match.ts';

export class BundleRecords {
  readonly #catalog: Catalog;
  readonly #named = new Set<Bundle>();
  #holders: Map<FilesetKey, Bundle[]> | undefined;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Takes note of bundles that an operand names. Name all of them before asking for other holders. */
  name(bundles: readonly Bundle[]): void {
    for (const bundle of bundles) this.#named.add(bundle);
  }

  /** Ids of the bundles named, in catalog order. */
  named(): string[] {
    return this.#ids((bundle) => this.#named.has(bundle));
  }

  /** Tag of a bundle that holds this fileset and was not named. */
  otherHolder(key: FilesetKey): string | undefined {
    if (!this.#holders) {
      this.#holders = new Map();
      for (const bundle of indexOf(this.#catalog).bundles) {
        for (const held of contentsOf(bundle, this.#catalog).filesets) {
          const holders = this.#holders.get(held) ?? [];
          this.#holders.set(held, holders);
          holders.push(bundle);
        }
      }
    }
    const other = this.#holders.get(key)?.find((bundle) => !this.#named.has(bundle));
    return other && tagOf(other);
  }

  /** Ids of the records that go when the filesets for which `goes` is true are removed. `kept` stay for another bundle's sake. */
  emptied(goes: (key: FilesetKey) => boolean, kept: ReadonlySet<FilesetKey>, sticky: boolean): string[] {
    const leaving = (bundle: Bundle): boolean => {
      const { filesets } = contentsOf(bundle, this.#catalog);
      if (this.#named.has(bundle)) return filesets.every((key) => goes(key) || kept.has(key));
      return sticky && flag(bundle.attributes, 'is_sticky') && filesets.length > 0 && filesets.every(goes);
    };
    const all = indexOf(this.#catalog).bundles;
    const left = new Set(all.filter((bundle) => !leaving(bundle)));
    const nested = new Set([...left].flatMap((bundle) => contentsOf(bundle, this.#catalog).bundles));
    return this.#ids((bundle) => !left.has(bundle) && !nested.has(bundle));
  }

  #ids(wanted: (bundle: Bundle) => boolean): string[] {
    return indexOf(this.#catalog)
      .bundles.filter(wanted)
      .map((bundle) => bundle.id);
  }
}
