// What swremove, swverify, swconfig and swmodify work on: software of one root or depot (commands.md 5.3, 6.4; patches.md 5).
// Promise: every entry with its reason, in catalog order. Removal adds what has to go along; nothing here refuses a removal: whether a
// superseded, committed or needed patch may go is analysis's question.

import type { Catalog } from '../model/catalog.ts';
import { everyFileset, isPatch, lookUp, type Placed } from '../model/patches.ts';
import type { Exclusion, Finding, Reason, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import type { FilesetKey } from '../model/software.ts';
import { filesetKey, filesetName } from '../model/software.ts';
import { parseSpec } from '../model/spec.ts';
import { patchesOn } from './applied.ts';
import { BundleRecords } from './bundle-records.ts';
import { resolveBundles, resolveProducts } from './match.ts';
import { notFound } from './operands.ts';
import { brokenBy, isProvided, type Pool, providersOf, requisitesOf } from './requisites.ts';

export interface TargetInput {
  readonly target: Catalog;
  /** Operands, unparsed. */
  readonly software: readonly string[];
  readonly options: EngineOptions;
  readonly verb: 'remove' | 'verify' | 'configure' | 'unconfigure' | 'modify';
  /** True when the target is a depot: patches are ordinary software there (patches.md 5). */
  readonly depot: boolean;
  /** `host:/path` of the target, for messages: one command may work on several. */
  readonly place?: string;
}

/**
 * Selects installed software, or software of a depot. An operand that names nothing is an ERROR `software_not_found`, with
 * enforce_selections it empties the selection; no operands are an ERROR `nothing_selected`.
 *   remove       siblings of patches, patches of removed bases, dependents with autoselect_dependents; filesets of a named bundle
 *                that another bundle holds stay, are listed as excluded, and NOTEs `held_by_bundle` say so. `bundles` are the records
 *                that go, be it without any fileset.
 *   unconfigure  dependents with autoselect_dependents
 *   verify, configure  requisites with autoselect_dependencies=true
 * Throws SdError `bad_spec`.
 */
export function selectOnTarget(input: TargetInput): Selection {
  const { options, verb } = input;
  const choice = new TargetChoice(input);
  choice.takeOperands();
  const stop = options.enforce_selections && choice.unmatched.length > 0;
  if (!stop) {
    if (verb === 'remove') choice.takeAlong();
    else if (verb === 'unconfigure') choice.takeDependents();
    else if (verb !== 'modify') choice.takeRequisites();
  }
  return {
    entries: stop ? [] : choice.entries(),
    excluded: choice.excluded,
    bundles: stop ? [] : choice.bundles(),
    unmatched: choice.unmatched,
    locations: {},
    findings: choice.findings,
  };
}

class TargetChoice {
  readonly unmatched: string[] = [];
  readonly excluded: Exclusion[] = [];
  readonly findings: Finding[] = [];
  readonly #input: TargetInput;
  readonly #reasons = new Map<FilesetKey, Reason>();
  readonly #records: BundleRecords;
  /** What named bundles hold and others too: tag of the other, names of the filesets. */
  readonly #held = new Map<string, string[]>();

  constructor(input: TargetInput) {
    this.#input = input;
    this.#records = new BundleRecords(input.target);
  }

  takeOperands(): void {
    const { target, software, verb, depot, place } = this.#input;
    const where = place === undefined ? (depot ? 'in the depot' : 'on the target') : `on host "${place}"`;
    const bundled = new Map<FilesetKey, string>();
    for (const operand of software) {
      const spec = parseSpec(operand);
      const asProduct = resolveProducts(spec, target);
      const asBundle = resolveBundles(spec, target);
      this.#records.name(asBundle.bundles);
      for (const key of asProduct.filesets) this.#take(key, { kind: 'asked', spec: operand });
      for (const key of asBundle.filesets) if (!bundled.has(key)) bundled.set(key, operand);
      if (asProduct.products.length + asBundle.bundles.length > 0) continue;
      this.unmatched.push(operand);
      this.findings.push(notFound(operand, where, target));
    }
    for (const [key, operand] of bundled) {
      if (verb === 'remove' && this.#staysInBundle(key)) continue;
      this.#take(key, { kind: 'asked', spec: operand });
    }
    for (const [holder, names] of this.#held) this.findings.push(heldBy(holder, names));
    if (software.length === 0) {
      this.findings.push({
        severity: 'error',
        code: 'nothing_selected',
        text: 'Nothing was selected: no software was named.',
      });
    }
  }

  /** Everything that has to go with what is removed, until nothing new comes. */
  takeAlong(): void {
    const { depot, options } = this.#input;
    let size = -1;
    let done = 0;
    while (size !== this.#reasons.size) {
      size = this.#reasons.size;
      const fresh = [...this.#reasons.keys()].slice(done);
      done = size;
      if (!depot) for (const key of fresh) this.#takePatchesOf(key);
      if (options.autoselect_dependents) this.takeDependents();
    }
  }

  takeDependents(): void {
    const { target, options } = this.#input;
    if (!options.autoselect_dependents) return;
    for (const { key, by } of brokenBy(target, this.#reasons.keys(), true)) {
      this.#take(key, { kind: 'dependent', of: this.#name(by) });
    }
  }

  /** swverify and swconfig: what the selected software needs, as far as the target has it. */
  takeRequisites(): void {
    const { target, options } = this.#input;
    if (options.autoselect_dependencies !== 'true') return;
    const pool: Pool = [{ catalog: target, has: () => true }];
    const chosen: Pool = [{ catalog: target, has: (key) => this.#reasons.has(key) }];
    // A Map is walked in order of insertion, what is added on the way included.
    for (const key of this.#reasons.keys()) {
      const { fileset } = this.#placed(key);
      for (const { relation, text, alternatives } of requisitesOf(fileset)) {
        if (relation === 'exrequisite') continue;
        if (options.autoselect_minimum_dependencies && alternatives.some((spec) => isProvided(spec, chosen))) continue;
        const met = alternatives.map((spec) => providersOf(spec, pool)).find((providers) => providers.length > 0);
        for (const provider of met ?? []) {
          this.#take(provider.key, { kind: 'requisite', relation, of: this.#name(key), spec: text });
        }
      }
    }
  }

  entries(): Selection['entries'] {
    return [...everyFileset(this.#input.target)].flatMap(({ key }) => {
      const reason = this.#reasons.get(key);
      return reason ? [{ key, reason }] : [];
    });
  }

  bundles(): string[] {
    const { verb, options } = this.#input;
    if (verb !== 'remove') return this.#records.named();
    const kept = new Set(this.excluded.map((each) => each.key));
    return this.#records.emptied((key) => this.#reasons.has(key), kept, options.autoselect_reference_bundles);
  }

  /** Siblings of a patch that was named or depends, and the patches of a base, whatever their state. */
  #takePatchesOf(key: FilesetKey): void {
    const { product, fileset } = this.#placed(key);
    const name = filesetName(product, fileset);
    if (!isPatch(fileset)) {
      for (const patch of patchesOn(this.#input.target, key)) this.#take(patch.key, { kind: 'with_base', base: name });
      return;
    }
    // A patch that goes with its base is not rolled back, and its siblings on other bases need not be.
    if (this.#input.options.allow_split_patches || this.#reasons.get(key)!.kind === 'with_base') return;
    for (const sibling of product.filesets) {
      if (isPatch(sibling)) this.#take(filesetKey(product.id, sibling.id), { kind: 'sibling', of: name });
    }
  }

  #staysInBundle(key: FilesetKey): boolean {
    if (this.#reasons.has(key)) return false;
    const other = this.#records.otherHolder(key);
    if (other === undefined) return false;
    this.excluded.push({ key, name: this.#name(key), because: `also in bundle ${other}` });
    const names = this.#held.get(other) ?? [];
    this.#held.set(other, names);
    names.push(this.#name(key));
    return true;
  }

  #take(key: FilesetKey, reason: Reason): void {
    if (!this.#reasons.has(key)) this.#reasons.set(key, reason);
  }

  #placed(key: FilesetKey): Placed {
    const placed = lookUp(this.#input.target, key);
    if (!placed) throw new Error(`no fileset ${key} on the target`);
    return placed;
  }

  #name(key: FilesetKey): string {
    const { product, fileset } = this.#placed(key);
    return filesetName(product, fileset);
  }
}

/** One NOTE a bundle that keeps filesets back, or whoever removes another bundle wonders what is still there. */
function heldBy(holder: string, [first, ...more]: readonly string[]): Finding {
  const others = more.length === 0 ? '' : ` and ${more.length} other fileset${more.length === 1 ? '' : 's'}`;
  const [stay, them] = more.length === 0 ? ['stays', 'it'] : ['stay', 'them'];
  const text = `"${first}"${others} ${stay}, because the bundle "${holder}" holds ${them} too.`;
  return { severity: 'note', code: 'held_by_bundle', text, subjects: [holder] };
}
