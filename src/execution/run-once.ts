// The record of a run (model/run-once.ts): when the postinstall script of a run-once fileset began and ended, its exit value and what it
// said, kept in the IPD with the state it leads to. Promise: output is bounded, so that a script that talks for ever costs no disk.

import { cksumOf } from '../host/digest.ts';
import type { CatalogOp } from '../model/change.ts';
import type { Emit } from '../model/events.ts';
import type { Placed } from '../model/patches.ts';
import { RUN_OUTPUT } from '../model/run-once.ts';
import type { ControlFile } from '../model/software.ts';
import { filesetOp } from './patching.ts';

/** Bytes kept of a run's output: its beginning; of the rest only how much it was. */
const KEPT = 65_536;

export class RunRecord {
  readonly #began = new Date();
  readonly #lines: string[] = [];
  #room = KEPT;
  #dropped = 0;
  #ended: Date | undefined;
  #exit: number | undefined;

  /** Passes events on and listens. */
  following(emit: Emit): Emit {
    return (event) => {
      if (event.type === 'script.output') this.#keep(event.line);
      if (event.type === 'script.end') {
        this.#ended = new Date();
        this.#exit = event.exit;
      }
      emit(event);
    };
  }

  /** The fileset as the run leaves it. */
  ops(placed: Placed, state: string): CatalogOp[] {
    const attributes = {
      state,
      run_began: this.#began.toISOString(),
      run_ended: this.#ended?.toISOString(),
      run_exit: this.#exit === undefined ? undefined : String(this.#exit),
    };
    const output = this.#output();
    if (output.length === 0) return [filesetOp(placed, attributes)];
    const file: ControlFile = {
      tag: RUN_OUTPUT,
      path: RUN_OUTPUT,
      mode: 0o444,
      size: output.length,
      cksum: cksumOf(output),
      mtime: Math.floor((this.#ended ?? this.#began).getTime() / 1000),
    };
    const { fileset } = placed;
    const others = fileset.controlFiles.filter((each) => each.tag !== RUN_OUTPUT);
    return [
      filesetOp({ ...placed, fileset: { ...fileset, controlFiles: [...others, file] } }, attributes),
      { op: 'control_file', owner: placed.key, tag: RUN_OUTPUT, content: output.toString('base64') },
    ];
  }

  #keep(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#dropped > 0 || bytes > this.#room) this.#dropped += bytes;
    else {
      this.#lines.push(line);
      this.#room -= bytes;
    }
  }

  #output(): Buffer {
    const more = this.#dropped === 0 ? [] : [`[${this.#dropped} more bytes were not kept]`];
    return Buffer.from([...this.#lines, ...more].map((line) => `${line}\n`).join(''));
  }
}
