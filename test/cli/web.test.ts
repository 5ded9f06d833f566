// Issue 9: depots on the web. A depot directory behind any static server is a source; only what is missing travels, and nothing is used
// before it was compared.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { below, flat, rows, Site, sha256 } from './site.ts';
import { runBeside, WebServer } from './web-server.ts';

let site: Site;
let server: WebServer;

/** Two products of several files; BIG has one of 300 kB. */
beforeEach(async () => {
  site = new Site();
  for (let n = 0; n < 12; n++) site.write(`src/many/file ${n} #%.txt`, `file ${n}\n`.repeat(n));
  site.write('src/big', Buffer.alloc(300_000, 'big file '));
  site.write('src/hello', '#!/bin/sh\necho hello\n');
  site.write('pre', `#!/bin/sh\necho preinstall >> ${site.path('ran')}\n`);
  site.write(
    'psf',
    'product\n tag HELLO\n revision 1.0\n title Hello\n fileset\n  tag RUN\n  revision 1.0\n  preinstall pre\n' +
      '  file -m 0755 src/hello /opt/hello/bin/hello\n  directory src/many=/opt/hello/many\n  file -m 0644 *\n' +
      'product\n tag BIG\n revision 1.0\n fileset\n  tag RUN\n  revision 1.0\n  file -m 0644 src/big /opt/big/big\n',
  );
  site.ok('swpackage', '-s', 'psf', '@', './D');
  server = await WebServer.start(site.home);
});
afterEach(async () => {
  await server.stop();
  site.strike();
});

const run = (command: string, ...words: string[]) => runBeside(site, command, words);
async function ok(command: string, ...words: string[]): Promise<string> {
  const ran = await run(command, ...words);
  expect([ran.stderr, ran.exit], ran.stdout).toEqual(['', 0]);
  return ran.stdout;
}

test('a server that ends every connection is as good', async () => {
  for (let n = 0; n < 40; n++) site.write(`src/many/short ${n}`, `${n}\n`);
  site.ok('swpackage', '-s', 'psf', '@', './D');
  server.fault = (_, response) => {
    response.setHeader('connection', 'close');
    return false;
  };
  // Node complains of too many listeners on stderr, which must be empty.
  await ok('swinstall', '-x', 'web_connections=20', '-s', server.url('D'), '*', '@', './R');
  site.ok('swverify', '*', '@', './R');
});

test('install, list and verify from the web; the second time nothing travels', async () => {
  const url = server.url('D');
  const said = await ok('swinstall', '-s', url, '*', '@', './R');
  expect(flat(said)).toContain(`Source connection succeeded for "${url}".`);
  expect(flat(said)).toMatch(/Fetched 13 files \(\d+ bytes\) from "http/);
  expect(site.read('R/opt/hello/many/file 11 #%.txt')).toBe('file 11\n'.repeat(11));
  expect(sha256(site.path('R/opt/big/big'))).toBe(sha256(site.path('src/big')));
  site.ok('swverify', '*', '@', './R');
  expect(site.ok('swlist', '-l', 'fileset', '-a', 'install_source', '@', './R')).toContain(url);

  server.forget();
  expect(flat(await ok('swinstall', '-s', url, '*', '@', './R2'))).toContain('Fetched 0 files (0 bytes)');
  expect(server.sent()).toEqual([]);
  expect(server.asked.some(({ path, status }) => path === 'D/.sd/catalog' && status === 304)).toBe(true);

  expect(rows(await ok('swlist', '-s', url)).map((row) => row.split(/\s+/)[0])).toEqual(['BIG', 'HELLO']);
  const listed = await ok('swlist', '-d', '-l', 'file', '@', url);
  expect(listed).toContain('/opt/hello/many/file 3 #%.txt');
  expect(listed).toContain(`# Target:  ${url}`);
  expect(site.ok('swlist', '-d', '-l', 'file', '@', './D').split('\n').slice(4)).toEqual(listed.split('\n').slice(4));
  await ok('swverify', '-d', '*', '@', url);
});

test('a listing of products asks for the catalog and its records alone', async () => {
  await ok('swlist', '-s', server.url('D'));
  expect(server.sent()).toEqual([
    'D/.sd/catalog',
    `D/.sd/obj/${JSON.parse(site.read('D/.sd/catalog').split('\n')[0]!).records}`,
  ]);
});

test('a mirror: only what is new travels, and the result verifies', async () => {
  await ok('swcopy', '-s', server.url('D'), '*', '@', './M');
  site.ok('swverify', '-d', '*', '@', './M');
  site.write('src/hello', '#!/bin/sh\necho hello again\n');
  site.write('psf2', site.read('psf').replaceAll('1.0', '2.0'));
  site.ok('swpackage', '-s', 'psf2', 'HELLO', '@', './D');
  server.forget();
  // Twelve of its thirteen files are those of 1.0, which the cache has.
  expect(flat(await ok('swcopy', '-s', server.url('D'), '*', '@', './M'))).toMatch(/Fetched 1 file \(\d+ bytes\)/);
  expect(server.sent().filter((path) => path.includes('/opt/'))).toEqual(['D/HELLO.2/RUN/opt/hello/bin/hello']);
  site.ok('swverify', '-d', '*', '@', './M');
  expect(rows(site.ok('swlist', '-d', '@', './M'))).toHaveLength(3);
  server.forget();
  await run('swcopy', '-s', server.url('D'), '*', '@', './M');
  expect(server.sent()).toEqual([]);
});

test('a depot that has only SD text', async () => {
  rmSync(site.path('D/.sd'), { recursive: true });
  const url = server.url('D');
  expect(rows(await ok('swlist', '-l', 'file', '-s', url, 'HELLO'))).toHaveLength(14);
  await ok('swinstall', '-s', url, '*', '@', './R');
  site.ok('swverify', '*', '@', './R');
  expect(site.read('ran')).toBe('preinstall\n');
  await ok('swverify', '-d', '*', '@', url);
});

test('a serial depot on the web is fetched whole, once', async () => {
  site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './x.depot');
  await ok('swinstall', '-s', server.url('x.depot'), '*', '@', './R');
  site.ok('swverify', '*', '@', './R');
  server.forget();
  await ok('swlist', '-s', server.url('x.depot'));
  expect(server.asked.filter(({ path }) => path === 'x.depot')).toHaveLength(1);
});

