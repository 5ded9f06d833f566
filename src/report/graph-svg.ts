// A graph of software as one SVG file that any browser opens: chains left to right, state by colour and by word, a legend below.
// Promise: no script, no font and no style from elsewhere; every text of a depot is escaped; whole names and titles show on hovering.

import type { GraphEdge, GraphNode, SoftwareGraph } from '../model/graph.ts';
import { colourOf } from './graph-colours.ts';
import { type Box, fitting, layOutGraph, type Picture } from './graph-layout.ts';
import { shown } from './layout.ts';

const MARGIN = 24;
const HEAD = 64;
/** Room left of the bases for curves between them: some, and more for each that needs its own. */
const CURVES = 26;
/** Radius of a corner. */
const CORNER = 5;
const LEGEND_ROW = 24;
const LEGEND_ITEM = 168;

/** Lines of the file. `heading` names target and selection. */
export function svgLines(graph: SoftwareGraph, heading: string): string[] {
  const between = graph.edges.filter((edge) => isRequisite(edge) && sameColumn(graph, edge)).length;
  const left = Math.ceil(MARGIN + Math.min(6, between) * CURVES * 0.6 + (between > 0 ? CURVES : 0));
  const picture = layOutGraph(graph, HEAD, left);
  const states = [...new Set(graph.nodes.map((node) => node.state))];
  const width = Math.max(picture.width + MARGIN, MARGIN * 2 + LEGEND_ITEM * 3);
  const perRow = Math.max(1, Math.floor((width - 2 * MARGIN) / LEGEND_ITEM));
  const items = legend(states, graph);
  const height = picture.height + 44 + Math.ceil(items.length / perRow) * LEGEND_ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(heading)}</title>`,
    ...STYLE,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="32" class="heading">${escaped(heading)}</text>`,
    `<text x="${MARGIN}" y="50" class="small">${escaped(countText(graph))}</text>`,
    ...picture.lanes.map(
      (lane) => `<rect x="8" y="${lane.y}" width="${width - 16}" height="${lane.height}" rx="8" class="lane"/>`,
    ),
    ...graph.edges.flatMap((edge, at) => edgeLines(edge, picture, left, at)),
    ...[...picture.boxes.values()].flatMap(boxLines),
    ...items.map((item, at) => {
      const x = MARGIN + (at % perRow) * LEGEND_ITEM;
      const y = picture.height + 24 + Math.floor(at / perRow) * LEGEND_ROW;
      return `<g transform="translate(${x} ${y})">${item}</g>`;
    }),
    '</svg>',
  ];
}

const STYLE = [
  '<style>',
  'text { font-family: "DejaVu Sans", Verdana, sans-serif; fill: #1f2933 }',
  '.heading { font-size: 16px; font-weight: bold }',
  '.name { font-size: 12px; font-weight: bold }',
  '.small { font-size: 11px; fill: #52606d }',
  '.lane { fill: #f7f9fb }',
  '.edge { fill: none; stroke: #52606d; stroke-width: 1.6 }',
  '.base { stroke: #b0bcc8; stroke-width: 1.2 }',
  '.needs { stroke: #7b3fb5; stroke-width: 1.4; stroke-dasharray: 5 4 }',
  '.excludes { stroke: #c62828; stroke-width: 1.4; stroke-dasharray: 2 3 }',
  '</style>',
  '<defs>',
  marker('tip', '#52606d'),
  marker('needs-tip', '#7b3fb5'),
  marker('excludes-tip', '#c62828'),
  '</defs>',
];

function marker(id: string, colour: string): string {
  return (
    `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">` +
    `<path d="M0 0 L10 5 L0 10 z" fill="${colour}"/></marker>`
  );
}

function countText({ nodes }: SoftwareGraph): string {
  const patches = nodes.filter((node) => node.kind === 'patch').length;
  const missing = nodes.filter((node) => node.kind === 'missing').length;
  const bases = nodes.length - patches - missing;
  return [`${bases} filesets`, `${patches} patch filesets`, ...(missing > 0 ? [`${missing} missing`] : [])].join(', ');
}

function isRequisite({ relation }: GraphEdge): boolean {
  return relation !== 'patches' && relation !== 'supersedes';
}

/** Both ends stand in the first column. */
function sameColumn({ nodes }: SoftwareGraph, { from, to }: GraphEdge): boolean {
  const kind = (id: string) => nodes.find((node) => node.id === id)?.kind;
  return kind(from) !== 'patch' && kind(to) !== 'patch';
}

function edgeLines(edge: GraphEdge, picture: Picture, left: number, at: number): string[] {
  const from = picture.boxes.get(edge.from);
  const to = picture.boxes.get(edge.to);
  if (!from || !to) return [];
  const words = `${from.node.name} ${edge.relation === 'patches' || edge.relation === 'supersedes' ? edge.relation : `has the ${edge.relation}`} ${to.node.name}`;
  const title = `<title>${escaped(words)}</title>`;
  if (edge.relation === 'patches') {
    return picture.firsts.has(edge.from) ? [path('edge base', sideways(to, from), '', title)] : [];
  }
  if (edge.relation === 'supersedes') return [path('edge', sideways(to, from), 'tip', title)];
  const excludes = edge.relation === 'exrequisite';
  const curve = requisiteCurve(from, to, picture, { left, at });
  return [path(`edge ${excludes ? 'excludes' : 'needs'}`, curve, excludes ? 'excludes-tip' : 'needs-tip', title)];
}

