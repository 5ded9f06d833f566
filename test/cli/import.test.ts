// Packages of other systems as sources (issue 9, docs/other-packages.md): made here with dpkg-deb, rpmbuild and tar, judged by dpkg-deb,
// rpm2cpio and tar. Scripts, versions, dependencies, patches, damage and hostility.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { giveShell, makeDeb, makeRpm, picture, spoiled } from './import.ts';
import { flat, found, rows, Site, tar } from './site.ts';

const ROOT = process.getuid?.() === 0;
let site: Site;

beforeEach(() => {
  site = new Site();
  mkdirSync(site.path('R'));
});
afterEach(() => site.strike());

const install = (source: string, ...words: string[]) => site.run('swinstall', ['-s', source, ...words, '@', './R']);
const products = () =>
  rows(site.run('swlist', ['-l', 'product', '@', './R']).stdout).map((row) => row.split(/\s+/).slice(0, 2));
/** What lies in the root without SD's own. */
const inRoot = () => picture(site.path('R'), ['var']);

function installed(source: string, ...words: string[]): void {
  const ran = install(source, ...words, '*');
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
}

function refused(source: string, code: string, ...words: string[]): void {
  const before = picture(site.path('R'));
  const ran = install(source, ...words, '*');
  expect([ran.exit, flat(ran.stderr + ran.stdout)], ran.stdout).toEqual([1, expect.stringContaining(code)]);
  expect(picture(site.path('R'))).toEqual(before);
}

const logging = (name: string, exit = 0) =>
  `#!/bin/sh\necho "${name} $* $DPKG_MAINTSCRIPT_PACKAGE $DPKG_MAINTSCRIPT_NAME" >>/log\nexit ${exit}\n`;
const SCRIPTS = Object.fromEntries(['preinst', 'postinst', 'prerm', 'postrm'].map((name) => [name, logging(name)]));
const demo = (version: string, more: Parameters<typeof makeDeb>[2] = { fields: {} }) =>
  makeDeb(site, `demo_${version.replace(/[:~]/g, '_')}.deb`, {
    files: { '/opt/demo/same': 'same\n', '/opt/demo/changed': `of ${version}\n` },
    ...more,
    fields: { Package: 'demo.app', Version: version, ...more.fields },
  });

