// Maintainer scripts of a Debian package, and the triggers it activates (deb-preinst(5) and its like, deb-triggers(5)).

import type { Occasion, OriginScript } from './origin.ts';

const SCRIPTS: Readonly<Record<string, Occasion>> = {
  preinst: 'before-install',
  postinst: 'after-install',
  prerm: 'before-remove',
  postrm: 'after-remove',
};

/** Parts of the control archive that only dpkg's own tools could use. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  config: 'its debconf questions ("config")',
};

/** The scripts among the files of a control part. */
export function debScripts(control: ReadonlyMap<string, Buffer>): {
  scripts: Partial<Record<Occasion, OriginScript>>;
  leftOut: string[];
} {
  const scripts: Partial<Record<Occasion, OriginScript>> = {};
  for (const [name, occasion] of Object.entries(SCRIPTS)) {
    const content = control.get(name);
    if (content) scripts[occasion] = { name, interpreter: interpreterOf(content), content };
  }
  return { scripts, leftOut: Object.entries(LEFT_OUT).flatMap(([name, what]) => (control.has(name) ? [what] : [])) };
}

/** Words of the `#!` line; none for a binary. As the kernel does, all words behind the program are one argument. */
function interpreterOf(content: Buffer): string[] {
  const first = content.toString('latin1', 0, 256).split('\n')[0]!;
  const [, program, argument] = /^#![ \t]*(\S+)[ \t]*(.*?)\s*$/.exec(first) ?? [];
  if (program === undefined) return [];
  return argument ? [program, argument] : [program];
}

/** The trigger of ldconfig is what a shared library needs; others belong to packages that dpkg knows and SD does not. */
export function triggersOf(text: string): { ldconfig: boolean; leftOut: string[] } {
  const leftOut: string[] = [];
  let ldconfig = false;
  for (const line of text.split('\n')) {
    const [directive = '', name = ''] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (directive === '') continue;
    if (directive.startsWith('activate') && name === 'ldconfig') ldconfig = true;
    else leftOut.push(name);
  }
  return { ldconfig, leftOut: leftOut.length === 0 ? [] : [`its triggers (${leftOut.join(', ')})`] };
}
