// swlist --json: the listing of each target as part of one document (report/json-listing.ts).

import { type ListOutcome, type ListRequest, list } from '../operations/list.ts';
import { listedData } from '../operations/list-data.ts';
import { printFindings } from '../report/failure.ts';
import { ListingDocument } from '../report/json-listing.ts';
import { exitCode } from './exit-code.ts';

/** Lists each target. Returns the exit code. */
export async function listInJson(requests: readonly ListRequest[], host: string): Promise<number> {
  const document = new ListingDocument(host);
  const outcomes: ListOutcome[] = [];
  for (const request of requests) {
    const outcome = await list(request);
    const { listing, findings } = outcome;
    const kind = listing && listing.of !== 'software' ? 'registry' : request.depot ? 'depot' : 'root';
    document.target(request.target, kind, listing && listedData(listing), findings);
    printFindings(findings, 'stderr');
    outcomes.push(outcome);
  }
  const code = exitCode(outcomes, false);
  document.end(code);
  return code;
}
