// The peers' inputs, made with the peers' own tools: an rpm database of as many packages as we have products, the tree as rpm (two versions)
// and as deb, libsolv's test case of as many updates as we have patches. Payloads are stored uncompressed, as ours are.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILES_PER_PRODUCT, productFile, productTag } from './software.ts';

/** Whether a program is on the search path. */
export function installed(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Runs a program that prepares something. @throws Error with its last words when it fails */
export function must(command: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  const [program = '', ...rest] = command;
  const ran = spawnSync(program, rest, { env: environment, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (ran.status !== 0)
    throw new Error(`${command.join(' ').slice(0, 300)} exited ${ran.status}:\n${ran.stderr?.slice(-2000)}`);
  return ran.stdout;
}

/** rpm's command for a root, with the place of its database that Debian would choose by HOME; Debian's rpm wants to hear that this is meant. */
export function rpm(root: string, ...rest: string[]): string[] {
  const force = rest[0] === '-i' || rest[0] === '-U' ? ['--force-debian'] : [];
  return ['rpm', '--root', root, '--dbpath', '/var/lib/rpm', '--nosignature', ...force, ...rest];
}

/** Builds the tree as an rpm. @returns its path */
export function treeRpm(work: string, tree: string, version: number): string {
  const spec = [
    ...preamble('medium', version),
    '%description',
    'The tree',
    '%files',
    '%defattr(0644,root,root,0755)',
    '/opt/tree',
    '',
  ];
  return rpmbuild(work, spec, `rpm${version}`, [
    '%install',
    'mkdir -p %{buildroot}/opt',
    `cp -a ${tree} %{buildroot}/opt/tree`,
  ]).find((path) => path.includes('/medium-')) as string;
}

/** Builds one rpm a product. @returns their folder */
export function productRpms(work: string, count: number): string {
  const spec = [...preamble('all', 1), '%description', 'Many'];
  for (let index = 0; index < count; index += 1) {
    const name = productTag(index).toLowerCase();
    spec.push(
      `%package -n ${name}`,
      `Summary: Product number ${index}`,
      `%description -n ${name}`,
      'The whole of it',
      `%files -n ${name}`,
    );
    for (let file = 0; file < FILES_PER_PRODUCT; file += 1) spec.push(productFile(index, file));
  }
  const install = [
    '%install',
    `for i in $(seq -f %05g 0 ${count - 1}); do d=%{buildroot}/opt/prod$i; mkdir -p $d; for j in ${numbers()}; do echo $j >$d/file$j; done; done`,
  ];
  rpmbuild(work, spec, `rpms${count}`, install);
  return join(work, `rpms${count}`, 'RPMS', 'noarch');
}

function numbers(): string {
  return Array.from({ length: FILES_PER_PRODUCT }, (_, file) => file).join(' ');
}

function preamble(name: string, version: number): string[] {
  return [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    'Summary: benchmark',
    'License: none',
    'BuildArch: noarch',
    'AutoReqProv: no',
  ];
}

function rpmbuild(work: string, spec: readonly string[], folder: string, install: readonly string[]): string[] {
  const top = join(work, folder);
  mkdirSync(top, { recursive: true });
  const file = join(top, 'bench.spec');
  const description = spec.indexOf('%description');
  const globals = [
    '%global _binary_payload w.ufdio',
    '%global __os_install_post %{nil}',
    '%global debug_package %{nil}',
  ];
  const end = spec.findIndex((line, index) => index > description && line.startsWith('%files'));
  writeFileSync(file, [...globals, ...spec.slice(0, end), ...install, ...spec.slice(end), ''].join('\n'));
  must(['rpmbuild', '--quiet', '--define', `_topdir ${top}`, '--buildroot', join(top, 'buildroot'), '-bb', file]);
  const output = join(top, 'RPMS', 'noarch');
  return readdirSync(output).map((name) => join(output, name));
}

/** A root whose rpm database knows all packages of a folder; their files are not laid down. */
export function rpmRoot(work: string, folder: string, count: number): string {
  const root = join(work, `rpmroot${count}`);
  mkdirSync(root, { recursive: true });
  const list = join(work, `rpmlist${count}`);
  writeFileSync(
    list,
    `${readdirSync(folder)
      .map((name) => join(folder, name))
      .join('\n')}\n`,
  );
  must(['sh', '-c', `xargs -n 20000 ${rpm(root, '-i', '--justdb', '--nodeps').join(' ')} <${list}`]);
  return root;
}

/** The folder that dpkg-deb builds the tree from. */
export function debFolder(work: string, tree: string): string {
  const folder = join(work, 'debfolder');
  mkdirSync(join(folder, 'DEBIAN'), { recursive: true });
  mkdirSync(join(folder, 'opt'));
  must(['cp', '-a', tree, join(folder, 'opt', 'tree')]);
  const control = [
    'Package: medium',
    'Version: 1',
    'Architecture: all',
    'Maintainer: bench <bench@localhost>',
    'Description: the tree',
    '',
  ];
  writeFileSync(join(folder, 'DEBIAN', 'control'), control.join('\n'));
  return folder;
}

/** Builds the tree as a deb. @returns its path */
export function treeDeb(work: string, folder: string): string {
  const path = join(work, 'medium.deb');
  must(dpkgDeb(folder, path));
  return path;
}

/** dpkg-deb's command that builds an uncompressed deb. */
export function dpkgDeb(folder: string, path: string): string[] {
  return ['dpkg-deb', '--root-owner-group', '-Znone', '-b', folder, path];
}

/** A root with an empty dpkg database. */
export function dpkgRoot(root: string): void {
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', folder), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', file), '');
}

/** libsolv's test case: `count` installed packages, an update for each, update all. @returns its path */
export function solvCase(work: string, count: number): string {
  const folder = join(work, `solv${count}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, version] of [
    ['system', 1],
    ['available', 2],
  ] as const) {
    const lines = ['=Ver: 3.0'];
    for (let index = 0; index < count; index += 1) {
      const tag = productTag(index).toLowerCase();
      lines.push(`=Pkg: ${tag} ${version} 1 noarch`, `=Prv: ${tag} = ${version}-1`);
      if (index % 7 === 0 && index > 0) lines.push(`=Req: ${productTag(index >> 1).toLowerCase()}`);
    }
    writeFileSync(join(folder, `${name}.repo`), `${lines.join('\n')}\n`);
  }
  const path = join(folder, 'testcase.t');
  writeFileSync(
    path,
    [
      'repo system 0 testtags system.repo',
      'repo available 0 testtags available.repo',
      'system noarch * system',
      'job update all packages',
      '',
    ].join('\n'),
  );
  renameSync(path, join(folder, 'update.t'));
  return join(folder, 'update.t');
}
