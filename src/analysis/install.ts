// Plans an installation into a root or a copy into a depot (commands.md 6.2, 6.3; patches.md 3.6-3.8, 4.1, 4.7). Reads like the phase:
//
//   1 compatibility.ts   the machine (root)              6 check-scripts.ts   checkinstall (root)
//   2 versions.ts        what the target has             7 conflicts.ts       files among each other and on the disk (root)
//   3 ending.ts          what ends on the target         8 loading.ts         the order
//   4 patches.ts         bases and superseders (root)    9 space.ts           disk space
//   5 requisites.ts      dependencies, and what falls with what
//
// Promise: nothing is changed; every fileset of the selection is either in `products` or in `left`. A refusal takes out a fileset, and
// a patch whole (8.7.6, 8.7.7); only a full disk stops everything. The caller's exit status is 1 when a finding is an ERROR.

import { flag, text } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import { relocation } from '../model/location.ts';
import { isPatch, lookUp } from '../model/patches.ts';
import type { Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import { type FileRecord, filesetName, identityOf, type Product, tagOf } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { indexOf } from '../selection/catalog-index.ts';
import { checkInstall } from './check-scripts.ts';
import { fitting, type Unfit } from './compatibility.ts';
import { judgeFiles, judgePaths, type RecordsOf } from './conflicts.ts';
import { type Candidate, type Chosen, Draft, type InstallInput, label, leftOut, located } from './draft.ts';
import { Ending, noteEndings } from './ending.ts';
import { bytesOf, productLoads } from './footprint.ts';
import { judgeGuarded, notableFiles } from './guarded.ts';
import { Identities } from './identity.ts';
import { Applied } from './installed.ts';
import { type Loading, loadingOrder } from './loading.ts';
import { Bases, type PatchParts, patchRelations } from './patches.ts';
import { refuseReboots } from './reboot.ts';
import { Requisites } from './requisites.ts';
import { spaceFindings, spaceUse } from './space.ts';
import { judgeVersion, type Verdict } from './versions.ts';

export type { InstallInput } from './draft.ts';

/** The plan of an installation or copy. Throws only what the source's catalog throws for software that is not selected. */
export async function planInstall(input: InstallInput): Promise<Plan> {
  const chosen = chosenFilesets(input);
  const root = input.into === 'root';
  const fit = root
    ? fitting(chosen, input.views.machine, input.options.allow_incompatible)
    : { fit: chosen, unfit: [], findings: [] };
  const parts = draftOf(fit.fit, input);
  const { draft } = parts;
  draft.tell(...fit.findings);
  leaveUnfit(fit.unfit, draft);
  refuseReboots(draft);
  const recordsOf = recordReader(draft);
  judgePaths(draft.alive(), parts, recordsOf);
  if (root) judgeGuarded(draft.alive(), draft, recordsOf);
  const requisites = new Requisites(parts);
  const settle = () => requisites.settle();
  settle();
  let reboots: ReadonlySet<Candidate> = new Set();
  if (root) {
    const loading = loadingOrder(parts, requisites).flatMap((each) => each.filesets);
    reboots = await checkInstall(loading, draft, settle);
    refuseReboots(draft, reboots);
    settle();
    judgeFiles(loading, parts, recordsOf, settle);
  }
  return assemble(loadingOrder(parts, requisites), parts, recordsOf, reboots);
}

/** The selection's filesets with their objects, in source order. */
function chosenFilesets({ source, selection }: InstallInput): Chosen[] {
  const index = indexOf(source);
  const chosen = selection.entries.flatMap(({ key, reason }): Chosen[] => {
    const found = lookUp(source, key);
    return found ? [{ key, reason, product: found.product, fileset: found.fileset }] : [];
  });
  const place = (each: Chosen) => index.order.get(each.product)!;
  return chosen.sort((left, right) => place(left) - place(right) || withinProduct(left) - withinProduct(right));
}

function withinProduct({ product, fileset }: Chosen): number {
  return product.filesets.indexOf(fileset);
}

/** Judges versions, bases before patches: what a base ends decides whether a patch is new again (8.7.10). */
function draftOf(chosen: readonly Chosen[], input: InstallInput): PatchParts {
  const identities = new Identities(input.target, input.into);
  const applied = new Applied(input.target);
  const ending = new Ending();
  const verdicts = new Map<Chosen, Verdict>();
  const isBase = (each: Chosen) => !isPatch(each.fileset);
  const come = (some: readonly Chosen[]) => some.flatMap((each) => comes(verdicts.get(each)!));
  const plain = chosen.filter(isBase);
  for (const each of plain) {
    verdicts.set(
      each,
      judgeVersion(each, input.selection.locations[each.product.id] ?? '/', input, identities, () => false),
    );
  }
  noteEndings(come(plain), input, applied, ending);
  const bases = new Bases(input, come(plain), ending);
  const patches = chosen.filter((each) => !isBase(each));
  const locations = patchLocations(patches, bases, input);
  for (const each of patches) {
    const location = locations.get(each.product) ?? '/';
    verdicts.set(
      each,
      judgeVersion(each, location, input, identities, (there) => ending.endedBy(there.key).length > 0),
    );
  }
  noteEndings(
    come(patches).filter((each) => each.action !== 'install'),
    input,
    applied,
    ending,
  );
  const draft = new Draft(
    input,
    chosen.map((each) => verdicts.get(each)!.candidate),
  );
  for (const verdict of verdicts.values()) take(verdict, draft);
  refuseDoubles(draft);
  return { draft, bases, ending, applied };
}

function comes(verdict: Verdict): Candidate[] {
  return verdict.kind === 'come' ? [verdict.candidate] : [];
}

function take(verdict: Verdict, draft: Draft): void {
  if (verdict.kind === 'refuse') draft.refuse(verdict.candidate, verdict.because, ...verdict.findings);
  else draft.tell(...verdict.findings);
  if (verdict.kind === 'skip') draft.exclude(verdict.candidate, verdict.because, 'skip');
}

/** A patch goes where its base is, unless `,l=` says otherwise. */
function patchLocations(patches: readonly Chosen[], bases: Bases, input: InstallInput): Map<Product, string> {
  const locations = new Map<Product, string>();
  if (input.into === 'depot') return locations;
  for (const each of patches) {
    if (locations.has(each.product)) continue;
    const location = input.selection.locations[each.product.id] ?? bases.matching(each)[0]?.location;
    if (location !== undefined) locations.set(each.product, location);
  }
  return locations;
}

/** Two products of the session cannot have one place on a root. */
function refuseDoubles(draft: Draft): void {
  const first = new Map<string, Product>();
  for (const candidate of draft.alive()) {
    const product = first.get(candidate.targetId) ?? candidate.product;
    first.set(candidate.targetId, product);
    if (product === candidate.product) continue;
    const spec = draft.label(candidate);
    const other = qualified(product);
    draft.refuse(candidate, 'another version of the product is selected', {
      severity: 'error',
      code: 'ambiguous_version',
      text: `The fileset "${spec}" cannot be ${draft.input.into === 'root' ? 'installed' : 'copied'} because "${other}", another version of the product, is selected too.  Name one of them with its revision.`,
      subjects: [spec, other],
    });
  }
}

function leaveUnfit(unfit: readonly Unfit[], draft: Draft): void {
  const { into } = draft.input;
  for (const { chosen, because, refused } of unfit) {
    draft.left.push(leftOut({ ...chosen, targetKey: chosen.key, location: '/' }, 'exclude', because, into));
    if (refused) draft.refuseSiblings(chosen, label(chosen, '/', into));
  }
}

/** Relocated records of a fileset, read once. A fileset whose records cannot be read is refused and has none. */
function recordReader(draft: Draft): RecordsOf {
  const known = new Map<Candidate, readonly FileRecord[]>();
  const read = (candidate: Candidate): readonly FileRecord[] => {
    try {
      return relocated(draft.input.source.files(candidate.key), candidate);
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      draft.refuse(candidate, 'its file records cannot be read', {
        severity: 'error',
        code: error.code,
        text: error.message,
        subjects: [draft.label(candidate)],
      });
      return [];
    }
  };
  return (candidate) => {
    const records = known.get(candidate) ?? read(candidate);
    known.set(candidate, records);
    return records;
  };
}

function relocated(records: readonly FileRecord[], candidate: Candidate): readonly FileRecord[] {
  if (candidate.location === '/') return records;
  const move = relocation(text(candidate.product.attributes, 'directory'), candidate.location);
  return records.map((record) => ({
    ...record,
    path: move(record.path),
    ...(record.archive_path === undefined ? {} : { archive_path: move(record.archive_path) }),
    ...(record.type === 'h' && record.link_source !== undefined ? { link_source: move(record.link_source) } : {}),
  }));
}

/** Bundles the target does not know though it has all their software: their records come by themselves. */
function bundlesAlone({ source, target, selection }: InstallInput, { left }: Draft): string[] {
  if (left.some((each) => each.action !== 'skip')) return [];
  const known = new Set(target.bundles().map(identityOf));
  const wanted = new Set(selection.bundles);
  return source
    .bundles()
    .filter((bundle) => wanted.has(bundle.id) && !known.has(identityOf(bundle)))
    .map((bundle) => bundle.id);
}

function assemble(
  loading: readonly Loading[],
  parts: PatchParts,
  recordsOf: RecordsOf,
  reboots: ReadonlySet<Candidate>,
): Plan {
  const { draft } = parts;
  const { input } = draft;
  const root = input.into === 'root';
  const relations = root
    ? patchRelations(
        loading.flatMap((each) => each.filesets),
        parts,
      )
    : new Map();
  const planned = (each: Candidate): PlannedFileset =>
    plannedFileset(each, recordsOf(each), relations.get(each), reboots.has(each), input);
  const products = loading.map((each) => plannedProduct(each, parts, planned));
  const saves = (each: Candidate) => relations.get(each)?.save === true;
  const seen = new Set<Product>();
  const first = loading.map(({ product }) => !seen.has(product) && seen.add(product) !== undefined);
  const loads = loading.map(({ filesets }, index) => productLoads(filesets, saves, recordsOf, input, first[index]));
  const space = spaceUse(loads, root ? `${input.views.admin}/save` : '/', input.views.space);
  const findings = spaceFindings(space, input.options.enforce_dsa);
  draft.tell(...findings);
  const full = findings.some((finding) => finding.severity === 'error');
  if (full)
    for (const each of loading.flatMap(({ filesets }) => filesets)) draft.exclude(each, 'not enough disk space');
  return {
    verb: root ? 'install' : 'copy',
    target: input.targetPath,
    generation: input.target.generation,
    products: full ? [] : products,
    left: draft.left,
    excluded: input.selection.excluded,
    findings: draft.findings,
    space,
    bundles: products.length > 0 ? input.selection.bundles : bundlesAlone(input, draft),
  };
}

function plannedProduct(
  { product, filesets, kernel }: Loading,
  { draft, ending }: PatchParts,
  planned: (candidate: Candidate) => PlannedFileset,
): PlannedProduct {
  const { targetId, location } = filesets[0]!;
  const coming = new Set(draft.ofProduct(product).flatMap((each) => (draft.isAlive(each) ? [each.targetKey] : [])));
  const ended = new Set(filesets.flatMap((each) => ending.dropsOf(each)));
  const drops = [...ended].filter((key) => !coming.has(key));
  const dropped = drops.flatMap((key) => lookUp(draft.input.target, key) ?? []);
  return {
    id: product.id,
    targetId,
    tag: tagOf(product),
    spec: qualified(located(product, location, draft.input.into)),
    filesets: filesets.map(planned),
    location,
    drops,
    ...(kernel ? { kernel } : {}),
    ...(dropped.length > 0 ? { dropped: dropped.map((each) => qualified(each.product, each.fileset)) } : {}),
  };
}

function plannedFileset(
  candidate: Candidate,
  records: readonly FileRecord[],
  patch: PlannedFileset['patch'],
  reboot: boolean,
  { into }: InstallInput,
): PlannedFileset {
  const { product, fileset, present } = candidate;
  const notable = into === 'root' ? notableFiles(records) : [];
  return {
    key: candidate.key,
    targetKey: candidate.targetKey,
    name: filesetName(product, fileset),
    spec: qualified(located(product, candidate.location, into), fileset),
    action: candidate.action,
    reason: candidate.reason,
    ...(present ? { replaces: qualified(present.product, present.fileset) } : {}),
    bytes: records.reduce((sum, record) => sum + bytesOf(record, into), 0),
    files: records.length,
    ...(flag(fileset.attributes, 'is_kernel') ? { isKernel: true } : {}),
    ...(reboot || flag(fileset.attributes, 'is_reboot') ? { isReboot: true } : {}),
    ...(patch ? { patch } : {}),
    ...(notable.length > 0 ? { notable } : {}),
  };
}
