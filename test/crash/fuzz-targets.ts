// What is fed with broken bytes: every place where text or an archive from elsewhere is read. A target takes one input; it may throw
// SdError, and nothing else. `install` runs whole installations: there, nothing but the root may change.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIndex } from '../../src/definition/index.ts';
import { parseInfo } from '../../src/definition/info.ts';
import { parsePsf } from '../../src/definition/psf.ts';
import { openDepot } from '../../src/depot/open.ts';
import { readAr } from '../../src/host/ar.ts';
import { readContent } from '../../src/host/digest.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { SdError } from '../../src/model/error.ts';
import { filesetKey } from '../../src/model/software.ts';
import { parseRequisite, parseSpec } from '../../src/model/spec.ts';
import { install } from '../../src/operations/install.ts';
import { resolveOptions } from '../../src/options/resolve.ts';
import { resolve } from '../../src/selection/match.ts';
import { depotLayout } from '../../src/store/layout.ts';
import { readPublished } from '../../src/store/published.ts';
import { hasSwbis, PSF, SWBIS } from '../samples.ts';
import { type Random, rightTar } from './mutation.ts';

export interface Target {
  readonly seeds: readonly Buffer[];
  /** Makes broken bytes worth reading on (checksums). */
  readonly finish?: (bytes: Buffer, random: Random) => Buffer;
  readonly feed: (bytes: Buffer, place: Place) => Promise<void> | void;
}

/** A folder of the batch's own; `root` is all that may change in it. */
export interface Place {
  readonly folder: string;
  readonly root: string;
}

const files = (directory: string, pattern: RegExp): Buffer[] =>
  readdirSync(directory)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => readFileSync(join(directory, name)));

const archives = () => (hasSwbis ? files(SWBIS, /\.(tar|cpio|gz)$/) : []);
const psfs = () => files(PSF, /\.psf$/);
const text = (bytes: Buffer) => bytes.toString('utf8');
const mended = (bytes: Buffer, random: Random) => (random() < 0.8 ? rightTar(bytes) : bytes);

/** All texts of a kind in the sample archives: they are stored plain there. */
function membersOf(ending: string): Buffer[] {
  return archives().flatMap((archive) => {
    const found: Buffer[] = [];
    for (let at = 0; at + 512 <= archive.length; at += 512) {
      if (archive.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
      const name = archive.toString('latin1', at, at + 100).replace(/\0.*/s, '');
      const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8);
      if (name.endsWith(ending) && size > 0) found.push(archive.subarray(at + 512, at + 512 + size));
    }
    return found;
  });
}

/** Asks a catalog everything it can be asked; `together`: what has all records read at once first. */
function interrogate(catalog: Catalog, together = false): void {
  if (together) catalog.madeDirectory('/opt');
  for (const tag of ['ACME', 'A']) catalog.tagged?.(tag);
  JSON.stringify([catalog.attributes, catalog.vendors(), catalog.categories(), catalog.bundles()]);
  for (const product of catalog.products()) {
    JSON.stringify(product);
    for (const { tag } of product.controlFiles) catalog.controlFile(product.id, tag);
    for (const fileset of product.filesets) {
      const key = filesetKey(product.id, fileset.id);
      for (const file of catalog.files(key)) catalog.owners(file.path);
      catalog.saved(key);
      for (const { tag } of fileset.controlFiles) catalog.controlFile(key, tag);
    }
  }
}

async function readDepot(bytes: Buffer, { folder }: Place): Promise<void> {
  const path = join(folder, 'depot.tar');
  writeFileSync(path, bytes);
  const depot = await openDepot(path);
  try {
    interrogate(depot.catalog);
    for (const product of depot.catalog.products()) {
      for (const fileset of product.filesets) {
        const key = filesetKey(product.id, fileset.id);
        for (const file of depot.catalog.files(key)) {
          if (file.type === 'f') readContent(depot.content(key, file));
        }
      }
    }
  } finally {
    depot.close();
  }
}

/** A depot of ours in `folder`, as made by the test that started the batch. */
function published(bytes: Buffer, { folder }: Place): void {
  const home = join(folder, 'published/.sd');
  if (!existsSync(home)) cpSync(join(folder, 'good/.sd'), home, { recursive: true });
  writeFileSync(join(home, 'catalog'), bytes);
  const found = readPublished(depotLayout(join(folder, 'published')));
  if (found) interrogate(found.catalog);
}

