// Dependencies of what is selected (commands.md 8, patches.md 3.6, 8.7.5, 8.7.12).
//
//   what stays on the target meets it                       nothing comes, though the source may have newer
//   autoselect_minimum_dependencies and selected meets it   nothing comes
//   otherwise the leftmost alternative that is selected or can be had from the source:
//     base software      the newest version that fits
//     a patch            climb to a member nothing supersedes and whose base is there or comes, the first in source order
//     a patch whose chain has an explicit member that does not supersede it: cannot be had
//   none                                                    asked again when more has been taken, else NOTE; analysis decides

import { compareRevisionsOf } from '../model/revision-order.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import { filesetName, splitKey, tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import { brief } from '../model/spec.ts';
import { inOrder, type PatchNode } from './chains.ts';
import type { Choice } from './choice.ts';
import { resolve } from './match.ts';
import { isProvided, meets, type Requisite, requisitesOf } from './requisites.ts';

/** A requisite that neither the target nor the source meets so far. */
export interface Missing {
  /** Source key of the fileset that needs it. */
  readonly key: FilesetKey;
  readonly requisite: Requisite;
}

/** Takes what these keys of the source need; returns what could not be had. Nothing with autoselect_dependencies=false. */
export function takeDependencies(choice: Choice, keys: readonly FilesetKey[]): Missing[] {
  if (choice.input.options.autoselect_dependencies === 'false') return [];
  const all = keys.flatMap((key) => requisitesOf(choice.placed(key).fileset).map((requisite) => ({ key, requisite })));
  return takeMissing(choice, all);
}

/** Asks again for what was missing, since a base may have come in the meantime; returns what is still missing. */
export function takeMissing(choice: Choice, missing: readonly Missing[]): Missing[] {
  return missing.filter(({ key, requisite }) => {
    const { product, fileset } = choice.placed(key);
    return !settle(choice, requisite, filesetName(product, fileset));
  });
}

/** One NOTE for each fileset whose requisites are missing (patches.md 3.6). */
export function noteMissing(choice: Choice, missing: readonly Missing[]): void {
  const items = new Map<FilesetKey, string[]>();
  for (const { key, requisite } of missing) items.set(key, [...(items.get(key) ?? []), requisite.text]);
  for (const [key, texts] of items) {
    const { product, fileset } = choice.placed(key);
    choice.findings.push({
      severity: 'note',
      code: 'requisite_not_in_source',
      text:
        `The software "${brief(product, fileset)}" was marked, but depends on items that were not found in the source. They may ` +
        `already be on the target and will be checked during analysis: ${texts.join(', ')}`,
      subjects: [brief(product, fileset), ...texts],
    });
  }
}

/** True when the requisite is met now, or selection must leave it to analysis without a word. */
function settle(choice: Choice, requisite: Requisite, of: string): boolean {
  const { relation, text: spec, alternatives } = requisite;
  if (relation === 'exrequisite' || (alternatives.length > 1 && meets(requisite, choice.staying()))) return true;
  if (choice.input.options.autoselect_minimum_dependencies && meets(requisite, choice.pool())) return true;
  for (const alternative of alternatives) {
    if (isProvided(alternative, choice.pool())) return true;
    const keys = fromSource(choice, alternative);
    for (const key of keys) choice.take(choice.placed(key), { kind: 'requisite', relation, of, spec });
    if (keys.length > 0) return true;
  }
  return false;
}

/** Source keys that would meet one alternative; empty when the source cannot. */
function fromSource(choice: Choice, spec: SoftwareSpec): FilesetKey[] {
  const { source } = choice.input;
  const meant = resolve(spec, source);
  const versions = new Set(newestVersions(choice, meant.products).map((product) => product.id));
  const keys = meant.filesets.filter((key) => versions.has(splitKey(key).productId));
  const patches = keys.flatMap((key) => choice.patch(key) ?? []);
  const bases = keys.filter((key) => !choice.patch(key));
  // A patch the source does not hold is stood for by those that list it.
  const absent = keys.length === 0 ? choice.graph.standingFor(spec).filter((each) => each.catalog === source) : [];
  const climbed = [...patches.map((patch) => climb(choice, [patch])), climb(choice, absent)];
  return [...bases, ...new Set(climbed.flatMap((patch) => patch?.key ?? []))];
}

/** Of each tag the newest version that fits the machine; the one already taken where there is one. */
function newestVersions(choice: Choice, products: readonly Product[]): Product[] {
  const compatible = choice.input.compatible ?? (() => true);
  const best = new Map<string, Product>();
  for (const product of products) {
    if (choice.otherVersion(product)) continue;
    const other = best.get(tagOf(product));
    if (!other || better(product, other, compatible)) best.set(tagOf(product), product);
  }
  return [...best.values()];
}

function better(product: Product, than: Product, compatible: (product: Product) => boolean): boolean {
  if (compatible(product) !== compatible(than)) return compatible(product);
  return compareRevisionsOf(product.attributes, than.attributes) > 0;
}

/** The member to take for a needed patch (or for those that stand for it); undefined where none fits or an explicit one forbids it. */
function climb(choice: Choice, needed: readonly PatchNode[]): PatchNode | undefined {
  if (needed.length === 0 || forbidden(choice, needed)) return undefined;
  const { graph, input } = choice;
  const above = [...needed, ...graph.newerThan(...needed)];
  const pool = new Set(above.filter((each) => each.catalog === input.source && fits(choice, each)));
  return inOrder(pool).find((each) => !graph.newerThan(each).some((newer) => pool.has(newer)));
}

/** An explicit patch connected with the needed one, which does not supersede it (else the requisite would be met by now). */
function forbidden(choice: Choice, needed: readonly PatchNode[]): boolean {
  const { graph, explicit, input } = choice;
  return graph.family(needed).some((each) => each.catalog === input.source && explicit.has(each.key));
}

function fits(choice: Choice, patch: PatchNode): boolean {
  return choice.input.into === 'depot' || choice.hasBase(patch);
}
