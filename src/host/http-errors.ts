// What can go wrong between here and a web server, each cause with a code and a text of its own (man/sd.5).
// Must not: show a password that stands in a URL.

import { SdError } from '../model/error.ts';

/** Causes that may pass by themselves: another try makes sense. */
const PASSING = new Set(['web_timeout', 'web_connection_lost', 'web_truncated', 'web_server_error', 'web_unreachable']);
/** These pass too, but only where the server has answered before: it is being started again. */
const RESTARTING = new Set(['web_refused', 'web_host_unknown']);

/** True when the same request may succeed a moment later. `known` says that the server has answered in this session. */
export function mayPass(error: unknown, known: boolean): error is SdError {
  return error instanceof SdError && (PASSING.has(error.code) || (known && RESTARTING.has(error.code)));
}

/** Seconds the server asked to wait for; undefined where it did not. */
export function waitAskedFor(error: SdError): number | undefined {
  const seconds = error.data.retryAfter;
  return typeof seconds === 'number' ? seconds : undefined;
}

/** A URL without name and password. */
export function shownUrl(url: URL): string {
  const shown = new URL(url.href);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/** SdError of a failed request, or of a body that broke off (`part`). `proxy` is the URL of the proxy it went through. */
export function failure(
  url: URL,
  error: Error,
  proxy: URL | undefined,
  timeout: number,
  part: 'request' | 'body' = 'request',
): SdError {
  if (error instanceof SdError) return error;
  const code = 'code' in error ? String(error.code) : '';
  const via = proxy === undefined ? '' : ` through the proxy "${shownUrl(proxy)}"`;
  const server = proxy === undefined ? `"${url.host}"` : `the proxy "${proxy.host}"`;
  const said = (word: string, because: string, todo: string) => webError(word, url, `${because}`, todo, error, via);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return said('web_host_unknown', `The name of ${server} was not found.`, 'Correct the name, or look at the DNS.');
  }
  if (code === 'ECONNREFUSED') {
    return said('web_refused', `Nothing listens at ${server}.`, 'Correct the port, or start the web server.');
  }
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'].includes(code)) {
    return said('web_unreachable', `There is no way to ${server}.`, 'Look at the network of this machine.');
  }
  if (code === 'ETIMEDOUT' || code === 'ERR_SOCKET_CONNECTION_TIMEOUT') {
    const seconds = timeout / 1000;
    return said(
      'web_timeout',
      `Nothing came for ${seconds} seconds.`,
      'Try again, or set a larger web_timeout (seconds).',
    );
  }
  if (isTls(code, error)) {
    const todo = 'Correct the date of this machine or its certificates; SSL_CERT_FILE may name a file of them.';
    return said('web_tls', `The server's certificate or encryption is not accepted: ${error.message}.`, todo);
  }
  if (part === 'body') {
    return said('web_truncated', 'The connection broke off in the middle of the file.', 'Run the command again.');
  }
  return said('web_connection_lost', 'The server closed the connection without an answer.', 'Run the command again.');
}

function isTls(code: string, error: Error): boolean {
  return (
    /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(code) ||
    /SSL routines|certificate/i.test(error.message)
  );
}

/** SdError of an answer that is neither the file nor "there is none". */
export function answerError(url: URL, status: number, headers: Readonly<Record<string, unknown>>): SdError {
  if (status === 401) return webError('web_login', url, 'The server asks for a name and a password.', LOGIN);
  if (status === 407) return webError('web_proxy', url, 'The proxy asks for a name and a password.', PROXY);
  if (status === 403) {
    return webError('web_forbidden', url, 'The server does not give it out (403).', 'Look at the rights of the file.');
  }
  if (status >= 500 || status === 408 || status === 429) {
    const seconds = Number(headers['retry-after']);
    const because = `The server failed, or is overloaded (${status}).`;
    const data = Number.isFinite(seconds) ? { retryAfter: seconds } : {};
    return webError(
      'web_server_error',
      url,
      because,
      "Try again later, or look at the server's log.",
      undefined,
      '',
      data,
    );
  }
  return webError('web_answer', url, `The server gave an answer that makes no sense here (${status}).`, CHECK);
}

/** SdError `web_redirect`. */
export function redirectError(url: URL, because: string): SdError {
  return webError('web_redirect', url, because, CHECK);
}

/** SdError `web_proxy`. */
export function proxyError(url: URL, because: string): SdError {
  return webError('web_proxy', url, because, PROXY);
}

const CHECK = 'Check the address.';
const LOGIN = 'Write the address as https://name:password@host/path.';
const PROXY = 'Check http_proxy, https_proxy and no_proxy in the environment.';

/** An SdError about one URL; `via` names the proxy. */
export function webError(
  code: string,
  url: URL,
  because: string,
  todo: string,
  cause?: unknown,
  via = '',
  data: Record<string, unknown> = {},
): SdError {
  const what = `"${shownUrl(url)}" cannot be read${via}.`;
  return new SdError(code, { what, because, todo, data: { url: shownUrl(url), ...data }, cause });
}
