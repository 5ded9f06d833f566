// Why is this installed? (swjob -a why; evidence/ecosystem.md) Each installed fileset, the job that brought it, and the reason that job's
// plan gives, followed from one fileset to the next until somebody asked for something.
// Promise: changes nothing; where no job tells, the answer says so and gives what the catalog knows.

import { installedCatalog } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Why, WhyLink, WhyUnknown } from '../model/job.ts';
import { everyFileset, lookUp, type Placed } from '../model/patches.ts';
import { causeOf, type Finding } from '../model/plan.ts';
import { filesetName } from '../model/software.ts';
import { parseSpec, qualified } from '../model/spec.ts';
import { resolve } from '../selection/match.ts';
import { notFound } from '../selection/operands.ts';
import { brokenBy } from '../selection/requisites.ts';
import type { JobQueue } from './jobs.ts';
import { type Brought, History } from './jobs-history.ts';

export interface WhyRequest {
  readonly queue: JobQueue;
  /** Absolute path of the root. */
  readonly root: string;
  /** Option admin_directory. */
  readonly admin: string;
  /** Unparsed. */
  readonly software: string;
}

/**
 * Answers for every installed fileset that `software` names; filesets with the same answer stand together.
 * Throws SdError `bad_spec` and what reading the catalog throws.
 */
export function why({ queue, root, admin, software }: WhyRequest): { answers: Why[]; findings: Finding[] } {
  const { catalog } = installedCatalog(root, adminDirectory(root, admin));
  const { filesets } = resolve(parseSpec(software), catalog);
  if (filesets.length === 0) return { answers: [], findings: [notFound(software, 'on the target', catalog)] };
  const chains = new Chains(catalog, new History(queue, root, false));
  const answers = new Map<string, Why>();
  for (const placed of filesets.flatMap((key) => lookUp(catalog, key) ?? [])) {
    const answer = chains.from(placed);
    const same = sameness(answer);
    const known = answers.get(same);
    answers.set(same, known ? { ...known, specs: [...known.specs, ...answer.specs] } : answer);
  }
  return { answers: [...answers.values()], findings: [] };
}

/** What two filesets must share to be told of together: everything but their own names. */
function sameness({ links, unknown }: Why): string {
  const told = links.map(({ name, reason, job }, index) => [index === 0 ? '' : name, reason, job.jobid]);
  const lone = links.length === 0 && unknown ? { ...unknown, name: '' } : unknown;
  return JSON.stringify([told, lone]);
}

class Chains {
  readonly #catalog: Catalog;
  readonly #history: History;
  #byName: Map<string, Placed> | undefined;

  constructor(catalog: Catalog, history: History) {
    this.#catalog = catalog;
    this.#history = history;
  }

  from(placed: Placed): Why {
    const spec = qualified(placed.product, placed.fileset);
    const links: WhyLink[] = [];
    let at: Placed | undefined = placed;
    let brought = this.#history.bringing(placed.key, spec);
    for (;;) {
      if (!brought) return { specs: [spec], links, ...(at ? { unknown: this.#unknown(at) } : {}) };
      const { job, fileset } = brought;
      links.push({ name: fileset.name, reason: fileset.reason, job });
      const next = causeOf(fileset.reason);
      if (next === undefined || links.some((link) => link.name === next && link.job === job)) {
        // `matched` names the fileset that was there before: who brought that one?
        const before =
          fileset.reason.kind === 'matched' ? this.#history.bringing(fileset.targetKey, undefined, job) : undefined;
        if (!before) return { specs: [spec], links };
        brought = before;
        continue;
      }
      [at, brought] = this.#follow(next, brought);
    }
  }

  /** The cause came in the same session, or was there before it. */
  #follow(name: string, { plan, job }: Brought): [Placed | undefined, Brought | undefined] {
    const planned = plan.products.flatMap((product) => product.filesets).find((each) => each.name === name);
    const placed = this.#named(name);
    if (planned) return [placed, { plan, job, fileset: planned }];
    return [placed, placed && this.#history.bringing(placed.key, undefined, job)];
  }

  #named(name: string): Placed | undefined {
    this.#byName ??= new Map(
      [...everyFileset(this.#catalog)].map((each) => [filesetName(each.product, each.fileset), each]),
    );
    return this.#byName.get(name);
  }

  #unknown(placed: Placed): WhyUnknown {
    const { product, fileset, key } = placed;
    const needed = brokenBy(this.#catalog, [key]).flatMap((broken) => {
      const by = lookUp(this.#catalog, broken.key);
      const { relation, text: spec } = broken.requisite;
      return by ? [{ name: filesetName(by.product, by.fileset), relation, spec }] : [];
    });
    return {
      name: filesetName(product, fileset),
      date: text(fileset.attributes, 'install_date'),
      source: text(fileset.attributes, 'install_source'),
      neededBy: needed,
      appliedTo: list(fileset.attributes, 'applied_to'),
    };
  }
}
