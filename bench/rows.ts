// The rows of the benchmark: what of ours, against what of whose, the bar, and the proof that the work was really done. A row is whole
// commands; `before` puts the ground back in order and is not measured.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inputs } from './inputs.ts';
import { dpkgRoot, must, rpm } from './peers.ts';
import { productFile, productTag } from './software.ts';
import { patchedFiles } from './tree.ts';

/** One command to be measured. */
export interface Side {
  /** What it is, for the table: `rpm -i`. */
  readonly name: string;
  readonly command: readonly string[];
  /** Done before every run, not measured. */
  readonly before?: () => void;
  /** Throws when the run did not do the whole work. */
  readonly check?: (stdout: string) => void;
  /** Programs it needs. */
  readonly needs?: readonly string[];
  /** Greatest ratio ours : peer that meets the bar. */
  readonly bar?: number;
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  /** Where it runs: in memory, on disk. */
  readonly place: 'tmpfs' | 'disk';
  /** What its size counts, at 10x; 0: it has no size. */
  readonly size: number;
  /** Greatest peak of memory at its size, MiB. */
  readonly memoryBar?: number;
  /** @param size the row's size, or a tenth of it */
  readonly ours: (inputs: Inputs, size: number) => Side;
  readonly peers: (inputs: Inputs) => readonly Side[];
}

const FILES = 10_000;
const LARGE = 100_000;
const PRODUCTS = 10_000;
const NODE = (): Side => ({ name: 'node -e 0', command: [process.execPath, '-e', '0'] });

