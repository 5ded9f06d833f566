// Issue 2, acceptance: a PSF packaged, copied, installed, listed, checked by hand and removed; from a directory, from a tape made here, and
// from archives made by swbis (formats.md 9-13). Content is checked with cksum(1) and against the sources, not by the program.

import { existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasSwbis, PSF, SWBIS } from '../samples.ts';
import { below, cksum, flat, rows, Site, sha256 } from './site.ts';

const HPUX = ['-x', 'allow_incompatible=true'];
const CATALOG = /^var(\/adm(\/sw(\/.*)?)?)?$/;

let site: Site;
let root: string;

beforeEach(() => {
  site = new Site();
  root = site.path('R');
  mkdirSync(root);
});
afterEach(() => site.strike());

const WIDGET: readonly [string, string, number?][] = [
  ['opt/widget/bin/widget', 'src/widget/bin/widget'],
  ['opt/widget/bin/widgetctl', 'src/widget/bin/widgetctl'],
  ['opt/widget/lib/widget.conf', 'src/widget/lib/widget.conf', 0o444],
  ['opt/widget/lib/widget.conf.local', 'src/widget/lib/widget.conf', 0o644],
  ['opt/widget/share/doc/NOTES', 'src/widget/share/doc/NOTES', 0o444],
  ['opt/widget/share/doc/README', 'src/widget/share/doc/README'],
];

/** Each installed regular file: what cksum(1) says of it is what swlist prints. */
function checkSums(listed: string, files: readonly string[]): void {
  const printed = new Map(rows(listed).map((row) => [row.split(/\s+/)[1]!, row.split(/\s+/).slice(2)]));
  for (const file of files) expect(printed.get(`/${file}`), file).toEqual(cksum(join(root, file)));
}

function regularFiles(): string[] {
  return below(root, CATALOG).filter((path) => lstatSync(join(root, path)).isFile());
}

test.each([
  ['directory', 'E'],
  ['serial', 'E.depot'],
])('widget, from a %s depot: installed as packaged, removed without trace', (_, source) => {
  const packaged = site.run('swpackage', ['-s', 'widget.psf', '-d', site.path('D')], { cwd: PSF });
  expect([packaged.stderr, packaged.exit]).toEqual(['', 0]);
  site.ok('swcopy', '-s', './D', '*', '@', './E');
  if (source === 'E.depot') site.ok('swpackage', '-s', './E', '-x', 'media_type=tape', '*', '@', './E.depot');
  const misspelt = site.run('swinstall', ['-s', `./${source}`, '-r', 'WIDGET', '@', root]);
  expect([misspelt.exit, flat(misspelt.stderr)]).toEqual([1, expect.stringContaining('Did you mean "Widget"?')]);
  const installed = site.run('swinstall', [...HPUX, '-s', `./${source}`, '-r', 'Widget', '@', root]);
  expect(installed.exit, installed.stderr).toBe(0);
  expect(regularFiles()).toEqual(WIDGET.map(([path]) => path));
  for (const [path, from, mode] of WIDGET) {
    expect(sha256(join(root, path)), path).toBe(sha256(join(PSF, from)));
    // The mode of an executable is its source's, less what file_permissions takes away: a checkout decides that.
    const expected = mode ?? lstatSync(join(PSF, from)).mode & 0o7755;
    expect(lstatSync(join(root, path)).mode & 0o7777, path).toBe(expected);
    expect(lstatSync(join(root, path)).mtimeMs, path).toBe(
      Math.floor(lstatSync(join(PSF, from)).mtimeMs / 1000) * 1000,
    );
  }
  checkSums(site.ok('swlist', '-r', '-l', 'file', '-a', 'cksum', '-a', 'size', '@', root), regularFiles());
  const sums = rows(site.ok('swlist', '-l', 'file', '-a', 'sha256', '@', root));
  expect(sums.find((row) => row.includes('/opt/widget/bin/widget '))).toContain(sha256(join(root, WIDGET[0]![0])));
  expect(site.run('swverify', [...HPUX, '-r', 'Widget', '@', root]).exit).toBe(0);
  site.ok('swremove', '-r', 'Widget', '@', root);
  expect(below(root, CATALOG)).toEqual([]);
  expect(rows(site.ok('swlist', '@', root))).toEqual([]);
});

const ARCHIVES: readonly [string, readonly string[], Record<string, string>][] = [
  ['widget.ustar.tar', ['Widget'], { 'opt/widget/bin/widget': 'src/widget/bin/widget' }],
  ['widget.ustar.tar.gz', ['Widget'], { 'opt/widget/share/doc/README': 'src/widget/share/doc/README' }],
  ['single.ustar.tar', ['Single'], { 'opt/single/etc/widget.conf': 'src/widget/lib/widget.conf' }],
  ['single.sha1.ustar.tar', ['Single'], { 'opt/single/bin/widgetctl': 'src/widget/bin/widgetctl' }],
  ['bundle.ustar.tar', ['WidgetBundle'], { 'opt/gadget/lib/widget.conf': 'src/widget/lib/widget.conf' }],
  ['bundle.odc.cpio', ['WidgetBundle'], { 'opt/gadget/lib/widget.conf': 'src/widget/lib/widget.conf' }],
  ['bundle.newc.cpio', ['WidgetBundle'], { 'opt/widget/bin/widget': 'src/widget/bin/widget' }],
  [
    'svc.ustar.tar',
    ['Svc'],
    { 'opt/svc/sbin/svcd': 'src/svc/sbin/svcd', 'opt/svc/etc/empty.flag': 'src/svc/etc/empty.flag' },
  ],
];

