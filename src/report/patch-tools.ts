// Words and tables of cleanup and show_patches (patches.md 6.2, 6.3).

/** One line of the commit table; columns are centred below their headings as HP's cleanup prints them. */
export interface CommitLine {
  readonly patch: string;
  readonly times: number;
  readonly bytes: number;
  readonly by: string;
}

const COMMIT_HEADINGS = [
  'Superseded',
  '# Times Superseded',
  'Disk Space in /var/adm/sw/save',
  'Superseded By',
] as const;

/** Heading, rule and rows. */
export function commitTable(rows: readonly CommitLine[]): string[] {
  const widths = COMMIT_HEADINGS.map((heading) => heading.length);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : centred(cell, widths[column]!)))
      .join('  ')
      .trimEnd();
  return [
    COMMIT_HEADINGS.join('  '),
    widths.map((width) => '='.repeat(width)).join('  '),
    ...rows.map((row) => line([row.patch, String(row.times), `${row.bytes} bytes`, row.by])),
  ];
}

/** Two columns under a heading of two lines, as wide as their longest entry. */
export function twoColumns(
  headings: readonly [readonly [string, string], readonly [string, string]],
  rows: readonly (readonly [string, string])[],
): string[] {
  const width = Math.max(10, ...headings[0].map((each) => each.length), ...rows.map(([left]) => left.length));
  const right = Math.max(...headings[1].map((each) => each.length), 11);
  const line = (left: string, other: string) => `${left.padEnd(width)}  ${other}`.trimEnd();
  return [
    line(headings[0][0], headings[1][0]),
    line(headings[0][1], headings[1][1]),
    line('='.repeat(width), '='.repeat(right)),
    ...rows.map(([left, other]) => line(left, other)),
  ];
}

/** MM/DD/YY HH:MM:SS, as cleanup's own banner lines write it. */
export function stamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return (
    `${two(time.getMonth() + 1)}/${two(time.getDate())}/${two(time.getFullYear() % 100)} ` +
    `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  );
}

function centred(text: string, width: number): string {
  const left = Math.max(0, Math.floor((width - text.length) / 2));
  return (' '.repeat(left) + text).padEnd(width);
}
