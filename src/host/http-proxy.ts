// Proxies by environment: http_proxy, https_proxy, all_proxy and no_proxy, lower or upper case (HTTP_PROXY in capitals is not looked at:
// a CGI request could set it). https goes through a tunnel (CONNECT), plain http is asked for by its whole URL.

import { request } from 'node:http';
import { type AgentOptions, Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { failure, proxyError } from './http-errors.ts';

export interface ProxyServer {
  /** Always http: no proxy is spoken to over TLS. */
  readonly url: URL;
  /** Its login, where the URL has one. */
  readonly headers: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy for a URL; undefined where it is asked itself. Throws SdError `web_proxy` for a value that is no URL. */
export function proxyFor(url: URL, environment: Environment): ProxyServer | undefined {
  const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy'];
  const value = [...names, 'all_proxy', 'ALL_PROXY'].map((name) => environment[name]).find((each) => each);
  if (value === undefined || isExcepted(url, environment.no_proxy ?? environment.NO_PROXY ?? '')) return undefined;
  const address = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.protocol !== 'http:') throw proxyError(url, 'The proxy of the environment is no http:// address.');
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers = { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
  return { url: proxy, headers: proxy.username === '' ? {} : headers };
}

/** no_proxy: `*`, or hosts and domains separated by commas, each with or without a leading dot and a port. */
function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', only] = /^\*?\.?(\[[^\]]*\]|[^:]*(?=:\d+$)|.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const bare = name.replace(/^\[|\]$/g, '');
    if (bare === '' || (only !== undefined && only !== port)) return false;
    return host === bare || host.endsWith(`.${bare}`);
  });
}

/** An agent whose connections go through a tunnel of the proxy. */
export class TunnelAgent extends TlsAgent {
  readonly #proxy: ProxyServer;
  readonly #timeout: number;

  constructor(options: AgentOptions, proxy: ProxyServer, timeout: number) {
    super(options);
    this.#proxy = proxy;
    this.#timeout = timeout;
  }

  override createConnection(
    options: AgentOptions & { host?: string; hostname?: string; port?: number | string },
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const host = String(options.hostname ?? options.host ?? '');
    const place = `${host.includes(':') ? `[${host}]` : host}:${options.port || 443}`;
    const url = new URL(`https://${place}/`);
    const fail = (error: Error) => done?.(error, undefined as unknown as Duplex);
    const { url: proxy, headers } = this.#proxy;
    const asking = request({
      hostname: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || '80',
      method: 'CONNECT',
      path: place,
      headers: { host: place, ...headers },
      agent: false,
      timeout: this.#timeout,
    });
    asking.on('timeout', () => asking.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
    asking.on('error', (error) => fail(failure(url, error, proxy, this.#timeout)));
    asking.on('response', (answer) => {
      answer.destroy();
      fail(proxyError(url, 'The proxy gave an odd answer.'));
    });
    asking.on('connect', (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        fail(proxyError(url, `The proxy does not connect to "${place}" (${answer.statusCode}).`));
        return;
      }
      const { ca } = options;
      const secure = tlsConnect({ socket, servername: isAddress(host) ? '' : host, host, ...(ca ? { ca } : {}) });
      secure.once('secureConnect', () => done?.(null, secure));
      secure.once('error', fail);
    });
    asking.end();
    return undefined;
  }
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}
