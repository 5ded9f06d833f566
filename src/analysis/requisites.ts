// Dependencies, and what falls with what (patches.md 3.6, commands.md 8).
//
//   prerequisite, corequisite met by what comes or stays      fine; circles are legal
//   unmet                                                     140154 for each, then 140151 and the fileset is refused
//   exrequisite met by anything that comes or stays           likewise
//   any of them, enforce_dependencies=false                   the same words as WARNING; the fileset comes
//   a patch whose base left the session                       judged again (patches.ts)
//   a patch that was coming again because its base was to be  skip: it stays as it is
//   loaded anew, when that base left
//
// Everything that leaves has its dependents judged again, and only them.

import { isPatch, lookUp } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import type { FilesetKey } from '../model/software.ts';
import { type Pool, providersOf, type Requisite, requisitesOf } from '../selection/requisites.ts';
import type { Candidate } from './draft.ts';
import { addTo } from './groups.ts';
import { isBroken } from './installed.ts';
import { judgeBase, judgeSuperseded, type PatchParts } from './patches.ts';

/** A requisite with all that could meet it. */
interface Need {
  readonly requisite: Requisite;
  readonly coming: readonly Candidate[];
  readonly installed: readonly FilesetKey[];
}

export class Requisites {
  readonly #parts: PatchParts;
  readonly #needs = new Map<Candidate, readonly Need[]>();
  /** Who has to be judged again when this one leaves. */
  readonly #dependents = new Map<Candidate, Candidate[]>();
  /** Those with exrequisites. */
  readonly #excluding: readonly Candidate[];
  readonly #told = new Set<Need>();
  #started = false;

  constructor(parts: PatchParts) {
    this.#parts = parts;
    const { draft, bases, ending } = parts;
    const pool = poolOf(parts);
    const byKey = new Map(draft.candidates.map((each) => [each.key, each]));
    const { source } = draft.input;
    for (const candidate of draft.candidates) {
      const needs = requisitesOf(candidate.fileset).map((requisite): Need => {
        const providers = requisite.alternatives.flatMap((spec) => providersOf(spec, pool));
        return {
          requisite,
          coming: providers.flatMap((each) => (each.catalog === source ? (byKey.get(each.key) ?? []) : [])),
          installed: providers.flatMap((each) => (each.catalog === source ? [] : [each.key])),
        };
      });
      if (needs.length > 0) this.#needs.set(candidate, needs);
      const reliesOn = new Set(needs.flatMap((need) => need.coming));
      // What a candidate was to end comes back when it leaves, and may be what another one excludes.
      for (const key of needs.flatMap((need) => need.installed))
        for (const each of ending.endedBy(key)) reliesOn.add(each);
      if (isPatch(candidate.fileset)) {
        for (const base of bases.matching(candidate)) if (base.coming) reliesOn.add(base.coming);
        if (candidate.present) for (const each of ending.endedBy(candidate.present.key)) reliesOn.add(each);
      }
      for (const each of reliesOn) addTo(this.#dependents, each, candidate);
    }
    this.#excluding = draft.candidates.filter((each) =>
      this.#needs.get(each)?.some((need) => need.requisite.relation === 'exrequisite'),
    );
  }

