// swverify on one root or depot (commands.md 5.6, 6.5; patches.md 7.2): compatibility, states, versions, requisites, scripts, files.
// Promise: changes nothing and waits for nobody: it reads what is published. Only with -F, on a root, it opens the IPD: it runs fix
// scripts instead of verify scripts and puts right what execution/repair.ts can. With ipd=true the catalog itself comes first. Each fileset gets one verdict, after all checks.

import { join } from 'node:path';
import type { Machine } from '../analysis/views.ts';
import { repairFiles } from '../execution/repair.ts';
import type { ScriptSession } from '../execution/scripts.ts';
import { stopPoint } from '../host/signals.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { lookUp, type Placed } from '../model/patches.ts';
import { placeOf } from '../model/place.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { replacedSince } from '../model/stacking.ts';
import { selectOnTarget } from '../selection/target.ts';
import { requireDepot, requireProducts, requireRoot, selectedProducts } from './access.ts';
import { softwareSpecs } from './copy.ts';
import { Reading } from './reading.ts';
import { openRoot, type RootTarget } from './root-target.ts';
import { rootViews } from './root-views.ts';
import {
  agentSession,
  connect,
  endSelection,
  findingOf,
  runSession,
  type Session,
  type SessionResult,
} from './session.ts';
import { bringContents, bringRecords, openSource } from './sources.ts';
import { type ControlPlace, compareControlFiles } from './verify-control.ts';
import {
  bytesToRead,
  compareFile,
  digestedAhead,
  type FileProblem,
  type Ground,
  installedGround,
} from './verify-files.ts';
import { runScripts } from './verify-scripts.ts';
import * as software from './verify-software.ts';
import { verifyStore } from './verify-store.ts';
import { compareStored } from './verify-stored.ts';

export interface VerifyRequest extends TargetRequest {
  /** -F: run fix scripts, and put right what can be without the software's content. */
  readonly fix?: boolean;
}

/** Verifies software of `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function verify(request: VerifyRequest, emit: Emit): Promise<Outcome> {
  const place = placeOf(request.context.host, request.target);
  return runSession(request.context, place, emit, async (session) => {
    if (request.depot) requireDepot(request.target, 'r', request.options);
    else requireRoot(request.target, 'w', request.options);
    if (request.options.ipd) await verifyStore(request, session);
    session.emit({ type: 'selection.begin' });
    return request.depot ? verifyDepot(request, session, place) : verifyRoot(request, session, place);
  });
}

/** What differs between a root and a depot. */
interface Subject {
  readonly place: string;
  readonly logfile: string;
  readonly states: readonly string[];
  readonly control: ControlPlace;
  /** Told what was chosen, before anything of it is looked at. */
  readonly chosen: (filesets: readonly FilesetKey[]) => Promise<void>;
  /** Everything wrong with the files of one fileset. */
  readonly files: (placed: Placed) => FileProblem[];
  /** The machine the software must fit; absent for a depot, which serves others too. */
  readonly machine?: Machine;
  /** Runs scripts and repairs; returns the filesets whose scripts failed. */
  readonly scripts: (chosen: readonly Placed[]) => Promise<ReadonlySet<FilesetKey>>;
}

async function verifyRoot(request: VerifyRequest, session: Session, place: string): Promise<SessionResult> {
  const { options, context, fix = false } = request;
  const target = await connect(session, 'target', place, () =>
    openRoot(request.target, { session, options, preview: !fix, create: false }),
  );
  try {
    const catalog = target.catalog();
    const reading = new Reading(session.emit);
    let ground: Ground = { ...installedGround(target.looked, catalog), onPiece: reading.read };
    const { machine } = rootViews(target.looked, catalog);
    const known = new Map<FilesetKey, readonly FileRecord[]>();
    const records = (placed: Placed) => {
      const before = known.get(placed.key);
      if (before) return before;
      const replaced = replacedSince(catalog, placed);
      const found = catalog.files(placed.key).filter((record) => !replaced(record));
      known.set(placed.key, found);
      return found;
    };
    return await verifyAll(request, session, {
      place,
      logfile: `${context.host}:${target.admin}/swagent.log`,
      states: ['installed', 'configured'],
      control: { catalog, tree: join(target.admin, 'products'), times: true },
      chosen: async (filesets) => {
        const chosen = filesets.flatMap((key) => lookUp(catalog, key) ?? []).flatMap(readable(records));
        beginContents(session, filesets.length, bytesToRead(chosen, options));
        ground = await digestedAhead(ground, chosen, options);
      },
      files: (placed) => {
        const problems = records(placed).flatMap((record) => compareFile(record, ground, options));
        reading.flush();
        return problems;
      },
      machine,
      scripts: (chosen) => scriptsAndRepairs(request, session, target, machine, chosen),
    });
  } finally {
    await target.close();
  }
}

