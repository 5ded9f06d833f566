// The order of rpm versions, `[epoch:]version[-release]` (rpm-version(7)).
// Promise: each part compares as rpmvercmp does, `~` before everything and `^` behind the end of the text but before more of it. Where
//   one side has no release, releases do not count, as in rpm's own dependencies; that makes equality a matter of the pair.

import { compareDigits } from './revision-debian.ts';

/** Compares two rpm versions: negative when `left` is older, 0 when equal, positive when newer. Any text is accepted. */
export function compareRpm(left: string, right: string): number {
  if (left === right) return 0;
  const a = partsOf(left);
  const b = partsOf(right);
  const order = compareDigits(a.epoch, b.epoch) || comparePart(a.version, b.version);
  if (order !== 0 || a.release === undefined || b.release === undefined) return order;
  return comparePart(a.release, b.release);
}

function partsOf(evr: string): { epoch: string; version: string; release: string | undefined } {
  const colon = /^\d*:/.exec(evr)?.[0] ?? '';
  const rest = evr.slice(colon.length);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon.slice(0, -1),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? undefined : rest.slice(dash + 1),
  };
}

/** Runs of digits or letters, `~` and `^`; any other characters only part them. */
function comparePart(left: string, right: string): number {
  const a = segmentsOf(left);
  const b = segmentsOf(right);
  for (let i = 0; i < a.length || i < b.length; i++) {
    const order = compareSegments(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function segmentsOf(part: string): readonly string[] {
  return part.match(/[0-9]+|[A-Za-z]+|[~^]/g) ?? [];
}

function compareSegments(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === '~' || right === '~') return left === '~' ? -1 : 1;
  if (left === '^' || right === '^') {
    // Behind the end of the other text, before anything else that goes on.
    if (left === '^') return right === undefined ? 1 : -1;
    return left === undefined ? -1 : 1;
  }
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
  const numbers = [left, right].map((segment) => /^[0-9]/.test(segment));
  if (numbers[0] !== numbers[1]) return numbers[0] ? 1 : -1;
  if (numbers[0]) return compareDigits(left, right);
  return left < right ? -1 : 1;
}
