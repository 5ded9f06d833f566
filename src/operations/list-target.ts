// Opens what a listing reads: the published catalog of a root or depot, or an archive (D2).
// Promise: nothing is written, no lock is taken, LevelDB is not even loaded; an ordinary user can list a root that root owns.
// Heavy readers (archives, depots made elsewhere) are loaded only when the published catalog does not answer.

import { existsSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { adminDirectory } from '../ipd/place.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { depotLayout, rootLayout, type StoreLayout } from '../store/layout.ts';
import { type Published, readPublished } from '../store/published.ts';
import type { SourceOptions } from './sources.ts';

export interface ListTarget {
  readonly catalog: Catalog;
  readonly findings: readonly Finding[];
  /** As of a Depot: brings what the catalog says of products within reach. */
  bringRecords?(products?: Iterable<string>): Promise<void>;
  close(): void;
}

/** Opens the root at the absolute path `root`. Throws SdError `target_missing`, `target_not_directory`, `catalog_damaged`. */
export async function openListedRoot(root: string, adminOption: string): Promise<ListTarget> {
  if (!statsOf(root).isDirectory()) {
    throw new SdError('target_not_directory', {
      what: `The root "${root}" cannot be read.`,
      because: 'It is not a directory.',
      todo: 'Use -d, or -s, to list a depot.',
      data: { target: root },
    });
  }
  const admin = adminDirectory(root, adminOption);
  const {
    catalog,
    interrupted,
    findings: oddities = [],
  } = published(rootLayout(root, admin)) ?? (await import('../ipd/ipd.ts')).installedCatalog(root, admin);
  const findings = [...oddities, ...(interrupted ? [interruptedNote(root)] : [])];
  if (catalog.generation === 0 && catalog.products().length === 0 && existsSync(join(root, 'catalog', 'INDEX'))) {
    const text = `"${root}" is a depot.  Use "swlist -d @ ${root}" to list what it holds.`;
    findings.push({ severity: 'note', code: 'target_is_depot', text });
  }
  return { catalog, findings, close: () => undefined };
}

/**
 * Opens the depot or archive at the absolute path `location`; with `options` its signature is judged, and it may be a URL.
 * Throws what `openSource` throws.
 */
export async function openListedDepot(location: string, options?: SourceOptions): Promise<ListTarget> {
  const isSigned = () => existsSync(join(depotLayout(location).home, 'catalog.minisig'));
  const plain = options === undefined || !(options.verify_signatures || isSigned());
  const found = plain ? published(depotLayout(location)) : undefined;
  if (found) {
    const findings = found.interrupted ? [interruptedNote(location)] : [];
    return { catalog: found.catalog, findings, close: () => undefined };
  }
  if (options === undefined) return (await import('../depot/open.ts')).openDepot(location);
  const { openSource } = await import('./sources.ts');
  const depot = await openSource(location, { options, remember: false });
  // Nothing is taken from a depot that is only listed.
  return { ...depot, findings: depot.findings.filter(({ code }) => code !== 'not_signed') };
}

/** The shortest way to a catalog of ours; where it leads nowhere, installedCatalog and openDepot know what to do and what to say. */
function published(layout: StoreLayout): (Published & { readonly findings?: readonly Finding[] }) | undefined {
  try {
    return readPublished(layout);
  } catch (error) {
    if (error instanceof SdError) return undefined;
    throw error;
  }
}

function statsOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) throw refused(path, 'target_missing', 'It does not exist.');
    if (hasErrno(error, 'EACCES')) throw refused(path, 'permission_denied', 'You have no permission to read it.');
    throw error;
  }
}

function refused(path: string, code: string, because: string): SdError {
  return new SdError(code, {
    what: `The root "${path}" cannot be read.`,
    because,
    todo: 'Check the path behind "@".',
    data: { target: path },
  });
}

function interruptedNote(place: string): Finding {
  const text = `An interrupted session waits on "${place}".  The next command that changes it will complete or undo that session first.`;
  return { severity: 'note', code: 'interrupted_session', text, subjects: [place] };
}
