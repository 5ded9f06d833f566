// The patches of one or several catalogs as a graph: which base a patch applies to, which patch replaces which (patches.md 2.3, 2.4, 3.2).
// Promise: supersession is transitive even where only the immediate predecessor is listed; chains are per base fileset and may merge.
// A spec that names a fileset supersedes just that one; `P` or `P.*` reaches only patches of the same base, since chains never cross.
// Must not: know what is explicit, filtered or installed (install.ts does).

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { everyFileset, isPatch } from '../model/patches.ts';
import type { Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetName, tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { indexOf } from './catalog-index.ts';
import { isPattern, matchesPattern, satisfies, specOf } from './match.ts';

/** One patch fileset of one catalog. */
export interface PatchNode {
  readonly catalog: Catalog;
  readonly key: FilesetKey;
  readonly product: Product;
  readonly fileset: Fileset;
  /** `PRODUCT.FILESET`. */
  readonly name: string;
  /** Alternatives: one that matches makes the fileset a base. */
  readonly ancestors: readonly SoftwareSpec[];
  readonly supersedes: readonly SoftwareSpec[];
  /** Patches of the graph that this one's own list names. */
  readonly older: readonly PatchNode[];
  /** Patches of the graph whose own lists name this one. */
  readonly newer: readonly PatchNode[];
}

/** The patches of one base that supersede one another, through whatever steps. */
export interface Chain {
  /** Oldest first; where chains merge, in source order as far as supersession allows. */
  readonly members: readonly PatchNode[];
  /** Members no other member supersedes, in source order; empty only when the chain goes round in a circle. */
  readonly heads: readonly PatchNode[];
}

export interface PatchCycle {
  readonly code: 'supersedes_cycle' | 'ancestor_cycle';
  readonly nodes: readonly PatchNode[];
}

/** True when one of a patch fileset's ancestor specs matches this fileset; any version does where the spec names none. */
export function isBaseOf(patch: Fileset, product: Product, fileset: Fileset): boolean {
  return list(patch.attributes, 'ancestor').some((source) => satisfies(source, product, fileset));
}

interface Edges extends PatchNode {
  readonly older: PatchNode[];
  readonly newer: PatchNode[];
}

/** Graphs made so far, by their first catalog; a command asks for two or three. */
const graphs = new WeakMap<Catalog, { of: readonly CatalogIndex[]; graph: PatchGraph }[]>();

/** The graph over all patches of these catalogs together (say a source and a target), kept as long as they do not change. */
export function patchGraph(...catalogs: readonly [Catalog, ...Catalog[]]): PatchGraph {
  const indexes = catalogs.map(indexOf);
  const known = graphs.get(catalogs[0]) ?? [];
  for (const { of, graph } of known) {
    if (of.length === indexes.length && indexes.every((index, i) => index === of[i])) return graph;
  }
  const graph = new PatchGraph(catalogs);
  graphs.set(catalogs[0], [{ of: indexes, graph }, ...known].slice(0, 4));
  return graph;
}

export class PatchGraph {
  /** Catalog after catalog, each in its order. */
  readonly nodes: readonly PatchNode[];
  readonly #place = new Map<PatchNode, number>();
  readonly #byKey = new Map<Catalog, Map<FilesetKey, PatchNode>>();
  readonly #byProduct = new Map<string, Edges[]>();
  /** By `PRODUCT.FILESET` of a literal ancestor. */
  readonly #byAncestor = new Map<string, Set<PatchNode>>();
  /** Patches of which some ancestor is a pattern or not of the form product.fileset. */
  readonly #looseAncestor = new Set<PatchNode>();
  /** By literal product tag named in supersedes. */
  readonly #bySuperseded = new Map<string, Set<PatchNode>>();
  readonly #looseSuperseded = new Set<PatchNode>();

  constructor(catalogs: readonly Catalog[]) {
    const nodes: Edges[] = [];
    for (const catalog of new Set(catalogs)) {
      for (const { product, fileset, key } of everyFileset(catalog)) {
        if (isPatch(fileset)) nodes.push(this.#register(catalog, product, fileset, key));
      }
    }
    this.nodes = nodes;
    for (const node of nodes) this.#place.set(node, this.#place.size);
    this.#link(nodes);
  }

  /** The patch of this key, or undefined when the fileset is no patch. */
  node(catalog: Catalog, key: FilesetKey): PatchNode | undefined {
    return this.#byKey.get(catalog)?.get(key);
  }

  /** Sorts patches into graph order. */
  inOrder(nodes: Iterable<PatchNode>): PatchNode[] {
    return [...nodes].sort((a, b) => this.#place.get(a)! - this.#place.get(b)!);
  }

  /** Patches with an ancestor that matches this base fileset, versions included, in graph order; all catalogs unless one is given. */
  candidates(product: Product, fileset: Fileset, within?: Catalog): PatchNode[] {
    const named = this.#byAncestor.get(`${tagOf(product)}.${tagOf(fileset)}`) ?? [];
    const result = new Set<PatchNode>();
    for (const node of [...named, ...this.#looseAncestor]) {
      if (within && node.catalog !== within) continue;
      if (node.ancestors.some((spec) => satisfies(spec, product, fileset))) result.add(node);
    }
    return this.inOrder(result);
  }

  /** Everything that supersedes one of these, through any number of steps, in graph order. */
  newerThan(...nodes: readonly PatchNode[]): PatchNode[] {
    return this.inOrder(reach(nodes, (node) => node.newer));
  }

  /** Everything one of these supersedes, through any number of steps, in graph order. */
  olderThan(...nodes: readonly PatchNode[]): PatchNode[] {
    return this.inOrder(reach(nodes, (node) => node.older));
  }

  /** True when `newer` supersedes `older`, directly or not. */
  supersedes(newer: PatchNode, older: PatchNode): boolean {
    return older.newer.includes(newer) || reach([older], (node) => node.newer).has(newer);
  }

  /**
   * Patches whose lists name what this literal spec names, for a member that no catalog holds: they stand in its place (8.7.12).
   * Versions are not compared, there is nothing to compare with.
   */
  standingFor(spec: SoftwareSpec): PatchNode[] {
    const direct = this.#bySuperseded.get(spec.tags[0]!) ?? [];
    const result = new Set<PatchNode>();
    for (const node of [...direct, ...this.#looseSuperseded]) {
      if (node.supersedes.some((listed) => namesAbsent(listed, spec, node))) result.add(node);
    }
    return this.inOrder(result);
  }

  /** Parts the candidates of ONE base into chains (connected by supersession, also through patches outside), in source order. */
  chains(candidates: readonly PatchNode[]): Chain[] {
    const inside = new Set(candidates);
    const above = new Map(candidates.map((node) => [node, firstInside(node, inside, (each) => each.newer)]));
    const below = new Map<PatchNode, PatchNode[]>(candidates.map((node) => [node, []]));
    for (const [node, newer] of above) for (const each of newer) below.get(each)!.push(node);
    const done = new Set<PatchNode>();
    const chains: Chain[] = [];
    for (const start of candidates) {
      if (done.has(start)) continue;
      const members = this.inOrder(reach([start], (node) => [...above.get(node)!, ...below.get(node)!]).add(start));
      for (const member of members) done.add(member);
      const heads = members.filter((node) => above.get(node)!.length === 0);
      chains.push({ members: oldestFirst(members, (node) => below.get(node)!), heads });
    }
    return chains;
  }

  /** Names of the chain that ends in this head, oldest first, the head last. */
  chainTo(chain: Chain, head: PatchNode): string[] {
    const older = reach([head], (node) => node.older).add(head);
    return chain.members.filter((node) => older.has(node)).map((node) => node.name);
  }

  /** Sorts patches so that a superseded one stands before its superseders; otherwise in the order given. */
  oldestFirst(nodes: readonly PatchNode[]): PatchNode[] {
    const inside = new Set(nodes);
    return oldestFirst(nodes, (node) => firstInside(node, inside, (each) => each.older));
  }

  /** Patches that supersede themselves through others, or are each other's ancestors by name: packaging errors. */
  cycles(): PatchCycle[] {
    const ancestors = (node: PatchNode): PatchNode[] =>
      node.ancestors.flatMap((spec) =>
        (this.#byProduct.get(spec.tags[0]!) ?? []).filter(
          (each) => !sameSoftware(each, node) && satisfies(spec, each.product, each.fileset),
        ),
      );
    return [
      ...circles(this.nodes, (node) => node.older).map((nodes) => ({ code: 'supersedes_cycle' as const, nodes })),
      ...circles(this.nodes, ancestors).map((nodes) => ({ code: 'ancestor_cycle' as const, nodes })),
    ];
  }

  #register(catalog: Catalog, product: Product, fileset: Fileset, key: FilesetKey): Edges {
    const ancestors = specsOf(fileset, 'ancestor');
    const supersedes = specsOf(fileset, 'supersedes');
    const name = filesetName(product, fileset);
    const node: Edges = { catalog, key, product, fileset, name, ancestors, supersedes, older: [], newer: [] };
    put(this.#byProduct, tagOf(product), [], (group) => group.push(node));
    put(this.#byKey, catalog, new Map(), (group) => group.set(key, node));
    for (const { tags } of ancestors) {
      if (tags.length !== 2 || isPattern(tags[0]!) || isPattern(tags[1]!)) this.#looseAncestor.add(node);
      else put(this.#byAncestor, `${tags[0]}.${tags[1]}`, new Set(), (group) => group.add(node));
    }
    for (const { tags } of supersedes) {
      if (isPattern(tags[0]!)) this.#looseSuperseded.add(node);
      else put(this.#bySuperseded, tags[0]!, new Set(), (group) => group.add(node));
    }
    return node;
  }

  /** Draws the edges. What a spec names is looked up once, however many patches list it. */
  #link(nodes: readonly Edges[]): void {
    const named = new Map<SoftwareSpec, readonly Edges[]>();
    for (const node of nodes) {
      const seen = new Set<PatchNode>();
      for (const spec of node.supersedes) {
        let meant = named.get(spec);
        if (!meant) {
          const pool = isPattern(spec.tags[0]!) ? nodes : (this.#byProduct.get(spec.tags[0]!) ?? []);
          meant = pool.filter((each) => satisfies(spec, each.product, each.fileset));
          named.set(spec, meant);
        }
        const exact = namesOneFileset(spec);
        for (const older of meant) {
          if (seen.has(older) || sameSoftware(older, node) || !(exact || shareBase(older, node))) continue;
          seen.add(older);
          node.older.push(older);
          older.newer.push(node);
        }
      }
    }
  }
}

/** The same patch in two places: product, fileset and their revisions are equal, so one is a copy of the other. */
export function sameSoftware(
  left: { readonly product: Product; readonly fileset: Fileset },
  right: { readonly product: Product; readonly fileset: Fileset },
): boolean {
  const equal = (a: Product | Fileset, b: Product | Fileset) =>
    IDENTITY.every((keyword) => (a.attributes[keyword] ?? '') === (b.attributes[keyword] ?? ''));
  return equal(left.product, right.product) && equal(left.fileset, right.fileset);
}

const IDENTITY = ['tag', 'revision', 'architecture', 'vendor_tag'];

function put<K, V>(map: Map<K, V>, key: K, fresh: V, add: (value: V) => unknown): void {
  const value = map.get(key) ?? fresh;
  map.set(key, value);
  add(value);
}

function specsOf(fileset: Fileset, keyword: string): SoftwareSpec[] {
  return list(fileset.attributes, keyword).flatMap((source) => specOf(source) ?? []);
}

function namesOneFileset(spec: SoftwareSpec): boolean {
  return spec.tags.length > 1 && !isPattern(spec.tags.at(-1)!);
}

/** Same base by name: some ancestor of the one has the tags of some ancestor of the other. */
function shareBase(left: PatchNode, right: PatchNode): boolean {
  const names = (node: PatchNode) => node.ancestors.map((spec) => spec.tags.join('.'));
  return names(left).some((a) => names(right).some((b) => matchesPattern(a, b) || matchesPattern(b, a)));
}

/** Does the entry `listed` of `node` name the absent `spec`? A bare product or wildcard reaches the fileset of the node's own tag. */
function namesAbsent(listed: SoftwareSpec, spec: SoftwareSpec, node: PatchNode): boolean {
  if (!matchesPattern(listed.tags[0]!, spec.tags[0]!)) return false;
  if (spec.tags.length === 1) return true;
  const wanted = spec.tags.at(-1)!;
  return matchesPattern(wanted, namesOneFileset(listed) ? listed.tags.at(-1)! : tagOf(node.fileset));
}

/** Everything reached from the start, which itself is in the result only when a circle leads back to it. */
function reach(start: readonly PatchNode[], next: (node: PatchNode) => readonly PatchNode[]): Set<PatchNode> {
  const found = new Set<PatchNode>();
  const pending = [...start];
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const each of next(node)) {
      if (found.has(each)) continue;
      found.add(each);
      pending.push(each);
    }
  }
  return found;
}

/** The nearest nodes of `inside` in one direction, walking on through nodes outside it. */
function firstInside(
  start: PatchNode,
  inside: ReadonlySet<PatchNode>,
  next: (node: PatchNode) => readonly PatchNode[],
): PatchNode[] {
  const reached = reach([start], (node) => (node !== start && inside.has(node) ? [] : next(node)));
  return [...reached].filter((node) => inside.has(node));
}

/** Depth first through `older`, without recursion: a chain may be thousands long. */
function oldestFirst(nodes: readonly PatchNode[], older: (node: PatchNode) => readonly PatchNode[]): PatchNode[] {
  const state = new Map<PatchNode, 'open' | 'done'>();
  const sorted: PatchNode[] = [];
  for (const start of nodes) {
    const pending = [start];
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      if (state.has(node)) {
        pending.pop();
        if (state.get(node) === 'open') sorted.push(node);
        state.set(node, 'done');
        continue;
      }
      state.set(node, 'open');
      pending.push(
        ...older(node)
          .filter((each) => !state.has(each))
          .reverse(),
      );
    }
  }
  return sorted;
}

/** Groups of nodes on a circle: what is left when ends are peeled off from both sides again and again. */
function circles(all: readonly PatchNode[], next: (node: PatchNode) => readonly PatchNode[]): PatchNode[][] {
  const forward = new Map(all.map((node) => [node, next(node)]));
  const backward = new Map<PatchNode, PatchNode[]>(all.map((node) => [node, []]));
  for (const [node, targets] of forward) for (const target of targets) backward.get(target)?.push(node);
  const left = new Set(all);
  peel(left, forward, backward);
  peel(left, backward, forward);
  const groups: PatchNode[][] = [];
  for (const start of left) {
    const group = reach([start], (node) => forward.get(node)!.filter((each) => left.has(each))).add(start);
    for (const node of group) left.delete(node);
    groups.push(all.filter((node) => group.has(node)));
  }
  return groups;
}

function peel(
  left: Set<PatchNode>,
  out: ReadonlyMap<PatchNode, readonly PatchNode[]>,
  back: ReadonlyMap<PatchNode, readonly PatchNode[]>,
): void {
  const count = new Map([...left].map((node) => [node, out.get(node)!.filter((each) => left.has(each)).length]));
  const ends = [...left].filter((node) => count.get(node) === 0);
  for (let node = ends.pop(); node; node = ends.pop()) {
    left.delete(node);
    for (const each of back.get(node)!) {
      if (!left.has(each)) continue;
      count.set(each, count.get(each)! - 1);
      if (count.get(each) === 0) ends.push(each);
    }
  }
}
