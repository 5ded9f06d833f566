// Issue 9, points 1 and 2: what we write holds to spec/formats.md as a reader sees it that was written from it alone
// (test/contract/spec-reader.ts): directory and serial depots, compressed files, several tapes, layout 0.8, patches, bundles.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cksum, directoryComplaints, directoryFiles, tapeComplaints, tapeFiles } from '../contract/spec-reader.ts';
import { PSF } from '../samples.ts';
import { cksum as cksumOf, found, rows, Site, sha256 } from './site.ts';

let site: Site;

beforeAll(() => {
  site = new Site();
  site.write('big', 'a line that gzip likes\n'.repeat(50_000));
  const deep = `/opt/${'directory-with-a-long-name/'.repeat(8)}file`;
  site.write(
    'long',
    `product\n tag LONG\n revision 1\n fileset\n  tag F\n  file big ${deep}\n  file big /opt/ünïcode\n`,
  );
  for (const name of ['bundle', 'svc', 'single', 'widget', 'patch']) {
    const words = ['-s', `${name}.psf`, '@', site.path('D')];
    expect(site.run('swpackage', words, { cwd: PSF }).exit, name).toBe(0);
  }
  site.ok('swpackage', '-s', 'long', '@', './D');
});
afterAll(() => site.strike());

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** Path and digest of each file but the depot's own, sorted: comparing large buffers takes minutes. */
const pictured = (files: ReadonlyMap<string, Buffer>) =>
  [...files]
    .filter(([path]) => !/^catalog\/(INDEX|dfiles\/.*|swlock)$/.test(path))
    .map(([path, bytes]) => `${path} ${digest(bytes)}`)
    .sort();
const directory = (name: string) => directoryComplaints(directoryFiles(site.path(name)));
const tapes = (...names: string[]) => tapeComplaints(names.map((name) => readFileSync(site.path(name))));

test('the reader itself: it sums as cksum(1) does, and complains of what is wrong', () => {
  expect([String(cksum(readFileSync(site.path('big'))))]).toEqual(cksumOf(site.path('big')).slice(0, 1));
  const files = new Map(directoryFiles(site.path('D')));
  const spoil = (path: string, change: (text: string) => string) =>
    directoryComplaints(
      new Map([...files, [path, Buffer.from(change(files.get(path)!.toString('latin1')), 'latin1')]]),
    );
  expect(spoil('catalog/Svc/pfiles/INDEX', (text) => `${text}x y\n`)).not.toEqual([]);
  expect(spoil('catalog/Svc/SVC-RUN/INFO', (text) => text.replace('cksum', 'chksum'))).not.toEqual([]);
  expect(spoil('catalog/dfiles/INFO', (text) => text.replace(/^mtime.*\n/m, ''))).not.toEqual([]);
  expect(spoil('Single/ALL/opt/single/bin/widget', (text) => `${text} `)).not.toEqual([]);
  expect(directoryComplaints(new Map([...files, ['P/F/stray', Buffer.from('x')]]))).toEqual([
    'P/F/stray: no INFO names it',
  ]);
});

