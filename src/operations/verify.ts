// swverify on one root or depot (commands.md 5.6, 6.5; patches.md 7.2): states, requisites, verify scripts, files.
// Promise: changes nothing, waits for nobody: it reads what is published. With -F on a root it runs fix scripts instead of verify scripts.

import { openDepot } from '../depot/open.ts';
import { appliedAfter } from '../execution/patching.ts';
import { execScript } from '../execution/scripts.ts';
import { digestContent } from '../host/digest.ts';
import { stopPoint } from '../host/signals.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { baseOf, isPatch, lookUp, type Placed } from '../model/patches.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { type FileRecord, filesetName } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { unmet } from '../selection/requisites.ts';
import { selectOnTarget } from '../selection/target.ts';
import { softwareSpecs } from './copy.ts';
import { openRoot } from './root-target.ts';
import type { LookedAt } from './root-views.ts';
import { agentSession, connect, endSelection, runSession, type Session, type SessionResult } from './session.ts';
import { compareFile, installedGround } from './verify-files.ts';

export interface VerifyRequest extends TargetRequest {
  /** -F: run fix scripts. */
  readonly fix?: boolean;
}

/** Verifies software of `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function verify(request: VerifyRequest, emit: Emit): Promise<Outcome> {
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    return request.depot ? verifyDepot(request, session, place) : verifyRoot(request, session, place);
  });
}

/** Looks at one fileset; answers what is wrong with its files. */
type FileCheck = (placed: Placed) => string[];

async function verifyRoot(request: VerifyRequest, session: Session, place: string): Promise<SessionResult> {
  const { options, context } = request;
  const target = await connect(session, 'target', place, () =>
    openRoot(request.target, { session, options, preview: true, create: false }),
  );
  const catalog = target.catalog();
  const files: FileCheck = (placed) => installedFiles(request, catalog, target.looked, placed);
  const script =
    request.target === '/'
      ? (placed: Placed) => runCheck(request, session, catalog, target.looked, placed)
      : async () => [];
  const logfile = `${context.host}:${target.admin}/swagent.log`;
  return verifyAll(request, session, catalog, { place, logfile, states: ['installed', 'configured'] }, files, script);
}

async function verifyDepot(request: VerifyRequest, session: Session, place: string): Promise<SessionResult> {
  const depot = await connect(session, 'target', place, () => openDepot(request.target));
  try {
    session.report(depot.findings);
    const files: FileCheck = (placed) =>
      depot.catalog.files(placed.key).flatMap((record) => storedFile(record, () => depot.content(placed.key, record)));
    const parts = { place, logfile: `${place}/swagent.log`, states: ['available'] };
    return await verifyAll(request, session, depot.catalog, parts, files, async () => []);
  } finally {
    depot.close();
  }
}

async function verifyAll(
  request: VerifyRequest,
  session: Session,
  catalog: Catalog,
  parts: { place: string; logfile: string; states: readonly string[] },
  files: FileCheck,
  script: (placed: Placed) => Promise<Finding[]>,
): Promise<SessionResult> {
  const { options, depot, software: asked, preview } = request;
  const selection = selectOnTarget({ target: catalog, software: asked, options, verb: 'verify', depot });
  const software = softwareSpecs(selection, catalog);
  if (!endSelection(session, selection, { target: parts.place, software, enforce: options.enforce_selections }))
    return {};
  return agentSession(session, { task: 'verify', target: parts.place, logfile: parts.logfile }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    const chosen = selection.entries.flatMap((entry) => lookUp(catalog, entry.key) ?? []);
    let errors = 0;
    for (const [index, placed] of chosen.entries()) {
      await stopPoint();
      const spec = brief(placed.product, placed.fileset);
      session.emit({ type: 'fileset.begin', task: 'verify', spec, index: index + 1, of: chosen.length });
      const findings = [
        ...stateFindings(placed, parts.states),
        ...(options.check_requisites ? requisiteFindings(placed, catalog, options.enforce_dependencies) : []),
        ...(options.check_scripts ? await script(placed) : []),
        ...fileFindings(placed, files(placed)),
      ];
      session.report(findings);
      const ok = !findings.some((finding) => finding.severity === 'error');
      if (!ok) errors += 1;
      session.emit({ type: 'fileset.end', task: 'verify', spec, ok, state: text(placed.fileset.attributes, 'state') });
    }
    session.emit({
      type: 'execution.end',
      task: 'verify',
      ok: errors === 0,
      target: parts.place,
      errors,
      warnings: 0,
      filesets: chosen.length,
    });
    return {};
  });
}

