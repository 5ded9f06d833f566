// Where everything of a graph stands in a picture: a lane for each base, the base in the first column, a row for each path of patches,
// later patches further to the right. Pure arithmetic; graph-svg.ts draws.

import type { GraphNode, Lane, SoftwareGraph } from '../model/graph.ts';
import { lanesOf } from '../model/graph.ts';

export interface Box {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Picture {
  readonly boxes: ReadonlyMap<string, Box>;
  /** Top and height of each lane's background. */
  readonly lanes: readonly { readonly y: number; readonly height: number }[];
  /** Node ids that a lane's base points to: the first of each path that replaces nothing. */
  readonly firsts: ReadonlySet<string>;
  readonly width: number;
  readonly height: number;
}

const BOX_HEIGHT = 42;
const ROW = 62;
const COLUMN_GAP = 56;
const LANE_GAP = 14;
const PADDING = 12;
/** Width of a letter of the name at 12 px, and the narrowest and widest box. */
const LETTER = 8.4;
const NARROWEST = 130;
const WIDEST = 300;

interface Cell {
  readonly node: GraphNode;
  readonly column: number;
  readonly row: number;
}

/** Lays a graph out below `top`; `left` is room for the curves between bases. */
export function layOutGraph(graph: SoftwareGraph, top: number, left: number): Picture {
  const older = new Map<string, string[]>();
  for (const { from, to, relation } of graph.edges) {
    if (relation === 'supersedes') older.set(from, [...(older.get(from) ?? []), to]);
  }
  const lanes = lanesOf(graph).map((lane) => cellsOf(lane, older));
  const widths = columnWidths(lanes.flat());
  const starts = widths.map((_, at) => left + widths.slice(0, at).reduce((sum, width) => sum + width + COLUMN_GAP, 0));
  const boxes = new Map<string, Box>();
  const bands: { y: number; height: number }[] = [];
  let y = top;
  for (const cells of lanes) {
    const rows = Math.max(...cells.map((cell) => cell.row)) + 1;
    const height = rows * ROW - (ROW - BOX_HEIGHT) + 2 * PADDING;
    for (const { node, column, row } of cells) {
      const box = { node, x: starts[column]!, y: y + PADDING + row * ROW, width: widths[column]!, height: BOX_HEIGHT };
      boxes.set(node.id, box);
    }
    bands.push({ y, height });
    y += height + LANE_GAP;
  }
  const inLane = new Set(graph.nodes.filter((node) => node.kind === 'patch').map((node) => node.id));
  const firsts = new Set([...inLane].filter((id) => !(older.get(id) ?? []).some((each) => inLane.has(each))));
  const right = (starts.at(-1) ?? left) + (widths.at(-1) ?? 0);
  return { boxes, lanes: bands, firsts, width: right, height: y - LANE_GAP };
}

function cellsOf({ base, paths }: Lane, older: ReadonlyMap<string, readonly string[]>): Cell[] {
  const cells: Cell[] = base ? [{ node: base, column: 0, row: 0 }] : [];
  const columns = new Map<string, number>();
  for (const [row, path] of paths.entries()) {
    for (const node of path) {
      // Paths come so that what is older has its column already; in a circle it may not.
      const column = 1 + Math.max(0, ...(older.get(node.id) ?? []).map((each) => columns.get(each) ?? 0));
      columns.set(node.id, column);
      cells.push({ node, column, row });
    }
  }
  return cells;
}

function columnWidths(cells: readonly Cell[]): number[] {
  const widths: number[] = [];
  for (const { node, column } of cells) {
    while (widths.length <= column) widths.push(NARROWEST);
    const letters = Math.max(node.name.length, (node.revision.length + node.state.length + 3) * 0.92);
    widths[column] = Math.max(widths[column]!, Math.min(WIDEST, Math.ceil(letters * LETTER) + 24));
  }
  return widths;
}

/** The name as far as it fits its box. */
export function fitting(text: string, width: number): string {
  const room = Math.floor((width - 20) / LETTER);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