describe('a Debian package', () => {
  test('becomes a product with its attributes, and a configuration file that an edit survives', () => {
    const deb = demo('1:1.0~rc1-2', {
      fields: { Description: 'first line\n second\n .\n third', Homepage: 'http://a.invalid', Architecture: 'amd64' },
      files: { '/etc/demo.conf': 'packaged\n', '/opt/demo/tool': 'tool\n' },
      control: { conffiles: '/etc/demo.conf\n' },
      shape: (tree) => {
        linkSync(join(tree, 'opt/demo/tool'), join(tree, 'opt/demo/other'));
        symlinkSync('tool', join(tree, 'opt/demo/link'));
      },
    });
    installed(deb, '-x', 'allow_incompatible=true');
    mkdirSync(site.path('judge'));
    execFileSync('dpkg-deb', ['-x', deb, site.path('judge')]);
    expect(inRoot()).toEqual(picture(site.path('judge')));
    const said = site.run('swlist', ['-v', '-l', 'fileset', 'demo_app', '@', './R']).stdout;
    for (const line of ['revision 1:1.0~rc1-2', 'architecture amd64', 'title "first line"', 'revision_order debian']) {
      expect(said).toContain(line);
    }
    expect(said).toMatch(/description "second\n\nthird"/);
    expect(said).toContain('homepage http://a.invalid');
    site.write('R/etc/demo.conf', 'edited\n');
    installed(
      demo('1:1.0-1', { fields: {}, files: { '/etc/demo.conf': 'new\n' }, control: { conffiles: '/etc/demo.conf\n' } }),
    );
    expect(site.read('R/etc/demo.conf')).toBe('edited\n');
  });

  test.runIf(ROOT)('brings devices and pipes', () => {
    const deb = demo('1.0', {
      fields: {},
      shape: (tree) => {
        mkdirSync(join(tree, 'dev'));
        execFileSync('mknod', ['-m', '640', join(tree, 'dev/console'), 'c', '5', '1']);
        execFileSync('mkfifo', [join(tree, 'dev/pipe')]);
      },
    });
    installed(deb);
    const shown = (path: string) =>
      execFileSync('stat', ['-c', '%F %a %t %T', site.path(path)], { encoding: 'utf8' }).trim();
    expect(shown('R/dev/console')).toBe('character special file 640 5 1');
    expect(shown('R/dev/pipe')).toMatch(/^fifo/);
  });

  test('keeps its order of versions', () => {
    installed(demo('1.0-1'));
    expect(flat(install(demo('1.0~rc2-9'), '*').stderr)).toContain('allow_downdate');
    installed(demo('1:0.1-1'));
    expect(products()).toEqual([['demo_app', '1:0.1-1']]);
  });

  test.runIf(ROOT)('has its scripts run inside the root, with the arguments of dpkg', () => {
    giveShell(site.path('R'));
    installed(demo('1.0', { fields: {}, files: { '/opt/demo/a': 'a' }, control: SCRIPTS }));
    installed(demo('2.0', { fields: {}, files: { '/opt/demo/a': 'b' }, control: SCRIPTS }));
    expect(site.run('swremove', ['demo_app', '@', './R']).exit).toBe(0);
    expect(site.read('R/log').split('\n')).toEqual([
      'preinst install demo.app preinst',
      'postinst configure  demo.app postinst',
      'preinst upgrade 1.0 2.0 demo.app preinst',
      'postinst configure 1.0 demo.app postinst',
      'prerm remove demo.app prerm',
      'postrm remove demo.app postrm',
      'postrm purge demo.app postrm',
      '',
    ]);
    expect(existsSync('/log')).toBe(false);
    expect(existsSync(site.path('R/opt'))).toBe(false);
  });

  test.runIf(ROOT)('is taken back by autorecover when its postinst fails', () => {
    giveShell(site.path('R'));
    const before = inRoot().filter((line) => !line.startsWith('log '));
    const control = { ...SCRIPTS, postinst: logging('postinst', 2) };
    const ran = install(
      demo('1.0', { fields: {}, files: { '/opt/demo/a': 'a' }, control }),
      '-x',
      'autorecover=true',
      '*',
    );
    expect(ran.exit).toBe(1);
    expect(site.read('R/log')).toMatch(/postrm abort-install demo.app postrm\n$/);
    expect(inRoot().filter((line) => !line.startsWith('log '))).toEqual(before);
  });

  test('runs no script outside the root: a WARNING where it has no interpreter', () => {
    const ran = install(demo('1.0', { fields: {}, files: { '/opt/demo/a': 'a' }, control: SCRIPTS }), '*');
    expect(ran.exit).toBe(0);
    expect(site.read('R/var/adm/sw/swagent.log')).toMatch(/WARNING: The "postinstall" script/);
    expect(site.read('R/var/adm/sw/swagent.log')).toMatch(/there is no\s+\/bin\/sh in|only root can do/);
    expect(existsSync('/log')).toBe(false);
  });

  test('asks only for what source or root hold; names the rest', () => {
    const files = { '/opt/x': 'x' };
    mkdirSync(site.path('S'));
    const fields = (name: string, more: Record<string, string> = {}) => ({ Package: name, Version: '1.0-1', ...more });
    makeDeb(site, 'S/lib.deb', { fields: fields('libdemo', { Provides: 'demo-api' }), files: { '/opt/lib': '' } });
    const needs = 'libdemo (>= 0.9), demo-api | other, libc6 (>= 99), libdemo (>> 5) | absent';
    makeDeb(site, 'S/tool.deb', { fields: fields('tool', { Depends: needs, Conflicts: 'enemy (<< 3)' }), files });
    makeDeb(site, 'enemy.deb', { fields: fields('enemy'), files: { '/opt/enemy': '' } });
    const ran = install('./S', '--json', 'tool');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(found(ran, 'needed_elsewhere')).toMatch(
      /^note: .*the machine must have it: libc6 \(>= 99\), libdemo \(>> 5\) \| absent\.$/,
    );
    expect(products().map(([name]) => name)).toEqual(['libdemo', 'tool']);
    const list = (word: string) =>
      rows(site.run('swlist', ['-l', 'fileset', '-a', word, 'tool', '@', './R']).stdout).join(' ');
    expect(list('prerequisites')).toMatch(/libdemo,r>=0\.9 libdemo$/);
    expect(list('exrequisites')).toContain('enemy,r<3');
    expect(flat(site.run('swremove', ['libdemo', '@', './R']).stderr)).toMatch(
      /"libdemo,r>=0.9" of the installed fileset "tool/,
    );
    // Now SD has a libdemo, and answers for its version too.
    expect(flat(install('./S', '-x', 'reinstall=true', 'tool').stderr)).toContain('[dependencies_unmet]');
    installed('./enemy.deb');
    expect(site.run('swverify', ['tool', '@', './R']).exit).toBe(1);
  });
});

