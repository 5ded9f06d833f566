// A static web server for the benchmark, a process of its own: `serve.ts DIRECTORY PORT-FILE`. Knows GET and ETag, nothing else.
import { createReadStream, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

const [directory = '.', portFile = ''] = process.argv.slice(2);

const server = createServer((request, response) => {
  const path = join(directory, normalize(decodeURIComponent(request.url ?? '/')));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const etag = `"${stats.ino}-${stats.mtimeMs}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  response.writeHead(200, { 'content-length': stats.size, etag });
  createReadStream(path).pipe(response);
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${portFile}.new`, String((server.address() as AddressInfo).port));
  renameSync(`${portFile}.new`, portFile);
});
