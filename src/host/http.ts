// One GET over HTTP or HTTPS: redirects, proxies, time-outs, and one error text per cause.
// Promise: an answer's body is whole or an error; `identity` is asked for, so that what arrives is what the server stores. Passwords in
// a URL are sent to that server only, and never printed. Must not: try again (depot/web-fetch.ts does) or keep anything.

import { setMaxListeners } from 'node:events';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { trustedCertificates } from './certificates.ts';
import { answerError, failure, redirectError } from './http-errors.ts';
import { type ProxyServer, proxyFor, TunnelAgent } from './http-proxy.ts';

export interface HttpOptions {
  /** Connections to one server at a time. */
  readonly connections: number;
  /** Milliseconds without a byte after which a request is given up. */
  readonly timeout: number;
  /** Where proxies are looked up: process.env. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface HttpAnswer {
  /** 200, 206, 304 or 404; anything else was thrown. */
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Hands the body to `take` piece by piece. Throws SdError `web_truncated`, `web_timeout`, `web_connection_lost`. */
  read(take: (piece: Buffer) => void): Promise<void>;
  /** Reads on without looking, so that the connection serves the next request: for small bodies. */
  drop(): void;
  /** Breaks off: for bodies that may be large. */
  giveUp(): void;
}

const MOST_REDIRECTS = 5;

export class HttpClient {
  readonly #options: HttpOptions;
  readonly #agents = new Map<string, PlainAgent | TlsAgent>();
  readonly #abort = new AbortController();

  constructor(options: HttpOptions) {
    this.#options = options;
    // Every request under way listens to it.
    setMaxListeners(0, this.#abort.signal);
  }

  /**
   * Asks for `url`. Throws SdError `web_host_unknown`, `web_refused`, `web_unreachable`, `web_timeout`, `web_connection_lost`, `web_tls`,
   * `web_proxy`, `web_redirect`, `web_login`, `web_forbidden`, `web_server_error`, `web_answer`.
   */
  async get(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    let at = url;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const message = await this.#send(at, { ...headers, ...loginFor(at, url) });
      const { statusCode: status = 0 } = message;
      const next = [301, 302, 303, 307, 308].includes(status) ? message.headers.location : undefined;
      if (next === undefined) return this.#answer(at, message, status);
      message.destroy();
      at = redirected(at, next);
    }
    throw redirectError(url, `It sends from one address to the next, more than ${MOST_REDIRECTS} times.`);
  }

  /** Aborted by `close`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends what is under way, with `web_connection_lost`, and closes all connections. */
  close(): void {
    this.#abort.abort();
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #send(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const proxy = proxyFor(url, this.#options.environment);
    const { timeout } = this.#options;
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const target = secure || proxy === undefined ? direct(url) : throughProxy(url, proxy);
      const request = (secure ? tlsRequest : plainRequest)({
        ...target,
        agent: this.#agentFor(secure, proxy),
        method: 'GET',
        signal: this.#abort.signal,
        timeout,
        headers: {
          host: url.host,
          'accept-encoding': 'identity',
          'user-agent': 'swdist',
          ...(secure ? {} : proxy?.headers),
          ...headers,
        },
      });
      request.on('timeout', () => request.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
      request.on('response', resolve);
      request.on('error', (error) => reject(failure(url, error, proxy?.url, timeout)));
      request.end();
    });
  }

  #agentFor(secure: boolean, proxy: ProxyServer | undefined): PlainAgent | TlsAgent {
    const name = `${secure} ${secure ? proxy?.url.href : ''}`;
    let agent = this.#agents.get(name);
    if (agent === undefined) {
      const { connections: maxSockets, timeout } = this.#options;
      const parts = { keepAlive: true, maxSockets, scheduling: 'lifo' as const };
      const tls = { ...parts, ca: secure ? trustedCertificates(this.#options.environment) : [] };
      agent = !secure ? new PlainAgent(parts) : proxy ? new TunnelAgent(tls, proxy, timeout) : new TlsAgent(tls);
      this.#agents.set(name, agent);
    }
    return agent;
  }

  #answer(url: URL, message: IncomingMessage, status: number): HttpAnswer {
    if (![200, 206, 304, 404, 410, 416].includes(status)) {
      message.destroy();
      throw answerError(url, status, message.headers);
    }
    const { timeout } = this.#options;
    return {
      status: status === 410 ? 404 : status,
      headers: message.headers,
      read: (take) =>
        new Promise((resolve, reject) => {
          message.on('data', (piece: Buffer) => {
            try {
              take(piece);
            } catch (error) {
              reject(error);
              message.destroy();
            }
          });
          message.on('end', () => resolve());
          message.on('error', (error) => reject(failure(url, error, undefined, timeout, 'body')));
          message.on('close', () => {
            if (!message.complete) reject(failure(url, new Error('aborted'), undefined, timeout, 'body'));
          });
        }),
      drop: () => void message.on('error', () => undefined).resume(),
      giveUp: () => void message.on('error', () => undefined).destroy(),
    };
  }
}

function direct(url: URL) {
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: `${url.pathname}${url.search}`,
  };
}

/** A proxy for plain HTTP is asked for the whole URL. */
function throughProxy(url: URL, proxy: ProxyServer) {
  const whole = new URL(url.href);
  whole.username = '';
  whole.password = '';
  return { hostname: proxy.url.hostname.replace(/^\[|\]$/g, ''), port: proxy.url.port || '80', path: whole.href };
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined || !['http:', 'https:'].includes(to.protocol)) {
    throw redirectError(from, 'It sends to an address that is none.');
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw redirectError(from, 'It sends from https to plain http.');
  }
  return to;
}

/** Name and password of the URL the user gave, for that server only. */
function loginFor(at: URL, given: URL): Record<string, string> {
  if (given.username === '' || at.origin !== given.origin) return {};
  const login = `${decodeURIComponent(given.username)}:${decodeURIComponent(given.password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}
