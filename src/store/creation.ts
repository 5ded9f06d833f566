// A new, empty store.
// Promise: it appears by one rename, whole and durable; a crash before that leaves nothing that looks like a damaged store. LevelDB
// itself syncs what it creates at the first synced write only.

import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fsyncDirectory, fsyncFile, testPoint } from '../host/durable.ts';
import { hasErrno } from '../model/error.ts';
import type { Engine } from './database.ts';

/** Makes `<home>/store`. Where another process was quicker, its store stands. Throws the errno error. */
export async function createStore(engine: Engine, home: string): Promise<void> {
  const fresh = join(home, `store.new.${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  await (await engine.open(fresh, true)).close();
  for (const name of readdirSync(fresh)) fsyncFile(join(fresh, name));
  fsyncDirectory(fresh);
  testPoint('created');
  try {
    renameSync(fresh, join(home, 'store'));
  } catch (error) {
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  fsyncDirectory(home);
}
