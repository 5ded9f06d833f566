// Plans a removal (patches.md 5, 8.7.6; commands.md 5.3, 6.4). For a root, in check order:
//
//   a patch whose base goes too                     remove, whatever its state, named or not; nothing is restored
//   any other patch                                 rollback, where rollback.ts has nothing against it
//   something that stays would lose a prerequisite  ERROR dependents; WARNING and gone with enforce_dependencies=false
//     or corequisite
//   it reboots, on `/`                              reboot.ts
//   a checkremove script fails                      ERROR, check-scripts.ts
//   one ERROR of these                              nothing at all is removed
//   else                                            dependents before what they need, superseders before superseded, patches
//                                                   before their bases
//
// A depot knows none of these rules: what was selected goes, in catalog order.

import { flag } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { isPatch, lookUp, type Placed } from '../model/patches.ts';
import type { Finding, Plan, PlannedFileset, PlannedProduct, Reason, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { type FilesetKey, filesetName, locationOf, type Product, tagOf } from '../model/software.ts';
import { brief, qualified } from '../model/spec.ts';
import { brokenBy } from '../selection/requisites.ts';
import { hasScript, scriptEffect } from './check-scripts.ts';
import { Applied } from './installed.ts';
import { rebootRefusal } from './reboot.ts';
import { byProduct, removalOrder } from './removal-order.ts';
import { effectsBelow, rollbackRefusal, Standing } from './rollback.ts';
import type { ScriptCall, Views } from './views.ts';

export interface RemoveInput {
  readonly target: Catalog;
  readonly selection: Selection;
  readonly options: EngineOptions;
  /** True when the target is a depot. */
  readonly depot: boolean;
  readonly targetPath: string;
  readonly views: Views;
}

/** A fileset that is to go. */
interface Goer extends Placed {
  readonly reason: Reason;
  readonly action: 'remove' | 'rollback';
}

/** The plan of a removal. With an ERROR among its findings it has no products, and everything is in `left`. */
export async function planRemove(input: RemoveInput): Promise<Plan> {
  if (input.depot)
    return finished(
      input,
      planned(byProduct(goersOf(input)), input, () => ({})),
      [],
      [],
    );
  const applied = new Applied(input.target);
  const goers = withPatches(goersOf(input), applied);
  const standing = new Standing(input.target, applied);
  const order = removalOrder(goers, input.target, applied, standing);
  const findings = [...refusals(order, input, standing), ...dependents(order, input)];
  if (!hasError(findings)) findings.push(...(await checkRemove(order, input)));
  if (hasError(findings)) return finished(input, [], order, findings);
  const gone = new Set<FilesetKey>();
  const effects = (goer: Goer) => {
    gone.add(goer.key);
    return goer.action === 'rollback' ? effectsBelow(goer, standing, gone) : {};
  };
  return finished(input, planned(byProduct(order), input, effects), [], findings);
}

function goersOf({ target, selection }: RemoveInput): Goer[] {
  return selection.entries.flatMap(({ key, reason }) => {
    const placed = lookUp(target, key);
    return placed ? [{ ...placed, reason, action: 'remove' as const }] : [];
  });
}

/** Adds the patches of bases that go; a patch whose base stays is rolled back. */
function withPatches(goers: readonly Goer[], applied: Applied): Goer[] {
  const going = new Set(goers.map((each) => each.key));
  const added = goers.flatMap((base) =>
    applied.patchesOn(base.key).flatMap((patch): Goer[] => {
      if (going.has(patch.key)) return [];
      going.add(patch.key);
      return [
        { ...patch, reason: { kind: 'with_base', base: filesetName(base.product, base.fileset) }, action: 'remove' },
      ];
    }),
  );
  return [...goers, ...added].map((each) => {
    const base = isPatch(each.fileset) ? applied.baseOf(each.key) : undefined;
    return { ...each, action: base && !going.has(base.key) ? 'rollback' : 'remove' };
  });
}

/** Reboots that are not allowed, rollbacks that cannot be. Everything selected counts as leaving: superseders may go in the same command. */
function refusals(goers: readonly Goer[], input: RemoveInput, standing: Standing): Finding[] {
  const { target, views, options } = input;
  const leaving = new Set(goers.map((each) => each.key));
  return goers.flatMap((goer) => {
    const reboot = input.targetPath === '/' && rebootRefusal(goer.fileset, brief(goer.product, goer.fileset), options);
    if (reboot) return [reboot];
    if (goer.action !== 'rollback') return [];
    const finding = rollbackRefusal(goer, standing, (key) => leaving.has(key), target, views.files);
    return finding ? [finding] : [];
  });
}

/** What stays and would miss something. */
function dependents(goers: readonly Goer[], { target, options }: RemoveInput): Finding[] {
  const enforce = options.enforce_dependencies;
  return brokenBy(
    target,
    goers.map((each) => each.key),
  ).flatMap(({ key, requisite, by }): Finding[] => {
    const dependent = lookUp(target, key);
    const gone = lookUp(target, by);
    if (!dependent || !gone) return [];
    const spec = brief(gone.product, gone.fileset);
    const needs = brief(dependent.product, dependent.fileset);
    const what = `The ${requisite.relation} "${requisite.text}" of the installed fileset "${needs}" needs the fileset "${spec}".`;
    const then = enforce
      ? `"${spec}" cannot be removed.  Remove "${needs}" too, or change the "autoselect_dependents" option to "true".`
      : 'It will be removed because the "enforce_dependencies" option is set to "false".';
    return [
      {
        severity: enforce ? 'error' : 'warning',
        code: 'dependents',
        text: `${what}  ${then}`,
        subjects: [spec, needs],
      },
    ];
  });
}

async function checkRemove(goers: readonly Goer[], input: RemoveInput): Promise<Finding[]> {
  const { options, views } = input;
  const findings: Finding[] = [];
  if (!options.run_scripts) return findings;
  const seen = new Set<Product>();
  for (const goer of goers) {
    const calls: ScriptCall[] = [];
    if (!seen.has(goer.product) && hasScript(goer.product, 'checkremove')) calls.push(removeCall(goer, 'product'));
    seen.add(goer.product);
    if (hasScript(goer.fileset, 'checkremove')) calls.push(removeCall(goer, 'fileset'));
    for (const call of calls) {
      const { finding } = scriptEffect(await views.scripts.check(call), call, false, options.enforce_scripts);
      if (finding) findings.push(finding);
    }
  }
  return findings;
}

function removeCall({ product, fileset, key }: Goer, level: 'product' | 'fileset'): ScriptCall {
  const whole = level === 'product';
  return {
    tag: 'checkremove',
    level,
    owner: whole ? product.id : key,
    name: whole ? tagOf(product) : filesetName(product, fileset),
    spec: whole ? qualified(product) : qualified(product, fileset),
    location: locationOf(product),
  };
}

function planned(
  products: ReadonlyMap<Product, readonly Goer[]>,
  { target }: RemoveInput,
  effects: (goer: Goer) => Pick<PlannedFileset, 'revives' | 'hands_over'>,
): PlannedProduct[] {
  return [...products].map(([product, goers]) => ({
    id: product.id,
    targetId: product.id,
    tag: tagOf(product),
    spec: qualified(product),
    filesets: goers.map((goer) => ({ ...entry(goer, goer.action, target), ...effects(goer) })),
    location: locationOf(product),
    drops: [],
  }));
}

function entry(goer: Goer, action: 'remove' | 'rollback' | 'exclude', target: Catalog): PlannedFileset {
  const { product, fileset, key, reason } = goer;
  const files = target.files(key);
  return {
    key,
    targetKey: key,
    name: filesetName(product, fileset),
    spec: qualified(product, fileset),
    action,
    reason,
    bytes: files.reduce((sum, file) => sum + (file.type === 'f' ? (file.size ?? 0) : 0), 0),
    files: files.length,
    ...(flag(fileset.attributes, 'is_kernel') ? { isKernel: true } : {}),
    ...(flag(fileset.attributes, 'is_reboot') ? { isReboot: true } : {}),
  };
}

function finished(
  input: RemoveInput,
  products: readonly PlannedProduct[],
  stays: readonly Goer[],
  findings: readonly Finding[],
): Plan {
  const { target, selection, targetPath } = input;
  return {
    verb: 'remove',
    target: targetPath,
    generation: target.generation,
    products,
    left: stays.map((each) => ({ ...entry(each, 'exclude', target), because: 'the removal was refused' })),
    excluded: selection.excluded,
    findings,
    space: [],
    bundles: hasError(findings) ? [] : selection.bundles,
  };
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
