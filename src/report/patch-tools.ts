// Words and tables of cleanup, show_patches and check_patches (patches.md 6.2-6.4). Lines of tables are never wrapped: scripts read them.

/** One line of the commit table. */
export interface CommitLine {
  readonly patch: string;
  readonly times: number;
  readonly bytes: number;
  readonly by: string;
}

/** Heading, rule and rows of what `cleanup -c` commits, with the columns where HP's cleanup has them; numbers end below one another. */
export function commitTable(rows: readonly CommitLine[]): string[] {
  const first = Math.max(10, ...rows.map((row) => row.patch.length));
  const rest = ['# Times Superseded', 'Disk Space in /var/adm/sw/save', 'Superseded By'];
  return [
    ['Superseded'.padEnd(first), ...rest].join('  '),
    ['='.repeat(first), ...rest.map((heading) => '='.repeat(heading.length))].join('  '),
    ...rows.map(({ patch, times, bytes, by }) =>
      [
        patch.padEnd(first),
        `${times}`.padStart(10).padEnd(18),
        `${`${bytes}`.padStart(14)} bytes`.padEnd(30),
        ` ${by}`,
      ].join('  '),
    ),
  ];
}

/** A sentence, a rule below it, and its lines, as cleanup lists what it found. */
export function underlined(heading: string, lines: readonly string[]): string[] {
  return [heading, '='.repeat(heading.length), ...lines];
}

/** Two columns under a heading of two lines; the rules are as long as the longest entry. */
export function twoColumns(
  headings: readonly [readonly [string, string], readonly [string, string]],
  rows: readonly (readonly [string, string])[],
): string[] {
  const [left, right] = [0, 1].map((column) =>
    Math.max(10, ...headings[column]!.map((each) => each.length), ...rows.map((row) => row[column]!.length)),
  );
  const line = (one: string, other: string) => `${one.padEnd(left!)}  ${other}`.trimEnd();
  return [
    line(headings[0][0], headings[1][0]),
    line(headings[0][1], headings[1][1]),
    line('='.repeat(left!), '='.repeat(right!)),
    ...rows.map(([one, other]) => line(one, other)),
  ];
}

/** MM/DD/YY HH:MM:SS of local time, as cleanup's banner lines write it. */
export function stamp(time: Date): string {
  const two = (value: number) => String(value % 100).padStart(2, '0');
  const date = [time.getMonth() + 1, time.getDate(), time.getFullYear()].map(two).join('/');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
