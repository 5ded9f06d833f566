// A whole regular file as Content. Symbolic links are not followed: whoever asks has resolved the path inside its root or depot.

import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import type { Content } from '../model/content.ts';

type Region = Extract<Content, { kind: 'region' }>;

/** Opens `path` to read. The caller closes it. Throws the errno error of open(2); ELOOP for a symbolic link. */
export function openRegion(path: string): Region {
  return opened(path).region;
}

/** The same for a regular file; anything else is closed again, and the answer is undefined. */
export function openRegularFile(path: string): Region | undefined {
  const { region, stats } = opened(path);
  if (stats.isFile()) return region;
  region.close();
  return undefined;
}

function opened(path: string): { region: Region; stats: Stats } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = fstatSync(fd);
  return { region: { kind: 'region', fd, position: 0, size: stats.size, close: () => closeSync(fd) }, stats };
}
