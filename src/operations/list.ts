// swlist on one target (commands.md 5.4): opens it, lists it, closes it.
// Promise: nothing is changed and nothing is printed; what could not be found is a finding, what was found is listed all the same.

import { resolveInRoot } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import {
  isPlaceLevel,
  type Listing,
  type ListingRow,
  type ListingSection,
  type ListingStream,
  type StreamedSection,
} from '../model/listing.ts';
import type { Finding } from '../model/plan.ts';
import type { ListRequest } from './list-catalog.ts';
import { listCatalog } from './list-catalog.ts';
import type { ListTarget } from './list-target.ts';
import { openListedDepot, openListedRoot } from './list-target.ts';

export type { ListRequest } from './list-catalog.ts';

export interface ListOutcome {
  /** Absent when nothing at all could be listed: no target, or no operand that names anything. */
  readonly listing?: Listing;
  /** 0 when there is no finding of severity `error`, else 1. */
  readonly exitCode: 0 | 1;
  readonly findings: readonly Finding[];
}

/** Takes a listing while its target is open; what it throws of SdError becomes the outcome's error. */
export type Taker = (listing: ListingStream) => void;

/** Lists one target. Never rejects for what a user can cause: the outcome says it. */
export async function list(request: ListRequest): Promise<ListOutcome> {
  let listing: Listing | undefined;
  const outcome = await listInPieces(request, ({ of, sections }) => {
    listing = { of, sections: sections.map(withAllRows) };
  });
  return { ...outcome, ...(listing ? { listing } : {}) };
}

/** The same for listings of any length: `take` gets it, not the outcome. It gets none when nothing at all can be listed. */
export async function listInPieces(request: ListRequest, take: Taker): Promise<ListOutcome> {
  const of = request.levels.find(isPlaceLevel);
  let target: ListTarget | undefined;
  try {
    if (process.geteuid?.() !== 0) await (await import('./access.ts')).requireListing(request, of !== undefined);
    if (of) {
      const { placeRows, unregisteredNote } = await import('./list-places.ts');
      const rows = await placeRows(of, request);
      take({ of, sections: [{ rows }] });
      return outcome(unregisteredNote(of, request));
    }
    target = request.depot
      ? await openListedDepot(request.target, request.options)
      : await openListedRoot(request.target, request.options.admin_directory);
    if (looksInside(request)) await target.bringRecords?.();
    const { sections, findings } = listCatalog(target.catalog, physicalOwner(target.catalog, request));
    const before = [...target.findings, ...findings];
    if (!sections) return outcome(before);
    const lacking = new Lacking(request);
    take({ of: 'software', sections: lacking.watch(sections) });
    return outcome([...before, ...(await lacking.findings())]);
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    const finding: Finding = { severity: 'error', code: error.code, text: error.message };
    return outcome([...(target?.findings ?? []), finding]);
  } finally {
    target?.close();
  }
}

/** Attributes that a catalog's index has; all others may stand in what a depot on the web has to be asked for. */
const IN_INDEX = new Set(['architecture', 'category_tag', 'patch_state', 'revision', 'state', 'tag', 'title']);

/** True when the listing may need file records or control files. */
function looksInside({ levels, attributes, verbose, owner, options }: ListRequest): boolean {
  const shown = [...attributes, ...options.one_liner, ...options.patch_one_liner];
  const deep = levels.some((level) => level === 'file' || level === 'control_file');
  return deep || verbose || owner !== undefined || shown.some((attribute) => !IN_INDEX.has(attribute));
}

/** Attributes of -a that no listed object has: a WARNING for each that SD does not know either, because it is misspelt. */
class Lacking {
  readonly #names: Set<string>;
  #objects = 0;

  constructor({ attributes, verbose }: ListRequest) {
    this.#names = new Set(verbose ? [] : attributes);
  }

  /** The sections, looked at as they pass by. */
  watch(sections: readonly StreamedSection[]): readonly StreamedSection[] {
    if (this.#names.size === 0) return sections;
    return sections.map((section) => ({ ...section, rows: this.#watched(section.rows) }));
  }

  async findings(): Promise<Finding[]> {
    if (this.#names.size === 0 || this.#objects === 0) return [];
    const { unknownAttribute } = await import('./known-names.ts');
    return [...this.#names].flatMap((name) => unknownAttribute(name) ?? []);
  }

  *#watched(rows: Iterable<ListingRow>): Generator<ListingRow> {
    for (const row of rows) {
      if (row.role === 'object') this.#see(row);
      yield row;
    }
  }

  #see({ columns }: ListingRow): void {
    this.#objects += 1;
    if (this.#names.size === 0) return;
    for (const { keyword, value } of columns) if (value.length > 0) this.#names.delete(keyword);
  }
}

/** Where no fileset lists the path of --owner as written, the path behind symbolic links is asked for: /bin/tool in /usr/bin. */
function physicalOwner(catalog: Catalog, request: ListRequest): ListRequest {
  const { owner } = request;
  if (owner === undefined || request.depot || catalog.owners(owner).length > 0) return request;
  const physical = `/${resolveInRoot(request.target, owner)}`;
  return catalog.owners(physical).length > 0 ? { ...request, owner: physical } : request;
}

function outcome(findings: readonly Finding[]): ListOutcome {
  return { exitCode: findings.some((finding) => finding.severity === 'error') ? 1 : 0, findings };
}

/** A section that can be read more than once. */
export function withAllRows(section: StreamedSection): ListingSection {
  return { ...section, rows: [...section.rows] };
}
