import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { passingVolume } from '../../../src/depot/volume-passing.ts';
import { type TarWriter, tarWriter } from '../../../src/host/archive.ts';
import { readContent } from '../../../src/host/digest.ts';
import { bytesContent } from '../../../src/model/content.ts';
import { scratch } from './filling.ts';

const INDEX =
  'distribution\nlayout_version 1.0\nproduct\ntag P\ncontrol_directory P\nfileset\ntag F\ncontrol_directory F\n';
const AS = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };

/** A depot of three files of 5000 bytes, as it comes by; no more than 8000 bytes of contents are kept. */
function passing() {
  const chunks: Buffer[] = [];
  const tar: TarWriter = tarWriter({ write: (bytes) => void chunks.push(Buffer.from(bytes)) });
  const file = (path: string, content: string) => tar.file({ ...AS, path }, bytesContent(Buffer.from(content)));
  file('catalog/INDEX', INDEX);
  file('catalog/P/F/INFO', 'file\npath /a\ntype f\n');
  for (const name of ['a', 'b', 'c']) file(`P/F/${name}`, name.repeat(5000));
  tar.end();
  const path = join(scratch(), 'passing');
  writeFileSync(path, Buffer.concat(chunks));
  const fd = openSync(path, 'r');
  const volume = passingVolume('the pipe', fd, () => closeSync(fd), 8000);
  const first = (name: string) => {
    const found = volume.stored(`P/F/${name}`);
    if (!('kind' in found)) return found.because;
    const letter = readContent(found).toString('latin1', 0, 1);
    if (found.kind === 'region') found.close();
    return letter;
  };
  return { volume, first };
}

it('gives what is asked for in the order it comes, and says of what had to go that it came by', () => {
  const { volume, first } = passing();
  expect([first('a'), first('b'), first('c')]).toEqual(['a', 'b', 'c']);
  expect(() => first('a')).toThrow(expect.objectContaining({ code: 'content_passed' }));
  expect(first('d')).toBe('It did not come.');
  volume.close();
});

it('does not keep what nobody wants', () => {
  const { volume, first } = passing();
  volume.want(new Set(['P/G/']));
  expect(first('c')).toBe('It did not come.');
  volume.close();
});