  /** Judges until nothing more falls: everything at the first call, later only what depends on those who left. */
  settle(): void {
    const { draft } = this.#parts;
    let pending = this.#started ? this.#dependentsOf(draft.takeFresh()) : draft.alive();
    this.#started = true;
    while (pending.length > 0) {
      for (const each of pending) if (draft.isAlive(each)) this.#judge(each);
      pending = this.#dependentsOf(draft.takeFresh());
      if (pending.length > 0) continue;
      // Only now is it certain who comes, so that nobody is refused for something that itself falls.
      for (const each of this.#excluding) if (draft.isAlive(each)) this.#judgeExrequisites(each);
      pending = this.#dependentsOf(draft.takeFresh());
    }
  }

  /** Candidates that a fileset's prerequisites are met by: they are loaded before it. */
  prerequisites(candidate: Candidate): Candidate[] {
    const needs = this.#needs.get(candidate) ?? [];
    const coming = needs.filter((need) => need.requisite.relation === 'prerequisite').flatMap((need) => need.coming);
    return coming.filter((each) => each !== candidate && this.#parts.draft.isAlive(each));
  }

  #dependentsOf(gone: readonly Candidate[]): Candidate[] {
    return [...new Set(gone.flatMap((each) => this.#dependents.get(each) ?? []))];
  }

  #judge(candidate: Candidate): void {
    if (isPatch(candidate.fileset) && this.#parts.draft.input.into === 'root' && !this.#judgePatch(candidate)) return;
    const needs = (this.#needs.get(candidate) ?? []).filter((need) => need.requisite.relation !== 'exrequisite');
    this.#refuse(
      candidate,
      needs.filter((need) => !this.#isMet(need)),
    );
  }

  #judgeExrequisites(candidate: Candidate): void {
    const needs = (this.#needs.get(candidate) ?? []).filter((need) => need.requisite.relation === 'exrequisite');
    this.#refuse(
      candidate,
      needs.filter((need) => this.#isMet(need, candidate)),
    );
  }

  #judgePatch(patch: Candidate): boolean {
    const { draft, ending } = this.#parts;
    const freed = patch.present && !ending.endedBy(patch.present.key).some((each) => draft.isAlive(each));
    if (patch.action === 'install' && freed) {
      draft.exclude(patch, 'already installed', 'skip');
      return false;
    }
    return judgeBase(patch, this.#parts) && judgeSuperseded(patch, this.#parts);
  }

  /** `but` does not count: nothing excludes itself. */
  #isMet(need: Need, but?: Candidate): boolean {
    const { draft, ending } = this.#parts;
    if (need.coming.some((each) => each !== but && draft.isAlive(each))) return true;
    return need.installed.some((key) => !ending.endedBy(key).some((each) => draft.isAlive(each)));
  }

  #refuse(candidate: Candidate, unmet: readonly Need[]): void {
    const fresh = unmet.filter((need) => !this.#told.has(need));
    if (fresh.length === 0) return;
    for (const need of fresh) this.#told.add(need);
    const { draft } = this.#parts;
    const enforce = draft.input.options.enforce_dependencies;
    const findings = requisiteFindings(
      draft.label(candidate),
      fresh.map((need) => need.requisite),
      enforce ? 'error' : 'warning',
    );
    if (enforce) draft.refuse(candidate, 'its dependencies cannot be resolved', ...findings);
    else draft.tell(...findings);
  }
}

/** The lines 140154, one a requisite, and 140151 that closes them. */
function requisiteFindings(spec: string, unmet: readonly Requisite[], severity: Finding['severity']): Finding[] {
  return [
    ...unmet.map(
      (requisite): Finding => ({
        severity,
        code: 'requisite_unmet',
        text: `The ${requisite.relation} "${requisite.text}" for fileset "${spec}" cannot be successfully resolved.`,
        subjects: [spec, requisite.text],
        msgid: 140154,
      }),
    ),
    {
      severity,
      code: 'dependencies_unmet',
      text: `The dependencies for fileset "${spec}" cannot be resolved (see previous lines).`,
      subjects: [spec],
      msgid: 140151,
    },
  ];
}

/** All that may be there at the end: sound software of the target, and the session's. */
function poolOf({ draft }: PatchParts): Pool {
  const { source, target } = draft.input;
  const coming = new Set(draft.candidates.map((each) => each.key));
  return [
    { catalog: target, has: (key) => isSound(lookUp(target, key)?.fileset) },
    { catalog: source, has: (key) => coming.has(key) },
  ];
}

function isSound(fileset: Parameters<typeof isBroken>[0] | undefined): boolean {
  return fileset !== undefined && !isBroken(fileset);
}
