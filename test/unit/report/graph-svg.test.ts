// The picture of a graph: what is needed across other rows is led around their boxes.

import { expect, test } from 'vitest';
import type { GraphEdge, GraphNode, SoftwareGraph } from '../../../src/model/graph.ts';
import { svgLines } from '../../../src/report/graph-svg.ts';

const node = (name: string, kind: GraphNode['kind']): GraphNode => ({
  id: name as GraphNode['id'],
  name,
  kind,
  revision: '1.0',
  title: '',
  state: 'available',
});
const edge = (from: string, relation: GraphEdge['relation'], to: string) => ({ from, relation, to }) as GraphEdge;

/** Three bases with one patch each; the patch of the last needs that of the first. */
const graph: SoftwareGraph = {
  nodes: ['A', 'B', 'C'].flatMap((name) => [node(name, 'base'), node(`P${name}`, 'patch')]),
  edges: [
    ...['A', 'B', 'C'].map((name) => edge(`P${name}`, 'patches', name)),
    edge('PC', 'prerequisite', 'PA'),
    edge('PB', 'prerequisite', 'PA'),
  ],
};

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

test('a requisite passes no box but its own two', () => {
  const text = svgLines(graph, 'Software').join('\n');
  const boxes = [...text.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="42"/g)].map(
    (found): Place => {
      const [x, y, width] = found.slice(1).map(Number);
      return { x: x!, y: y!, width: width!, height: 42 };
    },
  );
  expect(boxes).toHaveLength(6);
  const [far, near] = [...text.matchAll(/class="edge needs" d="([^"]+)"/g)].map((found) => found[1]!);
  // Nothing stands between the rows of PB and PA.
  expect(near).toContain('C');
  const [, between] = boxes.filter(({ x }) => x > 150);
  const [, upright] = /H([\d.]+) Q/.exec(far!)!.map(Number);
  expect(upright).toBeLessThan(between!.x);
  const [, along] = /Q[\d.]+ ([\d.]+)/.exec(far!)!.map(Number);
  for (const { y, height } of boxes) expect(along! < y || along! > y + height).toBe(true);
});
