// The results as a Markdown table and as an SVG bar chart of the ratios.
import type { Comparison, Cost, Result } from './run.ts';
import type { Figure } from './scale.ts';

/** What stands above the table. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly rounds: number;
  readonly peers: readonly string[];
}

/** The whole report in Markdown. */
export function markdown(machine: Machine, results: readonly Result[], figures: readonly Figure[]): string {
  const growth = results.filter((result) => result.growth !== undefined);
  return [
    `# Benchmark of ${machine.date}`,
    '',
    `${machine.cores} cores (${machine.cpu}), ${machine.memory}, ${machine.system}, Node ${machine.node}; peers: ${machine.peers.join(', ')}.`,
    `Whole commands in interleaved pairs, ${machine.rounds} rounds: the ratio is the median of the round-wise ratios ours : peer. Wall and CPU time are medians in`,
    'milliseconds, memory is the peak in MiB.',
    '',
    '| row | place | ours | CPU | MiB | peer | its time | CPU | MiB | ratio (min – max) | bar | |',
    '|---|---|--:|--:|--:|---|--:|--:|--:|---|--:|---|',
    ...results.flatMap((result) => result.comparisons.map((each) => line(result, each))),
    '',
    ...(growth.length === 0
      ? []
      : [
          'Growth from a tenth of the input to the whole (1.0 = linear; whole commands, start-up included):',
          '',
          '| row | from | to | ms | ms | MiB at 10x | bar | exponent | bar | |',
          '|---|--:|--:|--:|--:|--:|--:|--:|--:|---|',
          ...growth.map(grown),
          '',
        ]),
    ...(figures.length === 0
      ? []
      : [
          'Scale, one run each:',
          '',
          '| what | s | MiB |',
          '|---|--:|--:|',
          ...figures.map(({ what, wall, peak }) => `| ${what} | ${(wall / 1000).toFixed(2)} | ${peak.toFixed(0)} |`),
          '',
        ]),
  ].join('\n');
}

function line(result: Result, each: Comparison): string {
  const ratio = each.ratio;
  const figures =
    ratio === undefined
      ? (each.because ?? '')
      : `**${ratio.median.toFixed(2)}** (${ratio.min.toFixed(2)} – ${ratio.max.toFixed(2)})`;
  return `| ${[result.row, result.place, ...cells(result.ours), each.peer, ...cells(each.cost), figures, each.bar.toFixed(2), each.verdict].join(' | ')} |`;
}

function cells(cost: Cost | undefined): string[] {
  return cost === undefined ? ['', '', ''] : [cost.wall.toFixed(0), cost.cpu.toFixed(0), cost.peak.toFixed(0)];
}

function grown(result: Result): string {
  const growth = result.growth;
  if (growth === undefined) throw new Error(`${result.row} was not measured`);
  const { small, large, smallCost, largeCost, exponent, bars, verdict } = growth;
  const times = [smallCost, largeCost].map((each) => each.wall.toFixed(0));
  const memory = [largeCost.peak.toFixed(0), bars.memory ?? ''];
  return `| ${[result.row, small, large, ...times, ...memory, exponent.toFixed(2), bars.exponent.toFixed(2), verdict].join(' | ')} |`;
}

const WIDTH = 1020;
const LABELS = 550;
const BAR = 22;
const SCALE = 220;

/** A bar a comparison: its length is the ratio, the whiskers are the least and greatest round, the black mark is the bar it is held to. */
export function chart(machine: Machine, results: readonly Result[]): string {
  const bars = results.flatMap((result) =>
    result.comparisons.flatMap((each) =>
      each.ratio === undefined ? [] : [{ label: `${result.row}  :  ${each.peer}`, each, ratio: each.ratio }],
    ),
  );
  const height = 70 + bars.length * (BAR + 8);
  const at = (ratio: number) => (LABELS + Math.min(ratio, 2) * SCALE).toFixed(1);
  const drawn = bars.map(({ label, each, ratio }, index) => {
    const y = 44 + index * (BAR + 8);
    const middle = y + BAR / 2;
    const colour = each.verdict === 'met' ? '#2a7f62' : '#b3472f';
    return [
      `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${(Math.min(ratio.median, 2) * SCALE).toFixed(1)}" height="${BAR}" fill="${colour}"/>`,
      `<line x1="${at(ratio.min)}" x2="${at(ratio.max)}" y1="${middle}" y2="${middle}" stroke="#222"/>`,
      `<line x1="${at(each.bar)}" x2="${at(each.bar)}" y1="${y - 3}" y2="${y + BAR + 3}" stroke="#000" stroke-width="3"/>`,
      `<text x="${LABELS + 6}" y="${middle + 4}" fill="#fff" font-weight="bold">${ratio.median.toFixed(2)}</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="20" font-size="14" font-weight="bold">Time of swdist : time of the peer, ${machine.date}. Black mark: the bar; thin line: least and greatest round</text>`,
    `<line x1="${at(1)}" x2="${at(1)}" y1="34" y2="${height - 20}" stroke="#888" stroke-dasharray="4 3"/>`,
    `<text x="${at(1)}" y="${height - 6}" text-anchor="middle">as fast as the peer</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