export const ROWS: readonly Row[] = [
  {
    name: 'swlist --version',
    place: 'tmpfs',
    size: 0,
    ours: (inputs) => ({ name: 'swlist --version', command: inputs.sw('swlist', '--version') }),
    peers: () => [{ ...NODE(), bar: 1.3 }],
  },
  {
    name: 'swlist -l product, 10,000 products',
    place: 'tmpfs',
    size: PRODUCTS,
    ours: (inputs, size) => ({
      name: 'swlist -l product',
      command: inputs.sw('swlist', '-l', 'product', '@', inputs.productRoot(size)),
      check: (stdout) => lines(stdout, size, /^ {2}PROD/),
    }),
    peers: (inputs) => [
      {
        name: 'rpm -qa',
        command: rpm(inputs.rpmRoot(PRODUCTS), '-qa'),
        needs: ['rpm', 'rpmbuild'],
        bar: 1.0,
        check: (out) => lines(out, PRODUCTS),
      },
    ],
  },
  {
    name: 'swlist PRODUCT, one of 10,000',
    place: 'tmpfs',
    size: PRODUCTS,
    ours: (inputs, size) => ({
      name: 'swlist PRODUCT',
      command: inputs.sw('swlist', productTag(size - 7), '@', inputs.productRoot(size)),
      check: (stdout) => lines(stdout, 1, new RegExp(`^\\s+${productTag(size - 7)}\\.RUN\\s`)),
    }),
    peers: () => [{ ...NODE(), bar: 1.35 }],
  },
  {
    name: 'swlist --owner, a path among 100,000',
    place: 'tmpfs',
    size: PRODUCTS,
    ours: (inputs, size) => ({
      name: 'swlist --owner',
      command: inputs.sw('swlist', '--owner', productFile(size - 7, 4), '@', inputs.productRoot(size)),
      check: (stdout) => lines(stdout, 1, new RegExp(`${productTag(size - 7)}\\.RUN`)),
    }),
    peers: (inputs) => [
      {
        name: 'rpm -qf',
        command: rpm(inputs.rpmRoot(PRODUCTS), '-qf', productFile(PRODUCTS - 7, 4)),
        needs: ['rpm', 'rpmbuild'],
        bar: 0.7,
        check: (out) => lines(out, 1),
      },
    ],
  },
  {
    name: "swlist -l file '*', 100,000 rows",
    place: 'tmpfs',
    size: PRODUCTS,
    ours: (inputs, size) => ({
      name: 'swlist -l file',
      command: inputs.sw('swlist', '-l', 'file', '*', '@', inputs.productRoot(size)),
      check: (stdout) => lines(stdout, size * 10, /\/opt\/prod\d+\/file\d/),
    }),
    peers: (inputs) => [
      {
        name: 'rpm -qal',
        command: rpm(inputs.rpmRoot(PRODUCTS), '-qal'),
        needs: ['rpm', 'rpmbuild'],
        bar: 1.2,
        check: (out) => lines(out, PRODUCTS * 10),
      },
    ],
  },
  {
    name: 'swinstall medium tree, tmpfs',
    place: 'tmpfs',
    size: LARGE,
    memoryBar: 250,
    ours: installTree,
    peers: (inputs) => [rpmInstall(inputs, 0.8)],
  },
  {
    name: 'swinstall medium tree, disk, durable',
    place: 'disk',
    size: 0,
    ours: (inputs) => installTree(inputs, FILES),
    peers: (inputs) => {
      const root = join(inputs.top, 'dpkg');
      return [
        {
          name: 'dpkg -i',
          command: ['dpkg', `--root=${root}`, '--force-not-root', '--log=/dev/null', '-i', inputs.treeDeb()],
          needs: ['dpkg', 'dpkg-deb'],
          bar: 0.7,
          before: () => {
            dpkgRoot(inputs.fresh('dpkg'));
            must(['sync']);
          },
          check: () => counted(join(root, 'opt/tree'), FILES),
        },
      ];
    },
  },
  {
    name: 'swinstall of a patch, 1,977 of 10,000 files, originals saved',
    place: 'tmpfs',
    size: LARGE,
    ours: (inputs, size) => {
      const root = join(inputs.top, 'patched');
      return {
        name: 'swinstall PHXX_1',
        command: inputs.sw('swinstall', '-s', inputs.treeDepot(size), 'PHXX_1', '@', root),
        before: () => installedTree(inputs, size),
        check: () => {
          sound(inputs, root);
          same(join(root, 'opt/tree'), inputs.tree(size, 2));
          counted(join(root, 'var/adm/sw/save'), patchedFiles(inputs.files(size)).length);
        },
      };
    },
    peers: (inputs) => {
      const root = join(inputs.top, 'rpmup');
      const copy = join(inputs.top, 'rsynced');
      return [
        {
          name: 'rpm -U',
          command: rpm(root, '-U', inputs.treeRpm(2)),
          needs: ['rpm', 'rpmbuild'],
          bar: 0.35,
          before: () => rpmInstalled(inputs, 1),
          check: () => same(join(root, 'opt/tree'), inputs.tree(FILES, 2)),
        },
        {
          name: 'rsync --backup-dir',
          command: [
            'rsync',
            '-a',
            '--backup',
            `--backup-dir=${join(inputs.top, 'rsyncsave')}`,
            `${inputs.tree(FILES, 2)}/`,
            `${copy}/`,
          ],
          needs: ['rsync'],
          bar: 0.9,
          before: () => {
            inputs.fresh('rsyncsave');
            must(['cp', '-a', inputs.tree(FILES, 1), inputs.fresh('rsynced')]);
          },
          check: () => same(copy, inputs.tree(FILES, 2)),
        },
      ];
    },
  },
  {
    name: 'swremove of that patch (rollback)',
    place: 'tmpfs',
    size: LARGE,
    ours: (inputs, size) => {
      const root = join(inputs.top, 'patched');
      return {
        name: 'swremove PHXX_1',
        command: inputs.sw('swremove', 'PHXX_1', '@', root),
        before: () => {
          installedTree(inputs, size);
          inputs.run('swinstall', '-s', inputs.treeDepot(size), 'PHXX_1', '@', root);
        },
        check: () => {
          sound(inputs, root);
          same(join(root, 'opt/tree'), inputs.tree(size, 1));
        },
      };
    },
    peers: (inputs) => {
      const root = join(inputs.top, 'rpmup');
      return [
        {
          name: 'rpm -U back to the old version',
          command: rpm(root, '-U', '--oldpackage', inputs.treeRpm(1)),
          needs: ['rpm', 'rpmbuild'],
          bar: 0.35,
          before: () => rpmInstalled(inputs, 2),
          check: () => same(join(root, 'opt/tree'), inputs.tree(FILES, 1)),
        },
      ];
    },
  },
  {
    name: 'swverify medium tree, both digests',
    place: 'tmpfs',
    size: LARGE,
    ours: (inputs, size) => {
      const root = inputs.fresh('verified');
      inputs.run('swinstall', '-s', inputs.treeDepot(size), 'TREE', '@', root);
      return {
        name: 'swverify',
        command: inputs.sw('swverify', 'TREE', '@', root),
        // That content is really read: a flipped byte in the last file, its time put back, must be found.
        check: () => {
          const copy = inputs.fresh('spoiled');
          must(['cp', '-a', root, copy]);
          flip(join(copy, 'opt/tree', inputs.files(size).at(-1)?.path ?? ''));
          if (succeeds(() => inputs.run('swverify', 'TREE', '@', copy)))
            throw new Error('swverify did not find a changed file');
          inputs.fresh('spoiled');
        },
      };
    },
    peers: (inputs) => {
      const root = join(inputs.top, 'rpmverify');
      inputs.fresh('rpmverify');
      mkdirSync(root);
      must(rpm(root, '-i', inputs.treeRpm(1)));
      return [{ name: 'rpm -V', command: rpm(root, '-V', 'medium'), needs: ['rpm', 'rpmbuild'], bar: 1.5 }];
    },
  },
  {
    name: 'swpackage medium tree to a serial depot, both digests',
    place: 'tmpfs',
    size: LARGE,
    ours: (inputs, size) => {
      const tape = join(inputs.top, 'tree.depot');
      return {
        name: 'swpackage',
        command: inputs.sw('swpackage', '-s', inputs.treePsf(size), '-x', 'media_type=tape', '@', tape),
        before: () => rmSync(tape, { force: true }),
        check: () => lines(inputs.run('swlist', '-d', '-l', 'file', '*', '@', tape), size, /\/opt\/tree\/set/),
      };
    },
    peers: (inputs) => {
      const path = join(inputs.top, 'built.deb');
      return [
        {
          name: 'dpkg-deb -b',
          command: inputs.dpkgDeb(path),
          needs: ['dpkg-deb'],
          bar: 1.5,
          before: () => rmSync(path, { force: true }),
        },
      ];
    },
  },
  {
    name: "swinstall -p -v 'B*', autoselect among 10,000 patches",
    place: 'tmpfs',
    size: 10_000,
    ours: (inputs, size) => {
      const { depot, chains } = inputs.patchDepot(size);
      const root = join(inputs.top, 'empty');
      return {
        name: 'swinstall -p -v',
        command: inputs.sw('swinstall', '-p', '-v', '-s', depot, 'B*', '@', root),
        before: () => mkdirSync(inputs.fresh('empty')),
        check: (stdout) => {
          const named = new Set(stdout.match(/\bPHXX_\d+\.RUN/g));
          if (named.size !== chains) throw new Error(`${named.size} patches are named, there are ${chains} chains`);
        },
      };
    },
    peers: (inputs) => [
      {
        name: 'testsolv, 10,000 updates',
        command: ['testsolv', inputs.solvCase(10_000)],
        needs: ['testsolv'],
        bar: 0.6,
        check: (out) => lines(out, 10_000, /-> prod/),
      },
    ],
  },
];

