// The order of Debian versions, `[epoch:]upstream[-revision]` (deb-version(7)).
// Promise: the same answers as `dpkg --compare-versions`; `~` sorts before everything, the end of the text included.

interface Version {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** Compares two Debian versions: negative when `left` is older, 0 when equal, positive when newer. Any text is accepted. */
export function compareDebian(left: string, right: string): number {
  if (left === right) return 0;
  const a = partsOf(left);
  const b = partsOf(right);
  return compareDigits(a.epoch, b.epoch) || comparePart(a.upstream, b.upstream) || comparePart(a.revision, b.revision);
}

/** An absent epoch and an absent revision count as zero. */
function partsOf(version: string): Version {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '0' : version.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** By turns: a run without digits, character by character; a run of digits, as a number. */
function comparePart(left: string, right: string): number {
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    while ((i < left.length && !isDigit(left, i)) || (j < right.length && !isDigit(right, j))) {
      const order = weight(left, i) - weight(right, j);
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
    const [endI, endJ] = [endOfDigits(left, i), endOfDigits(right, j)];
    const order = compareDigits(left.slice(i, endI), right.slice(j, endJ));
    if (order !== 0) return order;
    [i, j] = [endI, endJ];
  }
  return 0;
}

/** `~` before the end of the text, that and a digit before letters, letters before all else. */
function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const character = text[at]!;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text, end)) end += 1;
  return end;
}

/** Digits as integers of any length; no digits are zero. */
export function compareDigits(left: string, right: string): number {
  const a = left.replace(/^0+/, '');
  const b = right.replace(/^0+/, '');
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
