// The time that is written into what is made: now, or SOURCE_DATE_EPOCH, so that who builds twice gets the same bytes
// (reproducible-builds.org).

/** Seconds since 1970: SOURCE_DATE_EPOCH where it is a number, else the clock. */
export function madeAt(): number {
  return fixedTime() ?? Math.floor(Date.now() / 1000);
}

/** The time of a source file as it is packaged: never later than SOURCE_DATE_EPOCH, where that is set. In seconds. */
export function packagedTime(mtime: number): number {
  return Math.min(mtime, fixedTime() ?? mtime);
}

function fixedTime(): number | undefined {
  const text = process.env.SOURCE_DATE_EPOCH ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
