// What the steps of one upgrade share: the platform, the new package, facts that a resumed run must not find out anew, and logs.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SdError } from '../../model/error.ts';
import type { StepsJournal } from '../../operations/steps-record.ts';
import type { Work } from './work.ts';

export class Upgrade {
  readonly work: Work;
  readonly #journal: StepsJournal;

  constructor(work: Work, journal: StepsJournal) {
    this.work = work;
    this.#journal = journal;
  }

  /** The tarball of the new package; undefined where a directory was named, or none. */
  get tarball(): string | undefined {
    const source = this.fact('source');
    return source === undefined || statSync(source, { throwIfNoEntry: false })?.isDirectory() ? undefined : source;
  }

  /** Directory of the new package. */
  get package(): string {
    return this.fact('package') ?? this.fact('source') ?? this.work.platform.path('/root/qingcloud-installer');
  }

  /** Where this upgrade's backups are. Throws SdError `not_initialised`. */
  get backup(): string {
    return this.work.platform.path('/pitrix/backup', this.from);
  }

  /** Name of the version the upgrade began at. Throws SdError `not_initialised`. */
  get from(): string {
    const from = this.fact('from');
    if (from !== undefined) return from;
    throw new SdError('not_initialised', {
      what: 'The upgrade has not begun.',
      because: 'The step "init" was not done.',
      todo: 'Begin with platform-upgrade -s PACKAGE, or with its step init.',
    });
  }

  fact(name: string): string | undefined {
    return this.#journal.record.facts[name];
  }

  setFact(name: string, value: string): void {
    this.#journal.fact(name, value);
  }

  /** Details go there from now on; a path below the platform's root. */
  logTo(path: string): void {
    this.work.voice.logTo(this.work.platform.path(path));
  }

  readText(path: string): string {
    return readFileSync(path, 'utf8');
  }

  /** A path below /pitrix/upgrade. */
  place(...parts: string[]): string {
    return this.work.platform.path('/pitrix/upgrade', join(...parts));
  }
}
