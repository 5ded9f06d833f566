// cleanup (patches.md 6.2): commits patches superseded often enough, takes superseded patches out of a depot, mends patch states.
// Looking is apart from doing, so that a preview is the looking alone and a question can be asked in between. What is found is named by
// exact software specifications, and doing decides anew on what is there by then.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { planCommit } from '../analysis/commit.ts';
import { openDepot } from '../depot/open.ts';
import { bytesBelow } from '../execution/commit.ts';
import { executeMend } from '../execution/mend.ts';
import { lookBehind } from '../host/look.ts';
import { adminDirectory } from '../ipd/place.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { isPatch, saveDirectory } from '../model/patches.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import { type Product, tagOf } from '../model/software.ts';
import { contentsOf } from '../selection/match.ts';
import { selectOnTarget } from '../selection/target.ts';
import { softwareSpec } from './list-attributes.ts';
import { openListedRoot } from './list-target.ts';
import { commitPatches } from './modify.ts';
import { committablePatches, lackingAttributes, namingOneOf, supersededPatches } from './patch-facts.ts';
import { wrongStates } from './patch-states.ts';
import { remove } from './remove.ts';
import { openRoot } from './root-target.ts';
import { runSession } from './session.ts';

export interface CleanupParts {
  readonly context: SessionContext;
  readonly options: EngineOptions;
  readonly emit: Emit;
}

/** A row of the commit table: `bytes` are those of its save directories. */
export interface CommitRow {
  readonly patch: string;
  readonly times: number;
  readonly bytes: number;
  readonly by: string;
}

/** What `cleanup -c` would commit. */
export interface FoundCommits {
  readonly rows: readonly CommitRow[];
  /** Patch filesets below those, of products that are not superseded as a whole: a commit takes them along (patches.md 6.1). */
  readonly along: readonly string[];
  readonly software: readonly string[];
  readonly findings: readonly Finding[];
}

/** Patches of a root superseded at least `times` times whose saved files are still there. Throws what openListedRoot throws. */
export async function findCommits(root: string, times: number, { options }: CleanupParts): Promise<FoundCommits> {
  const { catalog, findings } = await openListedRoot(root, options.admin_directory);
  const save = join(adminDirectory(root, options.admin_directory), 'save');
  const found = committablePatches(catalog, times);
  const software = found.map((each) => exactSpec(each.product));
  const rows = found.map(({ product, times, by, uncommitted }) => ({
    patch: tagOf(product),
    times,
    bytes: uncommitted.reduce((sum, each) => sum + bytesBelow(join(save, saveDirectory(product, each.fileset))), 0),
    by: by.join(', '),
  }));
  const listed = new Set(found.map((each) => each.product.id));
  const along = commitPlan(catalog, root, software, options).filter(({ id }) => !listed.has(id));
  return { rows, along: along.flatMap((each) => each.filesets.map(({ name }) => name)), software, findings };
}

function commitPlan(target: Catalog, root: string, software: readonly string[], options: EngineOptions) {
  if (software.length === 0) return [];
  const selection = selectOnTarget({ target, software, options, verb: 'modify', depot: false });
  return planCommit({ target, selection, options, targetPath: root }).products;
}

/** Commits what was found in one transaction. */
export function commitFound(root: string, { software }: FoundCommits, parts: CleanupParts): Promise<Outcome> {
  const { context, options, emit } = parts;
  return commitPatches({ context, options, software, preview: false, target: root, depot: false }, emit);
}

/** What `cleanup -d` would remove. */
export interface FoundInDepot {
  readonly superseded: readonly { readonly patch: string; readonly by: string }[];
  /** With -e true: patches that name one of the others as a requisite. */
  readonly dependents: readonly { readonly patch: string; readonly names: string }[];
  /** Bundles that hold some of those patches. */
  readonly bundles: readonly { readonly bundle: string; readonly patches: readonly string[] }[];
  readonly software: readonly string[];
  readonly findings: readonly Finding[];
}

