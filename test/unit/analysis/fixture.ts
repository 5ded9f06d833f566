// Plans in one line for the tests of analysis: fake views, and selection and analysis run one after the other.

import { planCommit } from '../../../src/analysis/commit.ts';
import { planInstall } from '../../../src/analysis/install.ts';
import { planRemove } from '../../../src/analysis/remove.ts';
import type { FileKind, ScriptCall, Views } from '../../../src/analysis/views.ts';
import type { Catalog } from '../../../src/model/catalog.ts';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import type { Plan, Selection } from '../../../src/model/plan.ts';
import type { EngineOptions } from '../../../src/model/request.ts';
import type { FileRecord } from '../../../src/model/software.ts';
import { selectForInstall } from '../../../src/selection/install.ts';
import { selectOnTarget } from '../../../src/selection/target.ts';
import { options } from '../selection/catalog-builder.ts';

export interface World {
  readonly machine?: Partial<Views['machine']>;
  /** What is on the disk; all else is missing. A number is a file of that size. */
  readonly disk?: Record<string, FileKind | number>;
  /** Directories that cannot be written to. */
  readonly locked?: readonly string[];
  /** Files that are no object archives; all others are. */
  readonly plain?: readonly string[];
  /** Paths that links lead into SD's own directory. */
  readonly reserved?: readonly string[];
  /** The session is an ordinary user's. */
  readonly ordinary?: boolean;
  /** Saved files that are gone. */
  readonly lostSaves?: readonly string[];
  /** `tag name` → exit value; others exit 0. */
  readonly exits?: Record<string, number>;
  /** Bytes free per mount; default plenty on `/`. */
  readonly free?: Record<string, number>;
  /** Filled with the scripts that ran. */
  readonly ran?: ScriptCall[];
}

export function viewsOf(world: World = {}): Views {
  const free = world.free ?? { '/': 1e12 };
  const at = (path: string) => world.disk?.[path] ?? 'missing';
  return {
    machine: { os_name: 'Linux', os_release: '6.1', os_version: '#1', machine_type: 'x86_64', ...world.machine },
    files: {
      kindAt: (path) => {
        const there = at(path);
        return typeof there === 'number' ? 'file' : there;
      },
      sizeAt: (path) => {
        const there = at(path);
        return typeof there === 'number' ? there : 0;
      },
      writable: (directory) => !world.locked?.includes(directory),
      isArchive: (path) => !world.plain?.includes(path),
      hasSaved: (save) => !world.lostSaves?.includes(save),
      isReserved: (path) => world.reserved?.includes(path) ?? false,
      mayMakeDevices: () => world.ordinary !== true,
    },
    space: {
      of: (path) => {
        const mount = Object.keys(free)
          .filter((each) => each === '/' || path === each || path.startsWith(`${each}/`))
          .sort((left, right) => right.length - left.length)[0]!;
        return { mount, available: free[mount]!, total: 1e12, blockSize: 1024 };
      },
    },
    scripts: {
      check: async (call) => {
        world.ran?.push(call);
        return world.exits?.[`${call.tag} ${call.name}`] ?? 0;
      },
    },
    admin: '/var/adm/sw',
  };
}

export interface InstallWish {
  readonly from: Catalog;
  readonly on?: Catalog;
  readonly software?: readonly string[];
  readonly options?: Partial<EngineOptions>;
  readonly into?: 'root' | 'depot';
  readonly targetPath?: string;
  readonly world?: World;
  /** In place of what selection would say. */
  readonly selection?: Selection;
}

export async function install(wish: InstallWish): Promise<Plan> {
  const into = wish.into ?? 'root';
  const target = wish.on ?? emptyCatalog(into);
  const all = options(wish.options);
  const base = { source: wish.from, target, options: all, into };
  const selection = wish.selection ?? selectForInstall({ ...base, software: wish.software ?? [] });
  return planInstall({ ...base, selection, targetPath: wish.targetPath ?? '/alt', views: viewsOf(wish.world) });
}

/** Everything of a source as if named, without asking selection. */
export function asked(from: Catalog, changes: Partial<Selection> = {}): Selection {
  const entries = from.products().flatMap((product) =>
    product.filesets.map((fileset) => ({
      key: `${product.id}/${fileset.id}`,
      reason: { kind: 'asked', spec: product.id } as const,
    })),
  );
  return { entries, excluded: [], bundles: [], unmatched: [], locations: {}, findings: [], ...changes };
}

export interface RemoveWish {
  readonly on: Catalog;
  readonly software: readonly string[];
  readonly options?: Partial<EngineOptions>;
  readonly depot?: boolean;
  readonly world?: World;
}

export async function remove(wish: RemoveWish): Promise<Plan> {
  const base = { target: wish.on, options: options(wish.options), depot: wish.depot ?? false };
  const selection = selectOnTarget({ ...base, software: wish.software, verb: 'remove' });
  return planRemove({ ...base, selection, targetPath: '/alt', views: viewsOf(wish.world) });
}

export function commit(on: Catalog, ...software: string[]): Plan {
  const base = { target: on, options: options() };
  const selection = selectOnTarget({ ...base, software, verb: 'modify', depot: false });
  return planCommit({ ...base, selection, targetPath: '/alt' });
}

/** `action PRODUCT.FILESET` in order of execution. */
export function steps(plan: Plan): string[] {
  return plan.products.flatMap((product) => product.filesets.map((each) => `${each.action} ${each.name}`));
}

/** `action PRODUCT.FILESET` of what stays out, sorted. */
export function left(plan: Plan): string[] {
  return plan.left.map((each) => `${each.action} ${each.name}`).sort();
}

/** `severity code` of every finding. */
export function said(plan: Plan): string[] {
  return plan.findings.map((finding) => `${finding.severity} ${finding.code}`);
}

/** The planned fileset of a name. */
export function planned(plan: Plan, name: string) {
  const found = plan.products.flatMap((product) => product.filesets).find((each) => each.name === name);
  if (!found) throw new Error(`${name} is not planned`);
  return found;
}

export function file(path: string, more: Partial<FileRecord> = {}): FileRecord {
  return { path, type: 'f', mode: 0o644, size: 10, cksum: 1, ...more };
}
