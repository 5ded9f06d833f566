// The patches of one or several catalogs as a graph: which base a patch applies to, which patch replaces which (patches.md 2.3, 2.4, 3.2).
// Promise: supersession is transitive even where only the immediate predecessor is listed; chains are per base fileset and may merge.
// A spec that names a fileset supersedes just that one; `P` or `P.*` reaches only patches of the same base, since chains never cross.
// Must not: know what is explicit, filtered or installed (install.ts does).

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { isPatch, patchEntry } from '../model/patches.ts';
import type { Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { indexOf } from './catalog-index.ts';
import { satisfies, specOf } from './match.ts';
import { connected, nearestInside, oldestFirst, reach } from './walk.ts';
import { isPattern, matchesPattern } from './wildcards.ts';

/** One patch fileset of one catalog. */
export interface PatchNode {
  readonly catalog: Catalog;
  readonly key: FilesetKey;
  readonly product: Product;
  readonly fileset: Fileset;
  /** `PRODUCT.FILESET`. */
  readonly name: string;
  /** Place in the graph: catalog after catalog, each in its order. */
  readonly place: number;
  /** Alternatives: one that matches makes the fileset a base. */
  readonly ancestors: readonly SoftwareSpec[];
  /** Patches of the graph that this one's own list names, or that name it in superseded_by. */
  readonly older: readonly PatchNode[];
  /** Patches of the graph whose own lists name this one, or that it names in superseded_by. */
  readonly newer: readonly PatchNode[];
}

/** The patches of one base that supersede one another, through whatever steps; both lists in graph order. */
export interface Chain {
  readonly members: readonly PatchNode[];
  /** Members no other member supersedes; empty only when the chain goes round in a circle. */
  readonly heads: readonly PatchNode[];
}

interface Node extends PatchNode {
  readonly older: Node[];
  readonly newer: Node[];
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
  readonly nodes: readonly PatchNode[];
  readonly #byKey = new Map<Catalog, Map<FilesetKey, PatchNode>>();
  readonly #byProduct = new Map<string, Node[]>();
  /** By `PRODUCT.FILESET` of a literal ancestor. */
  readonly #byAncestor = new Map<string, PatchNode[]>();
  /** Patches of which some ancestor is a pattern or not of the form product.fileset. */
  readonly #looseAncestor: PatchNode[] = [];
  readonly #names = new Map<SoftwareSpec, string>();
  #listing: Map<string, PatchNode[]> | undefined;

  constructor(catalogs: readonly Catalog[]) {
    const nodes: Node[] = [];
    for (const catalog of new Set(catalogs)) this.#register(catalog, nodes);
    this.nodes = nodes;
    this.#link(nodes);
  }

  /** The patch of this key, or undefined when the fileset is no patch. */
  node(catalog: Catalog, key: FilesetKey): PatchNode | undefined {
    return this.#byKey.get(catalog)?.get(key);
  }

  /** Patches with an ancestor that matches this base fileset, versions included, in graph order; all catalogs unless one is given. */
  candidates(product: Product, fileset: Fileset, within?: Catalog): PatchNode[] {
    const named = this.#byAncestor.get(`${tagOf(product)}.${tagOf(fileset)}`) ?? [];
    const possible = this.#looseAncestor.length === 0 ? named : inOrder([...named, ...this.#looseAncestor]);
    return possible.filter(
      (node, i) =>
        node !== possible[i - 1] &&
        (!within || node.catalog === within) &&
        node.ancestors.some((spec) => satisfies(spec, product, fileset)),
    );
  }

  /** Everything that supersedes one of these, through any number of steps, in graph order. */
  newerThan(...nodes: readonly PatchNode[]): PatchNode[] {
    return inOrder(reach(nodes, (node) => node.newer));
  }

  /** Everything one of these supersedes, through any number of steps, in graph order. */
  olderThan(...nodes: readonly PatchNode[]): PatchNode[] {
    return inOrder(reach(nodes, (node) => node.older));
  }

  /** These and everything that supersession connects them with, on other branches too, in graph order. */
  family(nodes: readonly PatchNode[]): PatchNode[] {
    return inOrder(new Set([...nodes, ...reach(nodes, (node) => [...node.older, ...node.newer])]));
  }

  /**
   * Patches whose lists name what this literal spec names, for a member that no catalog holds: they stand in its place (8.7.12).
   * Versions are not compared, there is nothing to compare with.
   */
  standingFor(spec: SoftwareSpec): PatchNode[] {
    this.#listing ??= listings(this.nodes);
    const possible = [...(this.#listing.get(spec.tags[0]!) ?? []), ...(this.#listing.get('*') ?? [])];
    const standing = possible.filter((node) => supersededBy(node).some((listed) => namesAbsent(listed, spec, node)));
    return inOrder(new Set(standing));
  }

  /** Parts the candidates of ONE base into chains (connected by supersession, also through patches outside), in the order given. */
  chains(candidates: readonly PatchNode[]): Chain[] {
    const inside = new Set(candidates);
    const newer = (node: PatchNode) => nearestInside(node, inside, (each) => each.newer);
    const older = (node: PatchNode) => nearestInside(node, inside, (each) => each.older);
    const done = new Set<PatchNode>();
    const chains: Chain[] = [];
    for (const start of candidates) {
      if (done.has(start)) continue;
      const members = inOrder(connected(start, [newer, older], done));
      chains.push({ members, heads: members.filter((node) => newer(node).length === 0) });
    }
    return chains;
  }

  /** Product tags of the part of a chain that leads to this head, oldest first, the head last. */
  chainTo(chain: Chain, head: PatchNode): string[] {
    const older = reach([head], (node) => node.older).add(head);
    return this.oldestFirst(chain.members.filter((node) => older.has(node))).map((node) => tagOf(node.product));
  }

  /** Sorts patches so that a superseded one stands before its superseders; otherwise in the order given. */
  oldestFirst(nodes: readonly PatchNode[]): PatchNode[] {
    const inside = new Set(nodes);
    return oldestFirst(nodes, (node) => nearestInside(node, inside, (each) => each.older));
  }

  #register(catalog: Catalog, nodes: Node[]): void {
    const byKey = new Map<FilesetKey, PatchNode>();
    this.#byKey.set(catalog, byKey);
    for (const product of indexOf(catalog).products) {
      for (const fileset of product.filesets) {
        if (!isPatch(fileset)) continue;
        const key = filesetKey(product.id, fileset.id);
        const tag = tagOf(product);
        const name = `${tag}.${tagOf(fileset)}`;
        const ancestors = specsOf(fileset, 'ancestor');
        const node: Node = {
          catalog,
          key,
          product,
          fileset,
          name,
          place: nodes.length,
          ancestors,
          older: [],
          newer: [],
        };
        nodes.push(node);
        byKey.set(key, node);
        push(this.#byProduct, tag, node);
        this.#registerAncestors(node);
      }
    }
  }

  #registerAncestors(node: PatchNode): void {
    let loose = false;
    for (const spec of node.ancestors) {
      const name = this.#literalName(spec);
      if (name === '') loose = true;
      else push(this.#byAncestor, name, node);
    }
    if (loose) this.#looseAncestor.push(node);
  }

  /** `PRODUCT.FILESET`, or '' for any other form. Many patches share one ancestor, so each is looked at once. */
  #literalName(spec: SoftwareSpec): string {
    let name = this.#names.get(spec);
    if (name === undefined) {
      name = spec.tags.length === 2 && !spec.tags.some(isPattern) ? spec.tags.join('.') : '';
      this.#names.set(spec, name);
    }
    return name;
  }

  #link(nodes: readonly Node[]): void {
    const known = new Map<string, readonly Node[]>();
    const seen = new Set<PatchNode>();
    for (const node of nodes) {
      seen.clear();
      for (const source of list(node.fileset.attributes, 'supersedes')) {
        let meant = known.get(source);
        if (!meant) {
          meant = this.#superseded(source, nodes);
          known.set(source, meant);
        }
        for (const older of meant) {
          if (seen.has(older) || isCopy(older, node)) continue;
          if (!namesOneFileset(source) && !shareBase(older, node)) continue;
          seen.add(older);
          node.older.push(older);
          older.newer.push(node);
        }
      }
    }
    for (const node of nodes) this.#linkInstalled(node);
  }

  /** superseded_by of an installed patch says what no list may say any more: the patch between the two was never installed, or has gone. */
  #linkInstalled(node: Node): void {
    for (const entry of list(node.fileset.attributes, 'superseded_by')) {
      for (const newer of this.#byProduct.get(entry.slice(0, entry.indexOf('.'))) ?? []) {
        if (newer.catalog !== node.catalog || patchEntry(newer.product, newer.fileset) !== entry) continue;
        if (newer.older.includes(node)) continue;
        newer.older.push(node);
        node.newer.push(newer);
      }
    }
  }

  /** What one entry of a supersedes list names; looked up once, however many patches list it. */
  #superseded(source: string, nodes: readonly Node[]): readonly Node[] {
    // Nearly every entry is `P.F,fr=*` or `P.F` and needs no reading.
    const name = beforeComma(source);
    const plain = namesOneFileset(source) && !isPattern(name) && (source === name || source === `${name},fr=*`);
    if (plain) {
      const group = this.#byProduct.get(name.slice(0, name.indexOf('.')));
      const exact = group?.filter((node) => node.name === name) ?? [];
      if (exact.length > 0 || !group) return exact;
    }
    const spec = specOf(source);
    if (!spec) return [];
    const pool = isPattern(spec.tags[0]!) ? nodes : (this.#byProduct.get(spec.tags[0]!) ?? []);
    return pool.filter((node) => satisfies(spec, node.product, node.fileset));
  }
}

