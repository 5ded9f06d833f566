// swlist: flags → one ListRequest a target → SD's text on stdout, messages on stderr (commands.md 5.4, 12; clients.md 1-19).
// It has no session and no log of its own, writes nothing but what -C asks for, and loads nothing that only changing commands need.

import { isAbsolute, resolve } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import { isPlaceLevel, LIST_LEVELS, type ListLevel } from '../model/listing.ts';
import { nearest } from '../model/nearest.ts';
import type { Finding } from '../model/plan.ts';
import { type ListOutcome, type ListRequest, listInPieces } from '../operations/list.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { printFindings } from '../report/failure.ts';
import { contactLines, type ListingScreen, listingLines } from '../report/listing.ts';
import { page } from '../report/pager.ts';
import { columns, ellipsis } from '../report/screen.ts';
import { optionsFor, softwareFor, targetsFor, targetWords } from './asked.ts';
import { argument, type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import { exitCode } from './exit-code.ts';
import * as flag from './flags.ts';
import { questionOf } from './list-asked.ts';
import { readPath, sourcePath, targetPath } from './targets.ts';

const declaration: CommandDeclaration = {
  name: 'swlist',
  summary: 'list installed software, depots and what they hold',
  flags: [
    flag.DEPOT,
    flag.ROOT,
    { name: '-i', meaning: 'Browse the software on the terminal.' },
    { name: '-R', meaning: 'The same as -l bundle -l subproduct -l fileset.' },
    { name: '-v', meaning: 'Show every attribute, in the form of a definition file.' },
    { name: '-a', argument: 'attribute', meaning: 'Show this attribute behind the name; may be repeated.' },
    {
      name: '-l',
      argument: 'level',
      meaning: 'List objects of this level (bundle, product, fileset, file, patch, depot ...).',
    },
    { name: '--owner', argument: 'path', meaning: 'List the filesets that own this file.' },
    { name: '--why', meaning: 'Say why the selected software is installed, back to who asked for what.' },
    {
      name: '--diff',
      argument: 'depot',
      meaning: 'Say what the target lacks of this depot, and what differs in revision.',
    },
    { name: '--graph', meaning: 'Draw requirements and patch chains, of the selected software or of all.' },
    { name: '--format', argument: 'format', meaning: 'Draw the graph as text, dot or svg.' },
    flag.JSON_ANSWER,
    { ...flag.SOURCE, meaning: 'List this depot: a directory, or a file made by swpackage.' },
    flag.SOFTWARE_FILE,
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'List bundles, and products that no bundle holds.', command: 'swlist' },
    {
      does: 'Is ACME installed, in revision 2.0 or newer?',
      command: "swlist 'ACME,r>=2.0' > /dev/null 2>&1 && echo yes",
    },
    {
      does: 'List every fileset that is not configured.',
      command: "swlist -l fileset -a state | grep -Ev '#|configured'",
    },
    { does: 'Find the fileset that owns a file.', command: 'swlist --owner /opt/acme/bin/tool' },
    { does: 'List the files of a fileset with both checksums.', command: 'swlist -l file -a cksum -a sha256 ACME.RUN' },
    { does: 'List what an archive holds.', command: 'swlist -s ./acme.depot' },
    {
      does: 'List the critical patches of a depot.',
      command: "swlist -d -l product '*,c=patch,c=critical' @ /var/spool/sw",
    },
    {
      does: 'List the patches on each fileset, superseded ones included.',
      command: 'swlist -l patch -x show_superseded_patches=true',
    },
    { does: 'Read the text of a patch.', command: 'swlist -l product -a readme PHCO_1234' },
    {
      does: 'List the software of an alternate root by size.',
      command: "swlist -l product -a size @ /srv/image | grep -v '^#' | sort -k2n",
    },
    { does: 'List the registered depots.', command: 'swlist -l depot' },
  ],
};

/** Whole flag sets that -R stands for. */
const RECURSIVE: readonly ListLevel[] = ['bundle', 'subproduct', 'fileset'];

async function run(invocation: Invocation): Promise<number> {
  // As an option, so that -C saves it.
  const level = [...(invocation.arguments['-l'] ?? []), ...(has(invocation, '-R') ? RECURSIVE : [])];
  const options = optionsFor(invocation, level.length > 0 ? { level } : {});
  const levels = levelsOf(options);
  const software = softwareFor(invocation, options);
  const targets = listedTargets(invocation, options, levels);
  if (has(invocation, '-i')) return browse(invocation, options, targets[0]!);
  await saveSession(invocation, options, software);
  const question = questionOf(invocation);
  if (question) {
    return (await import('./list-questions.ts')).answer(question, { invocation, options, software, targets });
  }
  say(options.findings);
  const requests = targets.map((target) => requestFor(invocation, options, { levels, software, target }));
  if (has(invocation, '--json')) return (await import('./list-json.ts')).listInJson(requests, invocation.caller.host);
  const outcomes: ListOutcome[] = [];
  for (const request of requests) {
    outcomes.push(await show(request));
  }
  return exitCode(outcomes, false);
}