/** Beside the bases, straight across where nothing stands between, else through the gaps between rows and columns. */
function requisiteCurve(from: Box, to: Box, picture: Picture, { left, at }: { left: number; at: number }): string {
  if (from.x === to.x && from.node.kind !== 'patch') return around(from, to, left, at);
  return isClear(from, to, picture) ? across(from, to) : throughGaps(from, to, at);
}

/** True when no box stands in the rows between two, anywhere near the way. */
function isClear(from: Box, to: Box, { boxes }: Picture): boolean {
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  const [start, end] = [Math.min(from.x, to.x), Math.max(from.x + from.width, to.x + to.width)];
  return ![...boxes.values()].some(({ x, y, width }) => y > top && y < bottom && x < end && x + width > start);
}

function path(kind: string, d: string, tip: string, title: string): string {
  const end = tip === '' ? '' : ` marker-end="url(#${tip})"`;
  return `<path class="${kind}" d="${d}"${end}>${title}</path>`;
}

/** From the right side of one box to the left side of another. */
function sideways(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x - 2, to.y + to.height / 2];
  const bend = Math.max(20, (x2 - x1) / 2);
  return y1 === y2 ? `M${x1} ${y1} L${x2} ${y2}` : `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Between two boxes above one another: out to the left and back; each curve a little further out than the one before. */
function around(from: Box, to: Box, left: number, at: number): string {
  const reach = Math.min(left - 12, 22 + (at % 6) * CURVES * 0.6);
  const [y1, y2] = [from.y + from.height * 0.35, to.y + to.height * 0.65];
  return `M${from.x} ${y1} C${from.x - reach} ${y1} ${to.x - reach} ${y2} ${to.x - 2} ${y2}`;
}

/** From the lower or upper edge of one box to that of another. */
function across(from: Box, to: Box): string {
  const down = to.y > from.y;
  const [x1, y1] = [from.x + from.width * 0.6, down ? from.y + from.height : from.y];
  const [x2, y2] = [to.x + to.width * 0.4, down ? to.y - 2 : to.y + to.height + 2];
  if (from.y === to.y) {
    const [x, y] = [from.x < to.x ? to.x + to.width * 0.4 : to.x + to.width * 0.6, to.y + to.height + 2];
    return `M${x1} ${from.y + from.height} C${x1} ${y + 34} ${x} ${y + 34} ${x} ${y}`;
  }
  const bend = Math.abs(y2 - y1) / 2 + 10;
  return `M${x1} ${y1} C${x1} ${y1 + (down ? bend : -bend)} ${x2} ${y2 + (down ? -bend : bend)} ${x2} ${y2}`;
}

/** Out into the gap of rows, along it to the gap left of the other box, and in from there; round corners. */
function throughGaps(from: Box, to: Box, at: number): string {
  const down = to.y > from.y ? 1 : -1;
  const [x1, y1] = [from.x + from.width * 0.6, down > 0 ? from.y + from.height : from.y];
  const [x2, y2] = [to.x - 2, to.y + to.height * (down > 0 ? 0.25 : 0.75)];
  const along = y1 + down * (6 + (at % 3) * 5);
  const beside = to.x - 14 - (at % 4) * 7;
  const side = beside < x1 ? -1 : 1;
  return [
    `M${x1} ${y1} V${along - down * CORNER} Q${x1} ${along} ${x1 + side * CORNER} ${along}`,
    `H${beside - side * CORNER} Q${beside} ${along} ${beside} ${along + down * CORNER}`,
    `V${y2 - down * CORNER} Q${beside} ${y2} ${beside + CORNER} ${y2} H${x2}`,
  ].join(' ');
}

function boxLines({ node, x, y, width, height }: Box): string[] {
  const { fill, stroke } = colourOf(node.state);
  const dash = node.kind === 'missing' ? ' stroke-dasharray="4 3"' : '';
  const heavy = node.kind === 'base' ? 2.2 : 1.4;
  return [
    `<g><title>${hover(node)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7" fill="${fill}" stroke="${stroke}" stroke-width="${heavy}"${dash}/>`,
    `<text x="${x + 10}" y="${y + 18}" class="name">${escaped(fitting(node.name, width))}</text>`,
    `<text x="${x + 10}" y="${y + 33}" class="small">${escaped(secondLine(node))}</text></g>`,
  ];
}

function hover({ name, title, revision, state }: GraphNode): string {
  const parts = [name, title, `${revision} ${state}`.trim()].filter((part) => part !== '');
  return parts.map(escaped).join('&#10;');
}

function secondLine({ revision, state }: GraphNode): string {
  return revision === '' ? state : `${revision} · ${state}`;
}

function legend(states: readonly string[], { edges }: SoftwareGraph): string[] {
  const has = (...relations: string[]) => edges.some(({ relation }) => relations.includes(relation));
  const line = (kind: string, tip: string, words: string) =>
    `<path class="edge ${kind}" d="M0 0 L30 0" marker-end="url(#${tip})"/><text x="38" y="4" class="small">${words}</text>`;
  return [
    ...states.map((state) => {
      const { fill, stroke } = colourOf(state);
      return `<rect y="-7" width="14" height="14" rx="3" fill="${fill}" stroke="${stroke}"/><text x="22" y="4" class="small">${escaped(state)}</text>`;
    }),
    ...(has('supersedes') ? [line('', 'tip', 'superseded by')] : []),
    ...(has('prerequisite', 'corequisite') ? [line('needs', 'needs-tip', 'needs')] : []),
    ...(has('exrequisite') ? [line('excludes', 'excludes-tip', 'excludes')] : []),
  ];
}

function escaped(text: string): string {
  return shown(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
