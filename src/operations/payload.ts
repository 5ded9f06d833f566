// Payload back ends: software that other package tools than ours put on a node (other-systems.md D.3.4). One is there: `deb`, with the
// node's own dpkg. A downgrade is an installation of an older version, as dpkg has it.
// Promise: what the node says afterwards decides, not the exit status of the tool alone.

import { basename } from 'node:path';
import { runProgram } from '../host/program.ts';
import { SdError } from '../model/error.ts';
import type { DebFile } from './deb-repository.ts';
import { localRoot, type NodeAddress, runOnNode } from './transport.ts';

export interface PayloadPlace {
  readonly node: string;
  readonly address: NodeAddress;
  readonly onLine: (line: string) => void;
}

export interface PayloadBackend {
  readonly kind: 'deb';
  /** Version of each named package that is installed there, configured or not; absent ones are left out. */
  installed(place: PayloadPlace, names: readonly string[]): Promise<Map<string, string>>;
  /** Brings exactly these files' versions there: install, upgrade, downgrade, or the same again. Throws SdError `payload_failed`. */
  install(place: PayloadPlace, files: readonly DebFile[]): Promise<void>;
  /** Takes these packages away. Throws SdError `payload_failed`. */
  erase(place: PayloadPlace, names: readonly string[]): Promise<void>;
  /** Sentences about what is not as it should be: half installed packages, versions other than these. */
  verify(place: PayloadPlace, wanted: readonly DebFile[]): Promise<string[]>;
}

export const debBackend: PayloadBackend = {
  kind: 'deb',
  installed,
  async install(place, files) {
    const status = await placeFiles(place, files);
    const now = await installed(
      place,
      files.map((each) => each.package),
    );
    const wrong = files.filter((each) => now.get(each.package) !== each.version);
    if (status === 0 && wrong.length === 0) return;
    const [first] = wrong;
    const because =
      first === undefined
        ? `dpkg ended with status ${status}.`
        : `${first.package} is at ${now.get(first.package) ?? 'nothing'}, not at ${first.version}.`;
    throw failed(place, 'Packages were not installed', because);
  },
  async erase(place, names) {
    const status = await dpkg(place, ['--remove', ...names]);
    if (status !== 0) throw failed(place, 'Packages were not removed', `dpkg ended with status ${status}.`);
  },
  async verify(place, wanted) {
    const audit: string[] = [];
    await dpkg({ ...place, onLine: (line) => audit.push(line) }, ['--audit']);
    const now = await installed(
      place,
      wanted.map((each) => each.package),
    );
    const wrong = wanted.flatMap(({ package: name, version }) => {
      const found = now.get(name);
      if (found === version) return [];
      return [found === undefined ? `${name} is not installed.` : `${name} is at ${found}, not at ${version}.`];
    });
    return [...(audit.length > 0 ? ['dpkg --audit complains.'] : []), ...wrong];
  },
};

/** For dpkg-query, whose placeholders look like ours. */
const FORMAT = `${['Package', 'Version', 'db:Status-Abbrev'].map((field) => `\${${field}}`).join('\\t')}\\n`;

async function installed(place: PayloadPlace, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  // Status 1 says that one of the names is unknown there.
  const query = ['-W', '-f', FORMAT, ...names];
  const root = localRoot(place.address);
  if (root === undefined) await runOnNode(place.node, place.address, shellWords(['dpkg-query', ...query]), { onLine });
  else await runProgram(['dpkg-query', `--admindir=${adminOf(root)}`, ...query], { onLine });
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [name, version, state] = line.split('\t');
      return name && version && /^[a-z][^nc]/.test(state ?? '') ? [[name, version]] : [];
    }),
  );
}

/** Hands the files over; answers dpkg's exit status. */
async function placeFiles(place: PayloadPlace, files: readonly DebFile[]): Promise<number> {
  const root = localRoot(place.address);
  if (root !== undefined) {
    return dpkg(place, ['--install', ...files.map((each) => each.file)]);
  }
  const said: string[] = [];
  const run = (command: string, input?: string) =>
    runOnNode(place.node, place.address, command, {
      onLine: place.onLine,
      ...(input === undefined ? {} : { input }),
    });
  const made = await runOnNode(place.node, place.address, 'mktemp -d /var/tmp/swdist-payload.XXXXXX', {
    onLine: (line) => said.push(line),
  });
  const spool = said.at(-1) ?? '';
  if (made !== 0 || !/^\/\S+\/swdist-payload\.\w+$/.test(spool)) return made || 1;
  let status = 0;
  for (const { file } of files) {
    if (status === 0) status = await run(`cat > ${shellWords([`${spool}/${basename(file)}`])}`, file);
  }
  if (status === 0) {
    const debs = files.map(({ file }) => `${spool}/${basename(file)}`);
    status = await dpkg(place, ['--install', ...debs]);
  }
  await run(`rm -rf ${spool}`);
  return status;
}

function dpkg(place: PayloadPlace, words: readonly string[]): Promise<number> {
  const root = localRoot(place.address);
  const { onLine } = place;
  const keep = ['--force-confdef', '--force-confold'];
  if (root === undefined) {
    const line = `DEBIAN_FRONTEND=noninteractive ${shellWords(['dpkg', ...keep, ...words])}`;
    return runOnNode(place.node, place.address, line, { onLine });
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // An ordinary user may work on a root of his own.
  const rights = process.getuid?.() === 0 ? [] : ['--force-not-root'];
  return runProgram(['dpkg', `--root=${root}`, ...rights, ...keep, ...words], { onLine, env });
}

function adminOf(root: string): string {
  return `${root === '/' ? '' : root}/var/lib/dpkg`;
}

/** Words as one line of shell. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

function failed(place: PayloadPlace, what: string, because: string): SdError {
  return new SdError('payload_failed', {
    what: `${what} on the node "${place.node}".`,
    because,
    todo: 'What dpkg said is in the log of the node; mend that, and bring the packages again.',
    data: { node: place.node },
  });
}
