// Answers for programs (--json): one JSON document on stdout, described by lib/schema/swdist-1.json.
// Promise: every document says what it is and in which version; within a version fields are only added. Messages go to stderr.

import type { Severity } from '../model/plan.ts';
import { print } from './terminal.ts';

/** Version of all documents; lib/schema/ has one schema for each. */
const VERSION = 1;

export type DocumentKind = 'difference' | 'error' | 'graph' | 'jobs' | 'listing' | 'session' | 'why';

let begun = false;

/** Prints a whole document. */
export function printDocument(kind: DocumentKind, body: object): void {
  print('stdout', [JSON.stringify({ ...head(kind), ...body }, undefined, 2)]);
}

/** The first two fields of every document, as it begins. */
export function head(kind: DocumentKind): { document: string; version: number } {
  begun = true;
  return { document: `swdist.${kind}`, version: VERSION };
}

/** What a failure outside of any session looks like. After the beginning of another document there is none. */
export function printErrorDocument(
  error: { readonly code: string; readonly what: string; readonly because: string; readonly todo: string },
  exitCode: number,
): void {
  if (begun) return;
  const { code, what, because, todo } = error;
  printDocument('error', { code, what, because, todo, exit_code: exitCode });
}

/** A finding as documents have it. */
export function findingData(finding: {
  readonly severity: Severity;
  readonly code: string;
  readonly text: string;
  readonly subjects?: readonly string[];
}): object {
  const { severity, code, text, subjects = [] } = finding;
  return { severity, code, text, ...(subjects.length > 0 ? { subjects } : {}) };
}
