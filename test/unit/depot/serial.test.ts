import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Depot } from '../../../src/depot/depot.ts';
import { openDepot } from '../../../src/depot/open.ts';
import { writeSerial } from '../../../src/depot/serial-write.ts';
import { type TarWriter, tarWriter } from '../../../src/host/archive.ts';
import { readContent } from '../../../src/host/digest.ts';
import { text } from '../../../src/model/attributes.ts';
import { bytesContent } from '../../../src/model/content.ts';
import { SdError } from '../../../src/model/error.ts';
import { scratch } from './filling.ts';
import { filesetWith, memoryDepot } from './memory-depot.ts';

const AS = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };
const INDEX =
  'distribution\nlayout_version 1.0\nproduct\ntag P\ncontrol_directory P\nfileset\ntag F\ncontrol_directory F\n';
const INFO = 'file\npath /a\ntype f\nsize 2\n';

/** An archive made by hand. */
function archive(write: (tar: TarWriter, file: (path: string, content: string) => void) => void): string {
  const chunks: Buffer[] = [];
  const tar = tarWriter({ write: (bytes) => void chunks.push(Buffer.from(bytes)) });
  write(tar, (path, content) => tar.file({ ...AS, path }, bytesContent(Buffer.from(content))));
  tar.end();
  const path = join(scratch(), 'made.depot');
  writeFileSync(path, Buffer.concat(chunks));
  return path;
}

async function contentOfA(path: string): Promise<string> {
  const depot = await openDepot(path);
  try {
    return readContent(depot.content('P/F', depot.catalog.files('P/F')[0]!)).toString();
  } finally {
    depot.close();
  }
}

async function refusal(path: string): Promise<string> {
  return contentOfA(path).catch((error: unknown) => (error instanceof SdError ? error.code : String(error)));
}

function serial(depot: Depot): Buffer {
  const chunks: Buffer[] = [];
  const choice = { products: depot.catalog.products(), bundles: depot.catalog.bundles() };
  writeSerial(depot, choice, { write: (bytes) => void chunks.push(Buffer.from(bytes)) }, { now: 5 });
  return Buffer.concat(chunks);
}

