// The order in which a session loads (patches.md 4.1, commands.md 6.2): product after product, and filesets within a product.
//
//   prerequisite coming in the session        before what needs it; in a circle of them the source's order
//   corequisite                               no order
//   base                                      before its patches
//   superseded patch                          before its superseder
//   kernel fileset, root `/`                  first, with what it needs; the rest of its product comes a second time, behind
//   otherwise                                 the source's order

import { flag } from '../model/attributes.ts';
import { isPatch } from '../model/patches.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import type { Candidate } from './draft.ts';
import { addTo } from './groups.ts';
import { inOrder } from './order.ts';
import { graphOf, type PatchParts } from './patches.ts';
import type { Requisites } from './requisites.ts';

/** The candidates of one product that are still in the session, in order. */
export interface Loading {
  readonly product: Product;
  readonly filesets: readonly Candidate[];
  /** True for what is loaded before the kernel is built. */
  readonly kernel: boolean;
}

/** Groups and orders what is alive. */
export function loadingOrder(parts: PatchParts, requisites: Requisites): Loading[] {
  const { draft } = parts;
  const follows = followers(parts);
  const needs = (each: Candidate) => requisites.prerequisites(each);
  const alive = draft.alive();
  const kernel =
    draft.input.into === 'root' && draft.input.targetPath === '/' ? kernelPart(alive, follows, needs) : NONE;
  const groups = [
    ...byProduct(alive.filter((each) => kernel.has(each))).map((group) => ({ ...group, kernel: true })),
    ...byProduct(alive.filter((each) => !kernel.has(each))).map((group) => ({ ...group, kernel: false })),
  ];
  return arranged(groups, (group) => group.filesets, follows, needs).map((group) => ({
    ...group,
    filesets: arranged(group.filesets, (each) => [each], follows, needs),
  }));
}

const NONE: ReadonlySet<Candidate> = new Set();

function byProduct(candidates: readonly Candidate[]): { product: Product; filesets: Candidate[] }[] {
  const products = new Map<Product, Candidate[]>();
  for (const each of candidates) addTo(products, each.product, each);
  return [...products].map(([product, filesets]) => ({ product, filesets }));
}

/** Kernel filesets and all that has to be there before them. */
function kernelPart(alive: readonly Candidate[], follows: Edges, needs: Edges): ReadonlySet<Candidate> {
  const part = new Set(alive.filter((each) => flag(each.fileset.attributes, 'is_kernel')));
  // A Set is walked in order of insertion, what is added on the way included.
  for (const each of part) for (const other of [...needs(each), ...follows(each)]) part.add(other);
  return part;
}

type Edges = (candidate: Candidate) => readonly Candidate[];

/** Orders things made of candidates by the edges between their candidates. */
function arranged<Thing>(
  things: readonly Thing[],
  members: (thing: Thing) => readonly Candidate[],
  follows: Edges,
  needs: Edges,
): Thing[] {
  const place = new Map<Candidate, number>();
  things.forEach((thing, index) => {
    for (const each of members(thing)) place.set(each, index);
  });
  const edges = (of: Edges) => (index: number) => {
    const places = members(things[index]!).flatMap((each) => of(each).flatMap((other) => place.get(other) ?? []));
    return [...new Set(places)].filter((other) => other !== index);
  };
  return inOrder(things.length, { needs: edges(needs), follows: edges(follows) }).map((index) => things[index]!);
}

/** For a patch fileset: its base and the patches it supersedes, as far as they come in this session. */
function followers({ draft, bases }: PatchParts): Edges {
  const { input } = draft;
  const graph = graphOf(input);
  const isAlive = (each: Candidate) => draft.isAlive(each);
  const patches = new Map<FilesetKey, Candidate>();
  for (const each of draft.alive()) if (isPatch(each.fileset)) patches.set(each.key, each);
  const known = new Map<Candidate, readonly Candidate[]>();
  return (candidate) => {
    if (!isPatch(candidate.fileset)) return [];
    const ready = known.get(candidate);
    if (ready) return ready;
    const base = bases.of(candidate, isAlive)?.coming;
    const node = graph.node(input.source, candidate.key);
    const older = node
      ? graph.olderThan(node).flatMap((each) => (each.catalog === input.source ? (patches.get(each.key) ?? []) : []))
      : [];
    const found = [...(base ? [base] : []), ...older];
    known.set(candidate, found);
    return found;
  };
}
