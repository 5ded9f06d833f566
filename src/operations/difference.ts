// What a target lacks of a depot (swlist --diff): newer revisions, patches that apply, software that is not there; and what the target
// has in a newer revision. Promise: changes nothing; the patches are those that `swinstall -x patch_match_target=true` would choose.

import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Changed, Difference, Lacking, LackingPatch } from '../model/difference.ts';
import { isPatch, lookUp } from '../model/patches.ts';
import type { Finding, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { compareRevisions } from '../model/revision.ts';
import type { Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey, filesetName, tagOf } from '../model/software.ts';
import { parseSpec } from '../model/spec.ts';
import { selectForInstall } from '../selection/install.ts';
import { resolve } from '../selection/match.ts';
import { notFound } from '../selection/operands.ts';

export interface DifferenceParts {
  readonly target: Catalog;
  readonly depot: Catalog;
  /** Software of the depot to look at; empty = all. */
  readonly software: readonly string[];
  readonly options: EngineOptions;
}

/** Compares by tags; of several versions on one side the highest counts. Throws SdError `bad_spec`. */
export function difference(parts: DifferenceParts): { difference: Difference; findings: Finding[] } {
  const { target, depot, software } = parts;
  const findings: Finding[] = [];
  const wanted = new Set<FilesetKey>();
  for (const operand of software) {
    const { filesets } = resolve(parseSpec(operand), depot);
    if (filesets.length === 0) findings.push(notFound(operand, 'in the depot', depot));
    for (const key of filesets) wanted.add(key);
  }
  const isWanted = (key: FilesetKey) => software.length === 0 || wanted.has(key);
  const there = highestByTag(target);
  const newer: Changed[] = [];
  const older: Changed[] = [];
  const lacking: Lacking[] = [];
  for (const product of highestByTag(depot).values()) {
    const filesets = product.filesets.filter(
      (fileset) => !isPatch(fileset) && isWanted(filesetKey(product.id, fileset.id)),
    );
    if (filesets.length === 0) continue;
    const installed = there.get(tagOf(product));
    if (!installed) lacking.push(lackingOf(tagOf(product), product));
    else compare(product, filesets, installed, { newer, older, lacking });
  }
  return { difference: { newer, patches: patchesFor(parts, isWanted), lacking, older }, findings };
}

function compare(
  product: Product,
  filesets: readonly Fileset[],
  installed: Product,
  into: { newer: Changed[]; older: Changed[]; lacking: Lacking[] },
): void {
  for (const fileset of filesets) {
    const same = installed.filesets.filter((each) => tagOf(each) === tagOf(fileset));
    if (same.length === 0) {
      into.lacking.push(lackingOf(filesetName(product, fileset), product, fileset));
      continue;
    }
    const inDepot = revisionOf(product, fileset);
    const onTarget = revisionOf(installed, same[0]!);
    const order = compareRevisions(inDepot, onTarget);
    const changed = { name: filesetName(product, fileset), title: titleOf(product, fileset), onTarget, inDepot };
    if (order > 0) into.newer.push(changed);
    if (order < 0) into.older.push(changed);
  }
}

function patchesFor(parts: DifferenceParts, isWanted: (key: FilesetKey) => boolean): LackingPatch[] {
  const { target, depot, options } = parts;
  const into = target.kind;
  const matching = {
    ...options,
    patch_match_target: true,
    match_target: false,
    autoselect_dependencies: 'false' as const,
  };
  const selection = selectForInstall({ source: depot, target, software: [], options: matching, into });
  return automatic(selection, depot, isWanted);
}

function automatic({ entries }: Selection, depot: Catalog, isWanted: (key: FilesetKey) => boolean): LackingPatch[] {
  return entries.flatMap(({ key, reason }) => {
    const placed = lookUp(depot, key);
    if (!placed || reason.kind !== 'automatic' || !isWanted(key)) return [];
    const { product, fileset } = placed;
    const { base, chain } = reason;
    return [{ ...lackingOf(filesetName(product, fileset), product, fileset), base, chain }];
  });
}

function lackingOf(name: string, product: Product, fileset?: Fileset): Lacking {
  const revision = fileset ? revisionOf(product, fileset) : text(product.attributes, 'revision');
  return { name, revision, title: text(product.attributes, 'title') };
}

function titleOf(product: Product, fileset: Fileset): string {
  return text(fileset.attributes, 'title') || text(product.attributes, 'title');
}

function revisionOf(product: Product, fileset: Fileset): string {
  return text(fileset.attributes, 'revision') || text(product.attributes, 'revision');
}

function highestByTag(catalog: Catalog): Map<string, Product> {
  const highest = new Map<string, Product>();
  for (const product of catalog.products()) {
    const known = highest.get(tagOf(product));
    const revision = text(product.attributes, 'revision');
    if (!known || compareRevisions(revision, text(known.attributes, 'revision')) > 0)
      highest.set(tagOf(product), product);
  }
  return highest;
}
