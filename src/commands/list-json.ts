// swlist --json: the listing of each target as part of one document (report/json-listing.ts).

import { type ListOutcome, type ListRequest, listInPieces } from '../operations/list.ts';
import { listedData } from '../operations/list-data.ts';
import { printFindings } from '../report/failure.ts';
import { ListingDocument } from '../report/json-listing.ts';
import { exitCode } from './exit-code.ts';

/** Lists each target. Returns the exit code. */
export async function listInJson(requests: readonly ListRequest[], host: string): Promise<number> {
  const document = new ListingDocument(host);
  const outcomes: ListOutcome[] = [];
  for (const request of requests) {
    const outcome = await listTarget(request, document);
    printFindings(outcome.findings, 'stderr');
    outcomes.push(outcome);
  }
  const code = exitCode(outcomes, false);
  document.end(code);
  return code;
}

async function listTarget(request: ListRequest, document: ListingDocument): Promise<ListOutcome> {
  const { target, depot } = request;
  let begun = false;
  let listed = false;
  const outcome = await listInPieces(request, (listing) => {
    begun = true;
    const kind = listing.of !== 'software' ? 'registry' : depot ? 'depot' : 'root';
    document.target(target, kind, listedData(listing));
    listed = true;
  });
  if (!begun) document.target(target, depot ? 'depot' : 'root', []);
  document.ended(listed, outcome.findings);
  return outcome;
}
