// as_patch: of several versions of one package the oldest is the base, each newer one a patch for it, which brings what differs.
//
//   older versions in the source          the oldest of them is the base
//   none, but one is installed            that is the base; patches of it that are there are superseded
//   nothing older anywhere                a product like any other, with a NOTE
//
// Each patch holds all that differs from the base, so that the newest replaces those before it. Files are compared by type, mode, owner,
// size, digest and link, not by time. What a newer version no longer has stays: SD's patches take nothing away.

import { list, text } from '../../model/attributes.ts';
import type { Catalog } from '../../model/catalog.ts';
import { entriesToFilesets, isPatch } from '../../model/patches.ts';
import { revisionOrderOf } from '../../model/revision-order.ts';
import { type FileRecord, type Fileset, filesetKey, filesetName, type Product, tagOf } from '../../model/software.ts';
import { FILESET, patchTag, productTag } from './names.ts';
import type { OriginPackage } from './origin.ts';

/** How a package is related to others of its name. */
export interface Relatives {
  /** Absent for what is no patch. */
  readonly patch?: {
    readonly ancestor: string;
    readonly supersedes: readonly string[];
    /** The revision it is an upgrade of, in words of the origin. */
    readonly from: string;
    /** Records of the base as they were before any patch. */
    readonly base: () => readonly FileRecord[];
  };
}

/** Relates the packages of a source. `records` gives a package's own; `installed` is the target's catalog, where there is one. */
export function relate(
  packages: readonly OriginPackage[],
  installed: Catalog | undefined,
  records: (of: OriginPackage) => readonly FileRecord[],
): Map<OriginPackage, Relatives> {
  const families = new Map<string, OriginPackage[]>();
  for (const each of packages) {
    const family = `${each.kind} ${each.name} ${each.architecture}`;
    families.set(family, [...(families.get(family) ?? []), each]);
  }
  const relatives = new Map<OriginPackage, Relatives>();
  for (const family of families.values()) {
    const order = revisionOrderOf({ revision_order: family[0]!.order ?? '' });
    const versions = family.toSorted((a, b) => order(a.revision, b.revision));
    const base = installedBase(versions[0]!, installed) ?? sourceBase(versions[0]!, records);
    const earlier: string[] = [...base.supersedes];
    let from = base.from;
    for (const each of versions) {
      if (order(each.revision, base.revision) <= 0) {
        relatives.set(each, {});
        continue;
      }
      relatives.set(each, {
        patch: { ancestor: base.ancestor, supersedes: [...earlier], from, base: base.records },
      });
      earlier.push(`${patchTag(each)}.${FILESET},fr==${each.revision}`);
      from = each.revision;
    }
  }
  return relatives;
}

interface Base {
  readonly revision: string;
  readonly from: string;
  readonly ancestor: string;
  readonly supersedes: readonly string[];
  readonly records: () => readonly FileRecord[];
}

function sourceBase(oldest: OriginPackage, records: (of: OriginPackage) => readonly FileRecord[]): Base {
  return {
    revision: oldest.revision,
    from: oldest.revision,
    ancestor: `${productTag(oldest.name)}.${FILESET},fr==${oldest.revision}`,
    supersedes: [],
    records: () => records(oldest),
  };
}

/** The installed product of the package, when it is older than all of the source. */
function installedBase(oldest: OriginPackage, installed: Catalog | undefined): Base | undefined {
  const tag = productTag(oldest.name);
  for (const product of installed?.products() ?? []) {
    const fileset = product.filesets.find((each) => tagOf(each) === FILESET && !isPatch(each));
    if (!installed || tagOf(product) !== tag || !fileset) continue;
    const revision = text(product.attributes, 'revision');
    const sameOrigin = text(product.attributes, 'revision_order') === (oldest.order ?? '');
    if (sameOrigin && revisionOrderOf(product.attributes)(revision, oldest.revision) < 0) {
      return baseOf(installed, product, fileset, revision);
    }
  }
  return undefined;
}

function baseOf(installed: Catalog, product: Product, fileset: Fileset, revision: string): Base {
  const patches = entriesToFilesets(installed, list(fileset.attributes, 'applied_patches'));
  const names = patches.map((each) => `${filesetName(each.product, each.fileset)},fr=${revisionOf(each.fileset)}`);
  const last = patches.at(-1);
  return {
    revision,
    from: last ? revisionOf(last.fileset) || revision : revision,
    ancestor: `${filesetName(product, fileset)},fr==${revision}`,
    supersedes: names,
    records: () => {
      const originals = new Map<string, FileRecord>();
      // The first patch to replace a file saw the base's own record.
      for (const { key } of patches) {
        for (const { path, record } of installed.saved(key))
          if (record && !originals.has(path)) originals.set(path, record);
      }
      return installed.files(filesetKey(product.id, fileset.id)).map((file) => originals.get(file.path) ?? file);
    },
  };
}

function revisionOf(fileset: Fileset): string {
  return text(fileset.attributes, 'revision');
}

/** The records a patch brings, and the paths of the base that the newer version no longer has. */
export function differing(
  base: readonly FileRecord[],
  newer: readonly FileRecord[],
): { records: FileRecord[]; gone: string[] } {
  const before = new Map(base.map((file) => [file.path, file]));
  const after = new Set(newer.map((file) => file.path));
  // All names of one file come together: a link needs its file, and a file that is replaced needs its links made anew.
  const fileOf = ({ path, type, link_source }: FileRecord) => (type === 'h' ? link_source! : path);
  const changed = new Set(newer.flatMap((file) => (isSame(before.get(file.path), file) ? [] : [fileOf(file)])));
  const records = newer.filter((file) => changed.has(fileOf(file)));
  return { records, gone: base.flatMap(({ path }) => (after.has(path) ? [] : [path])) };
}

const COMPARED = ['type', 'mode', 'owner', 'group', 'size', 'sha256', 'link_source', 'major', 'minor'] as const;

function isSame(before: FileRecord | undefined, after: FileRecord): boolean {
  return before !== undefined && COMPARED.every((fact) => before[fact] === after[fact]);
}
