// Patches that go round in a circle: by supersedes none of them is the latest, by ancestor none can be loaded first.
// Promise: each circle is an ERROR that names its members, and they leave the session; everything else goes on.

import { tagOf } from '../model/software.ts';
import type { PatchNode } from './chains.ts';
import type { Choice } from './choice.ts';
import { keysOf } from './match.ts';
import { circles } from './walk.ts';

type Code = 'supersedes_cycle' | 'ancestor_cycle';

/** Takes circles among the patches taken so far out of the session. */
export function refuseCircles(choice: Choice): void {
  const { source } = choice.input;
  const taken = new Set([...choice.reasons.keys()].flatMap((key) => choice.patch(key) ?? []));
  const older = (node: PatchNode) => node.older.filter((each) => taken.has(each));
  // A pattern is meant for bases; a literal ancestor nearly always names a product that is no patch.
  const tags = new Set([...taken].map((node) => tagOf(node.product)));
  const bases = (node: PatchNode) =>
    node.ancestors
      .filter((spec) => tags.has(spec.tags[0]!))
      .flatMap((spec) => keysOf(spec, source))
      .flatMap((key) => choice.patch(key) ?? [])
      .filter((each) => taken.has(each));
  for (const nodes of circles([...taken], older)) refuseCircle(choice, 'supersedes_cycle', nodes);
  for (const nodes of circles([...taken], bases)) refuseCircle(choice, 'ancestor_cycle', nodes);
}

/** Says the circle once and keeps its members out. */
export function refuseCircle(choice: Choice, code: Code, nodes: readonly PatchNode[]): void {
  const names = nodes.map((node) => node.name);
  for (const node of nodes) choice.leaveOut(node, `its ${WORD[code]} attribute leads in a circle: ${names.join(', ')}`);
  if (choice.findings.some((each) => each.code === code && each.subjects?.[0] === names[0])) return;
  choice.findings.push({
    severity: 'error',
    code,
    text: `The patch filesets ${names.map((name) => `"${name}"`).join(', ')} ${MEANING[code]}.`,
    subjects: names,
  });
}

const WORD: Record<Code, string> = { supersedes_cycle: 'supersedes', ancestor_cycle: 'ancestor' };
const MEANING: Record<Code, string> = {
  supersedes_cycle: 'supersede one another in a circle, so none of them is the latest',
  ancestor_cycle: 'name one another as ancestors in a circle, so none of them can be loaded first',
};