describe('holds to the format', () => {
  test('a directory depot of products, patches and bundles', () => {
    expect(directory('D')).toEqual([]);
  });

  test('a directory depot after a product was packaged anew, another copied in and one removed', () => {
    site.ok('swcopy', '-x', 'enforce_dependencies=false', '-s', './D', '*', '@', './D2');
    expect(site.run('swpackage', ['-s', 'single.psf', '@', site.path('D2')], { cwd: PSF }).exit).toBe(0);
    site.ok('swremove', '-d', '-x', 'enforce_dependencies=false', 'Svc', '@', './D2');
    expect(directory('D2')).toEqual([]);
  });

  test('compress_files: gzip, with the sums of what is stored beside those of the plain file; uncompress_files takes it back', () => {
    site.ok('swpackage', '-s', 'long', '-x', 'compress_files=true', '@', './Z');
    expect(directory('Z')).toEqual([]);
    const files = directoryFiles(site.path('Z'));
    const stored = [...files].filter(([path]) => path.startsWith('LONG/'));
    expect(stored.map(([, bytes]) => bytes.readUInt16BE(0))).toEqual([0x1f8b, 0x1f8b]);
    expect(digest(execFileSync('gzip', ['-dc'], { input: stored[0]![1], maxBuffer: 1 << 24 }))).toBe(
      sha256(site.path('big')),
    );
    expect(files.get('catalog/LONG/F/INFO')!.toString()).toMatch(/compression_state compressed\ncompression_type gzip/);
    site.ok('swverify', '-d', 'LONG', '@', './Z');
    mkdirSync(site.path('R'));
    site.ok('swinstall', '-s', './Z', 'LONG', '@', './R');
    expect(sha256(site.path('R/opt/ünïcode'))).toBe(sha256(site.path('big')));

    site.ok('swcopy', '-s', './Z', 'LONG', '@', './Z2');
    expect([directory('Z2'), directoryFiles(site.path('Z2')).get('LONG/F/opt/ünïcode')!.length < 100_000]).toEqual([
      [],
      true,
    ]);
    site.ok('swcopy', '-s', './Z', '-x', 'uncompress_files=true', 'LONG', '@', './Z3');
    expect([directory('Z3'), sha256(site.path('Z3/LONG/F/opt/ünïcode'))]).toEqual([[], sha256(site.path('big'))]);
    site.ok('swpackage', '-s', './Z', '-x', 'media_type=tape', '@', './Z.depot');
    expect(tapes('Z.depot'), 'files on a tape are plain').toEqual([]);
  });

  test('a file that gzip only makes larger stays plain, and INFO says so', () => {
    site.ok('swpackage', '-s', './D', '-x', 'compress_files=true', 'Single', '@', './small');
    const info = directoryFiles(site.path('small')).get('catalog/Single/ALL/INFO')!.toString();
    expect([directory('small'), /compression_state not_compressible/.test(info)]).toEqual([[], true]);
  });

  test('a serial depot', () => {
    site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './D.depot');
    expect(tapes('D.depot')).toEqual([]);
    const { files } = tapeFiles(readFileSync(site.path('D.depot')));
    expect([...files.keys()]).toContain('catalog/Widget/pfiles/README');
  });

  test('several tapes: all of the catalog on the first, INDEX alone on the others, no fileset divided', () => {
    site.ok('swpackage', '-s', 'long', '@', './L');
    const more = site.read('long').replace('LONG', 'MORE').replaceAll('/opt/', '/more/');
    site.write('more', more);
    site.ok('swpackage', '-s', 'more', '@', './L');
    site.ok('swpackage', '-s', './L', '-xmedia_type=tape', '-xmedia_capacity=3', '@', './t1', './t2');
    expect(tapes('t1', 't2')).toEqual([]);
    expect(readFileSync(site.path('t1')).length).toBeLessThanOrEqual(3_000_000);
  });

  test('layout 1.0 into a depot of 0.8: a WARNING', () => {
    const copy = (source: string) => site.run('swcopy', ['--json', '-s', source, '*', '@', './mixed']);
    site.ok('swpackage', '-s', './D', '-x', 'layout_version=0.8', '@', './mixed');
    const ran = copy('./D');
    expect([ran.exit, found(ran, 'layout_older')]).toEqual([0, expect.stringContaining('warning: The depot')]);
    site.ok('swpackage', '-s', './D', '-x', 'layout_version=0.8', '@', './early');
    expect(found(copy('./early'), 'layout_older')).toBe('');
  });

  test('layout 0.8: its own words, nothing that came later, read back as what it was', () => {
    site.ok('swpackage', '-s', './D', '-x', 'layout_version=0.8', '-x', 'media_type=tape', '@', './old.depot');
    expect(tapes('old.depot')).toEqual([]);
    const index = tapeFiles(readFileSync(site.path('old.depot')))
      .files.get('catalog/INDEX')!
      .toString();
    expect(index).toMatch(/^distribution\nlayout_version 0\.8\n/);
    expect(index).toMatch(/^prerequisite Widget\.RUN,r>=1\.0$/m);
    const loose = ['-x', 'enforce_dependencies=false'];
    site.ok('swcopy', ...loose, '-s', './old.depot', '-x', 'layout_version=0.8', '*', '@', './old');
    expect(directory('old')).toEqual([]);
    site.ok('swcopy', ...loose, '-s', './old.depot', '-x', 'layout_version=1.0', '*', '@', './new');
    expect(directory('new')).toEqual([]);
    const requisites = (depot: string) =>
      rows(site.ok('swlist', '-l', 'fileset', '-a', 'prerequisites', '-a', 'corequisites', '-d', '@', depot));
    expect(requisites('./old')).toEqual(requisites('./D'));
    expect(requisites('./new')).toEqual(requisites('./D'));
  });
});

