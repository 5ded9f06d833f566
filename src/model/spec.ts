// software_spec: the selection language of SD (patches.md 1, commands.md 2.1), as a value.
// Promise: `parseSpec` and `printSpec` are inverses; nothing here looks at a catalog (selection/match.ts does).

export type VersionKey = 'r' | 'a' | 'v' | 'c' | 'q' | 'l' | 'fr' | 'fa';
export type VersionOp = '=' | '==' | '!=' | '<' | '<=' | '>' | '>=';

export interface VersionItem {
  readonly key: VersionKey;
  readonly op: VersionOp;
  /** Alternatives that stood between `|`; at least one, which may be ''. */
  readonly values: readonly string[];
}

export interface SoftwareSpec {
  /** Tags left to right, each possibly a shell pattern; never empty. */
  readonly tags: readonly string[];
  /** All must hold. */
  readonly items: readonly VersionItem[];
  /** `[N]` instead of a version. */
  readonly instance?: number;
}
