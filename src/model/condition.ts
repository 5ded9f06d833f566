// Conditions: what a check script in the safe interpreter may know, and the texts it comes from (sdscripts(5)).
// Must not: read files; execution/conditions.ts does.

/** Interpreter attribute of a control file whose text is a condition instead of a program. */
export const CONDITION_INTERPRETER = 'tcl-safe';

/** What a condition sees, besides files. */
export interface ConditionFacts {
  /** What is judged (model/run-once.ts, runId). */
  readonly id: string;
  /** Root that paths are looked for in; '' for `/`. */
  readonly root: string;
  /** Parameters of the kernel command line. */
  readonly cmdline: Readonly<Record<string, string>>;
  /** What the release file says; the date under both of its spellings. */
  readonly release: Readonly<Record<string, string>>;
  /** Ids of what ran once on this root. */
  readonly ran: ReadonlySet<string>;
}

/** What became of a condition. Anything but `true` means that the software waits. */
export interface Verdict {
  readonly holds: boolean;
  /** `stopped`: it broke a limit of time or memory from outside, or its interpreter ended without an answer. */
  readonly how: 'true' | 'false' | 'error' | 'stopped';
  /** Its value, its error, or what stopped it. */
  readonly text: string;
}

/**
 * Kernel command line → parameters. Words are parted by blanks outside double quotes and cut at their first `=`; a bare word has an empty
 * value; the last of several wins.
 */
export function parseKernelLine(line: string): Record<string, string> {
  const words = line.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
  return Object.fromEntries(
    words.map((word) => {
      const plain = word.replaceAll('"', '');
      const equals = plain.indexOf('=');
      return equals < 0 ? [plain, ''] : [plain.slice(0, equals), plain.slice(equals + 1)];
    }),
  );
}

/** Lines `key=value`, as in os-release(5): blank lines and `#` are passed over, quotes around a value go. `datecode` stands for `dateCode` too. */
export function parseRelease(content: string): Record<string, string> {
  const pairs = content.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([^#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined ? [] : [[key, value!.replace(/^(["'])(.*)\1$/, '$2')] as const];
  });
  const release = Object.fromEntries(pairs);
  const date = release.datecode ?? release.dateCode;
  return date === undefined ? release : { ...release, datecode: date, dateCode: date };
}
