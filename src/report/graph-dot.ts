// A graph of software in the language of Graphviz: chains from left to right, states as colour and as word.

import type { GraphNode, SoftwareGraph } from '../model/graph.ts';
import { colourOf } from './graph-colours.ts';
import { shown } from './layout.ts';

/** Lines for `dot -Tsvg` and its like. */
export function dotLines(graph: SoftwareGraph): string[] {
  return [
    'digraph software {',
    '  rankdir=LR;',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9, color="#607080"];',
    ...graph.nodes.map((node) => `  ${quoted(node.id)} [${nodeText(node)}];`),
    ...graph.edges.map(({ from, to, relation }) => {
      // The older stands left: arrows of chains run the way time did.
      if (relation === 'supersedes') return `  ${quoted(to)} -> ${quoted(from)} [label="superseded by"];`;
      if (relation === 'patches') return `  ${quoted(to)} -> ${quoted(from)} [label="patched by", style=dotted];`;
      const style = relation === 'exrequisite' ? 'color="#c62828", arrowhead=tee' : 'constraint=false';
      return `  ${quoted(from)} -> ${quoted(to)} [label="${relation}", style=dashed, ${style}];`;
    }),
    '}',
  ];
}

function nodeText({ name, revision, state, title }: GraphNode): string {
  const { fill, stroke } = colourOf(state);
  const second = revision === '' ? state : `${revision}  ${state}`;
  const label = `${escaped(name)}\\n${escaped(second)}`;
  return `label="${label}", tooltip=${quoted(title || name)}, fillcolor="${fill}", color="${stroke}"`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return shown(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
