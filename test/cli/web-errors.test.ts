// Issue 9: one error text per cause on the way to a depot on the web; proxies and TLS by the environment.

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flat, rows, Site } from './site.ts';
import { type Fault, runBeside, WebServer } from './web-server.ts';

let site: Site;
let server: WebServer;
const ends: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  site = new Site();
  site.write('src/hello', 'hello\n');
  site.write('psf', 'product\n tag HELLO\n fileset\n  tag RUN\n  file -m 0644 src/hello /opt/hello\n');
  site.ok('swpackage', '-s', 'psf', '@', './D');
  server = await WebServer.start(site.home);
});
afterEach(async () => {
  await server.stop();
  for (const end of ends.splice(0)) await end();
  site.strike();
});

const ONCE = ['-x', 'web_retries=0'];

async function fails(code: string, url: string, env: Record<string, string> = {}): Promise<string> {
  const words = code === 'web_timeout' ? [...ONCE, '-x', 'web_timeout=1'] : ONCE;
  const ran = await runBeside(site, 'swinstall', ['-s', url, ...words, '*', '@', './R'], { env });
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining(`[${code}]`)]);
  expect(existsSync(site.path('R'))).toBe(false);
  return flat(ran.stderr);
}

async function lists(url: string, env: Record<string, string> = {}): Promise<void> {
  const ran = await runBeside(site, 'swlist', ['-s', url, ...ONCE], { env });
  expect([ran.stderr, rows(ran.stdout).length]).toEqual(['', 1]);
}

const answering =
  (status: number, headers: Record<string, string> = {}): Fault =>
  (_, response) => {
    response.writeHead(status, headers).end();
    return true;
  };

/** A port where nothing listens. */
async function freePort(): Promise<number> {
  const tcp = createTcpServer().listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  tcp.close();
  await once(tcp, 'close');
  return port;
}

test('a cache on a file system that is full', async (context) => {
  const small = site.path('small');
  mkdirSync(small);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', small]).status !== 0) {
    context.skip('mounting a small file system needs rights this run does not have');
    return;
  }
  ends.push(() => void execFileSync('umount', [small]));
  site.write('src/hello', 'h'.repeat(200_000));
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.write('defaults', `admin_directory=${site.path('adm')}\nweb_cache=${small}\n`);
  expect(await fails('web_cache_full', server.url('D'))).toContain(
    'The file system of the cache is full. Make room there, or name another place with web_cache=.',
  );
});

describe('causes', () => {
  test('an address that is none, a name that is not known, a port where nothing listens', async () => {
    await fails('bad_url', 'http://');
    const unknown = await fails('web_host_unknown', 'http://no-such-host.invalid/D');
    expect(unknown).toContain('The name of "no-such-host.invalid" was not found.');
    await fails('web_refused', `http://127.0.0.1:${await freePort()}/D`);
  });

  test('no depot there; a file that is gone', async () => {
    await fails('not_a_depot', server.url('nowhere'));
    server.fault = (_, response, path) => path.includes('/opt/') && answering(404)(_, response, path);
    await fails('web_not_found', server.url('D'));
  });

  test.each<[string, Fault]>([
    ['web_timeout', () => true],
    ['web_connection_lost', (request) => !!request.socket.destroy()],
    ['web_login', answering(401)],
    ['web_forbidden', answering(403)],
    ['web_server_error', answering(500)],
    ['web_answer', answering(418)],
    ['web_redirect', answering(302, { location: '/round/and/round' })],
    ['web_redirect', answering(302, { location: 'ftp://elsewhere/' })],
  ])('%s', async (code, fault) => {
    server.fault = fault;
    expect(await fails(code, server.url('D'))).toContain(server.url('D/.sd/catalog'));
  });

  test('a login in the address reaches the server, and nobody else sees it', async () => {
    server.fault = (request, response, path) =>
      request.headers.authorization !== `Basic ${Buffer.from('joe:s3cret').toString('base64')}` &&
      answering(401)(request, response, path);
    await fails('web_login', server.url('D'));
    await lists(server.url('D', 'joe:s3cret@'));
    const ran = await runBeside(site, 'swinstall', ['-s', server.url('D', 'joe:s3cret@'), '*', '@', './R']);
    expect([ran.exit, ran.stdout]).toEqual([0, expect.not.stringContaining('s3cret')]);
    expect(site.read('adm/swinstall.log') + site.read('R/var/adm/sw/swagent.log')).not.toContain('s3cret');
    expect(site.ok('swlist', '-v', '-l', 'fileset', '@', './R')).not.toContain('s3cret');
  });

  test('a redirection is followed', async () => {
    server.fault = (_, response, path) =>
      path.startsWith('moved/') &&
      answering(301, { location: server.url(path.replace('moved/', '')) })(_, response, path);
    await lists(server.url('moved/D'));
  });
});

describe('TLS', () => {
  let secure: WebServer;
  beforeEach(async () => {
    const files = [
      '-keyout',
      site.path('tls.key'),
      '-out',
      site.path('tls.crt'),
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ];
    const kind = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, ...files], { stdio: 'ignore' });
    secure = await WebServer.start(site.home, { key: site.read('tls.key'), cert: site.read('tls.crt') });
  });
  afterEach(() => secure.stop());

  test('a certificate nobody vouches for is refused, one of SSL_CERT_FILE accepted; not from https to http', async () => {
    await fails('web_tls', secure.url('D'));
    const env = { SSL_CERT_FILE: site.path('tls.crt') };
    await lists(secure.url('D'), env);
    await fails('bad_certificates', secure.url('D'), { SSL_CERT_FILE: site.path('none') });
    secure.fault = answering(302, { location: server.url('D/.sd/catalog') });
    await fails('web_redirect', secure.url('D'), env);
  });

  test('https goes through a tunnel of the proxy, plain http by its whole address', async () => {
    const proxy = await startProxy();
    const env = { SSL_CERT_FILE: site.path('tls.crt'), https_proxy: proxy.url, http_proxy: proxy.url };
    await lists(secure.url('D'), env);
    expect([...new Set(proxy.asked)]).toEqual([`CONNECT 127.0.0.1:${secure.port}`]);
    await lists(server.url('D'), env);
    expect(proxy.asked.at(-1)).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/D\/\.sd\/catalog/);
    const before = proxy.asked.length;
    await lists(server.url('D'), { ...env, no_proxy: 'example.org,127.0.0.1' });
    expect(proxy.asked).toHaveLength(before);
    proxy.refuse = true;
    await fails('web_proxy', secure.url('D'), env);
    await fails('web_proxy', server.url('D'), env);
    await fails('web_proxy', server.url('D'), { http_proxy: 'socks5://127.0.0.1:1' });
    await fails('web_refused', server.url('D'), { http_proxy: `http://127.0.0.1:${await freePort()}` });
  });
});

async function startProxy() {
  const proxy = { url: '', asked: [] as string[], refuse: false };
  const sockets = new Set<Socket>();
  const http = createServer((request, response) => {
    proxy.asked.push(`${request.method} ${request.url}`);
    if (proxy.refuse) response.writeHead(407).end();
    else void forward(request.url!, response);
  });
  http.on('connect', (request, socket: Socket) => {
    proxy.asked.push(`CONNECT ${request.url}`);
    if (proxy.refuse) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const [host, port] = request.url!.split(':');
    const upstream = connect(Number(port), host!, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => each.destroy());
    }
  });
  http.on('connection', (socket) => sockets.add(socket));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  proxy.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => http.close(resolve));
  });
  return proxy;
}

async function forward(url: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(url);
  response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
}
