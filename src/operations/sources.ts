// Opens the depots that software is taken from: wherever they are, with the signatures that count (docs/signed-depots.md).
// Promise: whatever a command reads of a source, its signature was judged first; an old catalog in place of a newer one is refused.

import { join } from 'node:path';
import type { Brought, Depot } from '../depot/depot.ts';
import type { ImportOptions } from '../depot/import/depot.ts';
import { openDepot } from '../depot/open.ts';
import type { SerialOptions } from '../depot/serial.ts';
import { signatureFindings } from '../depot/signature.ts';
import { trustedKeys } from '../depot/signature-keys.ts';
import { text } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import { everyFileset } from '../model/patches.ts';
import { isWebLocation } from '../model/place.ts';
import type { Finding, Plan } from '../model/plan.ts';
import type { EngineOptions, Volumes } from '../model/request.ts';
import { type FilesetKey, splitKey } from '../model/software.ts';
import type { Session } from './session.ts';
import { judgeGeneration, rememberGeneration } from './sources-seen.ts';

/** Options that say how a source is opened. */
export type SourceOptions = Pick<
  EngineOptions,
  | 'admin_directory'
  | 'trusted_keys'
  | 'verify_signatures'
  | 'web_cache'
  | 'web_cache_size'
  | 'web_connections'
  | 'web_retries'
  | 'web_timeout'
>;

/** `serial` is for depots of one file; with `remember` the generation of a signed catalog is noted, so that no older one is taken later. */
export interface SourceParts {
  readonly options: SourceOptions;
  readonly remember: boolean;
  readonly serial?: SerialOptions;
  /** For packages of other systems. */
  readonly packages?: ImportOptions;
}

/**
 * Opens the depot at a path or URL. The caller closes it, and reports its findings.
 * Throws what openDepot and openWebDepot throw, SdError `bad_key`, `keys_insecure`, `signature_bad`, `not_signed`,
 * `signature_key_unknown`, `catalog_replayed`, `bad_source`.
 */
export async function openSource(
  location: string,
  { options, remember, serial, packages }: SourceParts,
): Promise<Depot> {
  const keys = trustedKeys(options.trusted_keys);
  const trust = { keys, directory: options.trusted_keys, required: options.verify_signatures };
  const depot = isWebLocation(location)
    ? await openWeb(location, options, trust)
    : await openDepot(location, { ...serial, trust, ...(packages === undefined ? {} : { packages }) });
  try {
    requireVolumesOf(depot, serial?.volumes);
    const said = [...judgeGeneration(depot, options.admin_directory), ...signatureSaid(depot, keys.size > 0, options)];
    if (remember) rememberGeneration(depot, options.admin_directory);
    return { ...depot, findings: [...depot.findings, ...said] };
  } catch (error) {
    depot.close();
    throw error;
  }
}

/** Who names several sources means all of them: what is no volume of the first one is refused, not left out. Throws SdError `bad_source`. */
export function requireVolumesOf(
  depot: Pick<Depot, 'kind' | 'location' | 'catalog'>,
  volumes: Volumes | undefined,
): void {
  const named = 1 + (volumes?.names.length ?? 0);
  if (named === 1) return;
  const serial = depot.kind === 'serial';
  let there = 1;
  for (const { fileset } of serial ? everyFileset(depot.catalog) : []) {
    there = Math.max(there, Number(text(fileset.attributes, 'media_sequence_number')) || 1);
  }
  if (named <= there) return;
  throw new SdError('bad_source', {
    what: `Software is taken from one source, and ${named} are named.`,
    because: `Several -s are the volumes of one serial depot; "${depot.location}" ${serial ? `has ${there}` : 'is none'}.`,
    todo: 'Name one source at a time.',
    data: { source: depot.location },
  });
}

/** An unsigned depot on this machine is said nothing of where nobody uses signatures. */
function signatureSaid(depot: Depot, used: boolean, options: SourceOptions): Finding[] {
  if (depot.signed === undefined || (depot.signed.state === 'unsigned' && !used && depot.kind !== 'remote')) return [];
  return signatureFindings(depot.signed, depot.location, options.trusted_keys);
}

/** For a look at a depot that was used before: the session that takes something from it judges it with options of its own. */
export function plainOptions(admin: string): SourceOptions {
  return {
    admin_directory: admin,
    trusted_keys: join(admin, 'keys'),
    verify_signatures: false,
    web_cache: join(admin, 'web'),
    web_cache_size: 2048,
    web_connections: 6,
    web_retries: 1,
    web_timeout: 30,
  };
}

/** HTTP is loaded only for who needs it. */
async function openWeb(
  location: string,
  options: SourceOptions,
  trust: NonNullable<SerialOptions['trust']>,
): Promise<Depot> {
  const { openWebDepot } = await import('../depot/web.ts');
  return openWebDepot(location, {
    caches: [options.web_cache, ...(process.env.HOME ? [`${process.env.HOME}/.sw/web`] : [])],
    cacheSize: options.web_cache_size * 1_000_000,
    connections: options.web_connections,
    retries: options.web_retries,
    timeout: options.web_timeout * 1000,
    trust,
  });
}

/** Brings what the catalog says of the products of these filesets within reach. */
export async function bringRecords(source: Depot, filesets: Iterable<FilesetKey>): Promise<void> {
  await source.bringRecords?.(new Set(Array.from(filesets, (key) => splitKey(key).productId)));
}

/** Brings the contents that the plan takes from the source within reach, and tells what had to travel. */
export async function bringContents(session: Session, source: Depot, filesets: readonly FilesetKey[]): Promise<void> {
  source.want?.(filesets);
  const brought: Brought | undefined = await source.bringContents?.(filesets);
  if (brought !== undefined && source.kind === 'remote') {
    session.emit({ type: 'source.fetched', source: source.location, ...brought });
  }
}

/** Source keys of all filesets of a plan. */
export function plannedKeys(plan: Plan): FilesetKey[] {
  return plan.products.flatMap((product) => product.filesets.map((fileset) => fileset.key));
}