describe('as_patch', () => {
  const versions = () => {
    mkdirSync(site.path('S'));
    const at = (version: string, files: Record<string, string>) =>
      makeDeb(site, `S/${version}.deb`, { fields: { Package: 'demo', Version: version }, files, shape: links });
    const links = (tree: string) => linkSync(join(tree, 'opt/one'), join(tree, 'opt/two'));
    at('1.0~b1', { '/opt/one': 'one\n', '/opt/same': 'same\n', '/opt/gone': 'gone\n' });
    at('1.0', { '/opt/one': 'first\n', '/opt/same': 'same\n' });
    at('1.1', { '/opt/one': 'second\n', '/opt/same': 'same\n', '/opt/new': 'new\n' });
  };
  const filesOf = (product: string) =>
    rows(site.run('swlist', ['-l', 'file', '-x', 'show_superseded_patches=true', product, '@', './R']).stdout).map(
      (row) => row.split(' ').at(-1),
    );

  test('makes newer versions patches that bring what differs, and go again', () => {
    versions();
    installed('./S/1.0~b1.deb');
    const before = inRoot();
    const ran = install('./S', '--json', '-x', 'as_patch=true', '*');
    expect([ran.exit, found(ran, 'patch_leaves_files')], ran.stderr).toEqual([
      0,
      'note: The patch "demo-1_0" leaves what its version no longer has: /opt/gone.',
    ]);
    expect(site.read('R/opt/two')).toBe('second\n');
    expect(site.read('R/opt/gone')).toBe('gone\n');
    expect(filesOf('demo-1_1')).toEqual(['/opt/new', '/opt/one', '/opt/two']);
    expect(site.run('swverify', ['*', '@', './R']).exit).toBe(0);
    expect(site.run('swremove', ['demo-1_1', '@', './R']).exit).toBe(0);
    const names = () => products().map(([name]) => name);
    while (names().length > 1) expect(site.run('swremove', [names().at(-1)!, '@', './R']).exit).toBe(0);
    expect(inRoot()).toEqual(before);
  });

  test('finds its base on the root, and supersedes the patches there', () => {
    versions();
    for (const version of ['1.0~b1', '1.0', '1.1']) installed(`./S/${version}.deb`, '-x', 'as_patch=true');
    expect(products().map(([name]) => name)).toEqual(['demo', 'demo-1_1']);
    const states = site.run('swlist', ['-l', 'patch', '-x', 'show_superseded_patches=true', '@', './R']).stdout;
    expect(states).toMatch(/demo-1_0\.FILES.*superseded/);
    expect(states).toMatch(/demo-1_1\.FILES.*applied/);
    expect(site.read('R/opt/one')).toBe('second\n');
    expect(site.run('swremove', ['demo-1_1', '@', './R']).exit).toBe(0);
    expect(site.read('R/opt/one')).toBe('first\n');
    expect(existsSync(site.path('R/opt/new'))).toBe(false);
  });

  test('says so where nothing is older, and goes into a depot that installs the same', () => {
    versions();
    const alone = install('./S/1.1.deb', '--json', '-x', 'as_patch=true', '-p', '*');
    expect(found(alone, 'no_older_version')).toBe(
      'note: There is no older version that these could be patches of, so they are products: demo.',
    );
    expect(site.run('swcopy', ['-x', 'as_patch=true', '-s', './S', '*', '@', './D']).exit).toBe(0);
    expect(site.run('swverify', ['-d', '*', '@', './D']).exit).toBe(0);
    expect(install('./D', 'demo').exit).toBe(0);
    expect(products().map(([name]) => name)).toEqual(['demo', 'demo-1_1']);
    expect(site.read('R/opt/one')).toBe('second\n');
  });
});

const SPEC = `
Name: wid.get
Epoch: 1
Version: 2.0~rc1
Release: 3
Summary: A widget
License: MIT
BuildArch: noarch
Conflicts: gadget < 3
%description
Long words.
%install
mkdir -p %{buildroot}/opt/w/bin %{buildroot}/etc
echo hello > %{buildroot}/opt/w/bin/a
ln %{buildroot}/opt/w/bin/a %{buildroot}/opt/w/bin/b
ln %{buildroot}/opt/w/bin/a %{buildroot}/opt/w/bin/c
ln -s a %{buildroot}/opt/w/bin/l
chmod 4711 %{buildroot}/opt/w/bin/a
echo conf > %{buildroot}/etc/w.conf
%pre
echo pre $1 >> /log
%post
echo post $1 >> /log
exit 1
%preun
echo preun $1 >> /log
%postun -p /bin/sh
echo postun $1 >> /log
%posttrans
echo pt
%pretrans -p <lua>
print("x")
%triggerin -- foo
echo t
%files
%dir %attr(0750,root,root) /opt/w
/opt/w/bin
%config(noreplace) /etc/w.conf
%ghost /opt/w/ghost
`;

