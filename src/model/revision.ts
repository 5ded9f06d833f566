// The order of revisions: dot-separated fields, left to right, the first difference decides (patches.md 1.4).
// Promise: two fields of digits compare as integers (`05` = `5`), any others as text; of two equal beginnings the shorter is lower.
// Must not: split letters from digits inside a field, as rpm does.
// Note: where one place holds digits in some revisions and letters in others ("9", "10", "1a") the rule is not transitive; it is SD's.

/**
 * Compares two revisions: negative when `left` is older, 0 when equal, positive when newer.
 * Any text is accepted; an empty one is older than every other.
 */
export function compareRevisions(left: string, right: string): number {
  if (left === right) return 0;
  const lefts = left.split('.');
  const rights = right.split('.');
  const shared = Math.min(lefts.length, rights.length);
  for (let i = 0; i < shared; i++) {
    const order = compareFields(lefts[i]!, rights[i]!);
    if (order !== 0) return order;
  }
  return lefts.length - rights.length;
}

const DIGITS = /^[0-9]+$/;

function compareFields(left: string, right: string): number {
  if (left === right) return 0;
  if (DIGITS.test(left) && DIGITS.test(right)) return compareIntegers(left, right);
  return left < right ? -1 : 1;
}

/** Without Number(): a build stamp may have more digits than a double holds. */
function compareIntegers(left: string, right: string): number {
  const a = left.replace(/^0+/, '');
  const b = right.replace(/^0+/, '');
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
