import { describe, expect, it } from 'vitest';
import { catalogLoad, declaredSpace, type Load, spaceFindings, spaceUse } from '../../../src/analysis/space.ts';
import { viewsOf } from './fixture.ts';

const load = (path: string, bytes: number, replaces = 0, saved = false): Load => ({ path, bytes, replaces, saved });
const one = viewsOf({ free: { '/': 100_000 } }).space;
const two = viewsOf({ free: { '/': 100_000, '/var': 50_000 } }).space;

describe('spaceUse', () => {
  it('rounds every file up to blocks', () => {
    expect(spaceUse([[load('/a', 1), load('/b', 1025)]], '/save', one)).toEqual([
      { mount: '/', available: 100_000, needed: 3072, save: 0 },
    ]);
  });
  it('counts old and new together until the swap of the product', () => {
    expect(spaceUse([[load('/a', 4096, 4096)]], '/save', one)[0]?.needed).toBe(4096);
  });
  it('gives back what a product replaced before the next one comes', () => {
    expect(spaceUse([[load('/a', 4096, 4096)], [load('/b', 2048)]], '/save', one)[0]?.needed).toBe(4096);
    expect(spaceUse([[load('/a', 4096)], [load('/b', 2048)]], '/save', one)[0]?.needed).toBe(6144);
  });
  it('keeps a saved file on the same file system', () => {
    expect(spaceUse([[load('/a', 1024, 4096, true)], [load('/b', 1024)]], '/save', one)).toEqual([
      { mount: '/', available: 100_000, needed: 2048, save: 4096 },
    ]);
  });
  it('copies a saved file to another file system and frees it here', () => {
    expect(spaceUse([[load('/a', 1024, 4096, true)], [load('/b', 4096)]], '/var/save', two)).toEqual([
      { mount: '/', available: 100_000, needed: 1024, save: 0 },
      { mount: '/var', available: 50_000, needed: 4096, save: 4096 },
    ]);
  });
  it('parts file systems by the directory of the path', () => {
    const uses = spaceUse([[load('/var/x', 1024), load('/x', 1024)]], '/save', two);
    expect(uses.map((use) => use.mount)).toEqual(['/var', '/']);
  });
});

describe('spaceFindings', () => {
  const use = { mount: '/', available: 1024 * 10, needed: 1024 * 12, save: 0 };
  it('is an ERROR with the words of SD', () => {
    const [finding] = spaceFindings([use], true);
    expect(finding?.severity).toBe('error');
    expect(finding?.code).toBe('disk_space');
    expect(finding?.text).toContain('The estimated disk space used on filesystem "/" is 12 Kbyte blocks.');
    expect(finding?.text).toContain('at least 2 Kbyte blocks');
  });
  it('is a WARNING with enforce_dsa=false', () => {
    expect(spaceFindings([use], false)[0]?.severity).toBe('warning');
  });
  it('says nothing where it fits', () => {
    expect(spaceFindings([{ ...use, needed: use.available }], true)).toEqual([]);
  });
});

describe('loads', () => {
  it('reads `path bytes` lines of a space file and passes over the rest', () => {
    expect(
      declaredSpace('# note\n/var/x 500\n  /opt/y\t7  \nrelative 3\n/z many\n').map((each) => [each.path, each.bytes]),
    ).toEqual([
      ['/var/x', 500],
      ['/opt/y', 7],
    ]);
  });
  it('lets the catalog grow with the files of a fileset', () => {
    expect(catalogLoad('/var/adm/sw', 1000).bytes).toBeGreaterThan(catalogLoad('/var/adm/sw', 1).bytes);
  });
});
