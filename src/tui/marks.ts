// What is marked: operands, and the objects they came from. An operand that came from the command line or a software group has no object.
// Promise: a mark is taken away at its own level or inside it: of a marked product the other filesets stay marked.

import type { Reason } from '../model/plan.ts';
import type { BrowsedObject } from '../operations/browse.ts';

/** Operand → the object it stands for. */
export type Marks = ReadonlyMap<string, BrowsedObject | undefined>;

/** Marks of operands that came from the command line or a session file. */
export function marksOf(software: readonly string[]): Marks {
  return new Map(software.map((operand) => [operand, undefined]));
}

/** With an object marked; marks inside it are in it now. */
export function withMark(marks: Marks, object: BrowsedObject): Marks {
  const keys = new Set(object.filesets());
  const inside = (mark: BrowsedObject | undefined) => mark?.filesets().every((key) => keys.has(key));
  const others = [...marks].filter(([, mark]) => !inside(mark));
  return new Map([...others, ...pairs(object)]);
}

/**
 * Without marks for what `object` holds. `selected` says for which operand each fileset was taken; what was taken for another reason
 * stays selected as long as that reason does.
 */
export function withoutMark(marks: Marks, object: BrowsedObject, selected: ReadonlyMap<string, Reason>): Marks {
  const keys = new Set(object.filesets());
  const result = new Map(marks);
  for (const key of keys) {
    const reason = selected.get(key);
    if (reason?.kind !== 'asked' || !result.has(reason.spec)) continue;
    const mark = result.get(reason.spec);
    result.delete(reason.spec);
    for (const [operand, piece] of mark ? piecesOutside(mark, keys) : []) result.set(operand, piece);
  }
  return result;
}

/** The largest parts of an object that hold none of `keys`. */
function piecesOutside(object: BrowsedObject, keys: ReadonlySet<string>): [string, BrowsedObject][] {
  const all = object.filesets();
  const hit = all.filter((key) => keys.has(key)).length;
  if (hit === 0) return pairs(object);
  if (hit === all.length) return [];
  return object.inside().flatMap((each) => piecesOutside(each, keys));
}

function pairs(object: BrowsedObject): [string, BrowsedObject][] {
  return object.operands().map((operand) => [operand, object]);
}
