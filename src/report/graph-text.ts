// A graph of software as lines: each base, its patch chains from left to right, and what is required (swlist --graph).
// Promise: every relation of the graph stands on some line; states are words, colour only repeats them.

import type { GraphEdge, GraphNode, GraphRelation, Lane, SoftwareGraph } from '../model/graph.ts';
import { lanesOf } from '../model/graph.ts';
import { shown } from './layout.ts';
import { arrow, columns, type Tone, toned } from './screen.ts';

const STATE_TONES: Readonly<Record<string, Tone>> = {
  applied: 'good',
  configured: 'good',
  committed: 'kept',
  'committed/superseded': 'quiet',
  superseded: 'quiet',
  installed: 'doubt',
  transient: 'bad',
  corrupt: 'bad',
  missing: 'bad',
};

const VERBS: Readonly<Record<GraphRelation, string>> = {
  patches: 'patches',
  supersedes: 'supersedes',
  prerequisite: 'needs',
  corequisite: 'needs (corequisite)',
  exrequisite: 'excludes',
};

/** Lines of the whole graph, without the heading. */
export function graphLines(graph: SoftwareGraph): string[] {
  return new Drawing(graph).lines();
}

/** A state as the terminal shows it. */
export function tonedState(state: string): string {
  const tone = STATE_TONES[state];
  return tone === undefined ? state : toned('stdout', tone, state);
}

class Drawing {
  private readonly graph: SoftwareGraph;
  private readonly byId: ReadonlyMap<string, GraphNode>;
  private readonly from = new Map<string, GraphEdge[]>();
  /** Supersessions that a path has shown. */
  private readonly drawn = new Set<string>();

  constructor(graph: SoftwareGraph) {
    this.graph = graph;
    this.byId = new Map(graph.nodes.map((node) => [node.id, node]));
    for (const edge of graph.edges) this.from.set(edge.from, [...(this.from.get(edge.from) ?? []), edge]);
  }

  lines(): string[] {
    return lanesOf(this.graph).flatMap((lane) => {
      const paths = lane.paths.flatMap((path) => this.path(path, lane));
      const members = [...(lane.base ? [lane.base] : []), ...lane.paths.flat()];
      const others = members.flatMap((node) => this.others(node, lane));
      if (lane.base?.kind === 'missing' && paths.length === 0) return [];
      return [head(lane), ...paths, ...others];
    });
  }

  /** `PHSS_1 (superseded) → PHSS_2 (applied)`; what else the first one replaces stands before it. */
  private path(path: readonly GraphNode[], lane: Lane): string[] {
    const before = this.relations(path[0]!, 'supersedes').map((edge) => this.byId.get(edge.to)!);
    for (const older of before) this.drawn.add(`${path[0]!.id} ${older.id}`);
    for (const [at, node] of path.entries()) if (at > 0) this.drawn.add(`${node.id} ${path[at - 1]!.id}`);
    const start = before.length === 0 ? [] : [before.map((node) => nameIn(lane, node)).join(' + ')];
    return wrapped([...start, ...path.map((node) => labelled(nameIn(lane, node), node.state))]);
  }

  /** Requisites, supersessions that no path shows, further bases. */
  private others(node: GraphNode, lane: Lane): string[] {
    const edges = (this.from.get(node.id) ?? []).filter(
      ({ relation, to }) =>
        !(relation === 'supersedes' && this.drawn.has(`${node.id} ${to}`)) &&
        !(relation === 'patches' && to === lane.base?.id),
    );
    return edges.map(({ to, relation }) => {
      const other = this.byId.get(to)!;
      const subject = node === lane.base ? '' : `${nameIn(lane, node)} `;
      return `    ${subject}${VERBS[relation]} ${labelled(shown(other.name), other.state)}`;
    });
  }

  private relations(node: GraphNode, relation: GraphRelation): GraphEdge[] {
    return (this.from.get(node.id) ?? []).filter((edge) => edge.relation === relation);
  }
}

function head({ base }: Lane): string {
  if (!base) return '  (no base)';
  const revision = base.revision === '' ? '' : `  ${shown(base.revision)}`;
  return `  ${toned('stdout', 'title', shown(base.name))}${revision}  (${tonedState(base.state)})`;
}

/** A patch by its product, where its fileset is named like the base's, as usual. */
function nameIn({ base }: Lane, node: GraphNode): string {
  const fileset = base ? base.name.slice(base.name.lastIndexOf('.')) : '';
  const short = node.kind === 'patch' && fileset !== '' && node.name.endsWith(fileset);
  return shown(short ? node.name.slice(0, -fileset.length) : node.name);
}

function labelled(name: string, state: string): string {
  return `${name} (${tonedState(state)})`;
}

/** Joins by arrows; a line that would grow too wide goes on below, behind an arrow. */
function wrapped(parts: readonly string[]): string[] {
  const width = columns(100);
  const lines: string[] = [];
  let line = `    ${parts[0] ?? ''}`;
  for (const part of parts.slice(1)) {
    const longer = `${line} ${arrow()} ${part}`;
    if (visible(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = `        ${arrow()} ${part}`;
    }
  }
  return [...lines, line];
}

/** Characters that take a place on the screen. */
function visible(text: string): number {
  let length = 0;
  let escaped = false;
  for (const character of text) {
    if (character === '\u001b') escaped = true;
    else if (!escaped) length += 1;
    else if (character === 'm') escaped = false;
  }
  return length;
}
