// Where software that left a target can come from again: the depot of the job that once brought it, else any other recorded depot of
// that target that holds the very same software.
// Promise: fully qualified specs must agree; parts stand in the order in which the software came, so that patches find their bases and
// supersede one another as they did.

import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import { everyFileset, isPatch } from '../model/patches.ts';
import type { FilesetKey } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { contentsOf } from '../selection/match.ts';
import { type History, pathOf } from './jobs-history.ts';
import { openSource, plainOptions } from './sources.ts';

/** A fileset to bring back: its key on the target and its fully qualified spec there. */
export interface ComesBack {
  readonly key: FilesetKey;
  readonly spec: string;
}

/** What one session brings from one depot. */
interface Part {
  readonly source: string;
  readonly software: string[];
  /** Keys in the depot. */
  readonly keys: Set<FilesetKey>;
  patches: boolean;
  readonly since: number;
}

export interface Restored {
  readonly parts: readonly { readonly source: string; readonly software: readonly string[] }[];
  /** Sentences: what cannot come back, and why. */
  readonly missing: readonly string[];
}

/** Finds for each fileset a depot. `bundles` are ids of bundle records that shall come back with their contents. */
export async function restoreSteps(parts: {
  job: Job;
  wanted: readonly ComesBack[];
  history: History;
  bundles: readonly string[];
  /** Directory with the trusted keys and the web cache of this machine. */
  admin: string;
}): Promise<Restored> {
  const { job, wanted, history, bundles, admin } = parts;
  const depots = new Depots(admin);
  const missing: string[] = [];
  const groups = new Map<string, Part>();
  for (const { key, spec } of wanted) {
    const from = history.bringing(key, spec, job)?.job;
    const recorded = from?.source === undefined ? [] : [pathOf(from.source)];
    const found = (await depots.holding(spec, recorded)) ?? (await depots.holding(spec, history.sources()));
    if (!found) missing.push(missingText(spec, recorded[0], from));
    else addTo(groups, found, spec, from?.begin ?? (found.patch ? job.begin : 0));
  }
  const ordered = [...groups.values()].sort((left, right) => left.since - right.since);
  const merged = merge(ordered);
  for (const part of merged) part.software.push(...(await depots.bundlesOf(part, bundles)));
  return { parts: merged.map(({ source, software }) => ({ source, software })), missing };
}

function missingText(spec: string, source: string | undefined, from: Job | undefined): string {
  if (!from || source === undefined)
    return `no job tells where "${spec}" came from, and no depot of another job holds it.`;
  return `"${spec}" came from "${source}" with the job ${from.jobid}, and that depot no longer holds it.`;
}

function addTo(groups: Map<string, Part>, found: Found, spec: string, since: number): void {
  const id = `${since} ${found.source}`;
  const part = groups.get(id) ?? { source: found.source, software: [], keys: new Set(), patches: false, since };
  groups.set(id, part);
  part.software.push(spec);
  part.keys.add(found.key);
  part.patches ||= found.patch;
}

/** Neighbours from one depot become one session, unless patches would then come together that came one after another. */
function merge(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (!last || last.source !== part.source || last.patches) {
      merged.push(part);
      continue;
    }
    last.software.push(...part.software);
    for (const key of part.keys) last.keys.add(key);
    last.patches = part.patches;
  }
  return merged;
}

interface Found {
  readonly source: string;
  readonly key: FilesetKey;
  readonly patch: boolean;
}

/** The depots looked at, each opened once. */
class Depots {
  readonly #known = new Map<string, { catalog: Catalog; held: Map<string, Found> } | undefined>();
  readonly #admin: string;

  constructor(admin: string) {
    this.#admin = admin;
  }

  async holding(spec: string, sources: readonly string[]): Promise<Found | undefined> {
    for (const source of sources) {
      const found = (await this.#open(source))?.held.get(withoutLocation(spec));
      if (found) return found;
    }
    return undefined;
  }

  /** Specs of those bundles of the part's depot that hold nothing but what comes with the part. */
  async bundlesOf(part: Part, ids: readonly string[]): Promise<string[]> {
    const depot = ids.length === 0 ? undefined : await this.#open(part.source);
    if (!depot) return [];
    const complete = depot.catalog.bundles().filter((bundle) => {
      const { filesets } = contentsOf(bundle, depot.catalog);
      return ids.includes(bundle.id) && filesets.length > 0 && filesets.every((key) => part.keys.has(key));
    });
    return complete.map((bundle) => qualified({ ...bundle, subproducts: [], filesets: [], controlFiles: [] }));
  }

  async #open(source: string) {
    if (this.#known.has(source)) return this.#known.get(source);
    const held = new Map<string, Found>();
    const catalog = await catalogAt(source, this.#admin);
    for (const { product, fileset, key } of catalog ? everyFileset(catalog) : []) {
      held.set(withoutLocation(qualified(product, fileset)), { source, key, patch: isPatch(fileset) });
    }
    const depot = catalog && { catalog, held };
    this.#known.set(source, depot);
    return depot;
  }
}

/** Undefined for a depot that is gone: that is an answer here, not a failure. */
async function catalogAt(source: string, admin: string): Promise<Catalog | undefined> {
  try {
    const depot = await openSource(source, { options: plainOptions(admin), remember: false });
    depot.close();
    return depot.catalog;
  } catch (error) {
    if (error instanceof SdError) return undefined;
    throw error;
  }
}

/** A depot's software has no location yet. */
function withoutLocation(spec: string): string {
  return spec.replace(/,l=[^,]*/, '');
}
