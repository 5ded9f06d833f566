// What has no peer but must stay usable: thousands of patches in one session, an IPD of millions of file rows, a depot of ten thousand
// products listed, copied and served. One run each; what was done is counted afterwards.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inputs } from './inputs.ts';
import { measure } from './measure.ts';
import { must } from './peers.ts';
import { locatablePsf } from './software.ts';

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly wall: number;
  readonly peak: number;
}

const PATCHES = 10_000;
const PRODUCTS = 10_000;
/** Installed so often, each time at another place. */
const COPIES = 20;
const FILES = 100_000;

/** Measures all of it. @throws Error where a command fails or did not do the whole work */
export async function scale(inputs: Inputs): Promise<Figure[]> {
  return [...patchesInOneSession(inputs), ...millionsOfRows(inputs), ...(await depotOfMany(inputs))];
}

function patchesInOneSession(inputs: Inputs): Figure[] {
  const { depot, chains } = inputs.patchDepot(PATCHES);
  const root = inputs.fresh('scalepatches');
  const figure = timed(inputs, `install all bases of a depot with ${PATCHES} patches, one session`, 'swinstall', [
    ...['-s', depot, 'B*', '@', root],
  ]);
  const patches = inputs.run('swlist', '-l', 'product', '*,c=patch', '@', root).match(/^ {2}PHXX_/gm)?.length;
  if (patches !== chains) throw new Error(`${patches} patches are installed, there are ${chains} chains`);
  inputs.fresh('scalepatches');
  return [figure];
}

function millionsOfRows(inputs: Inputs): Figure[] {
  const folder = inputs.fresh('scalerows');
  mkdirSync(folder);
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'psf'), locatablePsf('BIG', join(folder, 'empty'), FILES));
  const depot = join(folder, 'depot');
  const root = join(folder, 'root');
  inputs.run('swpackage', '-s', join(folder, 'psf'), '@', depot);
  const install = (copy: number) =>
    timed(inputs, `install ${FILES} files into an IPD of ${(copy * FILES).toLocaleString('en')} rows`, 'swinstall', [
      ...['-x', 'allow_multiple_versions=true', '-s', depot, `BIG,l=/opt/b${copy}`, '@', root],
    ]);
  const installed = Array.from({ length: COPIES }, (_, copy) => install(copy));
  const rows = `${(COPIES * FILES).toLocaleString('en')} rows`;
  const middle = `/opt/b${COPIES >> 1}`;
  const figures = [
    installed[0]!,
    installed.at(-1)!,
    timed(inputs, `list the products of an IPD of ${rows}`, 'swlist', ['@', root]),
    timed(inputs, `find the owner of a path in it`, 'swlist', ['--owner', `${middle}/f03/d05/x05`, '@', root]),
    timed(inputs, `install one small product into it`, 'swinstall', [
      ...['-s', inputs.productDepot(PRODUCTS / 10), 'PROD00001', '@', root],
    ]),
    timed(inputs, `remove ${FILES} files from it`, 'swremove', [`BIG,l=${middle}`, '@', root]),
  ];
  const left = Number(must(['sh', '-c', `find ${root}/opt -name 'x*' | wc -l`]));
  if (left !== (COPIES - 1) * FILES) throw new Error(`${left} files are left`);
  inputs.fresh('scalerows');
  return figures;
}

async function depotOfMany(inputs: Inputs): Promise<Figure[]> {
  const depot = inputs.productDepot(PRODUCTS);
  const copy = inputs.fresh('scalecopy');
  const count = PRODUCTS.toLocaleString('en');
  const figures = [
    timed(inputs, `list a depot of ${count} products`, 'swlist', ['-d', '@', depot]),
    timed(inputs, `copy it`, 'swcopy', ['-s', depot, '*', '@', copy]),
  ];
  const copied = inputs.run('swlist', '-d', '@', copy).match(/^ {2}PROD/gm)?.length;
  if (copied !== PRODUCTS) throw new Error(`${copied} products were copied`);
  inputs.fresh('scalecopy');
  const portFile = inputs.fresh('port');
  const server = spawn(process.execPath, [
    ...['--import', join(import.meta.dirname, '../test/typescript.mjs')],
    ...[join(import.meta.dirname, 'serve.ts'), depot, portFile],
  ]);
  try {
    while (!existsSync(portFile)) await new Promise((resolve) => setTimeout(resolve, 20));
    const url = `http://127.0.0.1:${readFileSync(portFile, 'utf8')}/`;
    const root = inputs.fresh('scaleweb');
    figures.push(
      timed(inputs, `list it behind a web server, nothing in the cache`, 'swlist', ['-s', url]),
      timed(inputs, `list it again`, 'swlist', ['-s', url]),
      timed(inputs, `install one product from there`, 'swinstall', ['-s', url, 'PROD00077', '@', root]),
    );
  } finally {
    server.kill();
  }
  return figures;
}

function timed(inputs: Inputs, what: string, command: string, words: readonly string[]): Figure {
  process.stderr.write(`  ${what}\n`);
  const { wall, peak } = measure(inputs.sw(command, ...words), inputs.environment);
  return { what, wall, peak };
}
