// From an open catalog to the sections of a listing: what operands, levels and --owner ask for (commands.md 5.4).
// Promise: pure; a name that means nothing becomes an ERROR, the others are listed (clients.md 5).

import type { Catalog } from '../model/catalog.ts';
import type { ListingRow, ListLevel, StreamedSection } from '../model/listing.ts';
import type { Finding } from '../model/plan.ts';
import { tagOf } from '../model/software.ts';
import { matchesPattern } from '../selection/wildcards.ts';
import { objectsOf } from './list-objects.ts';
import { ownerRows, patchRows } from './list-patches.ts';
import type { RowStyle } from './list-rows.ts';
import { rowOf } from './list-rows.ts';
import type { Named } from './list-selection.ts';
import { named, readOperands } from './list-selection.ts';
import type { View } from './list-software.ts';
import { byLevels, contents, overview, reachesProducts, sorted } from './list-software.ts';
import { visibleCatalog } from './list-visible.ts';
import type { SourceOptions } from './sources.ts';

/** The options of swlist that the engine looks at, by SD's names. */
export interface ListOptions extends SourceOptions {
  /** Seconds since 1970; 0 = everything. */
  readonly create_time_filter: number;
  readonly layout_version: string;
  readonly one_liner: readonly string[];
  readonly patch_one_liner: readonly string[];
  readonly show_superseded_patches: boolean;
  readonly software_view: string;
}

export interface ListRequest {
  /** Short host name, for findings. */
  readonly host: string;
  /** Absolute path of a root, or of a directory depot or archive when `depot`. */
  readonly target: string;
  readonly depot: boolean;
  /** -l, in any order; empty = the default view. */
  readonly levels: readonly ListLevel[];
  /** -a, in order. */
  readonly attributes: readonly string[];
  /** -v: definition-file form. */
  readonly verbose: boolean;
  readonly software: readonly string[];
  /** --owner: the absolute path whose filesets are wanted; levels and software do not count then. */
  readonly owner?: string;
  /** Directories that hold host_object; for -l depot and -l root. */
  readonly registries: readonly string[];
  /** -l depot, -l root: the one place wanted; absent = all. */
  readonly place?: string;
  readonly options: ListOptions;
}

/** What listCatalog found. */
export interface Listed {
  readonly sections?: readonly StreamedSection[];
  readonly findings: readonly Finding[];
}

/** The sections for a catalog already open; pure. `sections` is absent when operands were given and none names anything. */
export function listCatalog(everything: Catalog, request: ListRequest): Listed {
  const { options } = request;
  const catalog = visibleCatalog(everything, {
    showSuperseded: options.show_superseded_patches,
    createdUntil: options.create_time_filter,
  });
  const view: View = {
    catalog,
    objects: objectsOf(catalog),
    style: styleOf(request),
  };
  if (request.owner !== undefined) return owned(view, request.owner, request);
  const levels = new Set(request.levels);
  if (request.software.length > 0) return selected(view, levels, request, everything);
  if (levels.size === 0) return { sections: overview(view, options.software_view), findings: [] };
  return { sections: [{ rows: rowsOfLevels(view, levels, undefined, []) }], findings: [] };
}

/** How the rows of a request look. */
export function styleOf(request: ListRequest): RowStyle {
  const { options } = request;
  return {
    attributes: request.attributes,
    verbose: request.verbose,
    oneLiner: options.one_liner,
    patchOneLiner: options.patch_one_liner,
    layout: options.layout_version,
  };
}

function owned(view: View, path: string, request: ListRequest): Listed {
  const rows = ownerRows(view, path);
  if (rows.length > 0) return { sections: [{ rows }], findings: [] };
  const text = `No fileset on "${place(request)}" owns the file "${path}".`;
  return { findings: [{ severity: 'error', code: 'file_not_owned', text, subjects: [path] }] };
}

/** What one operand names: software, and categories of that tag where -l category asks for them. */
interface Meant extends Named {
  readonly categories: readonly ListingRow[];
}

function selected(view: View, levels: ReadonlySet<ListLevel>, request: ListRequest, everything: Catalog): Listed {
  const { found, findings } = readOperands<Meant>(
    request.software,
    place(request),
    (operand) => {
      const categories = levels.has('category') ? categoryRows(view, operand) : [];
      const software =
        levels.size === 1 && levels.has('category') ? { bundles: [], parts: [] } : named(operand, view.catalog);
      const fits = levels.size === 0 || levels.has('patch') || reachesProducts(levels);
      const meant = fits ? software : { bundles: levels.has('bundle') ? software.bundles : [], parts: [] };
      return meant.bundles.length + meant.parts.length + categories.length > 0 ? { ...meant, categories } : undefined;
    },
    () => [...everything.products(), ...everything.bundles()].map(tagOf),
  );
  if (found.length === 0) return { findings };
  const categories = found.flatMap((each) => each.categories);
  const rows = levels.size === 0 ? contents(view, found) : rowsOfLevels(view, levels, found, categories);
  return { sections: [{ rows }], findings };
}

function* rowsOfLevels(
  view: View,
  levels: ReadonlySet<ListLevel>,
  operands: readonly Named[] | undefined,
  categories: readonly ListingRow[],
): Generator<ListingRow> {
  yield* levels.has('category') && !operands ? categoryRows(view, '*') : categories;
  yield* byLevels(view, levels, operands);
  if (levels.has('patch')) yield* patchRows(view, operands);
}

function categoryRows(view: View, pattern: string): ListingRow[] {
  const fitting = view.catalog.categories().filter((category) => matchesPattern(pattern, tagOf(category)));
  return sorted(fitting).map((category) => rowOf(view.style, 'object', view.objects.category(category)));
}

function place(request: ListRequest): string {
  return `${request.host}:${request.target}`;
}
