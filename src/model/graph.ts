// Graph of software: filesets, what they require, which patch applies to which base and replaces which patch. Plain JSON, so that text,
// DOT and SVG show the same thing.

import type { FilesetKey } from './software.ts';

export interface GraphNode {
  /** Key of the fileset; for what no catalog holds, its name in brackets. */
  readonly id: FilesetKey;
  /** `PRODUCT.FILESET`. */
  readonly name: string;
  readonly kind: 'base' | 'patch' | 'missing';
  readonly revision: string;
  readonly title: string;
  /** One word: configured, installed, applied, superseded, committed, available, missing ... */
  readonly state: string;
}

export type GraphRelation = 'patches' | 'supersedes' | 'prerequisite' | 'corequisite' | 'exrequisite';

/** `from` patches, supersedes, requires or (exrequisite) excludes `to`. */
export interface GraphEdge {
  readonly from: FilesetKey;
  readonly to: FilesetKey;
  readonly relation: GraphRelation;
}

export interface SoftwareGraph {
  /** In catalog order, what is missing last. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** One base with its patches: the unit in which every picture of a graph is laid out. */
export interface Lane {
  /** Absent for patches whose base is not there. */
  readonly base?: GraphNode;
  /**
   * Patches, oldest first, parted into paths along supersession: every patch stands in one path. The first of a path may
   * replace patches of other paths, the last may be replaced by one.
   */
  readonly paths: readonly (readonly GraphNode[])[];
}

/** Parts a graph into lanes, in the order of its nodes. */
export function lanesOf(graph: SoftwareGraph): Lane[] {
  const bases = new Map<FilesetKey, FilesetKey>();
  for (const { from, to, relation } of graph.edges) if (relation === 'patches' && !bases.has(from)) bases.set(from, to);
  const newer = neighbours(graph, 'to', 'from');
  const older = neighbours(graph, 'from', 'to');
  const byBase = new Map<FilesetKey | undefined, GraphNode[]>();
  for (const node of graph.nodes) {
    if (node.kind !== 'patch') continue;
    const base = bases.get(node.id);
    byBase.set(base, [...(byBase.get(base) ?? []), node]);
  }
  const lanes = graph.nodes.flatMap((node) =>
    node.kind === 'patch' ? [] : [{ base: node, paths: pathsOf(byBase.get(node.id) ?? [], newer, older) }],
  );
  const orphans = byBase.get(undefined) ?? [];
  return orphans.length === 0 ? lanes : [...lanes, { paths: pathsOf(orphans, newer, older) }];
}

type Neighbours = ReadonlyMap<FilesetKey, readonly FilesetKey[]>;

function neighbours(graph: SoftwareGraph, of: 'from' | 'to', are: 'from' | 'to'): Neighbours {
  const found = new Map<FilesetKey, FilesetKey[]>();
  for (const edge of graph.edges) {
    if (edge.relation !== 'supersedes') continue;
    const known = found.get(edge[of]);
    if (known) known.push(edge[are]);
    else found.set(edge[of], [edge[are]]);
  }
  return found;
}

function pathsOf(patches: readonly GraphNode[], newer: Neighbours, older: Neighbours): GraphNode[][] {
  const left = new Map(patches.map((node) => [node.id, node]));
  const paths: GraphNode[][] = [];
  while (left.size > 0) {
    const isOldest = ({ id }: GraphNode) => !(older.get(id) ?? []).some((each) => left.has(each));
    // In a circle nobody is the oldest; any of them may begin.
    const start = [...left.values()].find(isOldest) ?? left.values().next().value!;
    const path: GraphNode[] = [];
    for (let at: GraphNode | undefined = start; at; ) {
      path.push(at);
      left.delete(at.id);
      // The next one must not wait for another path, or that would point backwards.
      const next: FilesetKey | undefined = (newer.get(at.id) ?? []).find(
        (each) => left.has(each) && !(older.get(each) ?? []).some((other) => left.has(other)),
      );
      at = next === undefined ? undefined : left.get(next);
    }
    paths.push(path);
  }
  return paths;
}
