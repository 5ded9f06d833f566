// swpackage: a PSF, or a depot, into a directory depot or a serial one (commands.md 5.7, 6.6; clients.md "What swpackage must accept").
// Promise: a preview and a refused analysis write nothing; a serial depot appears whole or not at all. Nothing is registered.

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Depot } from '../depot/depot.ts';
import { openDepot } from '../depot/open.ts';
import { openSerialDepot } from '../depot/serial.ts';
import { writeSerial } from '../depot/serial-write.ts';
import { executeCopy } from '../execution/copy.ts';
import { stopPoint } from '../host/signals.ts';
import { emptyCatalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome, Plan } from '../model/plan.ts';
import type { PackageRequest } from '../model/request.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { replaced, requireDepot, requireProducts } from './access.ts';
import { type DepotTarget, openDepotTarget } from './depot-target.ts';
import { depotViews } from './depot-views.ts';
import { chooseSoftware, type PackageChoice, planPackage } from './package-plan.ts';
import { psfDepot } from './psf-source.ts';
import { isFileTarget, openSerialTarget } from './serial-target.ts';
import { connect, endAnalysis, runSession, type Session, type SessionResult } from './session.ts';

/** Packages software. Never rejects for what a user can cause: the outcome says it. */
export async function packageSoftware(request: PackageRequest, emit: Emit): Promise<Outcome> {
  const { host } = request.context;
  return runSession(request.context, `${host}:${request.target}`, emit, async (session) => {
    const from = `${host}:${request.source}`;
    const asked = { source: from, target: `${host}:${request.target}`, software: request.software };
    session.emit({ type: 'selection.begin', asked });
    const source = await connect(session, 'source', from, () => openSource(request));
    try {
      session.report(source.findings);
      const choice = chooseSoftware(source.catalog, request.software);
      if (!endChoice(session, choice, source, request)) return {};
      return request.serial
        ? await packageSerial(source, choice, request, session)
        : await packageDepot(source, choice, request, session);
    } finally {
      source.close();
    }
  });
}

/** A directory or an archive is a depot; any other file is a PSF. */
async function openSource(request: PackageRequest): Promise<Depot> {
  const path = resolve(request.source);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return openDepot(path);
  if (stats?.isFile()) {
    try {
      return openSerialDepot(path);
    } catch (error) {
      if (!(error instanceof SdError) || error.code !== 'not_an_archive') throw error;
    }
  }
  return psfDepot(request.source, { followSymlinks: request.options.follow_symlinks });
}

function endChoice(session: Session, choice: PackageChoice, source: Depot, request: PackageRequest): boolean {
  const { host } = request.context;
  session.report(choice.findings);
  const software = choice.products.flatMap((product) => product.filesets.map((fileset) => qualified(product, fileset)));
  session.emit({
    type: 'selection.made',
    source: `${host}:${source.location}`,
    targets: [`${host}:${request.target}`],
    software,
  });
  session.emit({ type: 'selection.end', ok: !session.failed() });
  return !session.failed();
}

async function packageDepot(
  source: Depot,
  choice: PackageChoice,
  request: PackageRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, preview } = request;
  const path = resolve(request.target);
  const place = `${request.context.host}:${path}`;
  requireDepot(path, 'i', options);
  const target = await connect(session, 'target', place, () => openDepotTarget(path, { session, options, preview }));
  try {
    session.emit({ type: 'analysis.begin', preview });
    const ids = choice.products.map((product) => product.id);
    requireProducts(path, replaced(ids, target.catalog()), 'w', options);
    const { space } = depotViews(path);
    const plan = planPackage({
      source: source.catalog,
      target: target.catalog(),
      choice,
      options,
      targetPath: path,
      space,
    });
    if (!(await endAnalysis(session, plan, place, preview))) return { plan };
    await packageInto(target, source, choice, plan, session);
    return { plan };
  } finally {
    await target.close();
  }
}

async function packageInto(
  target: DepotTarget,
  source: Depot,
  choice: PackageChoice,
  plan: Plan,
  session: Session,
): Promise<void> {
  await executeCopy(plan, {
    task: 'package',
    source,
    store: await target.change(),
    emit: session.emit,
    now: seconds(),
    bundles: choice.bundles.map((bundle) => bundle.id),
    depotAttributes: source.kind === 'psf' ? source.catalog.attributes : {},
  });
}

async function packageSerial(
  source: Depot,
  choice: PackageChoice,
  request: PackageRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, preview, target } = request;
  const targetCatalog = emptyCatalog('depot');
  session.emit({ type: 'analysis.begin', preview });
  const space = isFileTarget(target) ? depotViews(dirname(resolve(target))).space : undefined;
  const plan = planPackage({
    source: source.catalog,
    target: targetCatalog,
    choice,
    options,
    targetPath: target,
    ...(space === undefined ? {} : { space }),
  });
  if (!(await endAnalysis(session, plan, `${request.context.host}:${target}`, preview))) return { plan };
  await writeTo(target, source, choice, plan, session);
  return { plan };
}

async function writeTo(
  target: string,
  source: Depot,
  choice: PackageChoice,
  plan: Plan,
  session: Session,
): Promise<void> {
  const sink = openSerialTarget(target);
  const progress = serialProgress(plan, session.emit);
  try {
    writeSerial(source, choice, sink, { now: seconds(), ...progress });
    await stopPoint();
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    progress.end(false);
    throw error;
  }
  progress.end(true);
}

/** Tells of a serial depot as of any other packaging; it is whole or nothing, so all filesets end together. */
function serialProgress(plan: Plan, emit: Emit) {
  const all = plan.products.flatMap((product) => product.filesets.map((fileset) => ({ product, fileset })));
  const byKey = new Map(all.map((each) => [each.fileset.key, each]));
  const total = (field: 'files' | 'bytes') => all.reduce((sum, each) => sum + each.fileset[field], 0);
  emit({
    type: 'execution.begin',
    task: 'package',
    filesets: all.length,
    files: total('files'),
    bytes: total('bytes'),
  });
  const begun = new Set<string>();
  let index = 0;
  return {
    onFileset: (key: FilesetKey) => {
      const { product, fileset } = byKey.get(key)!;
      if (!begun.has(product.id)) emit({ type: 'product.begin', task: 'package', spec: product.spec });
      begun.add(product.id);
      index += 1;
      emit({ type: 'fileset.begin', task: 'package', spec: fileset.spec, index, of: all.length });
    },
    onFile: (file: FileRecord) => emit({ type: 'file.done', path: file.path, action: 'place', bytes: file.size ?? 0 }),
    end: (ok: boolean) => {
      const errors = ok ? 0 : all.length;
      for (const { fileset } of all) {
        emit({ type: 'fileset.end', task: 'package', spec: fileset.spec, ok, state: ok ? 'available' : 'unchanged' });
      }
      for (const { spec } of plan.products) emit({ type: 'product.end', task: 'package', spec, ok });
      emit({
        type: 'execution.end',
        task: 'package',
        ok,
        target: plan.target,
        errors,
        warnings: 0,
        filesets: all.length,
      });
    },
  };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