function installTree(inputs: Inputs, size: number): Side {
  const root = join(inputs.top, 'installed');
  return {
    name: 'swinstall TREE',
    command: inputs.sw('swinstall', '-x', 'autoselect_patches=false', '-s', inputs.treeDepot(size), 'TREE', '@', root),
    before: () => {
      inputs.fresh('installed');
      must(['sync']);
    },
    check: () => {
      sound(inputs, root);
      same(join(root, 'opt/tree'), inputs.tree(size, 1));
    },
  };
}

/** `patched` becomes a root with TREE and without its patch: a copy of one made once. */
function installedTree(inputs: Inputs, size: number): void {
  const model = join(inputs.top, `model${size}`);
  if (!existsSync(model))
    inputs.run('swinstall', '-x', 'autoselect_patches=false', '-s', inputs.treeDepot(size), 'TREE', '@', model);
  must(['cp', '-a', model, inputs.fresh('patched')]);
}

function rpmInstall(inputs: Inputs, bar: number): Side {
  const root = join(inputs.top, 'rpminstalled');
  return {
    name: 'rpm -i',
    command: rpm(root, '-i', inputs.treeRpm(1)),
    needs: ['rpm', 'rpmbuild'],
    bar,
    before: () => mkdirSync(inputs.fresh('rpminstalled')),
    check: () => same(join(root, 'opt/tree'), inputs.tree(FILES, 1)),
  };
}

function rpmInstalled(inputs: Inputs, version: 1 | 2): void {
  const model = join(inputs.top, `rpmmodel${version}`);
  if (!existsSync(model)) {
    mkdirSync(model);
    must(rpm(model, '-i', inputs.treeRpm(version)));
  }
  must(['cp', '-a', model, inputs.fresh('rpmup')]);
}

/** The IPD proves itself: indices, chain, journal, owners of all files, and every file against both digests. */
function sound(inputs: Inputs, root: string): void {
  inputs.run('swverify', '-x', 'ipd=true', '*', '@', root);
}

function same(one: string, other: string): void {
  must(['diff', '-rq', one, other]);
}

function counted(folder: string, expected: number): void {
  const found = must(['find', folder, '-type', 'f', '-printf', '.']).length;
  if (found !== expected) throw new Error(`${folder} holds ${found} files, not ${expected}`);
}

function lines(text: string, expected: number, pattern = /./): void {
  const found = text.split('\n').filter((line) => pattern.test(line)).length;
  if (found !== expected) throw new Error(`${found} lines of ${pattern}, not ${expected}`);
}

function flip(path: string): void {
  const times = statSync(path);
  const content = readFileSync(path);
  content[0] = (content[0] ?? 0) ^ 1;
  writeFileSync(path, content);
  utimesSync(path, times.atime, times.mtime);
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
