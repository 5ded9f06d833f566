// A whole regular file as Content. Symbolic links are not followed: whoever asks has resolved the path inside its root or depot.

import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Content } from '../model/content.ts';

/** Opens `path` to read. The caller closes it. Throws the errno error of open(2); ELOOP for a symbolic link. */
export function openRegion(path: string): Extract<Content, { kind: 'region' }> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return { kind: 'region', fd, position: 0, size: fstatSync(fd).size, close: () => closeSync(fd) };
}