test('a transfer that broke off goes on where it was, in the same session and in the next', async () => {
  const big = 'D/BIG/RUN/opt/big/big';
  const bytes = readFileSync(site.path(big));
  let breaks = 0;
  server.fault = (request, response, path) => {
    if (path !== big || breaks >= 3) return false;
    const from = Number(/=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    breaks += 1;
    response.writeHead(from ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    response.write(bytes.subarray(from, from + 60_000), () => setTimeout(() => response.destroy(), 50));
    return true;
  };
  const first = await run('swinstall', '-s', server.url('D'), '-x', 'web_retries=0', 'BIG', '@', './R');
  expect([first.exit, flat(first.stderr)]).toEqual([1, expect.stringContaining('[web_truncated]')]);
  expect(existsSync(site.path('R'))).toBe(false);
  await ok('swinstall', '-s', server.url('D'), '-x', 'web_retries=3', 'BIG', '@', './R');
  expect(sha256(site.path('R/opt/big/big'))).toBe(sha256(site.path('src/big')));
  const ranges = server.asked.filter(({ path }) => path === big).map(({ range }) => range);
  expect(ranges).toEqual([undefined, 'bytes=60000-', 'bytes=120000-', 'bytes=180000-']);
});

test('a server without Range begins again; one that overloads is waited for', async () => {
  const big = 'D/BIG/RUN/opt/big/big';
  const bytes = readFileSync(site.path(big));
  let tries = 0;
  server.fault = (_, response, path) => {
    if (path !== big) return false;
    tries += 1;
    if (tries === 1) response.writeHead(503, { 'retry-after': '0' }).end();
    else if (tries === 2) {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    } else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    return true;
  };
  await ok('swinstall', '-s', server.url('D'), 'BIG', '@', './R');
  expect(tries).toBe(3);
  expect(sha256(site.path('R/opt/big/big'))).toBe(sha256(site.path('src/big')));
});

test('what the server gives is compared: another content is refused and nothing is touched', async () => {
  writeFileSync(site.path('D/HELLO/RUN/opt/hello/bin/hello'), '#!/bin/sh\necho hacko\n');
  const ran = await run('swinstall', '-s', server.url('D'), '*', '@', './R');
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[web_content_wrong]')]);
  expect([existsSync(site.path('R')), existsSync(site.path('ran'))]).toEqual([false, false]);
  writeFileSync(site.path('D/HELLO/RUN/opt/hello/bin/hello'), site.read('src/hello'));
  await ok('swinstall', '-s', server.url('D'), '*', '@', './R');
});

test('a damaged object is refused, a damaged catalog read from its text', async () => {
  const [, name] = JSON.parse(/^\["HELLO".*/m.exec(site.read('D/.sd/catalog'))![0]) as string[];
  const object = site.path('D/.sd/obj', name!);
  const kept = readFileSync(object);
  truncateSync(object, kept.length - 1);
  const ran = await run('swlist', '-l', 'file', '-s', server.url('D'));
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[web_content_wrong]')]);
  writeFileSync(object, kept);
  writeFileSync(site.path('D/.sd/catalog'), site.read('D/.sd/catalog').slice(0, -10));
  const text = await run('swinstall', '-s', server.url('D'), 'HELLO', '@', './R');
  expect([text.exit, flat(text.stderr)]).toEqual([0, expect.stringContaining('its text catalog is read instead')]);
});

test('a cache that is damaged costs a transfer; one that is full loses the oldest', async () => {
  await ok('swinstall', '-s', server.url('D'), '*', '@', './R');
  const cache = site.path('adm/web/obj');
  for (const name of readdirSync(cache)) writeFileSync(join(cache, name), 'garbage');
  await ok('swinstall', '-s', server.url('D'), '*', '@', './R2');
  site.ok('swverify', '*', '@', './R2');
  await ok('swinstall', '-s', server.url('D'), '-x', 'web_cache=./small', '-x', 'web_cache_size=0', '*', '@', './R3');
  expect(readdirSync(site.path('small/obj'))).toEqual([]);
  expect(readdirSync(site.path('small/session'))).toEqual([]);
  site.ok('swverify', '*', '@', './R3');
});

test('a web install killed at any time goes on, and what came stays', async () => {
  let slow = 0;
  server.fault = () => {
    slow += 1;
    return false;
  };
  for (const requests of [1, 5, 9, 13]) {
    slow = 0;
    server.forget();
    const child = site.start('swinstall', ['-s', server.url('D'), '-x', 'web_connections=1', '*', '@', './R']);
    const closed = new Promise((resolve) => child.on('close', resolve));
    while (slow < requests && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill('SIGKILL');
    await closed;
  }
  server.forget();
  await ok('swinstall', '-s', server.url('D'), '*', '@', './R');
  // Of the twenty or so files the sessions before had fetched some, and those did not travel again.
  expect(server.sent().length).toBeLessThan(16);
  site.ok('swverify', '*', '@', './R');
  expect(readdirSync(site.path('adm/web/session'))).toEqual([]);
  expect(below(site.path('R')).filter((path) => path.includes('.sw~'))).toEqual([]);
});

test('SIGTERM ends a transfer at once', async () => {
  const child = site.start('swinstall', ['-s', server.url('D'), '*', '@', './R']);
  server.fault = (_, response, path) => {
    if (!path.includes('/opt/')) return false;
    response.writeHead(200, { 'content-length': 100 }).flushHeaders();
    // Several files are in flight; a second signal behind the session's end would end the process itself.
    if (!child.killed) child.kill('SIGTERM');
    return true;
  };
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(143);
  expect(existsSync(site.path('R'))).toBe(false);
});

test('a removal is taken back from the depot on the web it came from', async () => {
  await ok('swinstall', '-s', server.url('D'), 'BIG', '@', './R');
  site.ok('swremove', 'BIG', '@', './R');
  const removal = rows(site.ok('swjob'))
    .map((row) => row.split(/\s+/)[0]!)
    .at(-1)!;
  await ok('swjob', '-a', 'undo', removal);
  expect(sha256(site.path('R/opt/big/big'))).toBe(sha256(site.path('src/big')));
});

test('an ordinary user lists with a cache of his own', async () => {
  mkdirSync(site.path('home'), { mode: 0o777 });
  const ran = await runBeside(site, 'swlist', ['-s', server.url('D')], {
    uid: 65534,
    env: { HOME: site.path('nowhere') },
  });
  expect([ran.stderr, ran.exit]).toEqual(['', 0]);
  expect(statSync(site.path('adm/web'), { throwIfNoEntry: false })).toBeUndefined();
});

test('the web is read, never written to', async () => {
  for (const words of [
    ['swremove', '-d', '*', '@', server.url('D')],
    ['swcopy', '-s', './D', '*', '@', server.url('D')],
    ['swmodify', '-d', '-a', 'title=x', 'HELLO', '@', server.url('D')],
  ]) {
    const ran = await run(words[0]!, ...words.slice(1));
    expect([ran.exit, ran.stderr]).toEqual([1, expect.stringContaining('[target_on_web]')]);
  }
  expect(server.asked).toEqual([]);
});
