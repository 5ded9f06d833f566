// Which file system holds a path of a root or depot, for the space analysis (analysis/space.ts).
// Promise: the machine is asked once per device, each directory is looked at once.

import type { Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Views } from '../analysis/views.ts';
import { lookAt } from '../host/look.ts';
import { space } from '../host/machine.ts';

/** The file system of a path below `top`: that of its nearest directory there is. `look` is lstat of such a path. */
export function fileSystems(top: string, look: (path: string) => Stats | undefined): Views['space']['of'] {
  const ofDevice = new Map<number, ReturnType<typeof space>>();
  const ofPath = new Map<string, ReturnType<typeof space>>();
  const find = (path: string): ReturnType<typeof space> => {
    const stats = path === '/' ? lookAt(top) : look(path);
    if (path !== '/' && !stats?.isDirectory()) return of(dirname(path));
    const found = (stats && ofDevice.get(stats.dev)) ?? space(join(top, path));
    if (stats) ofDevice.set(stats.dev, found);
    return found;
  };
  const of = (path: string): ReturnType<typeof space> => {
    const found = ofPath.get(path) ?? find(path);
    ofPath.set(path, found);
    return found;
  };
  return of;
}
