// The patch graph: bases, chains that merge, transitive supersession, specs of every width, absent members (patches.md 2.3, 2.4).
import { expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import { parseSpec } from '../../../src/model/spec.ts';
import type { PatchGraph } from '../../../src/selection/chains.ts';
import { patchGraph } from '../../../src/selection/chains.ts';
import { circles, oldestFirst } from '../../../src/selection/walk.ts';
import { acme, depotOf, installed, PT_1, PT_2, PT_3, PX_1, patch, rootOf } from './catalog-builder.ts';

const names = (nodes: readonly { name: string }[]) => nodes.map((node) => node.name);
const at = (graph: PatchGraph, catalog: Catalog, key: string) => graph.node(catalog, key)!;

function chainsOf(depot: Catalog, tag = 'RUN') {
  const graph = patchGraph(depot);
  const product = depot.product('ACME')!;
  const base = product.filesets.find((each) => each.id === tag)!;
  return graph.chains(graph.candidates(product, base, depot)).map((chain) => ({
    members: names(chain.members),
    heads: names(chain.heads),
    to: chain.heads.map((head) => graph.chainTo(chain, head).join(' ')),
  }));
}

test('one chain per base fileset, parallel patches apart', () => {
  const depot = depotOf(acme(), PT_3, PX_1, PT_1, PT_2);
  expect(chainsOf(depot)).toEqual([
    {
      members: ['PT_3.RUN', 'PT_1.RUN', 'PT_2.RUN'],
      heads: ['PT_3.RUN'],
      to: ['PT_1 PT_2 PT_3'],
    },
    { members: ['PX_1.RUN'], heads: ['PX_1.RUN'], to: ['PX_1'] },
  ]);
});

test('chains merge: one head over two', () => {
  const depot = depotOf(
    acme(),
    patch('A', { RUN: {} }),
    patch('B', { RUN: {} }),
    patch('AA', { RUN: {} }, { supersedes: ['A'] }),
    patch('M', { RUN: {} }, { supersedes: ['AA', 'B'] }),
  );
  expect(chainsOf(depot)).toEqual([
    { members: ['A.RUN', 'B.RUN', 'AA.RUN', 'M.RUN'], heads: ['M.RUN'], to: ['A B AA M'] },
  ]);
});

test('two heads over one: each names its own way', () => {
  const depot = depotOf(
    acme(),
    patch('A', { RUN: {} }),
    patch('B1', { RUN: {} }, { supersedes: ['A'] }),
    patch('B2', { RUN: {} }, { supersedes: ['A'] }),
  );
  expect(chainsOf(depot)[0]).toMatchObject({ heads: ['B1.RUN', 'B2.RUN'], to: ['A B1', 'A B2'] });
});

test('supersession passes through a patch of another version of the base', () => {
  const depot = depotOf(
    acme(),
    patch('A', { RUN: {} }),
    patch('B', { RUN: { ancestor: ['ACME.RUN,fr=9'] } }, { supersedes: ['A'] }),
    patch('C', { RUN: {} }, { supersedes: ['B'] }),
  );
  expect(chainsOf(depot)).toEqual([{ members: ['A.RUN', 'C.RUN'], heads: ['C.RUN'], to: ['A C'] }]);
});

test('superseded_by of an installed patch counts where no list names it any more', () => {
  const root = depotOf(
    acme(),
    patch('P1', { RUN: { superseded_by: ['P3.RUN'] } }),
    patch('P3', { RUN: { supersedes: ['P2.RUN,fr=*'] } }),
    patch('OTHER', { RUN: {} }),
  );
  const graph = patchGraph(root);
  expect(names(graph.newerThan(at(graph, root, 'P1/RUN')))).toEqual(['P3.RUN']);
  expect(names(graph.olderThan(at(graph, root, 'P3/RUN')))).toEqual(['P1.RUN']);
});

test('a family holds every branch that supersession connects', () => {
  const depot = depotOf(
    acme(),
    patch('P1', { RUN: {} }),
    patch('PA', { RUN: { supersedes: ['P1.RUN'] } }),
    patch('PB', { RUN: { supersedes: ['P1.RUN'] } }),
    patch('OTHER', { RUN: {} }),
  );
  const graph = patchGraph(depot);
  expect(names(graph.family([at(graph, depot, 'PA/RUN')]))).toEqual(['P1.RUN', 'PA.RUN', 'PB.RUN']);
});

test('a bare product or a wildcard in supersedes stays within the base', () => {
  for (const entry of ['PT_1', 'PT_1.*', 'PT_?.*,fr=1.*']) {
    const depot = depotOf(acme(), PT_1, patch('NEW', { RUN: { supersedes: [entry] } }));
    const graph = patchGraph(depot);
    expect(names(graph.olderThan(at(graph, depot, 'NEW/RUN')))).toEqual(['PT_1.RUN']);
  }
});

test('a version in supersedes counts', () => {
  const depot = depotOf(acme(), PT_1, patch('NEW', { RUN: { supersedes: ['PT_1.RUN,fr=0.9'] } }));
  expect(chainsOf(depot)).toHaveLength(2);
});

test('ancestors: patterns, products, and versions', () => {
  const depot = depotOf(
    acme(),
    patch('P1', { RUN: { ancestor: ['AC*.R?N'] } }),
    patch('P2', { RUN: { ancestor: ['ACME'] } }),
    patch('P3', { RUN: { ancestor: ['ACME.RUN,r=3.0'] } }),
    patch('P4', { RUN: { ancestor: ['ACME.RUN,fr=1.0', 'ACME.RUN', 'ACME.*'] } }),
  );
  expect(chainsOf(depot).flatMap((chain) => chain.members)).toEqual(['P1.RUN', 'P2.RUN', 'P4.RUN']);
});

test('two catalogs in one graph: an installed superseder of a patch of the source, copies are not each other’s superseders', () => {
  const depot = depotOf(PT_1, PT_3);
  const root = rootOf(installed(acme()), installed(PT_3));
  const graph = patchGraph(root, depot);
  const newer = graph.newerThan(at(graph, depot, 'PT_1/RUN'));
  expect(newer.map((node) => [node.catalog.kind, node.name])).toEqual([
    ['root', 'PT_3.RUN'],
    ['depot', 'PT_3.RUN'],
  ]);
  expect(graph.newerThan(at(graph, depot, 'PT_3/RUN'))).toEqual([]);
});

test('who lists an absent patch stands for it', () => {
  const graph = patchGraph(
    depotOf(PT_3, patch('W', { MAN: { supersedes: ['PT_2'] } }), patch('Y', { RUN: { supersedes: ['PT_*.*'] } })),
  );
  expect(names(graph.standingFor(parseSpec('PT_2.RUN')))).toEqual(['PT_3.RUN', 'Y.RUN']);
  expect(names(graph.standingFor(parseSpec('PT_2.MAN')))).toEqual(['PT_3.MAN', 'W.MAN']);
  expect(names(graph.standingFor(parseSpec('PQ_2.RUN')))).toEqual([]);
});

test('a graph is made once for a generation', () => {
  const depot = depotOf(PT_1);
  expect(patchGraph(depot)).toBe(patchGraph(depot));
  const root = rootOf(installed(acme()));
  expect(patchGraph(root, depot)).toBe(patchGraph(root, depot));
  expect(patchGraph(root, depot)).not.toBe(patchGraph(root));
});

test('oldest first whatever the order given; a chain of thousands needs no recursion', () => {
  const older = (n: number) => (n > 0 ? [n - 1] : []);
  const chain = Array.from({ length: 20_000 }, (_, i) => 19_999 - i);
  expect(oldestFirst(chain, older)).toEqual([...chain].reverse());
});

test('circles are found, and what hangs on them is not one', () => {
  const next: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['a'], d: ['a'], e: ['f'], f: ['f'], g: [] };
  expect(circles(Object.keys(next), (node) => next[node]!)).toEqual([['a', 'b', 'c'], ['f']]);
});