describe('reading', () => {
  it('understands a prefix directory, and takes a hard link for the file it names', async () => {
    const path = archive((tar, file) => {
      file('PRE/catalog/INDEX', INDEX);
      file('PRE/catalog/P/F/INFO', INFO);
      file('PRE/P/F/b', 'b!');
      tar.hardlink({ ...AS, path: 'PRE/P/F/a', link: 'PRE/P/F/b' });
    });
    expect(await contentOfA(path)).toBe('b!');
  });

  it('lets the later of two members with one name count', async () => {
    const path = archive((_tar, file) => {
      file('catalog/INDEX', INDEX);
      file('catalog/P/F/INFO', INFO);
      file('P/F/a', 'v1');
      file('P/F/a', 'v2');
    });
    expect(await contentOfA(path)).toBe('v2');
  });

  it('takes no catalog/INDEX of packaged software for its own', async () => {
    const path = archive((_tar, file) => {
      file('PRE/P/F/opt/catalog/INDEX', 'not for us');
      file('PRE/catalog/INDEX', INDEX);
      file('PRE/catalog/P/F/INFO', INFO);
      file('PRE/P/F/a', 'hi');
    });
    expect(await contentOfA(path)).toBe('hi');
  });

  it('undoes compression', async () => {
    const packed = gzipSync('hi');
    const info = `${INFO}compression_state compressed\ncompression_type gzip\ncompressed_size ${packed.length}\n`;
    const path = archive((tar, file) => {
      file('catalog/INDEX', INDEX);
      file('catalog/P/F/INFO', info);
      tar.file({ ...AS, path: 'P/F/a' }, bytesContent(packed));
    });
    expect(await contentOfA(path)).toBe('hi');
  });

  it.each<[string, (tar: TarWriter, file: (path: string, content: string) => void) => void]>([
    ['not_a_depot', (_tar, file) => file('somewhere/else', 'x')],
    ['content_missing', (_tar, file) => [file('catalog/INDEX', INDEX), file('catalog/P/F/INFO', INFO)]],
    [
      'content_missing',
      (tar, file) => [
        file('catalog/INDEX', INDEX),
        file('catalog/P/F/INFO', INFO),
        tar.symlink({ ...AS, path: 'P/F/a', link: '/etc/passwd' }),
      ],
    ],
    [
      'content_mismatch',
      (_tar, file) => [file('catalog/INDEX', INDEX), file('catalog/P/F/INFO', INFO), file('P/F/a', 'longer')],
    ],
    [
      'content_damaged',
      (_tar, file) => [
        file('catalog/INDEX', INDEX),
        file('catalog/P/F/INFO', `${INFO}compression_state compressed\n`),
        file('P/F/a', 'no gzip'),
      ],
    ],
    [
      'compression_unknown',
      (_tar, file) => [
        file('catalog/INDEX', INDEX),
        file('catalog/P/F/INFO', `${INFO}compression_state compressed\ncompression_type lzw\n`),
        file('P/F/a', 'xx'),
      ],
    ],
    [
      'archive_unsafe_path',
      (tar, file) => [
        file('catalog/INDEX', INDEX),
        tar.symlink({ ...AS, path: 'P/F', link: '/etc' }),
        file('P/F/a', 'hi'),
      ],
    ],
  ])('refuses with %s', async (code, write) => {
    expect(await refusal(archive((tar, file) => void write(tar, file)))).toBe(code);
  });

  it('refuses an archive that ends early', async () => {
    const path = archive((_tar, file) => {
      file('catalog/INDEX', INDEX);
      file('catalog/P/F/INFO', INFO);
      file('P/F/a', 'x'.repeat(20_000));
    });
    truncateSync(path, 6000);
    expect(await refusal(path)).toBe('archive_truncated');
  });
});

describe('writing', () => {
  const product = (tag: string, more: Record<string, string> = {}) => ({
    tag,
    attributes: { revision: '1' },
    filesets: [filesetWith('F', { [`/${tag}`]: tag }, { attributes: more })],
  });

  it('puts bases before their patches, in catalog and contents alike', async () => {
    const path = join(scratch(), 'a.depot');
    writeFileSync(
      path,
      serial(memoryDepot([product('PATCH', { is_patch: 'true', ancestor: 'BASE.F' }), product('BASE')])),
    );
    const depot = await openDepot(path);
    expect(depot.catalog.products().map((each) => each.id)).toEqual(['BASE', 'PATCH']);
    depot.close();
    const stream = readFileSync(path).toString('latin1');
    expect(stream.indexOf('\nBASE\0') < 0 && stream.indexOf('BASE/F/BASE\0') < stream.indexOf('PATCH/F/PATCH\0')).toBe(
      true,
    );
  });

  it('gives INFO digests that the source does not know, and state available', async () => {
    const depot = memoryDepot([product('P')]);
    const bare = { ...depot, catalog: { ...depot.catalog, files: () => [{ path: '/P', type: 'f' as const }] } };
    const path = join(scratch(), 'a.depot');
    writeFileSync(path, serial(bare));
    const read = await openDepot(path);
    expect(read.catalog.files('P/F')).toEqual([
      expect.objectContaining({ size: 1, cksum: expect.any(Number), sha256: expect.any(String) }),
    ]);
    expect(text(read.catalog.products()[0]!.filesets[0]!.attributes, 'state')).toBe('available');
    read.close();
  });

  it('refuses content that is not what the catalog says', () => {
    const depot = memoryDepot([product('P')]);
    expect(() => serial({ ...depot, content: () => bytesContent(Buffer.from('Q')) })).toThrow(
      expect.objectContaining({ code: 'content_mismatch' }),
    );
  });
});
