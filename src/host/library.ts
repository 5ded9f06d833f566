// Files that travel with the program and are no code of its own: beside the bundle, or in the source tree.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of a file of `lib/`. */
export function libraryFile(name: string): string {
  const places = [`./lib/${name}`, `../../lib/${name}`].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return places.find((path) => existsSync(path)) ?? places[0]!;
}