/** Looks through a directory depot. Throws SdError `serial_depot` for a file, and what openDepot throws. */
export async function findInDepot(path: string, dependents: boolean): Promise<FoundInDepot> {
  if (lookBehind(path)?.isFile()) throw serialDepot(path);
  const { catalog, findings, close } = await openDepot(path);
  try {
    // Something else in a patch product is nobody's to throw away.
    const superseded = supersededPatches(catalog).filter(({ product }) => product.filesets.every(isPatch));
    const products = superseded.map((each) => each.product);
    const naming = dependents ? namingOneOf(catalog, products) : [];
    const going = [...products, ...naming.map((each) => each.product)];
    return {
      superseded: superseded.map(({ product, by }) => ({ patch: tagOf(product), by: by.join(', ') })),
      dependents: naming.map(({ product, names }) => ({ patch: tagOf(product), names })),
      bundles: holding(catalog, going),
      software: going.map(exactSpec),
      findings,
    };
  } finally {
    close();
  }
}

function holding(catalog: Catalog, going: readonly Product[]): { bundle: string; patches: string[] }[] {
  const gone = new Set(going);
  return catalog.bundles().flatMap((bundle) => {
    const patches = contentsOf(bundle, catalog)
      .products.filter((product) => gone.has(product))
      .map(tagOf);
    return patches.length === 0 ? [] : [{ bundle: tagOf(bundle), patches }];
  });
}

/** Removes what was found; dependencies are not enforced, since what depends on it was decided with it. */
export function removeFound(path: string, { software }: FoundInDepot, parts: CleanupParts): Promise<Outcome> {
  const { context, emit } = parts;
  const options = { ...parts.options, enforce_dependencies: false, remove_empty_depot: false };
  return remove({ context, options, software, preview: false, target: path, depot: true }, emit);
}

/** What `cleanup -s` would mend: one sentence a fileset. Throws what openListedRoot throws. */
export async function findStates(
  root: string,
  { options }: CleanupParts,
): Promise<{ wrong: readonly string[]; findings: readonly Finding[] }> {
  const { catalog, findings } = await openListedRoot(root, options.admin_directory);
  const admin = adminDirectory(root, options.admin_directory);
  return { wrong: wrongStates(catalog, savedBelow(admin)).map((each) => each.text), findings };
}

/** Writes the right states, in one transaction. */
export function mendStates(root: string, { context, options, emit }: CleanupParts): Promise<Outcome> {
  return runSession(context, `${context.host}:${root}`, emit, async (session) => {
    const target = await openRoot(root, { session, options, preview: false, create: false });
    try {
      const wrong = wrongStates(target.catalog(), savedBelow(target.admin));
      if (wrong.length > 0) await executeMend(await target.change(), wrong);
      return {};
    } finally {
      await target.close();
    }
  });
}

/** Filesets that should be patches and are none: what patches of HP-UX 10.X look like. Throws what openListedRoot throws. */
export async function findOldPatches(
  root: string,
  { options }: CleanupParts,
): Promise<{ names: readonly string[]; findings: readonly Finding[] }> {
  const { catalog, findings } = await openListedRoot(root, options.admin_directory);
  const names = lackingAttributes(catalog).flatMap(({ name, lacks }) => (lacks === 'is_patch' ? [name] : []));
  return { names, findings };
}

/** Whether a saved file is there; only its certain absence counts, not a directory one may not read. */
export function savedBelow(admin: string): (path: string) => boolean {
  return (path) => {
    try {
      lstatSync(join(admin, 'save', path));
      return true;
    } catch (error) {
      return !hasErrno(error, 'ENOENT', 'ENOTDIR');
    }
  };
}

/** Selects this product and no other of its tag. */
function exactSpec(product: Product): string {
  return softwareSpec(tagOf(product), product.attributes, text(product.attributes, 'location') !== '');
}

function serialDepot(path: string): SdError {
  return new SdError('serial_depot', {
    what: `The depot "${path}" cannot be cleaned up.`,
    because: 'It is a file, and patches can be removed from directory depots only.',
    todo: 'Copy it into a directory with swcopy, clean that up, and pack it again with swpackage.',
    data: { path },
  });
}