describe('an rpm', () => {
  /** What rpm2cpio unpacks. */
  const judge = (rpm: string): string[] => {
    mkdirSync(site.path('judge'), { recursive: true });
    execFileSync('sh', ['-c', 'rpm2cpio "$1" | cpio -idm --quiet', 'sh', rpm], { cwd: site.path('judge') });
    return picture(site.path('judge'));
  };

  test.each(['w3.zstdio', 'w6.xzdio', 'w6.gzdio', 'w6.bzdio', 'w.ufdio'])(
    'packed as %s comes as rpm2cpio lays it out',
    (payload) => {
      const rpm = makeRpm(site, 'build', SPEC, payload);
      installed(rpm, '-x', 'run_scripts=false');
      expect(inRoot()).toEqual(judge(rpm));
    },
  );

  test.runIf(ROOT)('has its scripts run with counts, and what has no place in SD named', () => {
    giveShell(site.path('R'));
    const first = makeRpm(site, 'one', SPEC);
    const second = makeRpm(site, 'two', SPEC.replace('2.0~rc1', '2.0'));
    const ran = install(first, '--json', '*');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(found(ran, 'package_part_left_out')).toBe(
      'note: The package "wid.get" is taken without its script "%pretrans", its script "%posttrans", its triggers.',
    );
    expect(site.read('R/var/adm/sw/swagent.log')).toMatch(/WARNING: The "postinstall" script/);
    expect(products()).toEqual([['wid_get', '1:2.0~rc1-3']]);
    installed(second);
    expect(install(first, '*').exit).toBe(1);
    expect(site.run('swremove', ['wid_get', '@', './R']).exit).toBe(0);
    expect(site.read('R/log').trim().split('\n')).toEqual([
      'pre 1',
      'post 1',
      'pre 2',
      'post 2',
      'preun 0',
      'postun 0',
    ]);
  });

  test('keeps owners by name, configuration files and the order of its versions', () => {
    installed(makeRpm(site, 'build', SPEC), '-x', 'run_scripts=false');
    const files = site.run('swlist', ['-v', '-l', 'file', 'wid_get', '@', './R']).stdout;
    expect(files).toMatch(/path \/etc\/w\.conf\n(?:.*\n)*?is_volatile true/);
    expect(files).toMatch(/path \/opt\/w\n(?:.*\n)*?mode 0750/);
    expect(files).not.toContain('path /opt/w/ghost');
    const found = (spec: string) =>
      rows(site.run('swlist', ['-l', 'product', `wid_get,${spec}`, '@', './R']).stdout).length;
    expect(['r<1:2.0', 'r>=1:2.0', 'r==1:2.0~rc1', 'r>3'].map(found)).toEqual([1, 0, 1, 1]);
  });

  test('is refused where a byte of it changed, whichever', () => {
    const rpm = makeRpm(site, 'build', SPEC);
    const size = readFileSync(rpm).length;
    writeFileSync(site.path('header.rpm'), spoiled(rpm, readFileSync(rpm).indexOf('A widget')));
    refused('./header.rpm', 'package_damaged');
    writeFileSync(site.path('payload.rpm'), spoiled(rpm, -20));
    refused('./payload.rpm', 'payload has not the sha256 digest');
    writeFileSync(site.path('short.rpm'), readFileSync(rpm).subarray(0, size - 40));
    refused('./short.rpm', 'package_damaged');
    writeFileSync(site.path('stub.rpm'), readFileSync(rpm).subarray(0, 200));
    refused('./stub.rpm', 'archive_truncated');
  });

  test('of sources is refused', () => {
    makeRpm(site, 'build', SPEC);
    execFileSync('rpmbuild', ['-bs', '--define', `_topdir ${site.path('build')}`, site.path('build/test.spec')], {
      stdio: 'pipe',
    });
    const source = execFileSync('sh', ['-c', 'echo build/SRPMS/*.rpm'], { cwd: site.home, encoding: 'utf8' }).trim();
    refused(`./${source}`, 'package_unsupported');
  });
});

