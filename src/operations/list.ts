// swlist on one target (commands.md 5.4): opens it, lists it, closes it.
// Promise: nothing is changed and nothing is printed; what could not be found is a finding, what was found is listed all the same.

import { resolveInRoot } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Listing, ListingSection } from '../model/listing.ts';
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

/** Lists one target. Never rejects for what a user can cause: the outcome says it. */
export async function list(request: ListRequest): Promise<ListOutcome> {
  const of = request.levels.find(
    (level) => level === 'depot' || level === 'root' || level === 'shroot' || level === 'prroot',
  );
  let target: ListTarget | undefined;
  try {
    if (process.geteuid?.() !== 0) await (await import('./access.ts')).requireListing(request, of !== undefined);
    if (of) {
      const { placeRows } = await import('./list-places.ts');
      return outcome({ of, sections: [{ rows: await placeRows(of, request) }] }, []);
    }
    target = request.depot
      ? await openListedDepot(request.target, request.options)
      : await openListedRoot(request.target, request.options.admin_directory);
    if (looksInside(request)) await target.bringRecords?.();
    const { sections, findings } = listCatalog(target.catalog, physicalOwner(target.catalog, request));
    const unknown = request.attributes.length > 0 && sections ? await unknownAttributes(request, sections) : [];
    return outcome(sections && { of: 'software', sections }, [...target.findings, ...findings, ...unknown]);
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    const finding: Finding = { severity: 'error', code: error.code, text: error.message };
    return outcome(undefined, [...(target?.findings ?? []), finding]);
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

/** A WARNING for each attribute of -a that SD does not know and no listed object has: it is misspelt. */
async function unknownAttributes(request: ListRequest, sections: readonly ListingSection[]): Promise<Finding[]> {
  const rows = sections.flatMap((section) => section.rows).filter((row) => row.role === 'object');
  const lacking = request.attributes.filter((name) =>
    rows.every((row) => !row.columns.some(({ keyword, value }) => keyword === name && value.length > 0)),
  );
  if (lacking.length === 0 || request.verbose || rows.length === 0) return [];
  const { unknownAttribute } = await import('./known-names.ts');
  return lacking.flatMap((name) => unknownAttribute(name) ?? []);
}

/** Where no fileset lists the path of --owner as written, the path behind symbolic links is asked for: /bin/tool in /usr/bin. */
function physicalOwner(catalog: Catalog, request: ListRequest): ListRequest {
  const { owner } = request;
  if (owner === undefined || request.depot || catalog.owners(owner).length > 0) return request;
  const physical = `/${resolveInRoot(request.target, owner)}`;
  return catalog.owners(physical).length > 0 ? { ...request, owner: physical } : request;
}

function outcome(listing: Listing | undefined, findings: readonly Finding[]): ListOutcome {
  const exitCode = findings.some((finding) => finding.severity === 'error') ? 1 : 0;
  return { ...(listing ? { listing } : {}), exitCode, findings };
}
