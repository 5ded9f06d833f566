// What rows work on, made when the first row asks for it and kept for the others: trees, depots, roots, and the peers' counterparts.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debFolder, dpkgDeb, must, productRpms, rpmRoot, solvCase, treeDeb, treeRpm } from './peers.ts';
import { patchesPsf, productsPsf, treePsf } from './software.ts';
import { patchedFiles, type TreeFile, treeFiles, writeTree } from './tree.ts';

/** Inputs below one folder; every function makes its thing once and returns where it is. */
export class Inputs {
  readonly top: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly #bin: string;
  readonly #keeps: boolean;
  #away = 0;
  readonly #made = new Map<string, unknown>();

  /**
   * @param bin folder of the commands under test; @param top an empty folder, in memory or on disk; @param keeps whether nothing is
   * removed before the end: ext4 searches for inodes that were not freed just now, which made whoever came after a removal three times slower
   */
  constructor(bin: string, top: string, keeps = false) {
    this.top = top;
    this.#bin = bin;
    this.#keeps = keeps;
    const defaults = join(top, 'defaults');
    mkdirSync(join(top, 'home'), { recursive: true });
    writeFileSync(defaults, `admin_directory=${join(top, 'admin')}\n`);
    this.environment = { ...process.env, HOME: join(top, 'home'), SWDIST_DEFAULTS: defaults };
  }

  /** The command line of one of our commands. */
  sw(name: string, ...rest: string[]): string[] {
    return [join(this.#bin, name), ...rest];
  }

  /** Runs one of our commands outside of any measurement. @throws Error when it fails */
  run(name: string, ...rest: string[]): string {
    return must(this.sw(name, ...rest), this.environment);
  }

  /** A path that does not exist: what stood there is removed, or put away. */
  fresh(name: string): string {
    const path = join(this.top, name);
    if (!this.#keeps) rmSync(path, { recursive: true, force: true });
    else if (existsSync(path)) {
      mkdirSync(join(this.top, 'away'), { recursive: true });
      renameSync(path, join(this.top, 'away', String(this.#away++)));
    }
    return path;
  }

  files(count: number): TreeFile[] {
    return this.#once(`files${count}`, () => treeFiles(count));
  }

  /** The tree on disk; version 2 has other content in the files that the patch replaces. */
  tree(count: number, version: 1 | 2): string {
    return this.#once(`tree${count}v${version}`, () => {
      const top = join(this.top, `tree${count}v${version}`);
      const files = this.files(count);
      if (version === 2) must(['cp', '-a', this.tree(count, 1), top]);
      writeTree(top, version === 1 ? files : patchedFiles(files), version);
      return top;
    });
  }

  /** A PSF of the whole tree as product TREE. */
  treePsf(count: number): string {
    return this.#psf(`tree${count}`, () => treePsf('TREE', this.tree(count, 1), this.files(count)));
  }

  /** A depot with TREE and its patch PHXX_1. */
  treeDepot(count: number): string {
    return this.#once(`treedepot${count}`, () => {
      const patch = this.#psf(`treepatch${count}`, () =>
        treePsf('PHXX_1', this.tree(count, 2), patchedFiles(this.files(count)), 'TREE'),
      );
      return this.#package(`treedepot${count}`, this.treePsf(count), patch);
    });
  }

  /** A depot with `count` small products. */
  productDepot(count: number): string {
    return this.#once(`productdepot${count}`, () => {
      const psf = this.#psf(`products${count}`, () => productsPsf(join(this.top, `products${count}`), count));
      return this.#package(`productdepot${count}`, psf);
    });
  }

  /** A root with all products of the product depot. */
  productRoot(count: number): string {
    return this.#once(`productroot${count}`, () => {
      const root = this.fresh(`productroot${count}`);
      this.run('swinstall', '-s', this.productDepot(count), '*', '@', root);
      return root;
    });
  }

  /** A depot with bases and `count` patches in chains, and the number of chains. */
  patchDepot(count: number): { depot: string; chains: number } {
    return this.#once(`patchdepot${count}`, () => {
      const made = patchesPsf(count);
      return {
        depot: this.#package(
          `patchdepot${count}`,
          this.#psf(`patches${count}`, () => made.psf),
        ),
        chains: made.chains,
      };
    });
  }

  rpmRoot(count: number): string {
    return this.#once(`rpmroot${count}`, () => rpmRoot(this.top, productRpms(this.top, count), count));
  }

  treeRpm(version: 1 | 2): string {
    return this.#once(`treerpm${version}`, () => treeRpm(this.top, this.tree(10_000, version), version));
  }

  debFolder(): string {
    return this.#once('debfolder', () => debFolder(this.top, this.tree(10_000, 1)));
  }

  treeDeb(): string {
    return this.#once('treedeb', () => treeDeb(this.top, this.debFolder()));
  }

  dpkgDeb(path: string): string[] {
    return dpkgDeb(this.debFolder(), path);
  }

  solvCase(count: number): string {
    return this.#once(`solvcase${count}`, () => solvCase(this.top, count));
  }

  #package(name: string, ...psfs: string[]): string {
    const depot = this.fresh(name);
    for (const psf of psfs) this.run('swpackage', '-s', psf, '@', depot);
    return depot;
  }

  #psf(name: string, text: () => string): string {
    const path = join(this.top, `${name}.psf`);
    if (!existsSync(path)) writeFileSync(path, text());
    return path;
  }

  #once<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) {
      process.stderr.write(`  making ${name}\n`);
      this.#made.set(name, make());
    }
    return this.#made.get(name) as T;
  }
}
