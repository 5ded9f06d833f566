// What people ask of a target beyond a listing: swlist --why, --diff and --graph. One target each, in words, as a picture, or --json.

import type { Catalog } from '../model/catalog.ts';
import type { Finding } from '../model/plan.ts';
import { openListedDepot, openListedRoot } from '../operations/list-target.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { printFindings } from '../report/failure.ts';
import { findingData, printDocument } from '../report/json.ts';
import { differenceData } from '../report/json-difference.ts';
import { page } from '../report/pager.ts';
import { print } from '../report/terminal.ts';
import { argument, has, type Invocation } from './declaration.ts';
import { type Question, unusable } from './list-asked.ts';
import { sourcePath } from './targets.ts';

const FORMATS = ['text', 'dot', 'svg'] as const;

export interface Asked {
  readonly invocation: Invocation;
  readonly options: ResolvedOptions;
  readonly software: readonly string[];
  readonly targets: readonly { readonly path: string; readonly depot: boolean }[];
}

/** Answers. Returns the exit code. */
export async function answer(question: Question, asked: Asked): Promise<number> {
  if (question === '--why') {
    if (asked.targets.some((target) => target.depot)) {
      throw unusable('A depot does not know why it holds something.', 'Leave out -d and -s; name a root.');
    }
    const { answerWhy } = await import('./why.ts');
    printFindings(asked.options.findings, 'stderr');
    return answerWhy(asked.invocation, asked.options, asked.software);
  }
  const { path, depot } = oneTarget(asked, question);
  const { admin_directory } = asked.options.values;
  const target = depot ? await openListedDepot(path) : await openListedRoot(path, admin_directory);
  try {
    const place = `${asked.invocation.caller.host}:${path}`;
    const findings = [...asked.options.findings, ...target.findings];
    const tell = question === '--diff' ? tellDifference : tellGraph;
    const told = await tell(asked, { catalog: target.catalog, place, findings });
    printFindings(told, 'stderr');
    return told.some((finding) => finding.severity === 'error') ? 1 : 0;
  } finally {
    target.close();
  }
}

/** Where a question is asked: the open catalog, `host:/path`, and what opening found. */
interface Place {
  readonly catalog: Catalog;
  readonly place: string;
  readonly findings: readonly Finding[];
}

async function tellDifference(
  { invocation, options, software }: Asked,
  { catalog, place, findings }: Place,
): Promise<readonly Finding[]> {
  const { caller } = invocation;
  const path = sourcePath(argument(invocation, '--diff')!, caller, options.values.distribution_target_directory);
  const source = await openListedDepot(path);
  try {
    const { difference } = await import('../operations/difference.ts');
    const found = difference({ target: catalog, depot: source.catalog, software, options: options.values });
    const all = [...findings, ...source.findings, ...found.findings];
    const depot = `${caller.host}:${path}`;
    if (has(invocation, '--json')) {
      printDocument('difference', { target: place, depot, ...differenceData(found.difference), ...ending(all) });
    } else {
      const { differenceLines } = await import('../report/difference.ts');
      // Where no operand names anything, nothing was compared.
      const unnamed = found.findings.filter(({ severity }) => severity === 'error').length;
      const compared = software.length === 0 || unnamed < software.length;
      const lines = compared ? differenceLines(found.difference) : [];
      page([`# Target:  ${place}`, `# Depot:   ${depot}`, ...lines]);
    }
    return all;
  } finally {
    source.close();
  }
}

async function tellGraph(
  { invocation, software }: Asked,
  { catalog, place, findings }: Place,
): Promise<readonly Finding[]> {
  const format = formatOf(invocation);
  const { softwareGraph } = await import('../operations/graph.ts');
  const found = softwareGraph(catalog, software);
  const all = [...findings, ...found.findings];
  const heading = `${software.length === 0 ? 'Software' : software.join(' ')} on ${place}`;
  if (has(invocation, '--json')) printDocument('graph', { target: place, ...found.graph, ...ending(all) });
  else if (format === 'dot') print('stdout', (await import('../report/graph-dot.ts')).dotLines(found.graph));
  else if (format === 'svg') print('stdout', (await import('../report/graph-svg.ts')).svgLines(found.graph, heading));
  else page([`# Target:  ${place}`, '', ...(await import('../report/graph-text.ts')).graphLines(found.graph)]);
  return all;
}

function ending(findings: readonly Finding[]): object {
  const failed = findings.some((finding) => finding.severity === 'error');
  return { findings: findings.map(findingData), exit_code: failed ? 1 : 0 };
}

function formatOf(invocation: Invocation): (typeof FORMATS)[number] {
  const word = argument(invocation, '--format') ?? 'text';
  const format = FORMATS.find((each) => each === word);
  if (format === undefined) throw unusable(`"${word}" is no format of a graph.`, `Formats are ${FORMATS.join(', ')}.`);
  return format;
}

function oneTarget({ targets }: Asked, question: Question): { path: string; depot: boolean } {
  if (targets.length > 1)
    throw unusable(`"${question}" looks at one target, and ${targets.length} are named.`, 'Name one.');
  return targets[0]!;
}
