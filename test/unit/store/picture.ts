// Pictures of a root and of a catalog, for comparison by value.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../../src/model/catalog.ts';
import { filesetKey } from '../../../src/model/software.ts';

/** One line per object below `root`, the store itself left out. */
export function pictureOfTree(root: string, leaveOut = 'var'): string[] {
  const lines: string[] = [];
  const walk = (path: string) => {
    const stats = lstatSync(join(root, path));
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isDirectory()) {
      if (path !== '') lines.push(`${path}/ ${mode}`);
      for (const name of readdirSync(join(root, path)).sort()) {
        if (path !== '' || name !== leaveOut) walk(path === '' ? name : `${path}/${name}`);
      }
    } else if (stats.isSymbolicLink()) lines.push(`${path} -> ${readlinkSync(join(root, path))}`);
    else if (stats.isFIFO()) lines.push(`${path} fifo ${mode}`);
    else {
      const content = readFileSync(join(root, path), 'utf8');
      lines.push(`${path} ${mode} ${Math.floor(stats.mtimeMs / 1000)} x${stats.nlink} ${content}`);
    }
  };
  walk('');
  return lines;
}

/** Everything a catalog answers, as plain JSON. */
export function pictureOfCatalog(catalog: Catalog): unknown {
  return JSON.parse(
    JSON.stringify({
      attributes: catalog.attributes,
      vendors: catalog.vendors(),
      categories: catalog.categories(),
      bundles: catalog.bundles(),
      products: catalog.products().map((product) => ({
        ...product,
        controls: product.controlFiles.map(({ tag }) => catalog.controlFile(product.id, tag)?.toString()),
        filesets: product.filesets.map((fileset) => {
          const key = filesetKey(product.id, fileset.id);
          const files = catalog.files(key);
          return {
            ...fileset,
            files,
            saved: catalog.saved(key),
            owners: files.map(({ path }) => catalog.owners(path)),
          };
        }),
      })),
    }),
  );
}
