// Opening a store for a session (D1; LevelDB traps): wait for the lock, prove that the store is whole, recover, or mend it loudly.
// Promise: what is handed over adds up with its ledger and is not behind what was published; an existing store is never created anew
// by accident; nobody who merely waits touches it.

import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testPoint, writeFileDurably } from '../host/durable.ts';
import { lookAt } from '../host/look.ts';
import { stopPoint } from '../host/signals.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { type CatalogFile, readCatalogFile } from './catalog-file.ts';
import { createStore } from './creation.ts';
import type { Database, Engine } from './database.ts';
import { describeHolder, readHolder } from './holder.ts';
import { decodeSingle } from './keys.ts';
import type { StoreLayout } from './layout.ts';
import { Audit } from './ledger.ts';
import { clearLeftovers } from './leftovers.ts';
import { requireOwnPlaces } from './own-places.ts';
import { asRebuilder, canRebuild, copyAside, isBeingRebuilt, rebuild } from './rebuild.ts';
import { type Records, RecordsBuilder } from './records.ts';
import { recover } from './recover.ts';
import { interrupted } from './transaction.ts';

/** Said when an interrupted session was undone or redone, or something damaged was rebuilt. */
export interface Recovery {
  readonly how: 'undone' | 'redone' | 'rebuilt';
  readonly what: string;
}

export interface OpenOptions {
  /** Make the store where there is none yet. */
  readonly create: boolean;
  /** Command and user for the message that others get meanwhile. */
  readonly command: string;
  readonly user: string;
  /** Seconds to wait for another session; 0 refuses at once. */
  readonly lockTimeout: number;
  readonly onRecovered?: (recovery: Recovery) => void;
}

/** A script that was started and of whose end nothing is known. */
export interface ScriptNote {
  /** Product id or fileset key. */
  readonly owner: string;
  readonly tag: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}

export interface Opened {
  readonly database: Database;
  readonly records: Records;
  readonly audit: Audit;
  readonly scripts: readonly ScriptNote[];
  /** The catalog now published, if it is readable and of this store's history. */
  readonly file: CatalogFile | undefined;
}

const FORMAT = 'swdist store 1\n';
/** What LevelDB says when the machine fails it; repairing would only make it worse. */
const NOT_DAMAGE = /Permission denied|No space left|Disk quota|Read-only|Too many open files|Input\/output error/;
/** Opening, after a repair, after a rebuild. */
const ROUNDS = 3;

/**
 * Opens and proves the store. Throws SdError `target_locked`, `store_damaged`, `store_missing`, `store_too_new`, `no_permission`,
 * `place_outside`, and `interrupted` where a recovery could not be finished.
 */
export async function openWhole(engine: Engine, layout: StoreLayout, options: OpenOptions): Promise<Opened> {
  const deadline = Date.now() + options.lockTimeout * 1000;
  let mended: string | undefined;
  let repaired = false;
  const held = hasContent(join(layout.home, 'store'));
  for (let round = 1; ; round++) {
    const result = await openOnce(engine, layout, deadline, options.create);
    if (typeof result !== 'string') {
      const examined = await examine(result, layout, options);
      const emptied = repaired && held && typeof examined !== 'string' && examined.audit.ledger.generation === 0;
      const opened = emptied ? 'nothing could be repaired' : examined;
      if (typeof opened !== 'string') {
        clearLeftovers(layout);
        if (mended !== undefined) options.onRecovered?.({ how: 'rebuilt', what: mended });
        return opened;
      }
      await result.close();
      if (round >= ROUNDS) throw damaged(layout, opened);
      repaired = false;
      mended = await mend(engine, layout, opened, false, deadline);
    } else {
      if (round >= ROUNDS) throw damaged(layout, result);
      repaired = round === 1;
      mended = await mend(engine, layout, result, repaired, deadline);
    }
  }
}

