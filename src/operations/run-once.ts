// Software that runs once (model/run-once.ts), asked about: what a depot has waiting, what a root has run, whether a condition holds now.
// Promise: nothing is changed and nothing is locked; what the published catalogs say is enough.

import { existsSync } from 'node:fs';
import { conditionFacts, ranOnce } from '../execution/conditions.ts';
import { execScript, type ScriptOwner } from '../execution/scripts.ts';
import { evaluateCondition, requireTclsh } from '../host/condition.ts';
import { installedCatalog, isBeingChanged } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { CONDITION_INTERPRETER, type ConditionFacts, type Verdict } from '../model/condition.ts';
import type { Emit } from '../model/events.ts';
import { everyFileset, type Placed } from '../model/patches.ts';
import type { Outcome } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import { isTombstone, RUN_OUTPUT, type Run, runId, runOf, runsOnce } from '../model/run-once.ts';
import { tagOf } from '../model/software.ts';
import { openListedDepot } from './list-target.ts';
import { openRoot } from './root-target.ts';
import { runSession } from './session.ts';

/** Software of a depot that runs once, or a tombstone. */
export interface Waiting {
  /** What conditions know it by. */
  readonly id: string;
  /** Of its product, for software selections. */
  readonly tag: string;
  readonly tombstone: boolean;
  /** Text of its checkinstall script; '' for none, which always lets it in. */
  readonly condition: string;
  /** For Conditions. */
  readonly owner: ScriptOwner;
}

/** Software of a root that ran. */
export interface Ran {
  readonly id: string;
  readonly tag: string;
  readonly run: Run;
  /** `host:/path` of the depot it came from. */
  readonly source: string;
  readonly condition: string;
  readonly output: string;
}

/** A root's runs, in the order they were made. */
export interface Runs {
  readonly ran: readonly Ran[];
  /** True while a session is at work on the root: what is transient runs then. */
  readonly changing: boolean;
  /** True when a session died at work: what is transient may have been cut off, which settleRoot finds out. */
  readonly interrupted: boolean;
}

/** What waits in a depot or archive, in the order it was added; nothing where there is no depot. Throws what openDepot throws. */
export async function readWaiting(depot: string): Promise<Waiting[]> {
  if (!existsSync(depot)) return [];
  const target = await openListedDepot(depot);
  try {
    return [...everyFileset(target.catalog)].flatMap((placed) => waitingOf(target.catalog, placed));
  } finally {
    target.close();
  }
}

/** What an archive from elsewhere brings. */
export interface Arrival {
  readonly waiting: readonly Waiting[];
  /** Tags of all software that neither runs once nor is a tombstone. */
  readonly others: readonly string[];
  /** What is not whole, in the words of who opened it: nobody may run that. */
  readonly damaged: readonly string[];
}

/** Looks through a depot or archive before anything of it is taken. Throws what openDepot throws. */
export async function readArrival(depot: string): Promise<Arrival> {
  const target = await openListedDepot(depot);
  try {
    const { catalog } = target;
    const all = [...everyFileset(catalog)];
    const others = catalog
      .products()
      .filter((each) => !each.filesets.every((one) => runsOnce(one) || isTombstone(one)));
    return {
      waiting: all.flatMap((placed) => waitingOf(catalog, placed)),
      others: [...catalog.bundles(), ...others].map(tagOf),
      damaged: target.findings.flatMap(({ severity, text }) => (severity === 'error' ? [text] : [])),
    };
  } finally {
    target.close();
  }
}

/** What ran on the root. Throws SdError `catalog_damaged`. */
export function readRuns(root: string, options: Pick<EngineOptions, 'admin_directory'>): Runs {
  const admin = adminDirectory(root, options.admin_directory);
  const { catalog, interrupted } = installedCatalog(root, admin);
  const ran = [...everyFileset(catalog)].filter(({ fileset }) => runsOnce(fileset));
  return { ran: ran.map((placed) => ranOf(catalog, placed)), changing: isBeingChanged(root, admin), interrupted };
}

/** Finishes or undoes what a session that died left on the root. Never rejects for what a user can cause: the outcome says it. */
export function settleRoot(
  root: string,
  options: EngineOptions,
  context: SessionContext,
  emit: Emit,
): Promise<Outcome> {
  return runSession(context, `${context.host}:${root}`, emit, async (session) => {
    const target = await openRoot(root, { session, options, preview: false, create: true });
    await target.close();
    return {};
  });
}

/** The conditions of one root at one time: facts are gathered once, and once more by `gather`. */
export class Conditions {
  readonly #root: string;
  readonly #admin: string;
  readonly #options: EngineOptions;
  #facts: Omit<ConditionFacts, 'id'>;

  constructor(root: string, options: EngineOptions) {
    this.#root = root;
    this.#admin = adminDirectory(root, options.admin_directory);
    this.#options = options;
    this.#facts = this.#gathered();
  }

  /** Looks at kernel command line, release file and IPD again. */
  gather(): void {
    this.#facts = this.#gathered();
  }

  /** Whether the software ran on this root. */
  ran(id: string): boolean {
    return this.#facts.ran.has(id);
  }

  /** Runs the checkinstall script of the software. Throws SdError `interpreter_missing` for a condition without tclsh. */
  async judge({ owner }: Waiting): Promise<{ holds: boolean; because: string }> {
    const control = owner.fileset?.controlFiles.find((each) => each.tag === 'checkinstall');
    if (control?.interpreter === CONDITION_INTERPRETER) requireTclsh();
    const lines: string[] = [];
    const exit = await execScript(
      {
        root: this.#root,
        admin: this.#admin,
        options: this.#options,
        facts: this.#facts,
        emit: (event) => {
          if (event.type === 'script.output') lines.push(event.line);
        },
      },
      owner,
      'checkinstall',
    );
    return { holds: (exit ?? 0) === 0, because: lines.join('\n') };
  }

  #gathered(): Omit<ConditionFacts, 'id'> {
    const { catalog } = installedCatalog(this.#root, this.#admin);
    return conditionFacts(this.#root, this.#options, ranOnce(catalog));
  }
}

/** Throws SdError `interpreter_missing` where conditions cannot be evaluated. */
export function requireConditions(): void {
  requireTclsh();
}

/**
 * What an evaluation at the builder's place says: syntax errors anywhere, and what the condition comes to with made-up facts. Throws
 * SdError `interpreter_missing`.
 */
export function tryCondition(condition: string, id: string): Promise<Verdict> {
  const release = { release: '1.0', datecode: '20000101000000', dateCode: '20000101000000', buildid: 'FINAL' };
  return evaluateCondition(condition, { id, root: '', cmdline: {}, release, ran: new Set() }, true);
}

function waitingOf(catalog: Catalog, { product, fileset, key }: Placed): Waiting[] {
  if (!runsOnce(fileset) && !isTombstone(fileset)) return [];
  const content = (tag: string) => catalog.controlFile(key, tag);
  return [
    {
      id: runId(product, fileset),
      tag: tagOf(product),
      tombstone: isTombstone(fileset),
      condition: content('checkinstall')?.toString() ?? '',
      owner: { product, fileset, location: '/', content },
    },
  ];
}

function ranOf(catalog: Catalog, { product, fileset, key }: Placed): Ran {
  const content = (tag: string) => catalog.controlFile(key, tag)?.toString() ?? '';
  return {
    id: runId(product, fileset),
    tag: tagOf(product),
    run: runOf(fileset),
    source: text(fileset.attributes, 'install_source'),
    get condition() {
      return content('checkinstall');
    },
    get output() {
      return content(RUN_OUTPUT);
    },
  };
}
