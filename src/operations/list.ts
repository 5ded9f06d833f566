// swlist on one target (commands.md 5.4): opens it, lists it, closes it.
// Promise: nothing is changed and nothing is printed; what could not be found is a finding, what was found is listed all the same.

import { SdError } from '../model/error.ts';
import type { Listing } from '../model/listing.ts';
import type { Finding } from '../model/plan.ts';
import type { ListRequest } from './list-catalog.ts';
import { listCatalog } from './list-catalog.ts';
import { placeRows } from './list-places.ts';
import type { ListTarget } from './list-target.ts';
import { openListedDepot, openListedRoot } from './list-target.ts';

export type { ListOptions, ListRequest } from './list-catalog.ts';

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
    if (of) return outcome({ of, sections: [{ rows: await placeRows(of, request) }] }, []);
    target = request.depot
      ? await openListedDepot(request.target)
      : await openListedRoot(request.target, request.options.admin_directory);
    const { sections, findings } = listCatalog(target.catalog, request);
    return outcome(sections && { of: 'software', sections }, [...target.findings, ...findings]);
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    const finding: Finding = { severity: 'error', code: error.code, text: error.message };
    return outcome(undefined, [...(target?.findings ?? []), finding]);
  } finally {
    target?.close();
  }
}

function outcome(listing: Listing | undefined, findings: readonly Finding[]): ListOutcome {
  const exitCode = findings.some((finding) => finding.severity === 'error') ? 1 : 0;
  return { ...(listing ? { listing } : {}), exitCode, findings };
}
