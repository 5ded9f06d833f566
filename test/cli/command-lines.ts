// Command lines as one would type them, for tests that go through many: `sw('swcopy -s ./D P @ ./E')`.

import { expect } from 'vitest';
import type { Ran, Site } from './site.ts';

/** Words of a command line; single quotes keep blanks. */
function wordsOf(line: string): string[] {
  return (line.match(/(?:[^\s']+|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

/** Runs a command line in the site. */
export function typed(site: Site, line: string, how: Parameters<Site['run']>[2] = {}): Ran {
  const [command = '', ...words] = wordsOf(line);
  return site.run(command, words, how);
}

/** As typed, and it must succeed; answers its stdout. */
export function done(site: Site, line: string): string {
  const ran = typed(site, line);
  expect([ran.exit, ran.stderr], `${line}\n${ran.stdout}`).toEqual([0, expect.not.stringContaining('ERROR')]);
  return ran.stdout;
}

/** A product with one fileset RUN, which holds one file. */
export function product(tag: string, more = '', filesetLines = ''): string {
  return `product\n tag ${tag}\n revision 1.0\n${more} fileset\n  tag RUN\n  revision 1.0\n${filesetLines}  file a /opt/${tag}\n end\nend\n`;
}