test('what a foreign depot says in words of its own stays through swcopy, to a directory and to a tape', () => {
  site.ok('swcopy', '-s', './D', 'Single', '@', './F');
  execFileSync('rm', ['-r', site.path('F/.sd')]);
  const edit = (path: string, from: RegExp, to: string) =>
    writeFileSync(site.path('F/catalog', path), readFileSync(site.path('F/catalog', path), 'utf8').replace(from, to));
  edit('INDEX', /^product\n/m, 'product\nacme_level gold\nacme_note "two\nlines"\n');
  edit('INDEX', /^fileset\n/m, 'fileset\nacme_part 7\n');
  edit('Single/ALL/INFO', /^type f\n/m, 'type f\nacme_colour blue\n');
  site.ok('swcopy', '-s', './F', 'Single', '@', './F2');
  site.ok('swpackage', '-s', './F2', '-x', 'media_type=tape', '@', './F2.depot');
  const tape = tapeFiles(readFileSync(site.path('F2.depot'))).files;
  for (const files of [directoryFiles(site.path('F2')), tape]) {
    const text = (path: string) => files.get(`catalog/${path}`)!.toString();
    expect(text('Single/pfiles/INDEX')).toMatch(/^acme_level gold$/m);
    expect(text('Single/pfiles/INDEX')).toMatch(/^acme_note "two\nlines"$/m);
    expect(text('Single/ALL/INDEX')).toMatch(/^acme_part 7$/m);
    expect(text('Single/ALL/INFO')).toMatch(/^acme_colour blue$/m);
  }
  expect(directory('F2')).toEqual([]);
});

test('directory → tape → directory: INDEX, INFO, control files of every object and all files are the same bytes', () => {
  const loose = ['-x', 'enforce_dependencies=false'];
  site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './round.depot');
  site.ok('swcopy', ...loose, '-x', 'preserve_create_time=true', '-s', './round.depot', '*', '@', './round');
  expect(pictured(directoryFiles(site.path('round')))).toEqual(pictured(directoryFiles(site.path('D'))));
  site.ok('swpackage', '-s', './round', '-x', 'media_type=tape', '@', './again.depot');
  const tape = (name: string) => pictured(tapeFiles(readFileSync(site.path(name))).files);
  expect(tape('again.depot')).toEqual(tape('round.depot'));
});

test('SOURCE_DATE_EPOCH: the same PSF gives the same bytes, whenever it is packaged', () => {
  // Other tests read the samples meanwhile.
  cpSync(PSF, site.path('psf'), { recursive: true });
  const cwd = site.path('psf');
  const make = (to: string) => {
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    const tape = site.run('swpackage', ['-s', 'widget.psf', '-xmedia_type=tape', '@', site.path(`${to}.depot`)], {
      cwd,
      env,
    });
    const depot = site.run('swpackage', ['-s', 'widget.psf', '@', site.path(to)], { cwd, env });
    expect([tape.exit, depot.exit]).toEqual([0, 0]);
    return [
      sha256(site.path(`${to}.depot`)),
      [...directoryFiles(site.path(to))].map(([path, bytes]) => [path, digest(bytes)]),
    ];
  };
  const first = make('first');
  // Two seconds of the clock later, and the sources were touched.
  execFileSync('touch', [join(cwd, 'src/widget/bin/widget')]);
  execFileSync('sleep', ['1.1']);
  expect(make('second')).toEqual(first);
});
