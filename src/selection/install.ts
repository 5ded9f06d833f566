// What a swinstall or swcopy session loads, and why (commands.md 6.2 selection, patches.md 3).
// Promise: a pure function of two catalogs, operands and options. Explicit beats automatic; automatic beats nothing named.
// Steps: operands or match_target → siblings of what was named → automatic patches → siblings → dependencies, again for what those
// bring, until nothing new comes. Analysis (not this room) refuses what cannot be loaded.

import { flag } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import { everyFileset } from '../model/patches.ts';
import type { Selection } from '../model/plan.ts';
import type { Bundle } from '../model/software.ts';
import { takeForChosen, takeForTarget } from './automatic.ts';
import { indexOf } from './catalog-index.ts';
import { Choice, type InstallInput } from './choice.ts';
import { refuseCircles } from './circles.ts';
import { type Missing, noteMissing, takeDependencies, takeMissing } from './dependencies.ts';
import { PatchFilter } from './filter.ts';
import { contentsOf } from './match.ts';
import { takeMatching } from './match-target.ts';
import { type Asked, takeOperands } from './operands.ts';
import { takeSiblings } from './siblings.ts';

/**
 * Selects software of a source for a root or depot. Entries stand in source order.
 * Without an ERROR among the findings an empty selection means that everything is there already (NOTE `nothing_to_do`); an ERROR
 * `nothing_selected` means that nothing applies. An operand that names nothing is an ERROR `software_not_found`; with
 * enforce_selections it empties the selection.
 * Throws SdError `bad_spec`, `bad_patch_filter`, `category_unknown`, `match_options_exclusive`, `several_versions`, `several_locations`.
 */
export function selectForInstall(input: InstallInput): Selection {
  const { options, source } = input;
  if (options.match_target && options.patch_match_target) refuseBothMatches();
  const filter = new PatchFilter(options.patch_filter, source);
  const choice = new Choice(input);
  let asked: Asked = { bundles: [], unmatched: [] };
  if (options.match_target) takeMatching(choice);
  else asked = takeOperands(choice);
  const stop = options.enforce_selections && asked.unmatched.length > 0;
  if (!stop) {
    takeSiblings(choice, [...choice.reasons.keys()]);
    takeWhatFollows(choice, filter);
    refuseCircles(choice);
    noteNothing(choice);
  }
  return {
    entries: stop ? [] : entriesOf(choice),
    excluded: [...choice.excluded.values()],
    bundles: stop ? [] : bundlesOf(choice, asked),
    unmatched: asked.unmatched,
    locations: Object.fromEntries(choice.locations),
    findings: choice.findings,
  };
}

function takeWhatFollows(choice: Choice, filter: PatchFilter): void {
  const { options } = choice.input;
  if (options.patch_match_target) takeForTarget(choice, filter);
  let missing: Missing[] = [];
  let fresh = choice.takeFresh();
  while (fresh.length > 0) {
    if (options.autoselect_patches) takeForChosen(choice, filter, fresh);
    fresh.push(...choice.takeFresh());
    takeSiblings(choice, fresh);
    fresh.push(...choice.takeFresh());
    missing.push(...takeDependencies(choice, fresh));
    fresh = choice.takeFresh();
    if (fresh.length > 0) continue;
    // The base of a sibling or of a needed patch may have come after it was asked for.
    takeSiblings(choice, [...choice.reasons.keys()]);
    missing = takeMissing(choice, missing);
    fresh = choice.takeFresh();
  }
  noteMissing(choice, missing);
}

function entriesOf(choice: Choice): Selection['entries'] {
  return [...everyFileset(choice.input.source)].flatMap(({ key }) => {
    const reason = choice.reasons.get(key);
    return reason ? [{ key, reason }] : [];
  });
}

/** Bundles that operands named, and sticky ones that hold something selected (autoselect_reference_bundles). */
function bundlesOf(choice: Choice, asked: Asked): string[] {
  const { source, options } = choice.input;
  const named = new Set(asked.bundles);
  const follows = (bundle: Bundle) =>
    options.autoselect_reference_bundles &&
    flag(bundle.attributes, 'is_sticky') &&
    contentsOf(bundle, source).filesets.some((key) => choice.reasons.has(key));
  return indexOf(source)
    .bundles.filter((bundle) => named.has(bundle.id) || follows(bundle))
    .map((bundle) => bundle.id);
}

/** An empty selection is fine where patches were looked for and all are there already (patches.md 8.7.11). */
function noteNothing(choice: Choice): void {
  if (choice.reasons.size > 0 || choice.findings.some((each) => each.severity === 'error')) return;
  const reasons = [...choice.excluded.values()].map((each) => each.because);
  if (reasons.some((because) => because.startsWith('already') || because.startsWith('superseded'))) {
    choice.findings.push({
      severity: 'note',
      code: 'nothing_to_do',
      text: 'All patches of the source that apply to the target are already there.',
    });
    return;
  }
  choice.findings.push({
    severity: 'error',
    code: 'nothing_selected',
    text: 'Nothing was selected: no software of the source applies to the target.',
  });
}

function refuseBothMatches(): never {
  throw new SdError('match_options_exclusive', {
    what: 'The options "match_target" and "patch_match_target" cannot both be "true".',
    because: 'The one selects base software the target has, the other only the patches for it.',
    todo: 'Set one of them to "false".',
  });
}