function stateFindings(placed: Placed, expected: readonly string[]): Finding[] {
  const state = text(placed.fileset.attributes, 'state');
  if (expected.includes(state)) return [];
  return [
    {
      severity: 'error',
      code: 'bad_state',
      text: `The fileset "${brief(placed.product, placed.fileset)}" is in the state "${state}".  Use swinstall to load it again.`,
    },
  ];
}

function requisiteFindings(placed: Placed, catalog: Catalog, enforce: boolean): Finding[] {
  const missing = unmet(placed.fileset, [{ catalog, has: () => true }]);
  if (missing.length === 0) return [];
  const spec = brief(placed.product, placed.fileset);
  const severity = enforce ? 'error' : 'warning';
  return [
    ...missing.map(
      (requisite): Finding => ({
        severity: 'note',
        code: 'requisite_unmet',
        msgid: 140154,
        text: `The ${requisite.relation} "${requisite.text}" for fileset "${spec}" cannot be successfully resolved.`,
      }),
    ),
    {
      severity,
      code: 'dependencies_unresolved',
      msgid: 140151,
      text: `The dependencies for fileset "${spec}" cannot be resolved (see previous lines).`,
    },
  ];
}

function fileFindings(placed: Placed, problems: readonly string[]): Finding[] {
  if (problems.length === 0) return [];
  const spec = brief(placed.product, placed.fileset);
  return [
    ...problems.map((problem): Finding => ({ severity: 'error', code: 'file_differs', text: problem })),
    { severity: 'error', code: 'file_errors', text: `Fileset "${spec}" had file errors.` },
  ];
}

/** Files of an installed fileset; of a patch only those that no later patch has replaced since. */
function installedFiles(request: VerifyRequest, catalog: Catalog, root: LookedAt, placed: Placed): string[] {
  const replaced = replacedSince(catalog, placed);
  const ground = installedGround(root);
  return catalog
    .files(placed.key)
    .flatMap((record) => (replaced.has(record.path) ? [] : compareFile(record, ground, request.options)));
}

/** Paths of a patch fileset that patches applied to its base later deliver too; empty for what is no patch. */
export function replacedSince(catalog: Catalog, placed: Placed): Set<string> {
  const base = isPatch(placed.fileset) ? baseOf(catalog, placed) : undefined;
  const later = base ? appliedAfter(catalog, base, placed) : [];
  return new Set(later.flatMap((patch) => catalog.files(patch.key).map((record) => record.path)));
}

function storedFile(
  record: FileRecord,
  open: () => ReturnType<Awaited<ReturnType<typeof openDepot>>['content']>,
): string[] {
  if (record.type !== 'f' && record.type !== 'a') return [];
  try {
    const content = open();
    try {
      const facts = digestContent(content);
      const sizes = record.size === undefined || record.size === facts.size;
      const sums = record.cksum === undefined || record.cksum === facts.cksum;
      const hashes = record.sha256 === undefined || record.sha256 === facts.sha256;
      if (sizes && sums && hashes) return [];
      return [
        `File "${record.path}" should have cksum "${record.cksum ?? ''}" but the actual cksum is "${facts.cksum}".`,
      ];
    } finally {
      if (content.kind === 'region') content.close();
    }
  } catch (error) {
    if (error instanceof SdError) return [error.message];
    throw error;
  }
}

async function runCheck(
  request: VerifyRequest,
  session: Session,
  catalog: Catalog,
  root: LookedAt,
  placed: Placed,
): Promise<Finding[]> {
  const tag = request.fix ? 'fix' : 'verify';
  const owner = {
    product: placed.product,
    fileset: placed.fileset,
    location: text(placed.product.attributes, 'location') || '/',
    content: (name: string) => catalog.controlFile(placed.key, name),
  };
  const exit = await execScript({ ...root, emit: session.emit }, owner, tag);
  if (exit === undefined || exit === 0) return [];
  const severity = exit === 2 ? 'warning' : 'error';
  const name = filesetName(placed.product, placed.fileset);
  return [{ severity, code: 'script_failed', text: `The "${tag}" script for "${name}" failed (exit code "${exit}").` }];
}
