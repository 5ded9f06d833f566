// The depot contract on all that can hold software: our directory depot, the same as text only, serial, compressed, and swbis's archives.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Depot } from '../../src/depot/depot.ts';
import { openDepot } from '../../src/depot/open.ts';
import { openWebDepot } from '../../src/depot/web.ts';
import { everyFileset } from '../../src/model/patches.ts';
import { packageSoftware } from '../../src/operations/package.ts';
import { WebServer } from '../cli/web-server.ts';
import { hasSwbis, PSF, SWBIS } from '../samples.ts';
import { options } from '../unit/selection/catalog-builder.ts';
import { depotSuite, type Expected } from './depot-suite.ts';

const context = { command: 'swpackage', user: 'root@test', host: 'test' };
let scratch = '';
let server: WebServer;

/** Packages svc.psf and bundle.psf into one depot; PSF paths are relative to where they lie. */
async function makeDepot(directory: string): Promise<void> {
  const cwd = process.cwd();
  process.chdir(PSF);
  try {
    for (const source of ['svc.psf', 'bundle.psf']) {
      const request = {
        context,
        options: options(),
        software: [],
        preview: false,
        source,
        target: directory,
        serial: false,
      };
      expect(
        (await packageSoftware(request, () => {})).findings.filter((finding) => finding.severity === 'error'),
      ).toEqual([]);
    }
  } finally {
    process.chdir(cwd);
  }
}

async function makeSerial(directory: string, file: string): Promise<void> {
  const request = {
    context,
    options: options(),
    software: [],
    preview: false,
    source: directory,
    target: file,
    serial: true,
  };
  expect((await packageSoftware(request, () => {})).exitCode).toBe(0);
}