test.runIf(hasSwbis).each(ARCHIVES)('swbis %s: installed, summed, verified, removed', (archive, software, files) => {
  // The target of Svc's corequisite is in another archive.
  const loose = archive.startsWith('svc') ? ['-x', 'enforce_dependencies=false'] : [];
  const words = [...HPUX, ...loose, '-s', join(SWBIS, archive), ...software, '@', root];
  const installed = site.run('swinstall', [...words.slice(0, -3), '-x', 'autoreboot=true', ...words.slice(-3)]);
  expect([installed.stderr.includes('ERROR'), installed.exit], installed.stderr).toEqual([false, 0]);
  for (const [path, from] of Object.entries(files)) {
    expect(readFileSync(join(root, path)), path).toEqual(readFileSync(join(PSF, from)));
  }
  const linked = (path: string) => path.endsWith('svcd2');
  const listed = site.ok('swlist', '-l', 'file', '-a', 'cksum', '-a', 'size', '@', root);
  checkSums(
    listed,
    regularFiles().filter((path) => !linked(path)),
  );
  expect(site.run('swverify', [...HPUX, ...loose, '*', '@', root]).exit).toBe(0);
  site.ok('swremove', '*', '@', root);
  expect(below(root, CATALOG)).toEqual([]);
});

test.runIf(hasSwbis)(
  'swbis patch.ustar.tar: the patch goes onto the widget of another archive and lets go of it again',
  () => {
    const from = (archive: string) => ['-s', join(SWBIS, archive)];
    expect(site.run('swinstall', [...HPUX, ...from('widget.ustar.tar'), 'Widget', '@', root]).exit).toBe(0);
    const base = sha256(join(root, 'opt/widget/bin/widget'));
    const patched = site.run('swinstall', [...HPUX, ...from('patch.ustar.tar'), 'PHXX_00001', '@', root]);
    expect(patched.exit, patched.stderr).toBe(0);
    expect(sha256(join(root, 'opt/widget/bin/widget'))).toBe(sha256(join(PSF, 'src/patch/bin/widget')));
    expect(rows(site.ok('swlist', '-l', 'patch', '@', root))[0]).toMatch(/^PHXX_00001\.RUN .* applied/);
    site.ok('swremove', 'PHXX_00001', '@', root);
    expect(sha256(join(root, 'opt/widget/bin/widget'))).toBe(base);
    site.ok('swremove', 'Widget', '@', root);
    expect(below(root, CATALOG)).toEqual([]);
  },
);

const PSFS = ['widget', 'patch', 'svc', 'bundle', 'single'].flatMap((name) => [`${name}.psf`, `${name}.swbis.psf`]);

test.each(PSFS)('%s: packaged, copied, listed, installed with its scripts, verified, removed', (psf) => {
  const depot = site.path('D');
  const loose = psf.startsWith('svc') ? ['-x', 'enforce_dependencies=false', '-x', 'autoreboot=true'] : [];
  const done = (command: string, words: string[], cwd = site.home) => {
    const ran = site.run(command, words, { cwd });
    expect([/^ERROR/m.exec(ran.stderr), ran.exit], `${command}\n${ran.stdout}${ran.stderr}`).toEqual([null, 0]);
    return ran.stdout;
  };
  if (psf.startsWith('patch')) {
    done('swpackage', ['-s', psf.replace('patch', 'widget'), '@', depot], PSF);
    done('swinstall', [...HPUX, '-s', depot, 'Widget', '@', root]);
  }
  done('swpackage', ['-s', psf, '@', depot], PSF);
  done('swcopy', [...loose.slice(0, 2), '-s', depot, '*', '@', './E']);
  expect(rows(done('swlist', ['-l', 'fileset', '-s', './E']))).toEqual(
    rows(done('swlist', ['-l', 'fileset', '-s', depot])),
  );
  done('swinstall', [...HPUX, ...loose, '-s', './E', '*', '@', root]);
  const log = site.read('R/var/adm/sw/swagent.log');
  for (const line of scriptsOf(psf)) expect(log).toMatch(line);
  const names = (text: string) =>
    rows(text)
      .map((row) => row.split(/\s+/)[0])
      .sort();
  expect(names(done('swlist', ['-l', 'fileset', '@', root]))).toEqual(
    names(done('swlist', ['-l', 'fileset', '-s', depot])),
  );
  expect(regularFiles().length).toBeGreaterThan(0);
  done('swverify', [...HPUX, ...loose.slice(0, 2), '*', '@', root]);
  done('swremove', ['*', '@', root]);
  expect(below(root, CATALOG)).toEqual([]);
  expect(existsSync(join(root, 'var/adm/sw/products/INDEX'))).toBe(true);
});

/** What the sample scripts echo when the software goes onto an alternate root: configure does not run there (commands.md 2.2). */
function scriptsOf(psf: string): RegExp[] {
  const line = (tag: string, spec: string) => new RegExp(`^ {7}\\* ${tag}: ${tag} for ${spec}`, 'm');
  if (psf.startsWith('svc')) {
    const version = ',(l=/,)?r=B\\.02\\.00\\.01,a=HP-UX_B\\.11\\.23_IA,v=EXW';
    return [
      line('checkinstall', `Svc${version}$`),
      line('preinstall', `Svc\\.SVC-RUN${version},fr=`),
      line('postinstall', `Svc\\.SVC-RUN${version},fr=`),
    ];
  }
  return psf.startsWith('single') ? [line('postinstall', 'Single,(l=/,)?r=1\\.0,a=,v=EXW$')] : [];
}