/** Looks at what is there, and makes the place of a new store; returns whether that is to be made. */
function prepare(layout: StoreLayout, create: boolean): boolean {
  const { home } = layout;
  requireOwnPlaces(layout);
  const format = join(home, 'format');
  // One look, for another session may take the directory away and make a new one meanwhile.
  const names = existsSync(home) ? readdirSync(home) : [];
  const there = names.includes('store');
  if (names.includes('format')) checkFormat(format);
  else if (there) {
    throw new SdError('store_damaged', {
      what: `The store in "${home}" is not used.`,
      because: 'Its file "format" is missing, so it is not known what it is.',
      todo: 'Bring "format" back from a backup, or move the directory "store" away: it is rebuilt from the published catalog then.',
      data: { home },
    });
  } else if (!create && !canRebuild(layout)) {
    throw new SdError('store_missing', {
      what: `There is nothing to change in "${layout.anchor}".`,
      because: layout.kind === 'root' ? 'No software was ever installed there.' : 'It is not a depot.',
      todo: 'Check the path behind "@".',
      data: { home },
    });
  }
  try {
    mkdirSync(home, { recursive: true, mode: 0o755 });
    accessSync(home, constants.W_OK | constants.X_OK);
    if (!existsSync(format) && !canRebuild(layout)) writeFileDurably(format, FORMAT, 0o644);
    if (!there) return !canRebuild(layout);
    accessSync(join(home, 'store'), constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notPermitted(layout, error);
  }
  return false;
}

function checkFormat(path: string): void {
  const found = readFileSync(path, 'utf8');
  if (found === FORMAT) return;
  const newer = /^swdist store \d+\n$/.test(found);
  throw new SdError(newer ? 'store_too_new' : 'store_damaged', {
    what: `The store beside "${path}" is not used.`,
    because: newer
      ? `It is of form "${found.trim()}"; this program knows "${FORMAT.trim()}".`
      : 'That file is damaged.',
    todo: newer
      ? 'Use a newer release of swdist.'
      : 'Remove "format" and the directory "store": it is rebuilt from the published catalog.',
    data: { path },
  });
}

/** One open handle, or the reason why the engine cannot open it. Waits for others. */
async function openOnce(
  engine: Engine,
  layout: StoreLayout,
  deadline: number,
  create: boolean,
): Promise<Database | string> {
  for (;;) {
    const opened = isBeingRebuilt(layout.home) ? undefined : await tryToOpen(engine, layout, create);
    if (opened !== undefined) return opened;
    await pause(layout, deadline);
  }
}

/** As openOnce, but undefined where it is another's turn. What is taken away between two steps is looked at anew. */
async function tryToOpen(engine: Engine, layout: StoreLayout, create: boolean): Promise<Database | string | undefined> {
  const { home } = layout;
  const path = join(home, 'store');
  let place = identityOf(home);
  const isGone = () => place !== undefined && identityOf(home) !== place;
  try {
    const isNew = prepare(layout, create);
    place = identityOf(home);
    if (isNew) await createStore(engine, home);
  } catch (error) {
    if (isGone()) return tryToOpen(engine, layout, create);
    throw error;
  }
  try {
    if (existsSync(path)) {
      const database = await engine.open(path, false);
      if (!isBeingRebuilt(home) && !isGone()) return database;
      // Somebody began to rebuild between the look and the opening: it is his turn.
      await database.close();
    } else if (!isGone()) return 'its directory "store" is missing';
  } catch (error) {
    if (!isGone()) return refused(engine, layout, error);
  }
  return isGone() ? tryToOpen(engine, layout, create) : undefined;
}

/** Why the engine did not open the store; undefined when another process has it. */
function refused(engine: Engine, layout: StoreLayout, error: unknown): string | undefined {
  const cause = causeOf(error);
  // Other rights than access(2) looked at, a lock file of another owner, a disk that takes nothing more.
  if (NOT_DAMAGE.test(cause)) throw notOpened(layout, `${cause}.`, error);
  return engine.isLocked(error) ? undefined : `it cannot be opened (${cause})`;
}

/** Differs between a directory and one that was made in its place. */
function identityOf(directory: string): string | undefined {
  const stats = lookAt(directory);
  return stats && `${stats.ino} ${stats.birthtimeMs}`;
}

/** True when the store's files hold anything: a store that was only being made may be lost. */
function hasContent(store: string): boolean {
  // Another session may be at work in it, or take it away.
  try {
    return readdirSync(store).some((name) => /\.(ldb|log)$/.test(name) && (lookAt(join(store, name))?.size ?? 0) > 0);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

async function pause(layout: StoreLayout, deadline: number): Promise<void> {
  const left = deadline - Date.now();
  if (left <= 0) throw locked(layout);
  testPoint('waiting');
  await new Promise((resolve) => setTimeout(resolve, Math.min(left, 20 + Math.random() * 80)));
  await stopPoint();
}

/** The store as it stands after recovery, or the reason why it cannot be trusted. */
async function examine(database: Database, layout: StoreLayout, options: OpenOptions): Promise<Opened | string> {
  try {
    const file = readFileOf(layout, options);
    let scanned = await scan(database);
    const fault = scanned.audit.fault() ?? behind(scanned.audit, file);
    if (fault !== undefined) return fault;
    const recovered = await recover(database, layout.anchor, scanned.audit.ledger).catch((error: unknown) => {
      throw notRecovered(error);
    });
    if (recovered !== undefined) {
      options.onRecovered?.(recovered);
      scanned = await scan(database);
    }
    return { database, ...scanned, file };
  } catch (error) {
    if (!(error instanceof SdError) || error.code === 'catalog_damaged') return `it cannot be read (${causeOf(error)})`;
    await database.close();
    throw error;
  }
}

async function scan(database: Database): Promise<Pick<Opened, 'records' | 'audit' | 'scripts'>> {
  const audit = new Audit();
  const builder = new RecordsBuilder();
  const scripts: ScriptNote[] = [];
  await database.scan('a', 'z', (key, value) => {
    audit.add(key, value);
    if (key.startsWith('i/')) scripts.push(decodeSingle<ScriptNote>(value.toString()));
    else builder.add(key, () => value.toString());
  });
  return { audit, records: builder.build(), scripts };
}

/** The published catalog; one that is damaged is only a copy, and is written again. */
function readFileOf(layout: StoreLayout, options: OpenOptions): CatalogFile | undefined {
  try {
    return readCatalogFile(layout.home);
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'catalog_damaged') throw error;
    if (error.data.old === true) return undefined;
    const path = join(layout.home, 'catalog');
    options.onRecovered?.({ how: 'rebuilt', what: `the published catalog "${path}" was damaged and is written again` });
    return undefined;
  }
}

/** Published is only what was committed; so a store that does not know the published generation has lost commits. */
function behind(audit: Audit, file: CatalogFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  const { gen, chain } = file.header;
  if (gen > audit.ledger.generation) return `it is at generation ${audit.ledger.generation}, but ${gen} was published`;
  const known = audit.chainAt(gen);
  return known !== undefined && known !== chain ? `its generation ${gen} is not the one that was published` : undefined;
}

/** Repairs, or rebuilds. Returns what was done, for the user. */
async function mend(
  engine: Engine,
  layout: StoreLayout,
  fault: string,
  mayRepair: boolean,
  deadline: number,
): Promise<string | undefined> {
  const store = join(layout.home, 'store');
  let done: string | undefined;
  const work = async () => {
    if (mayRepair && existsSync(store)) {
      const copy = copyAside(layout.home);
      const repaired = await engine.repair(store).then(
        () => true,
        () => false,
      );
      if (repaired) {
        done = `the store "${store}" was repaired because ${fault}; a copy is in "${copy}"`;
        return;
      }
    }
    const kept = existsSync(store);
    // First, for a store without its marker is refused.
    writeFileDurably(join(layout.home, 'format'), FORMAT, 0o644);
    const from = await rebuild(engine, layout, fault);
    done = `the store "${store}" was rebuilt from ${from} because ${fault}${kept ? '; the damaged one was kept beside it' : ''}`;
  };
  if (!(await asRebuilder(layout.home, () => isHeld(engine, store), work))) await pause(layout, deadline);
  return done;
}

async function isHeld(engine: Engine, store: string): Promise<boolean> {
  if (!existsSync(store)) return false;
  try {
    await (await engine.open(store, false)).close();
    return false;
  } catch (error) {
    return engine.isLocked(error);
  }
}

/** `target_locked`, naming who has it. */
export function locked(layout: StoreLayout): SdError {
  const holder = readHolder(layout.home);
  return new SdError('target_locked', {
    what: `${layout.kind === 'root' ? 'The root' : 'The depot'} "${layout.anchor}" cannot be changed now.`,
    because: describeHolder(holder),
    todo: 'Wait for it to end, or give a longer lock_timeout.',
    data: { anchor: layout.anchor, ...(holder === undefined ? {} : { holder }) },
  });
}

function damaged(layout: StoreLayout, fault: string): SdError {
  return new SdError('store_damaged', {
    what: `The store in "${layout.home}" cannot be used.`,
    because: `After repair and rebuild ${fault}.`,
    todo: 'Look for errors of the disk; then move the directory "store" away.',
    data: { home: layout.home },
  });
}

/** What a recovery could not do stays to be done. A journal that cannot even be read is damage, and handled as such. */
function notRecovered(error: unknown): unknown {
  const ofTheMachine = error instanceof Error && 'code' in error && !(error instanceof SdError);
  return ofTheMachine ? interrupted('The interrupted session', error) : error;
}

/** An error of the file system about the store's place, in the user's words. */
export function notPermitted(layout: StoreLayout, error: unknown): unknown {
  if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'))
    return error;
  return notOpened(layout, reasonOf(error), error);
}

function notOpened(layout: StoreLayout, because: string, cause: unknown): SdError {
  const full = /no space|quota/i.test(because);
  const failing = full || /input\/output|too many open|i\/o error|injected/i.test(because);
  return new SdError(failing ? 'not_done' : 'no_permission', {
    what: `"${layout.anchor}" cannot be changed.`,
    because,
    todo: /permission denied|not permitted/i.test(because)
      ? 'Run the command as the owner of the target.'
      : full
        ? 'Make room on the file system and try again.'
        : '',
    data: { anchor: layout.anchor },
    cause,
  });
}

function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
}