/** Verify scripts run on the machine's own root only, fix scripts on any (commands.md 7.1). */
async function scriptsAndRepairs(
  request: VerifyRequest,
  session: Session,
  target: RootTarget,
  machine: Machine,
  chosen: readonly Placed[],
): Promise<ReadonlySet<FilesetKey>> {
  const { fix, options } = request;
  const catalog = target.catalog();
  const run = (scripts: ScriptSession, tag: 'verify' | 'fix') =>
    options.check_scripts ? runScripts({ session: scripts, catalog, machine, tag }, chosen) : new Set<FilesetKey>();
  if (!fix) return request.target === '/' ? run(target.looked, 'verify') : new Set();
  if (!target.known) return new Set();
  const root = await target.change();
  const failed = await run(root, 'fix');
  root.paths.forget();
  try {
    const records = chosen.flatMap((placed) => {
      const replaced = replacedSince(catalog, placed);
      return catalog.files(placed.key).filter((record) => !replaced(record));
    });
    const repaired = await repairFiles(root, records);
    session.report(repaired.map((said): Finding => ({ severity: 'note', code: 'repaired', text: said })));
  } catch (error) {
    // What could not be put right is told once more, file by file.
    if (!(error instanceof SdError)) throw error;
    session.report([findingOf(error)]);
  }
  return failed;
}

async function verifyDepot(request: VerifyRequest, session: Session, place: string): Promise<SessionResult> {
  const depot = await connect(session, 'target', place, () =>
    openSource(request.target, { options: request.options, remember: false }),
  );
  try {
    session.report(depot.findings);
    const { catalog } = depot;
    const tree = depot.kind === 'directory' ? { tree: join(depot.location, 'catalog') } : {};
    const reading = new Reading(session.emit);
    return await verifyAll(request, session, {
      place,
      logfile: `${place}/swagent.log`,
      states: ['available'],
      control: { catalog, times: false, ...tree },
      chosen: async (filesets) => {
        await bringRecords(depot, filesets);
        // A depot here is compared file by file, so that all that is wrong is told.
        if (depot.kind === 'remote') await bringContents(session, depot, filesets);
        beginContents(session, filesets.length, bytesStored(catalog, filesets, request.options));
      },
      files: (placed) => {
        const compare = (record: FileRecord) => compareStored(depot, placed.key, record, request.options, reading.read);
        const problems = catalog.files(placed.key).flatMap(compare);
        reading.flush();
        return problems;
      },
      scripts: async () => new Set(),
    });
  } finally {
    depot.close();
  }
}

async function verifyAll(request: VerifyRequest, session: Session, subject: Subject): Promise<SessionResult> {
  const { options, depot } = request;
  const { catalog } = subject.control;
  const { software } = request;
  const selection = selectOnTarget({ target: catalog, software, options, verb: 'verify', depot, place: subject.place });
  if (depot) requireProducts(request.target, selectedProducts(selection), 'r', options);
  const specs = softwareSpecs(selection, catalog);
  if (
    !endSelection(session, selection, { target: subject.place, software: specs, enforce: options.enforce_selections })
  )
    return {};
  return agentSession(session, { task: 'verify', target: subject.place, logfile: subject.logfile }, async () => {
    session.emit({ type: 'analysis.begin', preview: request.preview });
    await subject.chosen(selection.entries.map((entry) => entry.key));
    const chosen = selection.entries.flatMap((entry) => lookUp(catalog, entry.key) ?? []);
    const verdicts = new Verdicts(session);
    await judgeSoftware(request, session, subject, chosen, verdicts);
    await judgeFiles(request, session, subject, chosen, verdicts);
    const errors = chosen.filter(({ key }) => verdicts.failed.has(key)).length;
    const warnings = chosen.filter(({ key }) => verdicts.warned.has(key) && !verdicts.failed.has(key)).length;
    const ok = !session.failed();
    const end = { ok, target: subject.place, errors, warnings, filesets: chosen.length };
    session.emit({ type: 'execution.end', task: 'verify', ...end });
    return {};
  });
}

/** Says findings and keeps whom they speak against. */
class Verdicts {
  readonly failed = new Set<FilesetKey>();
  readonly warned = new Set<FilesetKey>();
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  say(verdicts: readonly software.Verdict[]): void {
    for (const { finding, about } of verdicts) {
      this.#session.report([finding]);
      const kept =
        finding.severity === 'error' ? this.failed : finding.severity === 'warning' ? this.warned : undefined;
      for (const key of about) kept?.add(key);
    }
  }
}

