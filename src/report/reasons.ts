// Why something is in a plan, in words: one sentence for a glance, or the whole chain back to what was asked for (-v).

import { causeOf, type Plan, type PlannedFileset, type Reason } from '../model/plan.ts';

/** One sentence: why a fileset is in the session. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'asked':
      return `asked for: ${reason.spec}`;
    case 'matched':
      return `matched: installed is ${reason.installed}`;
    case 'automatic':
      return automaticText(reason);
    case 'requisite':
      return `${reason.relation} "${reason.spec}" of ${reason.of}`;
    case 'sibling':
      return `sibling of ${reason.of} in the same patch`;
    case 'dependent':
      return `depends on ${reason.of}`;
    case 'with_base':
      return `goes with its base ${reason.base}`;
    case 'superseded':
      return `superseded by ${reason.by}`;
  }
}

/** The same without the members of a patch chain. */
export function shortReason(reason: Reason): string {
  return reason.kind === 'automatic' ? `automatic patch for ${reason.base} (${reason.by})` : reasonText(reason);
}

/** From a fileset's own reason to what was asked for, as far as the plan itself tells; each later line names its fileset. */
export function reasonChain(plan: Plan, fileset: PlannedFileset): string[] {
  const lines = [reasonText(fileset.reason)];
  const seen = new Set([fileset.name]);
  let name = causeOf(fileset.reason);
  while (name !== undefined && !seen.has(name)) {
    seen.add(name);
    const cause = plannedNamed(plan, name);
    if (cause === undefined) return [...lines, `<- ${name}: on the target already`];
    lines.push(`<- ${name}: ${reasonText(cause.reason)}`);
    name = causeOf(cause.reason);
  }
  return lines;
}

/** A plan is asked for each of its filesets; the first of a name answers, those that come before those left out. */
const names = new WeakMap<Plan, ReadonlyMap<string, PlannedFileset>>();

function plannedNamed(plan: Plan, name: string): PlannedFileset | undefined {
  let known = names.get(plan);
  if (known === undefined) {
    const all = [...plan.products.flatMap((product) => product.filesets), ...plan.left];
    known = new Map(all.toReversed().map((each) => [each.name, each]));
    names.set(plan, known);
  }
  return known.get(name);
}

function automaticText(reason: Extract<Reason, { kind: 'automatic' }>): string {
  const chain = reason.chain.length > 1 ? `newest of chain ${reason.chain.join(' < ')}` : 'patch';
  const filter = reason.filter === '*.*' ? '' : `, patch_filter ${reason.filter}`;
  return `automatic: ${chain} for ${reason.base} (${reason.by}${filter})`;
}
