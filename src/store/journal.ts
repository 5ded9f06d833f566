// The intent journal inside the store (D4): what a transaction is about to do, durable before it does it.
// Promise: `staging` names every temporary object before one exists; `swapping` also holds every pair of the commit, so that redo
// needs neither the source nor the caller. Large plans are cut into chunks; a journal is written and deleted in one batch.

import type { Database } from './database.ts';
import type { Pairs } from './ledger.ts';
import type { JournalStep } from './steps.ts';

const HEAD = 'j/head';
const STEPS_PER_CHUNK = 256;

export interface Journal {
  readonly session: string;
  /** Shown when it has to be recovered. */
  readonly label: string;
  readonly state: 'staging' | 'swapping';
  readonly steps: readonly JournalStep[];
  /** Only while swapping. */
  readonly pairs: Pairs;
  readonly products: readonly string[];
}

interface Head {
  readonly v: 1;
  readonly session: string;
  readonly label: string;
  readonly state: 'staging' | 'swapping';
  readonly chunks: number;
  /** Keys the commit deletes. */
  readonly deletes: readonly string[];
  /** Keys the commit puts; their values stand under `jp/v/<key>`. */
  readonly puts: readonly string[];
  readonly products: readonly string[];
}

/** Pairs that begin a journal. */
export function stagingPairs(session: string, label: string, steps: readonly JournalStep[]): [string, string][] {
  const chunks: [string, string][] = [];
  for (let from = 0; from < steps.length; from += STEPS_PER_CHUNK) {
    chunks.push([stepsKey(chunks.length), JSON.stringify(steps.slice(from, from + STEPS_PER_CHUNK))]);
  }
  const head: Head = {
    v: 1,
    session,
    label,
    state: 'staging',
    chunks: chunks.length,
    deletes: [],
    puts: [],
    products: [],
  };
  return [[HEAD, JSON.stringify(head)], ...chunks];
}

/** Pairs that turn it to swapping: from here only forward. */
export function swappingPairs(database: Database, pairs: Pairs, products: Iterable<string>): [string, string][] {
  const before = readHead(database);
  if (before === undefined) throw new Error('no journal to turn');
  const puts = [...pairs].filter((pair): pair is [string, string] => pair[1] !== undefined);
  const deletes = [...pairs].filter((pair) => pair[1] === undefined).map(([key]) => key);
  const head: Head = { ...before, state: 'swapping', deletes, puts: puts.map(([key]) => key), products: [...products] };
  return [[HEAD, JSON.stringify(head)], ...puts.map(([key, value]): [string, string] => [valueKey(key), value])];
}

/** Pairs that remove the journal that is there. */
export function endingPairs(database: Database): [string, undefined][] {
  const head = readHead(database);
  if (head === undefined) return [];
  const ends: [string, undefined][] = [[HEAD, undefined]];
  for (let chunk = 0; chunk < head.chunks; chunk++) ends.push([stepsKey(chunk), undefined]);
  for (const key of head.puts) ends.push([valueKey(key), undefined]);
  return ends;
}

/** The journal a dead session left, if any. */
export function readJournal(database: Database): Journal | undefined {
  const head = readHead(database);
  if (head === undefined) return undefined;
  const steps: JournalStep[] = [];
  for (let chunk = 0; chunk < head.chunks; chunk++) {
    steps.push(...(JSON.parse(needed(database, stepsKey(chunk))) as JournalStep[]));
  }
  const pairs = new Map<string, string | undefined>();
  for (const key of head.deletes) pairs.set(key, undefined);
  for (const key of head.puts) pairs.set(key, needed(database, valueKey(key)));
  const { session, label, state, products } = head;
  return { session, label, state, steps, pairs, products };
}

function readHead(database: Database): Head | undefined {
  const text = database.get(HEAD);
  return text === undefined ? undefined : (JSON.parse(text) as Head);
}

function needed(database: Database, key: string): string {
  const value = database.get(key);
  if (value === undefined) throw new Error(`journal without ${key}`);
  return value;
}

function stepsKey(chunk: number): string {
  return `jp/s/${String(chunk).padStart(6, '0')}`;
}

function valueKey(key: string): string {
  return `jp/v/${key}`;
}