/** The same software in two places: product, fileset and their revisions are equal, so one is a copy of the other. */
export function sameSoftware(
  left: { readonly product: Product; readonly fileset: Fileset },
  right: { readonly product: Product; readonly fileset: Fileset },
): boolean {
  const equal = (a: Product | Fileset, b: Product | Fileset) =>
    IDENTITY.every((keyword) => (a.attributes[keyword] ?? '') === (b.attributes[keyword] ?? ''));
  return equal(left.product, right.product) && equal(left.fileset, right.fileset);
}

const IDENTITY = ['tag', 'revision', 'architecture', 'vendor_tag'];

/** Two nodes of one patch: in two catalogs, or one and the same. */
function isCopy(left: PatchNode, right: PatchNode): boolean {
  return left.name === right.name && sameSoftware(left, right);
}

/** Sorts patches into graph order. */
export function inOrder(nodes: Iterable<PatchNode>): PatchNode[] {
  const sorted = [...nodes];
  return sorted.length > 1 ? sorted.sort((a, b) => a.place - b.place) : sorted;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const group = map.get(key);
  if (group) group.push(value);
  else map.set(key, [value]);
}

function specsOf(fileset: Fileset, keyword: string): SoftwareSpec[] {
  const specs: SoftwareSpec[] = [];
  for (const source of list(fileset.attributes, keyword)) {
    const spec = specOf(source);
    if (spec) specs.push(spec);
  }
  return specs;
}

function supersededBy(node: PatchNode): SoftwareSpec[] {
  return specsOf(node.fileset, 'supersedes');
}

/** Product tag named in a supersedes list → who lists it; patterns under `*`. */
function listings(nodes: readonly PatchNode[]): Map<string, PatchNode[]> {
  const listing = new Map<string, PatchNode[]>();
  for (const node of nodes) {
    for (const { tags } of supersededBy(node)) push(listing, isPattern(tags[0]!) ? '*' : tags[0]!, node);
  }
  return listing;
}

function beforeComma(source: string): string {
  const comma = source.indexOf(',');
  return comma < 0 ? source : source.slice(0, comma);
}

/** True for `P.F`, false for `P`, `P.*` and the like. */
function namesOneFileset(source: string): boolean {
  const name = beforeComma(source);
  const dot = name.lastIndexOf('.');
  return dot > 0 && !isPattern(name.slice(dot));
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
  const exact = listed.tags.length > 1 && !isPattern(listed.tags.at(-1)!);
  return matchesPattern(spec.tags.at(-1)!, exact ? listed.tags.at(-1)! : tagOf(node.fileset));
}