describe('a tar archive', () => {
  test('becomes a product named by its file, which may go to another place', () => {
    site.write('tree/bin/tool', 'tool\n', 0o755);
    site.write('tree/share/text', 'text\n');
    const words = ['-czf', site.path('tool-v2.1.0-linux-x64.tar.gz'), '--owner=root', '--group=root', 'bin', 'share'];
    execFileSync('tar', ['-C', site.path('tree'), ...words]);
    expect(install('./tool-v2.1.0-linux-x64.tar.gz', 'tool,l=/opt/tool').exit).toBe(0);
    expect(site.read('R/opt/tool/bin/tool')).toBe('tool\n');
    expect(products()).toEqual([['tool', '2.1.0']]);
    expect(site.run('swverify', ['tool', '@', './R']).exit).toBe(0);
    expect(site.run('swremove', ['tool', '@', './R']).exit).toBe(0);
    expect(inRoot()).toEqual([]);
  });

  test('without such a name is no source', () => {
    writeFileSync(site.path('backup'), tar([{ path: 'a', content: 'a' }]));
    refused('./backup', 'not_a_depot');
  });
});

describe('hostile packages', () => {
  /** A .deb of these two archives, packed or not. */
  const debOf = (control: Uint8Array, data: Uint8Array, suffix = ''): string => {
    const path = site.path('hostile.deb');
    site.write('debian-binary', '2.0\n');
    site.write('control.tar', control);
    site.write(`data.tar${suffix}`, data);
    spawnSync('rm', ['-f', path]);
    execFileSync('ar', ['rc', path, 'debian-binary', 'control.tar', `data.tar${suffix}`], { cwd: site.home });
    return path;
  };
  const CONTROL = tar([
    { path: './control', content: 'Package: evil\nVersion: 1\nArchitecture: all\nDescription: x\n' },
  ]);

  test.each([
    ['leads out', [{ path: './../../tmp/evil', content: 'x' }], 'archive_unsafe_path'],
    ['is absolute', [{ path: '/tmp/evil', content: 'x' }], 'archive_unsafe_path'],
    ['links to what is outside', [{ path: './a', type: '1', link: '/etc/passwd' }], 'archive_unsafe_path'],
    ['links to nothing', [{ path: './a', type: '1', link: './b' }], 'package_damaged'],
    [
      'writes through its own link',
      [
        { path: './l', type: '2', link: '/tmp' },
        { path: './l/evil', content: 'x' },
      ],
      'archive_unsafe_path',
    ],
  ])('a member that %s', (_, entries, code) => {
    refused(debOf(CONTROL, tar(entries)), code);
    expect(existsSync('/tmp/evil')).toBe(false);
  });

  test('a digest that is wrong, and a file that is missing', () => {
    const sums = (path: string) =>
      tar([
        { path: './control', content: 'Package: evil\nVersion: 1\nArchitecture: all\nDescription: x\n' },
        { path: './md5sums', content: `0123456789abcdef0123456789abcdef  ${path}\n` },
      ]);
    refused(debOf(sums('a'), tar([{ path: './a', content: 'x' }])), 'package_damaged');
    refused(debOf(sums('b'), tar([{ path: './a', content: 'x' }])), 'package_damaged');
  });

  test('a bomb', () => {
    const zeros = gzipSync(Buffer.alloc(1 << 24), { level: 9 });
    // gzip members one behind another are one stream: 512 MiB of zeros.
    refused(debOf(CONTROL, Buffer.concat(Array.from({ length: 32 }, () => zeros)), '.gz'), 'archive_too_large');
  });

  test('a cut one, one without data, one that names nothing', () => {
    const whole = readFileSync(debOf(CONTROL, tar([{ path: './a', content: 'x'.repeat(5000) }])));
    writeFileSync(site.path('cut.deb'), whole.subarray(0, whole.length - 3000));
    refused('./cut.deb', 'archive_truncated');
    writeFileSync(site.path('stub.deb'), whole.subarray(0, 68 + 60));
    refused('./stub.deb', 'archive_truncated');
    writeFileSync(site.path('empty.deb'), whole.subarray(0, 72));
    refused('./empty.deb', 'package_damaged');
    refused(debOf(tar([{ path: './control', content: 'Version: 1\n' }]), tar([])), 'package_damaged');
  });

  test('a control script cannot be smuggled in through a name or a version', () => {
    const words = "Package: ev'il;touch$(id)\nVersion: 1';touch /tmp/evil;'\nArchitecture: all\nDescription: x\n";
    const control = tar([
      { path: './control', content: words },
      { path: './postinst', content: '#!/bin/sh\nexit 0\n' },
    ]);
    if (ROOT) giveShell(site.path('R'));
    install(debOf(control, tar([{ path: './opt/a', content: 'x' }])), '*');
    expect(existsSync('/tmp/evil')).toBe(false);
    expect(existsSync(site.path('R/tmp/evil'))).toBe(false);
  });
});