/** A product's object, published under a name that fits: as that, and as the object with the records of all. */
function object(bytes: Buffer, { folder }: Place): void {
  const home = join(folder, 'published/.sd');
  if (!existsSync(home)) cpSync(join(folder, 'good/.sd'), home, { recursive: true });
  const [first = '', ...lines] = readFileSync(join(folder, 'good/.sd/catalog'), 'utf8').split('\n');
  const good = lines.join('\n');
  const name = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(home, 'obj', name), bytes);
  const { sha256: _, ...header } = JSON.parse(first) as { sha256: string };
  const publish = (body: string, change?: object) => {
    const head = JSON.stringify({ ...header, ...change });
    writeFileSync(join(home, 'catalog'), believed(head, body));
    const found = readPublished(depotLayout(join(folder, 'published')));
    if (found) interrogate(found.catalog, change !== undefined);
  };
  try {
    const forged = good.replace(/^(\["[^"]*",")[0-9a-f]{64}"/m, `$1${name}"`);
    if (forged === good) throw new Error('the catalog has another form');
    refusedOrRead(() => publish(forged));
    publish(good, { records: name });
  } finally {
    rmSync(join(home, 'obj', name));
  }
}

/** What is refused in words is well; the second half of the trial shall take place all the same. */
function refusedOrRead(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
  }
}

/** The header's own hash made right, so that the lines below are believed. */
function rightCatalog(bytes: Buffer, random: Random): Buffer {
  if (random() < 0.2) return bytes;
  const end = bytes.indexOf(10);
  const head = bytes.toString('utf8', 0, Math.max(end, 0)).replace(/,"sha256":"[0-9a-f]*"\}$/, '}');
  return believed(head, bytes.subarray(end + 1));
}

/** A catalog with a hash that fits. */
function believed(head: string, body: string | Buffer): Buffer {
  const sha256 = createHash('sha256').update(`${head}\n`).update(body).digest('hex');
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"sha256":"${sha256}"}\n`), Buffer.from(body)]);
}

async function installed(bytes: Buffer, { folder, root }: Place): Promise<void> {
  const depot = join(folder, 'depot.tar');
  writeFileSync(depot, bytes);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  const settings = [
    'run_scripts=false',
    'allow_incompatible=true',
    'enforce_dependencies=false',
    'register_new_root=false',
  ];
  const { values } = resolveOptions(
    { command: 'swinstall', settings: settings.map((each) => ({ kind: 'option', text: each })) },
    { home: folder, superuser: true, systemDefaults: join(folder, 'none') },
  );
  const context = { command: 'swinstall', user: 'fuzz@here', host: 'here' };
  const options = { ...values, admin_directory: join(folder, 'adm') };
  const outcome = await install(
    { context, options, software: ['*'], preview: false, source: depot, target: root },
    () => undefined,
  );
  if (outcome.exitCode !== 0) throw new SdError('refused', { what: 'It was refused.' });
}

function options(bytes: Buffer, { folder }: Place): void {
  const file = join(folder, 'defaults');
  writeFileSync(file, bytes);
  const around = { home: folder, superuser: false, systemDefaults: join(folder, 'none') };
  resolveOptions({ command: 'swinstall', settings: [{ kind: 'file', path: file }] }, around);
  resolveOptions(
    {
      command: 'swverify',
      settings: text(bytes)
        .split('\n')
        .map((line) => ({ kind: 'option', text: line })),
    },
    around,
  );
}

const SPECS = [
  'ACME.RUN,r>=1.0,a=*,v=HP,c=patch,l=/opt,q=x,fr=1|2',
  '*',
  'A.B.C,r=1.0',
  'ACME,fa<=2,fr!=3',
  'PHSS_30871.X11-RUN-CL-MIN,r=B.11.00.01',
  'x,{1,2}',
  'ACME|OTHER,r>1',
  '[A-Z]*.R?N,r==1.*',
].map((each) => Buffer.from(each));

const OPTION_LINES = [
  'swinstall.verbose=2\nlogfile /tmp/x\nsoftware={a b "c d"}\npatch_filter=*.*,c=x\n',
  'lock_timeout 30\n# c\n\nmedia_type tape',
  'swverify.ipd=true',
];

/** The answers of a catalog to a spec from elsewhere. */
function specs(bytes: Buffer, { folder }: Place): void {
  for (const line of text(bytes).split('\n')) {
    parseRequisite(line);
    const found = readPublished(depotLayout(join(folder, 'good')));
    if (found) resolve(parseSpec(line), found.catalog);
  }
}

export const TARGETS: Readonly<Record<string, () => Target>> = {
  psf: () => ({ seeds: psfs(), feed: (bytes) => void parsePsf(text(bytes), { file: 'psf', read: () => 'text\n' }) }),
  INDEX: () => ({
    seeds: membersOf('/INDEX'),
    feed: (bytes) => void parseIndex(text(bytes), 'INDEX', () => undefined),
  }),
  INFO: () => ({ seeds: membersOf('/INFO'), feed: (bytes) => void parseInfo(text(bytes), 'INFO') }),
  archive: () => ({ seeds: archives(), finish: mended, feed: readDepot }),
  ar: () => ({
    seeds: [Buffer.from('!<arch>\nx.o/            0           0     0     644     4         `\nabcd')],
    feed: (bytes) => void readAr(bytes),
  }),
  object: () => ({ seeds: [], feed: object }),
  catalog: () => ({ seeds: [], finish: rightCatalog, feed: published }),
  options: () => ({ seeds: OPTION_LINES.map((each) => Buffer.from(each)), feed: options }),
  software_spec: () => ({ seeds: SPECS, feed: specs }),
  install: () => ({ seeds: archives(), finish: mended, feed: installed }),
};