const source = (path: string) => readFileSync(join(PSF, path), 'utf8');

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sd-depot-'));
  await makeDepot(join(scratch, 'ours'));
  cpSync(join(scratch, 'ours'), join(scratch, 'text'), { recursive: true });
  rmSync(join(scratch, 'text', '.sd'), { recursive: true });
  await makeSerial(join(scratch, 'ours'), join(scratch, 'serial.depot'));
  writeFileSync(join(scratch, 'serial.depot.gz'), gzipSync(readFileSync(join(scratch, 'serial.depot'))));
  server = await WebServer.start(scratch);
});
afterAll(async () => {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const OURS: Expected = {
  filesets: [
    'Svc.SVC-RUN,r=B.02.00.01,a=HP-UX_B.11.23_IA,v=EXW,fr=B.02.00.01',
    'Svc.SVC-MAN,r=B.02.00.01,a=HP-UX_B.11.23_IA,v=EXW,fr=B.02.00.01',
    'Widget.RUN,r=1.4,a=HP-UX_B.11.31_IA/PA,v=EXW,fr=1.4',
    'Gadget.DATA,r=2.0,a=HP-UX_B.11.31_IA/PA,v=EXW,fr=2.0',
  ],
  contents: {
    'Svc/SVC-RUN/opt/svc/sbin/svcd': source('src/svc/sbin/svcd'),
    'Svc/SVC-RUN/opt/svc/etc/empty.flag': '',
    'Svc/SVC-MAN/opt/svc/share/man/man1m.Z/svcd.1m': source('src/svc/man/svcd.1m'),
    'Widget/RUN/opt/widget/bin/widget': source('src/widget/bin/widget'),
  },
  records: {
    '/opt/svc/sbin/svcd': { type: 'f', mode: 0o500 },
    '/opt/svc/var': { type: 'd', mode: 0o700 },
    '/usr/sbin/svcd': { type: 's', link_source: '/opt/svc/sbin/svcd' },
    '/opt/svc/sbin/svcd2': { type: 'h', link_source: '/opt/svc/sbin/svcd' },
    '/opt/svc/etc/empty.flag': { type: 'f', size: 0 },
  },
  controlFiles: {
    Svc: { checkinstall: source('scripts/checkinstall'), request: source('scripts/request') },
    'Svc/SVC-RUN': { preinstall: source('scripts/preinstall'), space: source('scripts/space') },
  },
  bundles: {
    WidgetBundle: ['Widget.RUN,r=1.4,a=HP-UX_B.11.31_IA/PA,v=EXW', 'Gadget,r=2.0,a=HP-UX_B.11.31_IA/PA,v=EXW'],
  },
};

describe('directory depot of ours', () => depotSuite(() => openDepot(join(scratch, 'ours')), OURS));
describe('directory depot, text only', () => depotSuite(() => openDepot(join(scratch, 'text')), OURS));
describe('serial depot', () => depotSuite(() => openDepot(join(scratch, 'serial.depot')), OURS));
describe('serial depot in gzip', () => depotSuite(() => openDepot(join(scratch, 'serial.depot.gz')), OURS));

/** Both kinds of depots from a web server, with all records and contents brought. */
async function fromWeb(name: string): Promise<Depot> {
  const trust = { keys: new Map(), directory: '', required: false };
  const limits = { cacheSize: 1e9, connections: 4, timeout: 5000, retries: 0, trust };
  const depot = await openWebDepot(server.url(name), { caches: [join(scratch, 'cache')], ...limits });
  await depot.bringRecords!();
  await depot.bringContents!(Array.from(everyFileset(depot.catalog), ({ key }) => key));
  return depot;
}
describe('depot of ours on the web', () => depotSuite(() => fromWeb('ours'), OURS));
describe('depot on the web, text only', () => depotSuite(() => fromWeb('text'), OURS));

const swbis = (name: string) => () => openDepot(join(SWBIS, name));
const only = (expected: Expected, product: string): Expected => ({
  ...expected,
  filesets: expected.filesets.filter((spec) => spec.startsWith(product)),
  contents: Object.fromEntries(Object.entries(expected.contents).filter(([key]) => key.startsWith(`${product}/`))),
  bundles: {},
});

describe.runIf(hasSwbis)('swbis svc.ustar.tar', () => depotSuite(swbis('svc.ustar.tar'), only(OURS, 'Svc')));

for (const name of ['bundle.ustar.tar', 'bundle.odc.cpio', 'bundle.newc.cpio']) {
  describe.runIf(hasSwbis)(`swbis ${name}`, () =>
    depotSuite(swbis(name), {
      filesets: OURS.filesets.slice(2),
      contents: { 'Widget/RUN/opt/widget/bin/widget': source('src/widget/bin/widget') },
      records: { '/opt/widget/bin/widget': { type: 'f', mode: 0o755 } },
      controlFiles: {},
      bundles: OURS.bundles!,
    }),
  );
}

for (const name of ['widget.ustar.tar', 'widget.ustar.tar.gz']) {
  describe.runIf(hasSwbis)(`swbis ${name}`, () =>
    depotSuite(swbis(name), {
      filesets: [
        'Widget.RUN,r=1.4,a=HP-UX_B.11.31_IA/PA,v=EXW,fr=1.4',
        'Widget.DOC,r=1.4,a=HP-UX_B.11.31_IA/PA,v=EXW,fr=1.4',
      ],
      contents: { 'Widget/RUN/opt/widget/lib/widget.conf': source('src/widget/lib/widget.conf') },
      records: { '/opt/widget/lib/widget.conf': { type: 'f', mode: 0o444 } },
      controlFiles: {},
    }),
  );
}

for (const [name, filesets] of [
  ['patch.ustar.tar', 'PHXX_00001.RUN'],
  ['single.ustar.tar', 'Single.ALL'],
  ['single.sha1.ustar.tar', 'Single.ALL'],
] as const) {
  describe.runIf(hasSwbis)(`swbis ${name}`, () => {
    it('holds one fileset', async () => {
      const depot = await swbis(name)();
      const [product] = depot.catalog.products();
      expect(`${product?.id}.${product?.filesets[0]?.id}`).toBe(filesets);
      depot.close();
    });
  });
}