/** Everything but files, in SD's order. */
async function judgeSoftware(
  { options }: VerifyRequest,
  session: Session,
  subject: Subject,
  chosen: readonly Placed[],
  verdicts: Verdicts,
): Promise<void> {
  const { catalog } = subject.control;
  if (subject.machine) verdicts.say(software.compatibility(chosen, subject.machine, options));
  for (const { product, fileset } of chosen) {
    const state = text(fileset.attributes, 'state');
    session.emit({ type: 'fileset.state', spec: brief(product, fileset), state });
  }
  verdicts.say(software.states(chosen, subject.states));
  if (catalog.kind === 'root') verdicts.say(software.versions(chosen, catalog, options));
  if (options.check_requisites) {
    session.emit({ type: 'check.begin', check: 'requisites' });
    verdicts.say(software.requisites(chosen, catalog, options));
  }
  for (const key of await subject.scripts(chosen)) verdicts.failed.add(key);
}

async function judgeFiles(
  { options }: VerifyRequest,
  session: Session,
  subject: Subject,
  chosen: readonly Placed[],
  verdicts: Verdicts,
): Promise<void> {
  let index = 0;
  for (const { product, filesets } of software.byProduct(chosen)) {
    session.emit({ type: 'check.begin', check: 'files', spec: brief(product) });
    const ofProduct = compareControlFiles(subject.control, product.id, product.controlFiles, options);
    verdicts.say(
      fileVerdicts(
        'Product',
        brief(product),
        filesets.map(({ key }) => key),
        ofProduct,
      ),
    );
    for (const placed of filesets) {
      await stopPoint();
      const { fileset, key } = placed;
      const spec = brief(product, fileset);
      index += 1;
      session.emit({ type: 'fileset.begin', task: 'verify', spec, index, of: chosen.length });
      const controls = compareControlFiles(subject.control, key, fileset.controlFiles, options);
      verdicts.say(fileVerdicts('Fileset', spec, [key], [...controls, ...filesOf(subject, placed)]));
      const ok = !verdicts.failed.has(key);
      session.emit({ type: 'fileset.end', task: 'verify', spec, ok, state: text(fileset.attributes, 'state') });
    }
  }
}

/** What cannot be read is told of in its turn. */
function readable<T>(records: (placed: Placed) => readonly T[]): (placed: Placed) => readonly T[] {
  return (placed) => {
    try {
      return records(placed);
    } catch (error) {
      if (error instanceof SdError) return [];
      throw error;
    }
  };
}

function beginContents(session: Session, filesets: number, bytes: number): void {
  session.emit({ type: 'check.begin', check: 'contents', filesets, bytes });
}

/** As the filesets themselves say it; their records are read only when their turn comes. */
function bytesStored(catalog: Catalog, filesets: readonly FilesetKey[], options: VerifyRequest['options']): number {
  if (!options.check_contents || !options.check_contents_use_cksum) return 0;
  return filesets.reduce((sum, key) => sum + Number(text(lookUp(catalog, key)?.fileset.attributes ?? {}, 'size')), 0);
}

/** A catalog that cannot be read condemns its fileset, not the session. */
function filesOf(subject: Subject, placed: Placed): FileProblem[] {
  try {
    return subject.files(placed);
  } catch (error) {
    if (error instanceof SdError) return [{ kind: 'wrong', text: error.message }];
    throw error;
  }
}

/** Files that belong to somebody else are told of in one NOTE: for an ordinary user's root that is nearly every file. */
function fileVerdicts(
  level: string,
  spec: string,
  about: readonly FilesetKey[],
  problems: readonly FileProblem[],
): software.Verdict[] {
  const said = (severity: Finding['severity'], code: string, words: string) => ({
    finding: { severity, code, text: words, subjects: [spec] },
    about,
  });
  const wrong = problems.filter(({ kind }) => kind === 'wrong');
  const foreign = problems.filter(({ kind }) => kind === 'foreign');
  const more = foreign.length > 1 ? `  ${foreign.length - 1} more of its files have another owner or group.` : '';
  return [
    ...wrong.map((problem) => said('error', 'file_differs', problem.text)),
    ...problems.flatMap((each) => (each.kind === 'unread' ? [said('warning', 'file_unread', each.text)] : [])),
    ...(foreign[0] ? [said('note', 'file_foreign', `${foreign[0].text}${more}`)] : []),
    ...(wrong.length === 0 ? [] : [said('error', 'file_errors', `${level} "${spec}" had file errors.`)]),
  ];
}
