// swpackage: a PSF, or a depot, into a directory depot or a serial one (commands.md 5.7, 6.6; clients.md "What swpackage must accept").
// Promise: a preview and a refused analysis write nothing; a serial depot appears whole or not at all. Nothing is registered.

import { dirname, resolve } from 'node:path';
import { saidOfDepot } from '../depot/available.ts';
import type { Depot } from '../depot/depot.ts';
import type { SecretKey } from '../depot/minisign.ts';
import { STANDARD_INPUT } from '../depot/serial.ts';
import { writeSerial } from '../depot/serial-write.ts';
import { executeCopy } from '../execution/copy.ts';
import { lookBehind } from '../host/look.ts';
import { stopPoint } from '../host/signals.ts';
import { madeAt } from '../host/source-date.ts';
import { emptyCatalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { isWebLocation, placeOf } from '../model/place.ts';
import type { Outcome, Plan } from '../model/plan.ts';
import type { PackageRequest } from '../model/request.ts';
import { type FileRecord, type FilesetKey, filesetKey } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { replaced, requireDepot, requireProducts } from './access.ts';
import { storedAsFor } from './copy.ts';
import { type DepotTarget, openDepotTarget } from './depot-target.ts';
import { depotViews } from './depot-views.ts';
import { chooseSoftware, type PackageChoice, planPackage } from './package-plan.ts';
import { psfDepot } from './psf-source.ts';
import { Reading } from './reading.ts';
import { isFileTarget, openSerialTarget, requireVolumes } from './serial-target.ts';
import { connect, endAnalysis, runSession, type Session, type SessionResult } from './session.ts';
import { secretKey, signStore } from './sign.ts';
import { bringContents, bringRecords, openSource, plannedKeys, requireVolumesOf } from './sources.ts';

/** Packages software. Never rejects for what a user can cause: the outcome says it. */
export async function packageSoftware(request: PackageRequest, emit: Emit): Promise<Outcome> {
  const { host } = request.context;
  return runSession(request.context, `${host}:${request.target}`, emit, async (session) => {
    const from = placeOf(host, request.source);
    const asked = { source: from, target: `${host}:${request.target}`, software: request.software };
    session.emit({ type: 'selection.begin', asked });
    const source = await connect(session, 'source', from, () => openPackaged(request, new Reading(session.emit).read));
    try {
      session.report(source.findings);
      const choice = chooseSoftware(source.catalog, request.software);
      if (!endChoice(session, choice, source, request)) return {};
      const filesets = choice.products.flatMap((product) =>
        product.filesets.map(({ id }) => filesetKey(product.id, id)),
      );
      session.report(source.notes?.(filesets) ?? []);
      await bringRecords(source, filesets);
      return request.serial
        ? await packageSerial(source, choice, request, session)
        : await packageDepot(source, choice, request, session);
    } finally {
      source.close();
    }
  });
}

/** A directory, an archive, standard input and an address on the web are depots; any other file is a PSF. */
async function openPackaged(request: PackageRequest, onPiece: (bytes: number) => void): Promise<Depot> {
  const { options, volumes, preview, source } = request;
  const open = (place: string) =>
    openSource(place, {
      options,
      remember: !preview,
      serial: { volumes, complete: true },
      packages: { asPatch: options.as_patch },
    });
  if (source === STANDARD_INPUT || isWebLocation(source)) return open(source);
  const path = resolve(source);
  const stats = lookBehind(path);
  if (stats?.isDirectory()) return open(path);
  if (stats?.isFile()) {
    try {
      return await open(path);
    } catch (error) {
      if (!(error instanceof SdError) || !isNoArchive(error.cause)) throw error;
    }
  }
  const depot = await psfDepot(request.source, { followSymlinks: options.follow_symlinks, onPiece });
  requireVolumesOf(depot, volumes);
  return depot;
}

function isNoArchive(error: unknown): boolean {
  return error instanceof SdError && error.code === 'not_an_archive';
}

function endChoice(session: Session, choice: PackageChoice, source: Depot, request: PackageRequest): boolean {
  const { host } = request.context;
  session.report(choice.findings);
  const software = choice.products.flatMap((product) => product.filesets.map((fileset) => qualified(product, fileset)));
  session.emit({
    type: 'selection.made',
    source: placeOf(host, source.location),
    targets: [`${host}:${request.target}`],
    software,
  });
  const ok = !choice.findings.some((finding) => finding.severity === 'error');
  session.emit({ type: 'selection.end', ok });
  return ok && choice.products.length > 0;
}

async function packageDepot(
  source: Depot,
  choice: PackageChoice,
  request: PackageRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, preview } = request;
  storedAsFor(options);
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
    const key = options.sign_key === '' ? undefined : secretKey(options.sign_key);
    await bringContents(session, source, plannedKeys(plan));
    await packageInto(target, source, choice, plan, session, request, key);
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
  { options, layout }: PackageRequest,
  key: SecretKey | undefined,
): Promise<void> {
  const store = await target.change();
  await executeCopy(plan, {
    task: 'package',
    source,
    store,
    emit: session.emit,
    arrival: { now: madeAt() },
    storedAs: storedAsFor(options),
    bundles: choice.bundles.map((bundle) => bundle.id),
    depotAttributes: {
      ...(source.kind === 'psf' ? source.catalog.attributes : {}),
      ...(source.kind !== 'psf' && target.isNew ? saidOfDepot(source.catalog.attributes) : {}),
      ...(layout === undefined ? {} : { layout_version: layout }),
    },
  });
  if (key !== undefined) await signStore(store, key);
}

async function packageSerial(
  source: Depot,
  choice: PackageChoice,
  request: PackageRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, preview, target } = request;
  if (options.compress_files) throw tapeCompressed();
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
  await bringContents(session, source, plannedKeys(plan));
  await writeTo(request, source, choice, plan, session);
  return { plan };
}

/** A tape's files are plain, so that whatever reads it can (commands.md 4.1; formats.md 13). */
function tapeCompressed(): SdError {
  return new SdError('compression_conflict', {
    what: 'The files of a serial depot cannot be stored compressed.',
    because: 'compress_files is "true", and the target is a serial depot.',
    todo: "Compress the whole of it: -d '|gzip -n > file.depot.gz'.",
  });
}

async function writeTo(
  { target, targetVolumes, capacity, layout, options }: PackageRequest,
  source: Depot,
  choice: PackageChoice,
  plan: Plan,
  session: Session,
): Promise<void> {
  const key = options.sign_key === '' ? undefined : secretKey(options.sign_key);
  const sink = openSerialTarget(target, targetVolumes);
  const progress = serialProgress(plan, session.emit);
  try {
    writeSerial(source, choice, sink, {
      now: madeAt(),
      ...(capacity === undefined ? {} : { capacity }),
      ...(layout === undefined ? {} : { layout }),
      ...(key === undefined ? {} : { signKey: key }),
      onVolumes: (count) => requireVolumes(target, targetVolumes, count),
      ...progress,
    });
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
    onPiece: (bytes: number) => emit({ type: 'file.part', bytes }),
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
