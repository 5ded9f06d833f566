// checkinstall and checkremove (commands.md 7.3): what their exit values mean.
//
//   exit   fileset checkinstall        product checkinstall              checkremove (product or fileset)
//   0      comes                       comes                             goes
//   2      WARNING, comes              WARNING, comes                    WARNING, goes
//   3      patch: NOTE, left out alone patch: NOTE, all filesets of it   as 1
//          software that runs once: as a patch
//   12     comes, needs a reboot       as 1                              as 1
//   else   ERROR, refused              ERROR, all filesets refused       ERROR, refused
//
//   enforce_scripts=false   the ERROR rows: WARNING, and it comes or goes all the same
//   run_scripts=false       nothing runs
//
// Products before their filesets, in the order of loading; a fileset that fell meanwhile runs nothing. In a preview too.

import { isPatch } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { runsOnce } from '../model/run-once.ts';
import { type Fileset, filesetName, type Product, tagOf } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { type Candidate, type Draft, located } from './draft.ts';
import { addTo } from './groups.ts';
import type { ScriptCall } from './views.ts';

export type Effect = 'go' | 'reboot' | 'leave_out' | 'refuse';

/**
 * What an exit value means, and what is to be said. `name` is `PRODUCT` or `PRODUCT.FILESET`; `optional` is true for a patch and for what
 * runs once.
 */
export function scriptEffect(
  exit: number,
  call: Pick<ScriptCall, 'tag' | 'level' | 'name'>,
  optional: boolean,
  enforce: boolean,
): { readonly effect: Effect; readonly finding?: Finding } {
  const installing = call.tag === 'checkinstall';
  const said = (severity: Finding['severity'], then: string): Finding => ({
    severity,
    code: 'check_script',
    text: `The "${call.tag}" script for "${call.name}" ${severity === 'note' ? 'ended with' : 'failed'} (exit code "${exit}").  ${then}`,
    subjects: [call.name],
  });
  if (exit === 0) return { effect: 'go' };
  if (exit === 2) return { effect: 'go', finding: { ...said('warning', 'It had warnings; the work goes on.') } };
  if (exit === 3 && installing && optional)
    return { effect: 'leave_out', finding: said('note', 'It will be left out.') };
  if (exit === 12 && installing && call.level === 'fileset') return { effect: 'reboot' };
  if (enforce)
    return {
      effect: 'refuse',
      finding: said('error', installing ? 'It will not be installed.' : 'It will not be removed.'),
    };
  return {
    effect: 'go',
    finding: said('warning', 'The work goes on because the "enforce_scripts" option is set to "false".'),
  };
}

/**
 * Runs the checkinstall scripts of the session in the order given. `settle` judges the dependents of what fell.
 * Answers the filesets that asked for a reboot.
 */
export async function checkInstall(
  loading: readonly Candidate[],
  draft: Draft,
  settle: () => void,
): Promise<Set<Candidate>> {
  const reboots = new Set<Candidate>();
  if (!draft.input.options.run_scripts) return reboots;
  const products = new Map<Product, Candidate[]>();
  for (const each of loading) addTo(products, each.product, each);
  for (const [product, candidates] of products) {
    await runProduct(product, candidates, draft);
    settle();
    for (const candidate of candidates) {
      const effect = await runFileset(candidate, draft);
      if (effect === 'reboot') reboots.add(candidate);
      settle();
    }
  }
  return reboots;
}

async function runProduct(product: Product, candidates: readonly Candidate[], draft: Draft): Promise<void> {
  const alive = candidates.filter((each) => draft.isAlive(each));
  const first = alive[0];
  if (!first || !hasScript(product, 'checkinstall')) return;
  const call = installCall(first, 'product', draft);
  const exit = await draft.input.views.scripts.check(call);
  const optional = alive.every(isOptional);
  const { effect, finding } = scriptEffect(exit, call, optional, draft.input.options.enforce_scripts);
  if (finding) draft.tell(finding);
  if (effect === 'go') return;
  for (const each of alive) draft.exclude(each, `the checkinstall script of the product ended with exit code ${exit}`);
}

async function runFileset(candidate: Candidate, draft: Draft): Promise<Effect> {
  if (!draft.isAlive(candidate) || !hasScript(candidate.fileset, 'checkinstall')) return 'go';
  const call = installCall(candidate, 'fileset', draft);
  const exit = await draft.input.views.scripts.check(call);
  const { effect, finding } = scriptEffect(exit, call, isOptional(candidate), draft.input.options.enforce_scripts);
  if (finding) draft.tell(finding);
  const because = `its checkinstall script ended with exit code ${exit}`;
  if (effect === 'refuse') draft.refuse(candidate, because);
  if (effect === 'leave_out') draft.exclude(candidate, because);
  return effect;
}

function isOptional({ fileset }: Candidate): boolean {
  return isPatch(fileset) || runsOnce(fileset);
}

/** True when the product or fileset brings a script of this tag. */
export function hasScript(owner: Product | Fileset, tag: string): boolean {
  return owner.controlFiles.some((each) => each.tag === tag);
}

function installCall(candidate: Candidate, level: 'product' | 'fileset', draft: Draft): ScriptCall {
  const product = located(candidate.product, candidate.location, draft.input.into);
  const whole = level === 'product';
  return {
    tag: 'checkinstall',
    level,
    owner: whole ? product.id : candidate.key,
    name: whole ? tagOf(product) : filesetName(product, candidate.fileset),
    spec: whole ? qualified(product) : qualified(product, candidate.fileset),
    location: candidate.location,
  };
}
