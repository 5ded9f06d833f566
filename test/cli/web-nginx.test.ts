// Issue 9, acceptance: nginx serves a depot; directory → tape → directory → web → directory gives the same catalog objects and files.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { below, Site, sha256 } from './site.ts';

let site: Site;
let nginx: ChildProcess;
let base = '';

beforeEach(async () => {
  site = new Site();
  for (const folder of ['web', 'nginx']) site.write(`${folder}/.keep`, '');
  rmSync(site.path('web/.keep'));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = paths.map((name) => `${name}_temp_path ${site.path('nginx', name)};`).join(' ');
  site.write(
    'nginx/nginx.conf',
    `daemon off; master_process off; pid ${site.path('nginx/pid')}; error_log ${site.path('nginx/error')};\n` +
      `events {} http { ${temporary} access_log ${site.path('nginx/access')}; default_type application/octet-stream;\n` +
      `server { listen 127.0.0.1:${port}; root ${site.path('web')}; } }\n`,
  );
  nginx = spawn('/usr/sbin/nginx', ['-p', site.path('nginx'), '-c', site.path('nginx/nginx.conf')], {
    stdio: 'ignore',
  });
  base = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(base).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    expect(nginx.exitCode, 'nginx runs').toBeNull();
    await new Promise((done) => setTimeout(done, 20));
  }
});
afterEach(async () => {
  const ended = once(nginx, 'exit');
  nginx.kill();
  await ended;
  site.strike();
});

/** Of the depot object, at the beginning of the joined INDEX. */
const OWN_TIMES = /(?<=^INDEX\ndistribution\n(?:(?!vendor|category|bundle|product).*\n)*)(?:mod|create)_time \d+\n/g;

const objects = (depot: string) => readdirSync(site.path(depot, '.sd/obj')).sort();
/** Stored files with their content; SD's own texts and logs are not among them. */
const files = (depot: string) =>
  below(site.path(depot), /^(\.sd|catalog|swagent\.log)/).flatMap((path) => {
    try {
      return [`${path} ${sha256(site.path(depot, path))}`];
    } catch {
      return [`${path}/`];
    }
  });
/** SD's texts. The depot object itself has times of its own: they say when this depot was made and changed. */
const texts = (depot: string) =>
  below(site.path(depot, 'catalog'), /^dfiles/).flatMap((path) =>
    /(INDEX|INFO|README)$/.test(path)
      ? [`${path}\n${site.read(join(depot, 'catalog', path))}`.replace(OWN_TIMES, '')]
      : [],
  );

test('directory → tape → directory → web → directory: the same objects, texts and files', () => {
  const demo = resolve(import.meta.dirname, '../../depots/demo');
  // Bases before their patches, as a tape has them: the order of its products is a depot's own.
  const isPatch = (name: string) => /is_patch\s+true/.test(readFileSync(join(demo, name), 'utf8'));
  const psfs = readdirSync(demo)
    .filter((name) => name.endsWith('.psf'))
    .sort((left, right) => Number(isPatch(left)) - Number(isPatch(right)));
  expect(psfs.length).toBeGreaterThan(0);
  for (const psf of psfs) {
    const ran = site.run('swpackage', ['-s', join(demo, psf), '@', site.path('A')], { cwd: demo });
    expect([ran.exit, ran.stderr]).toEqual([0, expect.anything()]);
  }
  const keep = ['-x', 'preserve_create_time=true'];
  site.ok('swcopy', '-s', './A', ...keep, '*', '@', './B');
  site.ok('swpackage', '-s', './B', '-x', 'media_type=tape', '@', './tape.depot');
  site.ok('swcopy', '-s', './tape.depot', ...keep, '*', '@', './web/C');
  site.ok('swcopy', '-s', `${base}/C`, ...keep, '*', '@', './E');
  for (const depot of ['web/C', 'E']) {
    expect(files(depot)).toEqual(files('B'));
    expect(texts(depot)).toEqual(texts('B'));
    expect(objects(depot)).toEqual(objects('B'));
    site.ok('swverify', '-d', '*', '@', `./${depot}`);
  }
  // What travelled came once, and was not asked for again.
  site.ok('swinstall', '-s', `${base}/C`, 'X11', '@', './R');
  const sent = site
    .read('nginx/access')
    .split('\n')
    .filter((line) => / 200 /.test(line))
    .map((line) => line.split('"')[1]);
  expect(new Set(sent).size).toBe(sent.length);
  expect(site.read('nginx/access')).toMatch(/\.sd\/catalog HTTP\/1\.1" 304 /);
});

test("an interrupted download goes on with nginx's Range", () => {
  site.write('src/big', Buffer.alloc(3_000_000, 'big '));
  site.write('psf', 'product\n tag BIG\n fileset\n  tag RUN\n  file -m 0644 src/big /opt/big\n');
  site.ok('swpackage', '-s', 'psf', '@', './web/D');
  const digest = sha256(site.path('src/big'));
  // As a killed session leaves it.
  site.write(`adm/web/part/${digest}.1.1`, Buffer.alloc(1_000_000, 'big '));
  site.ok('swinstall', '-s', `${base}/D`, '*', '@', './R');
  expect(sha256(site.path('R/opt/big'))).toBe(digest);
  expect(site.read('nginx/access')).toMatch(/opt\/big HTTP\/1\.1" 206 2000000 /);
});
