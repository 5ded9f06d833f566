// What every depot promises, whatever holds it (src/depot/depot.ts): the same questions, the same answers.

import { expect, it } from 'vitest';
import type { Depot } from '../../src/depot/depot.ts';
import { digestContent, readContent } from '../../src/host/digest.ts';
import { list, text } from '../../src/model/attributes.ts';
import { everyFileset } from '../../src/model/patches.ts';
import type { FileRecord } from '../../src/model/software.ts';
import { qualified } from '../../src/model/spec.ts';

/** What a depot is known to hold. */
export interface Expected {
  /** Fully qualified specs of all filesets. */
  readonly filesets: readonly string[];
  /** `fileset key` + path → content of a regular file; not necessarily of all. */
  readonly contents: Readonly<Record<string, string>>;
  /** Path → what its record says. */
  readonly records: Readonly<Record<string, Partial<FileRecord>>>;
  /** Owner → tag → content. */
  readonly controlFiles: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Contents of each bundle, by tag. */
  readonly bundles?: Readonly<Record<string, readonly string[]>>;
}

export function depotSuite(open: () => Promise<Depot>, expected: Expected): void {
  const using = (look: (depot: Depot) => void) => async () => {
    const depot = await open();
    try {
      look(depot);
    } finally {
      depot.close();
    }
  };

  it(
    'lists its filesets',
    using(({ catalog }) => {
      expect(catalog.kind).toBe('depot');
      expect([...everyFileset(catalog)].map(({ product, fileset }) => qualified(product, fileset))).toEqual(
        expected.filesets,
      );
    }),
  );

  it(
    'finds each product by its id, with filesets under their control directories',
    using(({ catalog }) => {
      for (const product of catalog.products()) {
        expect(catalog.product(product.id)?.id).toBe(product.id);
        expect(text(product.attributes, 'control_directory')).toBe(product.id);
        for (const fileset of product.filesets) expect(text(fileset.attributes, 'control_directory')).toBe(fileset.id);
      }
      expect(catalog.product('NO-SUCH')).toBeUndefined();
    }),
  );

  it(
    'tells its bundles',
    using(({ catalog }) => {
      const bundles = catalog
        .bundles()
        .map(({ attributes }) => [text(attributes, 'tag'), list(attributes, 'contents')]);
      expect(Object.fromEntries(bundles)).toEqual(expected.bundles ?? {});
    }),
  );

  it(
    'says what each file is',
    using(({ catalog }) => {
      const records = new Map(
        [...everyFileset(catalog)].flatMap(({ key }) => catalog.files(key)).map((file) => [file.path, file]),
      );
      for (const [path, record] of Object.entries(expected.records)) expect(records.get(path)).toMatchObject(record);
    }),
  );

  it(
    'says who owns a path',
    using(({ catalog }) => {
      for (const { key } of everyFileset(catalog)) {
        for (const { path } of catalog.files(key)) expect(catalog.owners(path)).toContain(key);
      }
      expect(catalog.owners('/no/such/file')).toEqual([]);
    }),
  );

  it(
    'gives content with the size and cksum of its record',
    using((depot) => {
      let seen = 0;
      for (const { key } of everyFileset(depot.catalog)) {
        for (const file of depot.catalog.files(key).filter((each) => each.type === 'f')) {
          const found = digested(depot, key, file);
          expect({ path: file.path, size: file.size, cksum: file.cksum }).toEqual({
            path: file.path,
            size: found.size,
            cksum: found.cksum,
          });
          if (file.sha256 !== undefined) expect(file.sha256).toBe(found.sha256);
          seen += 1;
        }
      }
      expect(seen).toBeGreaterThanOrEqual(Object.keys(expected.contents).length);
    }),
  );

  it(
    'gives the very bytes, again and again',
    using((depot) => {
      for (const { key } of everyFileset(depot.catalog)) {
        for (const file of depot.catalog.files(key)) {
          const wanted = expected.contents[key + file.path];
          if (wanted !== undefined)
            expect([contentOf(depot, key, file), contentOf(depot, key, file)]).toEqual([wanted, wanted]);
        }
      }
    }),
  );

  it(
    'gives control files',
    using(({ catalog }) => {
      for (const [owner, tags] of Object.entries(expected.controlFiles)) {
        for (const [tag, content] of Object.entries(tags))
          expect(catalog.controlFile(owner, tag)?.toString()).toBe(content);
        expect(catalog.controlFile(owner, 'no-such-tag')).toBeUndefined();
      }
    }),
  );
}

function contentOf(depot: Depot, key: string, file: FileRecord): string {
  const content = depot.content(key, file);
  try {
    return readContent(content).toString();
  } finally {
    if (content.kind === 'region') content.close();
  }
}

function digested(depot: Depot, key: string, file: FileRecord) {
  const content = depot.content(key, file);
  try {
    return digestContent(content);
  } finally {
    if (content.kind === 'region') content.close();
  }
}
