// What a module of the crash tests hands back, and how it is printed: one table a module, its faults below it.
// test/crash/main.ts adds them up; a module knows nothing of the others.

export interface Report {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly passed: number;
  readonly failed: number;
  /** One text per failure, with all that is needed to do it again. */
  readonly faults: readonly string[];
}

/** A module: `say` takes one line of progress. It rejects only for what "cannot happen". */
export type Evidence = (say: (line: string) => void) => Promise<Report>;

/** Faults printed in full; the rest is counted. */
const SHOWN = 20;

/** The table with its columns aligned, then the faults. */
export function printReport(report: Report): string {
  const lines = [report.columns, ...report.rows].map((row) => row.map(String));
  const widths = report.columns.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  const table = lines.map((line) => `  ${line.map(cell).join('  ')}`);
  const rest = report.faults.length - SHOWN;
  return [
    report.title,
    ...table,
    ...report.faults.slice(0, SHOWN).map((fault) => `WRONG: ${fault.slice(0, 1500)}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ].join('\n');
}
