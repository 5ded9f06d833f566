// Packages with control scripts for the tests of scripts, states and phases: written in the compact language of the scenarios, with paths
// below the site, so that they can be installed into the real root `/`.

import { existsSync } from 'node:fs';
import { makeDepot } from '../scenarios/runner/depot-maker.ts';
import { rows, Site } from './site.ts';

/** A site whose depots are made of lines; `@` stands for the site's directory. */
export class ScriptedSite extends Site {
  depot(name: string, text: string): string {
    const lines = text.replaceAll('@', this.home).split('\n');
    return makeDepot({ directory: this.home, root: '' }, name, () => lines.filter((line) => line.trim() !== ''));
  }

  /** Lines that scripts have added to the file `ran`. */
  ran(): string[] {
    return existsSync(this.path('ran')) ? this.read('ran').trim().split('\n') : [];
  }

  /** State of every installed fileset of `/`, as `P.F state`. */
  states(): string[] {
    const ran = this.run('swlist', ['-l', 'fileset', '-a', 'state']);
    return rows(ran.stdout).map((row) => row.replace(/\s+/g, ' '));
  }
}

/** A script line that notes its turn in the file `ran`, then does `more`. */
export function notes(tag: string, more = ''): string {
  const name = 'n=$(echo "$SW_SOFTWARE_SPEC" | sed "s/,.*//")';
  return `script ${tag} ${name}\\necho "$SW_CONTROL_TAG $n" >> @/ran\\n${more}`;
}
