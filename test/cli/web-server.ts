// A web server for tests: files of one directory, with ETag and Range, what was asked for, and faults on demand. Loopback only.
// Commands are run beside it, not waited for synchronously: the server lives in the test's own process.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { How, Ran, Site } from './site.ts';

export interface Asked {
  readonly path: string;
  readonly range: string | undefined;
  readonly status: number;
}

/** Answers a request itself and returns true, or leaves it to the server. */
export type Fault = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

export class WebServer {
  readonly asked: Asked[] = [];
  fault: Fault = () => false;
  readonly #directory: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;

  private constructor(directory: string, tls?: { key: string; cert: string }) {
    this.#directory = directory;
    this.#scheme = tls ? 'https' : 'http';
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#server = tls ? createTlsServer(tls, answer) : createServer(answer);
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(directory: string, tls?: { key: string; cert: string }): Promise<WebServer> {
    const server = new WebServer(directory, tls);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string, login = ''): string {
    return `${this.#scheme}://${login}127.0.0.1:${this.port}/${path}`;
  }

  /** Paths that were sent, whole or in part, and have not been forgotten. */
  sent(): string[] {
    return this.asked.filter(({ status }) => status === 200 || status === 206).map(({ path }) => path);
  }

  forget(): void {
    this.asked.length = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url!.slice(1));
    response.on('close', () => this.asked.push({ path, range: request.headers.range, status: response.statusCode }));
    if (this.fault(request, response, path)) return;
    const file = join(this.#directory, path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>none</h1>');
      return;
    }
    sendFile(request, response, readFileSync(file));
  }
}

function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
  const whole = { etag, 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
  if (from >= bytes.length) response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  else if (from > 0) {
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...whole, 'content-range': range, 'content-length': bytes.length - from });
    response.end(bytes.subarray(from));
  } else response.writeHead(200, { ...whole, 'content-length': bytes.length }).end(bytes);
}

/** Runs a command to its end while the test goes on serving. */
export async function runBeside(site: Site, command: string, words: readonly string[], how: How = {}): Promise<Ran> {
  const child = site.start(command, words, how);
  const clock = setTimeout(() => child.kill('SIGKILL'), 30_000);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr!.on('data', (piece) => {
    stderr += piece;
  });
  const [exit] = (await once(child, 'close')) as [number | null];
  clearTimeout(clock);
  return { exit, stdout, stderr };
}
