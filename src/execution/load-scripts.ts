// preinstall and postinstall of one product, and with autorecover what takes them back (commands.md 6.2, 7.1):
//
//   preinstall     product, then filesets            unpreinstall    filesets in reverse, then product
//   postinstall    filesets, then product            unpostinstall   filesets in reverse; a product has none
//
// An undo script runs only where its companion ran.

import type { Depot } from '../depot/depot.ts';
import { SdError } from '../model/error.ts';
import type { PlannedProduct } from '../model/plan.ts';
import { splitKey } from '../model/software.ts';
import { targetIdentity } from './load.ts';
import { RunRecord } from './run-once.ts';
import { isRun, runControlScript, type ScriptOwner } from './scripts.ts';
import type { RootSession } from './session.ts';

interface Owned {
  readonly level: 'product' | 'fileset';
  /** Filesets a failure spoils, by target key. */
  readonly spoils: readonly string[];
  readonly owner: ScriptOwner;
}

export class LoadScripts {
  /** Target keys of filesets whose scripts failed. */
  readonly failed = new Set<string>();
  /** What the filesets that run once did, by target key. */
  readonly runs = new Map<string, RunRecord>();
  readonly #session: RootSession;
  readonly #plan: PlannedProduct;
  readonly #product: Owned;
  readonly #filesets: readonly Owned[];
  readonly #ran = { preinstall: new Set<Owned>(), postinstall: new Set<Owned>() };

  constructor(session: RootSession, depot: Depot, plan: PlannedProduct) {
    this.#session = session;
    this.#plan = plan;
    [this.#product, this.#filesets] = ownersOf(depot, plan);
  }

  /** Answers true when one failed. */
  preinstall(): Promise<boolean> {
    return this.#runAll('preinstall', [this.#product, ...this.#filesets]);
  }

  /** Answers true when one failed. */
  postinstall(): Promise<boolean> {
    return this.#runAll('postinstall', [...this.#filesets, this.#product]);
  }

  async unpreinstall(): Promise<void> {
    await this.#undoAll('unpreinstall', this.#ran.preinstall, [...this.#filesets.toReversed(), this.#product]);
  }

  /** Runs the undo scripts with the files put back between them; answers what the product's failure says. */
  async undone(putBack: () => Promise<void>): Promise<SdError> {
    await this.#undoAll('unpostinstall', this.#ran.postinstall, this.#filesets.toReversed());
    await putBack();
    await this.unpreinstall();
    return new SdError('recovered', {
      what: `The product "${this.#plan.spec}" was not installed; everything is as it was before.`,
      because: 'One of its scripts failed, and the "autorecover" option is set to "true".',
      todo: 'Check the above output from the script for further details.',
    });
  }

  async #runAll(tag: 'preinstall' | 'postinstall', owners: readonly Owned[]): Promise<boolean> {
    for (const each of owners) {
      const result = await runControlScript(this.#listening(each, tag), each.owner, tag);
      if (result !== 'absent') this.#ran[tag].add(each);
      if (result === 'error') for (const key of each.spoils) this.failed.add(key);
    }
    return this.failed.size > 0;
  }

  /** The session, with a record that listens where the script is the run of a fileset that runs once. */
  #listening({ owner, spoils }: Owned, tag: string): RootSession {
    if (!isRun(owner, tag)) return this.#session;
    const record = new RunRecord();
    this.runs.set(spoils[0]!, record);
    return { ...this.#session, emit: record.following(this.#session.emit) };
  }

  async #undoAll(tag: string, ran: ReadonlySet<Owned>, owners: readonly Owned[]): Promise<void> {
    for (const each of owners) if (ran.has(each)) await runControlScript(this.#session, each.owner, tag);
  }
}

function ownersOf(depot: Depot, plan: PlannedProduct): [Owned, Owned[]] {
  const source = depot.catalog.product(plan.id)!;
  const { location } = plan;
  const content = (owner: string) => (tag: string) => depot.catalog.controlFile(owner, tag);
  const filesets = plan.filesets.map((each): Owned => {
    const fileset = source.filesets.find((candidate) => candidate.id === splitKey(each.key).filesetId)!;
    const identity = targetIdentity(source, fileset, each);
    return { level: 'fileset', spoils: [each.targetKey], owner: { ...identity, location, content: content(each.key) } };
  });
  const product = { ...source, id: plan.targetId };
  const spoils = plan.filesets.map((each) => each.targetKey);
  return [{ level: 'product', spoils, owner: { product, location, content: content(source.id) } }, filesets];
}
