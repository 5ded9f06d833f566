// Plans swconfig (commands.md 6.7; 4.1 reconfigure, allow_multiple_versions). For each fileset of the selection, first row that fits:
//
//   not made for this machine                     ERROR; WARNING and in with allow_incompatible=true
//   transient or corrupt                          ERROR: swinstall has to load it again
//   patch, superseded                             WARNING, skip
//   configured already                            skip, NOTE when named; in with reconfigure=true
//   another version of it is configured           ERROR; WARNING and in with allow_multiple_versions=true
//   prerequisite neither configured nor coming    ERROR; WARNING and in with enforce_dependencies=false
//   corequisite not installed, exrequisite there  the same
//
//   -u: not configured                            skip, NOTE when named
//   -u: what stays configured needs it            ERROR; WARNING and in with enforce_dependencies=false
//
// An ERROR takes out the whole product, and then what needs it. Order: what is needed first, patches behind their bases; -u the reverse.

import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { isSuperseded, lookUp, type Placed } from '../model/patches.ts';
import type { Finding, Plan, PlannedFileset, Reason, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { type FilesetKey, filesetName, locationOf, type Product, tagOf } from '../model/software.ts';
import { brief, qualified } from '../model/spec.ts';
import { type ConfiguredVersions, configuredVersions } from '../model/versions.ts';
import { brokenBy, meets, type Requisite, requisitesOf, unmet } from '../selection/requisites.ts';
import { fits } from './compatibility.ts';
import { Applied, isBroken } from './installed.ts';
import { byProduct, removalOrder } from './removal-order.ts';
import { Standing } from './rollback.ts';
import type { Machine } from './views.ts';

export interface ConfigureInput {
  readonly target: Catalog;
  readonly selection: Selection;
  readonly options: EngineOptions;
  /** -u */
  readonly undo: boolean;
  readonly targetPath: string;
  readonly machine: Machine;
}

/** A fileset of the selection. */
interface Mover extends Placed {
  readonly reason: Reason;
}

/** What a row of the table says of a fileset that is not simply in. */
interface Answer {
  readonly action: 'skip' | 'exclude' | 'in';
  readonly because: string;
  readonly findings: readonly Finding[];
}

/** The plan of a configuration. Refused software is in `left`, with a finding. */
export function planConfigure(input: ConfigureInput): Plan {
  const { target, selection, undo } = input;
  const movers = selection.entries.flatMap(({ key, reason }): Mover[] => {
    const placed = lookUp(target, key);
    return placed ? [{ ...placed, reason }] : [];
  });
  const draft = new Moving(movers);
  const versions = configuredVersions(target);
  for (const mover of movers) draft.take(mover, undo ? stateToUndo(mover) : stateOf(mover, input, versions));
  settle(draft, input);
  const applied = new Applied(target);
  const down = removalOrder(draft.movers(), target, applied, new Standing(target, applied));
  return {
    verb: undo ? 'unconfigure' : 'configure',
    target: input.targetPath,
    generation: target.generation,
    products: [...byProduct(undo ? down : down.reverse())].map(([product, group]) => ({
      id: product.id,
      targetId: product.id,
      tag: tagOf(product),
      spec: qualified(product),
      filesets: group.map((each) => entry(each, undo ? 'unconfigure' : 'configure')),
      location: locationOf(product),
      drops: [],
    })),
    left: draft.left,
    excluded: selection.excluded,
    findings: draft.findings,
    space: [],
  };
}

/** The filesets still in, and what became of the others. */
class Moving {
  readonly findings: Finding[] = [];
  readonly left: PlannedFileset[] = [];
  readonly #in = new Map<FilesetKey, Mover>();

  constructor(movers: readonly Mover[]) {
    for (const each of movers) this.#in.set(each.key, each);
  }

  movers(): Mover[] {
    return [...this.#in.values()];
  }

  has(key: FilesetKey): boolean {
    return this.#in.has(key);
  }

  /** Does what an answer says; an ERROR takes out the whole product. Answers true when something left. */
  take(mover: Mover, answer: Answer | undefined): boolean {
    if (!answer || !this.has(mover.key)) return false;
    this.findings.push(...answer.findings);
    if (answer.action === 'in') return false;
    this.#leave(mover, answer.action, answer.because);
    if (answer.action === 'skip') return true;
    for (const each of this.movers()) {
      if (each.product === mover.product) this.#leave(each, 'exclude', 'another fileset of the product had an error');
    }
    return true;
  }

  #leave(mover: Mover, action: 'skip' | 'exclude', because: string): void {
    if (this.#in.delete(mover.key)) this.left.push({ ...entry(mover, action), because });
  }
}

function stateOf(mover: Mover, input: ConfigureInput, versions: ConfiguredVersions): Answer | undefined {
  const { product, fileset, reason } = mover;
  const { options } = input;
  const spec = brief(product, fileset);
  if (!fits(product, input.machine) || !fits(fileset, input.machine)) {
    const text = `The software "${spec}" is not compatible with this system's architecture or operating system.`;
    const answer = judged('incompatible', text, 'allow_incompatible', options.allow_incompatible, spec);
    if (answer.action === 'exclude') return answer;
  }
  if (isBroken(fileset)) return broken(mover);
  if (isSuperseded(fileset)) {
    const text = `The patch fileset "${spec}" is superseded by another patch; it will not be configured.`;
    return { action: 'skip', because: 'superseded', findings: [said('warning', 'patch_superseded', text, spec)] };
  }
  if (stateWord(mover) === 'configured' && !options.reconfigure) {
    const text = `The fileset "${spec}" is already configured.  If you wish to reconfigure it, change the "reconfigure" option to "true".`;
    return skip('already configured', 'already_configured', text, spec, reason);
  }
  if (![...(versions.get(filesetName(product, fileset)) ?? [])].some((id) => id !== product.id)) return undefined;
  const text = `Another version of the fileset "${spec}" is configured.`;
  return judged('other_version_configured', text, 'allow_multiple_versions', options.allow_multiple_versions, spec);
}

function stateToUndo(mover: Mover): Answer | undefined {
  const { product, fileset, reason } = mover;
  if (stateWord(mover) === 'configured') return undefined;
  const spec = brief(product, fileset);
  if (isBroken(fileset)) return broken(mover);
  return skip('not configured', 'not_configured', `The fileset "${spec}" is not configured.`, spec, reason);
}

function broken({ product, fileset, ...mover }: Mover): Answer {
  const spec = brief(product, fileset);
  const state = stateWord({ product, fileset, ...mover });
  const text = `The fileset "${spec}" is in the state "${state}".  Use swinstall to load it again.`;
  return { action: 'exclude', because: `it is ${state}`, findings: [said('error', 'bad_state', text, spec)] };
}

/** Requisites, until nothing more leaves. */
function settle(draft: Moving, input: ConfigureInput): void {
  for (let again = true; again; ) {
    again = false;
    const answers = input.undo ? needed(draft, input) : draft.movers().flatMap((each) => lacking(each, draft, input));
    for (const [mover, answer] of answers) if (draft.take(mover, answer)) again = true;
    // Without enforcement nothing leaves, and the WARNINGs have been said.
    if (!input.options.enforce_dependencies) return;
  }
}

/** What a fileset misses to be configured. */
function lacking(mover: Mover, draft: Moving, { target, options }: ConfigureInput): [Mover, Answer][] {
  const state = (key: FilesetKey) => text(lookUp(target, key)!.fileset.attributes, 'state');
  const ready = [{ catalog: target, has: (key: FilesetKey) => draft.has(key) || state(key) === 'configured' }];
  const there = [
    { catalog: target, has: (key: FilesetKey) => draft.has(key) || /^(installed|configured)$/.test(state(key)) },
  ];
  const missing = [
    ...requisitesOf(mover.fileset).filter((each) => each.relation === 'prerequisite' && !meets(each, ready)),
    ...unmet(mover.fileset, there).filter((each) => each.relation !== 'prerequisite'),
  ];
  if (missing.length === 0) return [];
  const spec = brief(mover.product, mover.fileset);
  const severity = options.enforce_dependencies ? 'error' : 'warning';
  return [
    [
      mover,
      {
        action: options.enforce_dependencies ? 'exclude' : 'in',
        because: `its ${missing[0]!.relation} is not configured`,
        findings: [
          ...missing.map((each) => unresolved(each, spec)),
          {
            ...said(severity, 'dependencies_unresolved', '', spec),
            msgid: 140151,
            text: `The dependencies for fileset "${spec}" cannot be resolved (see previous lines).`,
          },
        ],
      },
    ],
  ];
}

function unresolved(requisite: Requisite, spec: string): Finding {
  const text = `The ${requisite.relation} "${requisite.text}" for fileset "${spec}" cannot be successfully resolved.`;
  return { ...said('note', 'requisite_unmet', text, spec), msgid: 140154 };
}

/** -u: filesets that something configured, which stays so, has as its prerequisite. */
function needed(draft: Moving, { target, options }: ConfigureInput): [Mover, Answer][] {
  const movers = new Map(draft.movers().map((each) => [each.key, each]));
  return brokenBy(target, movers.keys()).flatMap(({ key, requisite, by }): [Mover, Answer][] => {
    const dependent = lookUp(target, key)!;
    if (requisite.relation !== 'prerequisite' || stateWord(dependent) !== 'configured') return [];
    const mover = movers.get(by)!;
    const spec = brief(mover.product, mover.fileset);
    const text = `The configured fileset "${brief(dependent.product, dependent.fileset)}" has "${requisite.text}" as its prerequisite and needs "${spec}" configured.`;
    return [[mover, judged('dependents', text, 'enforce_dependencies', !options.enforce_dependencies, spec, 'false')]];
  });
}

/** An ERROR, or with the option set so, a WARNING and in. */
function judged(code: string, text: string, option: string, allowed: boolean, spec: string, value = 'true'): Answer {
  const then = allowed
    ? `It goes on because the "${option}" option is set to "${value}".`
    : `Change the "${option}" option to "${value}" to go on all the same.`;
  const finding = said(allowed ? 'warning' : 'error', code, `${text}  ${then}`, spec);
  return { action: allowed ? 'in' : 'exclude', because: text, findings: [finding] };
}

/** Only what was named is worth a NOTE. */
function skip(because: string, code: string, text: string, spec: string, reason: Reason): Answer {
  return { action: 'skip', because, findings: reason.kind === 'asked' ? [said('note', code, text, spec)] : [] };
}

function said(severity: Finding['severity'], code: string, text: string, spec: string): Finding {
  return { severity, code, text, subjects: [spec] };
}

function stateWord({ fileset }: Placed): string {
  return text(fileset.attributes, 'state');
}

function entry(
  { product, fileset, key, reason }: Mover,
  action: 'configure' | 'unconfigure' | 'skip' | 'exclude',
): PlannedFileset {
  const spec = qualified(product as Product, fileset);
  return { key, targetKey: key, name: filesetName(product, fileset), spec, action, reason, bytes: 0, files: 0 };
}
