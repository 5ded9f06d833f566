// A depot in memory for tests of copying and packaging: catalog-builder's catalogs with bytes behind the file records.

import type { Depot } from '../../../src/depot/depot.ts';
import { cksumOf, sha256Of } from '../../../src/host/digest.ts';
import { bytesContent } from '../../../src/model/content.ts';
import type { ControlFile, FileRecord } from '../../../src/model/software.ts';
import { type CatalogPart, catalogOf, type FilesetPart, type ProductPart } from '../selection/catalog-builder.ts';

/** Files by path: text of a regular file, or a whole record of another type. */
export type Files = Readonly<Record<string, string | Omit<FileRecord, 'path'>>>;

const MTIME = 1_768_478_400;

/** A fileset whose records carry size, mode, mtime and both digests, and its control files by tag. */
export function filesetWith(
  tag: string,
  files: Files,
  more: Omit<FilesetPart, 'tag' | 'files' | 'controlFiles'> & { scripts?: Record<string, string> } = {},
) {
  const { scripts = {}, ...rest } = more;
  return {
    ...rest,
    tag,
    contents: files,
    scripts,
    files: Object.entries(files).map(recordOf),
    controlFiles: Object.entries(scripts).map(controlFileOf),
  };
}

type BuiltFileset = ReturnType<typeof filesetWith>;

export interface BuiltProduct extends Omit<ProductPart, 'filesets'> {
  readonly filesets: readonly BuiltFileset[];
}

/** The depot. Content is found by fileset key and path. */
export function memoryDepot(
  products: readonly BuiltProduct[],
  more: Omit<CatalogPart, 'products' | 'controlFiles'> = {},
): Depot {
  const contents = new Map<string, Buffer>();
  const scripts: Record<string, Record<string, string>> = {};
  for (const product of products) {
    for (const fileset of product.filesets) {
      const key = `${product.id ?? product.tag}/${fileset.id ?? fileset.tag}`;
      scripts[key] = fileset.scripts;
      for (const [path, content] of Object.entries(fileset.contents)) {
        if (typeof content === 'string') contents.set(key + path, Buffer.from(content));
      }
    }
  }
  return {
    kind: 'psf',
    location: '/memory',
    catalog: catalogOf({ ...more, products, controlFiles: scripts }),
    findings: [],
    content: (fileset, file) => bytesContent(contents.get(fileset + file.path)!),
    close: () => {},
  };
}

function recordOf([path, content]: [string, Files[string]]): FileRecord {
  if (typeof content !== 'string') return { path, ...content };
  const bytes = Buffer.from(content);
  return {
    path,
    type: 'f',
    mode: 0o644,
    mtime: MTIME,
    size: bytes.length,
    cksum: cksumOf(bytes),
    sha256: sha256Of(bytes),
  };
}

function controlFileOf([tag, content]: [string, string]): ControlFile {
  const bytes = Buffer.from(content);
  return { tag, path: tag, mode: 0o555, mtime: MTIME, size: bytes.length, cksum: cksumOf(bytes) };
}
