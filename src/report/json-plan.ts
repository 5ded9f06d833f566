// A plan as data of the documents `swdist.session` and `swdist.jobs`: what is, or would be, done to each fileset, in order, with reasons.

import type { Plan, PlannedFileset, PlannedProduct, Reason } from '../model/plan.ts';
import { shortReason } from './reasons.ts';

/** The whole plan. Bytes are bytes. */
export function planData(plan: Plan): object {
  return {
    verb: plan.verb,
    target: plan.target,
    generation: plan.generation,
    steps: plan.products.flatMap((product) => product.filesets.map((fileset) => stepData(fileset))),
    drops: plan.products.flatMap(dropData),
    left: plan.left.map((fileset) => stepData(fileset)),
    considered: plan.excluded.map(({ name, because }) => ({ name, because })),
    space: plan.space.map(({ mount, available, needed, save }) => ({ mount, available, needed, save })),
  };
}

/** A reason with the names it speaks of. */
export function reasonData(reason: Reason): object {
  return { ...reason };
}

function stepData(fileset: PlannedFileset): object {
  const { action, name, spec, reason, because, replaces, bytes, files, patch, revives = [] } = fileset;
  return {
    action,
    name,
    software_spec: spec,
    reason: reasonData(reason),
    text: shortReason(reason),
    ...(because === undefined ? {} : { because }),
    ...(replaces === undefined ? {} : { replaces }),
    bytes,
    files,
    kernel: fileset.isKernel ?? false,
    reboot: fileset.isReboot ?? false,
    ...(patch
      ? { patch: { base: named(patch.base), supersedes: patch.supersedes.map(named), saves: patch.save } }
      : {}),
    ...(revives.length > 0 ? { revives: revives.map(named) } : {}),
    ...(fileset.notable === undefined ? {} : { notable: fileset.notable }),
  };
}

function dropData({ drops, dropped, tag }: PlannedProduct): object[] {
  return drops.map((key, at) => ({
    name: named(key),
    ...(dropped?.[at] === undefined ? {} : { software_spec: dropped[at] }),
    product: tag,
  }));
}

/** `PRODUCT.FILESET` of a key. */
function named(key: string): string {
  return key.replace('/', '.');
}