/** -i: the first target, on the terminal. */
async function browse(invocation: Invocation, options: ResolvedOptions, { path, depot }: Target): Promise<number> {
  const { interactListing } = await import('../tui/browser.ts');
  const { caller } = invocation;
  const { distribution_target_directory: depots } = options.values;
  return interactListing({
    options,
    host: caller.host,
    home: caller.home,
    place: { path, depot },
    pathOf: (text, isDepot) => (isDepot ? sourcePath(text, caller, depots) : targetPath(text, caller, '/')),
  });
}

interface Target {
  /** Absolute path. */
  readonly path: string;
  readonly depot: boolean;
  /** True when the user named the path, not only a host or nothing. */
  readonly named: boolean;
}

/** -s and the targets; without either the root, or with -d the default depot. */
function listedTargets(invocation: Invocation, options: ResolvedOptions, levels: readonly ListLevel[]): Target[] {
  const { distribution_target_directory: depots } = options.values;
  const source = argument(invocation, '-s');
  const words = targetWords(invocation, options);
  const depot = source !== undefined || has(invocation, '-d');
  const sources =
    source === undefined
      ? []
      : [{ path: listedSource(source, invocation, depots, levels), depot, named: source.includes('/') }];
  if (sources.length > 0 && words.length === 0) return sources;
  const paths = targetsFor(invocation, options, depot ? depots : '/', depot ? 'read' : 'change');
  return [...sources, ...paths.map((path, at) => ({ path, depot, named: words[at]?.includes('/') ?? false }))];
}

/** `-` is standard input. Of registered places a machine is the source, so a bare word is a host there. */
function listedSource(source: string, { caller }: Invocation, depots: string, levels: readonly ListLevel[]): string {
  if (source === '-') return source;
  return levels.some(isPlaceLevel) ? readPath(source, caller, depots) : sourcePath(source, caller, depots);
}

function requestFor(
  invocation: Invocation,
  options: ResolvedOptions,
  asked: { levels: readonly ListLevel[]; software: readonly string[]; target: Target },
): ListRequest {
  const { target, levels, software } = asked;
  const { admin_directory } = options.values;
  const owner = argument(invocation, '--owner');
  return {
    host: invocation.caller.host,
    target: target.path,
    depot: target.depot,
    levels,
    attributes: invocation.arguments['-a'] ?? [],
    verbose: options.values.verbose > 0,
    software,
    ...(owner === undefined ? {} : { owner: ownedPath(owner, target.path, invocation.caller.cwd) }),
    registries: [...new Set([admin_directory, options.ownDirectory])],
    ...(target.named ? { place: target.path } : {}),
    options: options.values,
  };
}

/** The path as the root sees it: a relative one is meant from the working directory, which may lie inside an alternate root. */
function ownedPath(path: string, root: string, cwd: string): string {
  const absolute = resolve(cwd, path);
  return !isAbsolute(path) && root !== '/' && absolute.startsWith(`${root}/`) ? absolute.slice(root.length) : absolute;
}

function levelsOf({ values }: ResolvedOptions): ListLevel[] {
  return values.level.map((word) => {
    const level = LIST_LEVELS.find((each) => each === word);
    if (level) return level;
    const near = nearest(word, LIST_LEVELS);
    throw new SdError('bad_usage', {
      what: `"${word}" is no level of swlist.`,
      because: near === undefined ? '' : `Did you mean "${near}"?`,
      todo: `Levels are ${LIST_LEVELS.join(', ')}.`,
      data: { level: word },
    });
  });
}

/** Only where -C asks for it: a listing leaves no trace of its own. */
async function saveSession(
  invocation: Invocation,
  options: ResolvedOptions,
  software: readonly string[],
): Promise<void> {
  const name = argument(invocation, '-C');
  if (name === undefined) return;
  const { sessionPath, writeSession } = await import('../options/session.ts');
  const file = resolve(invocation.caller.cwd, sessionPath(invocation.caller.home, 'swlist', name));
  try {
    writeSession(file, options, { software, targets: targetWords(invocation, options) }, new Date());
  } catch (error) {
    const text = `Cannot save the session in the file "${file}".  ${reasonOf(error)}`;
    say([{ severity: 'warning', code: 'session_not_saved', text }]);
  }
}

/** Lists one target. The heading comes before an error too, but only its first two lines (commands.md 12.1). */
async function show(request: ListRequest): Promise<ListOutcome> {
  const target = { host: request.host, path: request.target };
  let lines = contactLines(target);
  const outcome = await listInPieces(request, (listing) => {
    lines = listingLines(listing, target, listingScreen());
  });
  page(lines);
  say(outcome.findings);
  return outcome;
}

/** Undefined where nobody looks: what programs read is never cut. */
function listingScreen(): ListingScreen | undefined {
  const width = columns(0);
  return width === 0 ? undefined : { columns: width, ellipsis: ellipsis() };
}

/** All messages go to stderr: on stdout every line that is no # line is software (clients.md 2). */
function say(findings: readonly Finding[]): void {
  printFindings(findings, 'stderr');
}

export const swlist: Command = { declaration, run };
