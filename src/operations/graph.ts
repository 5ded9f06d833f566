// Dependencies and supersession of one catalog as a graph (swlist --graph): all of it, or what belongs to some software.
// Promise: changes nothing; supersession is drawn from each patch to its nearest predecessors only; what is required and not there is a
// node `missing`. Around named software: what it needs, through all steps; the patches of a named base; whole chains; who needs it.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { GraphEdge, GraphNode, GraphRelation, SoftwareGraph } from '../model/graph.ts';
import {
  baseOf,
  entriesToFilesets,
  everyFileset,
  isPatch,
  type Placed,
  patchEntry,
  patchStateOf,
} from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import type { FilesetKey } from '../model/software.ts';
import { filesetName } from '../model/software.ts';
import { parseSpec, printSpec, type SoftwareSpec } from '../model/spec.ts';
import { type PatchGraph, type PatchNode, patchGraph } from '../selection/chains.ts';
import { keysOf, resolve } from '../selection/match.ts';
import { notFound } from '../selection/operands.ts';
import { providersOf, type Requisite, requisitesOf } from '../selection/requisites.ts';

/** The graph around `software` (all of it without any). Nodes without an edge are left out unless they are named. Throws SdError `bad_spec`. */
export function softwareGraph(
  catalog: Catalog,
  software: readonly string[],
): { graph: SoftwareGraph; findings: Finding[] } {
  const findings: Finding[] = [];
  const named = new Set<FilesetKey>();
  for (const operand of software) {
    const { filesets } = resolve(parseSpec(operand), catalog);
    if (filesets.length === 0) findings.push(notFound(operand, 'on the target', catalog));
    for (const key of filesets) named.add(key);
  }
  const whole = new Drawing(catalog);
  return { graph: software.length === 0 ? whole.connected() : whole.around(named), findings };
}

class Drawing {
  private readonly nodes = new Map<FilesetKey, GraphNode>();
  private readonly edges: GraphEdge[] = [];
  private readonly catalog: Catalog;
  private readonly patches: PatchGraph;
  /** How many filesets bear a name. */
  private readonly named = new Map<string, number>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.patches = patchGraph(catalog);
    const all = [...everyFileset(catalog)];
    for (const { product, fileset } of all) {
      const name = filesetName(product, fileset);
      this.named.set(name, (this.named.get(name) ?? 0) + 1);
    }
    for (const placed of all) this.nodes.set(placed.key, this.nodeOf(placed));
    for (const placed of all) this.relate(placed);
  }

  connected(): SoftwareGraph {
    const joined = new Set(this.edges.flatMap(({ from, to }) => [from, to]));
    return this.part(joined);
  }

  around(named: ReadonlySet<FilesetKey>): SoftwareGraph {
    const kept = new Set(named);
    const into = new Map<FilesetKey, GraphEdge[]>();
    const outOf = new Map<FilesetKey, GraphEdge[]>();
    for (const edge of this.edges) {
      push(into, edge.to, edge);
      push(outOf, edge.from, edge);
    }
    // A Set is walked in order of insertion, what is added on the way included.
    for (const key of kept) {
      for (const { to } of outOf.get(key) ?? []) kept.add(to);
      for (const { from, relation } of into.get(key) ?? []) {
        if (relation === 'supersedes' || named.has(key)) kept.add(from);
      }
    }
    return this.part(kept);
  }

  private part(kept: ReadonlySet<FilesetKey>): SoftwareGraph {
    return {
      nodes: [...this.nodes.values()].filter(({ id }) => kept.has(id)),
      edges: this.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
    };
  }

  private nodeOf({ product, fileset, key }: Placed): GraphNode {
    const patch = isPatch(fileset);
    const name = filesetName(product, fileset);
    return {
      id: key,
      // Where one name stands for several, the architecture tells them apart.
      name: this.named.get(name) === 1 ? name : patchEntry(product, fileset),
      kind: patch ? 'patch' : 'base',
      revision: text(fileset.attributes, 'revision') || text(product.attributes, 'revision'),
      title: text(product.attributes, 'title'),
      state: this.stateOf({ product, fileset, key }),
    };
  }

  private stateOf({ fileset, key }: Placed): string {
    const state = text(fileset.attributes, 'state');
    if (this.catalog.kind === 'root') {
      // What is broken matters more than what a patch has become.
      return state === 'corrupt' || state === 'transient' ? state : patchStateOf(fileset) || state || 'installed';
    }
    const replaced = (this.patches.node(this.catalog, key)?.newer.length ?? 0) > 0;
    return replaced ? 'superseded' : 'available';
  }

  private relate(placed: Placed): void {
    const { fileset, key } = placed;
    const node = this.patches.node(this.catalog, key);
    if (node) {
      for (const base of this.basesOf(placed, node)) this.edge(key, base, 'patches');
      for (const older of this.nearestOlder(node)) this.edge(key, older.key, 'supersedes');
    }
    for (const requisite of requisitesOf(fileset)) {
      for (const to of this.requiredBy(requisite)) this.edge(key, to, requisite.relation);
    }
  }

  private edge(from: FilesetKey, to: FilesetKey, relation: GraphRelation): void {
    if (from !== to) this.edges.push({ from, to, relation });
  }

  /** What it is applied to, else what its ancestors name; where neither is there, the first ancestor as missing. */
  private basesOf(patch: Placed, node: PatchNode): FilesetKey[] {
    const base = baseOf(this.catalog, patch);
    const applied = base ? [base] : entriesToFilesets(this.catalog, list(patch.fileset.attributes, 'applied_to'));
    const found = [
      ...applied.map(({ key }) => key),
      ...(applied.length > 0 ? [] : node.ancestors.flatMap((spec) => keysOf(spec, this.catalog))),
    ].filter((key) => this.nodes.get(key)?.kind === 'base');
    if (found.length > 0) return [...new Set(found)];
    const [first] = node.ancestors;
    return first ? [this.missing(first)] : [];
  }

  private nearestOlder(node: PatchNode): PatchNode[] {
    const far = new Set(node.older.flatMap((each) => this.patches.olderThan(each)));
    const near = node.older.filter((each) => !far.has(each));
    // In a circle everybody is far; then what the patch lists itself is drawn.
    return near.length > 0 ? near : [...node.older];
  }

  /** What meets a requisite: the named fileset itself before those that supersede it. An exrequisite that is not there draws nothing. */
  private requiredBy({ relation, alternatives }: Requisite): FilesetKey[] {
    const pool = [{ catalog: this.catalog, has: () => true }];
    for (const spec of alternatives) {
      const key =
        keysOf(spec, this.catalog)[0] ?? (relation === 'exrequisite' ? undefined : providersOf(spec, pool)[0]?.key);
      if (key !== undefined) return [key];
    }
    const [first] = alternatives;
    return relation === 'exrequisite' || first === undefined ? [] : [this.missing(first)];
  }

  private missing(spec: SoftwareSpec): FilesetKey {
    const name = printSpec({ ...spec, items: [] });
    const id = `[${name}]`;
    if (!this.nodes.has(id)) {
      this.nodes.set(id, { id, name, kind: 'missing', revision: '', title: '', state: 'missing' });
    }
    return id;
  }
}

function push<Value>(into: Map<FilesetKey, Value[]>, key: FilesetKey, value: Value): void {
  const known = into.get(key);
  if (known) known.push(value);
  else into.set(key, [value]);
}
