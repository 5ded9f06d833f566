// The little of LevelDB that the store uses. store.ts gives it (the only file that knows `level`); all others take this interface.

/** An open database. One handle per path per process. */
export interface Database {
  get(key: string): string | undefined;
  /** Calls `take` for each pair with from <= key < to, in key order. */
  scan(from: string, to: string, take: (key: string, value: Buffer) => void): Promise<void>;
  /** ONE synced batch: durable as a whole when it returns, or not there at all. `undefined` deletes. */
  write(pairs: Iterable<readonly [string, string | undefined]>): Promise<void>;
  close(): Promise<void>;
}

/** How databases come to be. */
export interface Engine {
  /** Throws the engine's error; `isLocked` tells the one that means "another process has it". */
  open(path: string, create: boolean): Promise<Database>;
  isLocked(error: unknown): boolean;
  repair(path: string): Promise<void>;
}
