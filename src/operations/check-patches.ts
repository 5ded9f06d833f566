// check_patches (patches.md 6.4): what is wrong with the patches of a root, one check after another.
// Promise: changes nothing, waits for nobody: it reads what is published and what is on the disk.

import { RootPaths } from '../host/rootpath.ts';
import { adminDirectory } from '../ipd/place.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { everyFileset, isPatch, type Placed } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import { filesetName } from '../model/software.ts';
import { replacedSince } from '../model/stacking.ts';
import { savedBelow } from './cleanup.ts';
import { softwareSpec } from './list-attributes.ts';
import { openListedRoot } from './list-target.ts';
import { activeFilesets, lackingAttributes, missingFilesets, unknownToBase } from './patch-facts.ts';
import { wrongStates } from './patch-states.ts';
import { verify } from './verify.ts';
import { compareFile, installedGround } from './verify-files.ts';

/** A check by its flag. */
export type PatchCheck = '-a' | '-i' | '-m' | '-o' | '-p' | '-s' | '-v';

export interface CheckRequest {
  readonly context: SessionContext;
  readonly options: EngineOptions;
  /** Absolute path of the root. */
  readonly root: string;
  readonly checks: readonly PatchCheck[];
}

/** Runs the checks in order and tells what each found, one sentence a problem. Throws what openListedRoot throws. */
export async function checkPatches(
  request: CheckRequest,
  tell: (check: PatchCheck, problems: readonly string[]) => void,
): Promise<readonly Finding[]> {
  const { catalog, findings } = await openListedRoot(request.root, request.options.admin_directory);
  for (const check of request.checks) tell(check, await CHECKS[check](catalog, request));
  return findings;
}

type Check = (catalog: Catalog, request: CheckRequest) => readonly string[] | Promise<readonly string[]>;

const CHECKS: Readonly<Record<PatchCheck, Check>> = {
  '-a': (catalog) =>
    unknownToBase(catalog).map(({ name, base }) =>
      base === ''
        ? `${name} does not say which fileset it was applied to.`
        : `${name} is not among the applied_patches of ${base}.`,
    ),
  '-i': (catalog) => lackingAttributes(catalog).map(({ name, lacks }) => `${name} lacks the attribute ${lacks}.`),
  '-m': (catalog) =>
    missingFilesets(catalog).map(({ patch, fileset }) => `${patch} is missing patch fileset ${fileset}`),
  '-o': wrongObjects,
  '-p': (catalog, { root, options }) =>
    wrongStates(catalog, savedBelow(adminDirectory(root, options.admin_directory))).map((each) => each.text),
  '-s': notConfigured,
  '-v': verifyAll,
};

/** Archive members of active patches, as far as no later patch has brought them anew. */
function wrongObjects(catalog: Catalog, { root, options }: CheckRequest): string[] {
  const ground = installedGround({ root, paths: new RootPaths(root) }, catalog);
  return activePatchFilesets(catalog).flatMap((patch) => {
    const members = catalog.files(patch.key).filter((record) => record.type === 'a');
    if (members.length === 0) return [];
    const replaced = replacedSince(catalog, patch);
    const problems = members.flatMap((record) =>
      replaced(record) ? [] : compareFile(record, ground, { ...options, check_contents: true }),
    );
    return problems.map((problem) => `${filesetName(patch.product, patch.fileset)}: ${problem.text}`);
  });
}

/** Software of an alternate root is configured when that root runs, so there it may be just installed. */
function notConfigured(catalog: Catalog, { root }: CheckRequest): string[] {
  const right = root === '/' ? ['configured'] : ['installed', 'configured'];
  return activePatchFilesets(catalog).flatMap(({ product, fileset }) => {
    const state = text(fileset.attributes, 'state');
    return right.includes(state) ? [] : [`${filesetName(product, fileset)} is in the state "${state}".`];
  });
}

/** swverify of every patch fileset, and of nothing they depend on. */
async function verifyAll(catalog: Catalog, { context, options, root }: CheckRequest): Promise<string[]> {
  const patches = [...everyFileset(catalog)].filter((each) => isPatch(each.fileset));
  if (patches.length === 0) return [];
  const software = patches.map(({ product, fileset }) => {
    const located = text(product.attributes, 'location') !== '';
    return softwareSpec(filesetName(product, fileset), product.attributes, located, fileset.attributes);
  });
  const only: EngineOptions = { ...options, autoselect_dependencies: 'false' };
  const request = { context, options: only, software, preview: false, target: root, depot: false };
  const { findings } = await verify(request, () => undefined);
  return findings
    .filter((each) => each.severity === 'error' || each.code === 'requisite_unmet')
    .map(({ text }) => text);
}

function activePatchFilesets(catalog: Catalog): Placed[] {
  return catalog.products().flatMap((product) => activeFilesets(catalog, product));
}
