// swverify as a program (commands.md 5.6, 6.5, 10.7): what it finds wrong, what it lets pass, what -F puts right, and its exit status.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { treePicture } from '../scenarios/runner/stage.ts';
import { flat, found, type Ran, Site } from './site.ts';

const SUPERUSER = process.getuid?.() === 0;
let site: Site;

beforeEach(() => {
  site = new Site();
  mkdirSync(site.path('R'));
});
afterEach(() => site.strike());

/** Packages a PSF text into ./D and installs all of it into ./R. */
function install(psf: string, ...words: string[]): void {
  site.write('psf', psf);
  for (const ran of [
    site.run('swpackage', ['-s', 'psf', '@', './D']),
    site.run('swinstall', ['-s', './D', ...words, '*', '@', './R']),
  ])
    expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
}

function verify(...words: string[]): Ran {
  return site.run('swverify', [...words, '@', './R']);
}

/** Verifies what must be wrong; returns stderr in one line per message. */
function wrong(...words: string[]): string {
  const ran = verify(...words);
  expect(ran.exit, ran.stdout + ran.stderr).toBe(1);
  return flat(ran.stderr);
}

function clean(...words: string[]): void {
  const ran = verify(...words);
  expect([ran.stderr, ran.exit], ran.stdout).toEqual(['', 0]);
}

function agentLog(): string {
  return flat(site.read('R/var/adm/sw/swagent.log')).replace(/^ +\* /gm, '* ');
}

const ACME = () => {
  site.write('src/tool', 'tool\n');
  site.write('src/conf', 'conf\n');
  site.write('src/check', '#!/bin/sh\nexit 0\n', 0o755);
  return `product
 tag ACME
 revision 1.0
 fileset
  tag RUN
  revision 1.0
  configure src/check
  file -t d -m 0755 /opt/acme
  file -t d -m 0750 /opt/acme/lib
  file -m 0555 src/tool /opt/acme/tool
  file -v -m 0644 src/conf /opt/acme/conf
  file -t s tool /opt/acme/link
  file -t h /opt/acme/tool /opt/acme/twin
 end
end
`;
};

describe('files of a root', () => {
  beforeEach(() => install(ACME()));

  test('clean: exit 0, nothing changes, the agent log says what was checked in SD’s words', () => {
    const before = treePicture(site.path('R'));
    clean('-x', 'log_msgid=4', 'ACME');
    expect(treePicture(site.path('R'))).toBe(before);
    const lines = agentLog().split('\n').slice(-30).join('\n');
    const wanted = [
      '* [140061] Installed ACME.RUN,l=/,r=1.0',
      '* [140107] Checking product and fileset dependencies.',
      '* [140108] Checking files for product "ACME,l=/,r=1.0".',
      '* [140045] Verified ACME.RUN,l=/,r=1.0',
      '* The Analysis Phase succeeded.',
    ];
    const places = wanted.map((line) => lines.indexOf(line));
    expect(
      places.every((place) => place >= 0),
      lines,
    ).toBe(true);
    expect(places).toEqual([...places].sort((left, right) => left - right));
  });

  test('ipd=true: a catalog that is whole is a NOTE; a text that says something else is an ERROR, until -F', () => {
    const asked = () => verify('--json', '-x', 'ipd=true', 'ACME');
    expect(found(asked(), 'store_whole')).toMatch(/^note: The catalog of ".*" is whole: generation \d+, /);
    const info = site.path('R/var/adm/sw/products/ACME/RUN/INFO');
    const right = readFileSync(info, 'utf8');
    writeFileSync(info, right.replace('/opt/acme/tool', '/opt/acme/evil'));
    const before = treePicture(site.path('R/opt'));
    const ran = asked();
    expect([ran.exit, found(ran, 'store_differs'), found(ran, 'store_whole')]).toEqual([
      1,
      expect.stringMatching(/^error: .*lists other files of "ACME\/RUN"/),
      '',
    ]);
    expect(flat(ran.stderr)).toContain('[store_differs]');
    const mended = verify('-F', '--json', '-x', 'ipd=true', 'ACME');
    expect([mended.exit, found(mended, 'store_differs')]).toEqual([
      0,
      expect.stringMatching(/^warning: .*It was written again\./),
    ]);
    expect([readFileSync(info, 'utf8'), treePicture(site.path('R/opt'))]).toEqual([right, before]);
  });

  const T = () => site.path('R/opt/acme/tool');
  const faults: [string, () => void, string][] = [
    ['a missing file', () => rmSync(T()), 'File "/opt/acme/tool" missing.'],
    ['a missing directory', () => rmdirSync(site.path('R/opt/acme/lib')), 'File "/opt/acme/lib" missing.'],
    ['a missing link', () => rmSync(site.path('R/opt/acme/link')), 'File "/opt/acme/link" missing.'],
    ['other content of the same size and time', () => rewrite(T(), 'TOOL\n'), 'should have cksum'],
    ['another size', () => rewrite(T(), 'longer\n'), 'should have size "5 bytes" but the actual size is "7 bytes".'],
    ['another time', () => utimesSync(T(), 1, 1_234_567_890), 'but the actual mtime is "1234567890".'],
    ['another mode', () => chmodSync(T(), 0o755), 'should have mode "0555" but the actual mode is "0755".'],
    [
      'a directory’s mode',
      () => chmodSync(site.path('R/opt/acme/lib'), 0o700),
      '"/opt/acme/lib" should have mode "0750"',
    ],
    [
      'another link source',
      () => relink('R/opt/acme/link', 'conf'),
      'should have link source "tool" but the actual link source is "conf".',
    ],
    [
      'another type',
      () => replaceBy(T(), () => mkdirSync(T())),
      'File "/opt/acme/tool" should be a regular file but is not.',
    ],
    [
      'a file above it',
      () => replaceBy(site.path('R/opt/acme'), () => writeFileSync(site.path('R/opt/acme'), '')),
      'File "/opt/acme/tool" missing.',
    ],
    [
      'a parted hard link',
      () => replaceBy(site.path('R/opt/acme/twin'), () => writeFileSync(site.path('R/opt/acme/twin'), 'tool\n')),
      '"/opt/acme/twin" should be a hard link to "/opt/acme/tool" but is not.',
    ],
    ['a missing volatile file', () => rmSync(site.path('R/opt/acme/conf')), 'File "/opt/acme/conf" missing.'],
  ];
  test.each(faults)('%s', (_, damage, words) => {
    damage();
    const said = wrong('-x', 'log_msgid=4', 'ACME');
    expect(said).toContain(words);
    expect(said).toContain('ERROR: Fileset "ACME.RUN,l=/,r=1.0" had file errors. [file_errors]');
    expect(agentLog()).toContain('ERROR: [140043] Verify failed ACME.RUN,l=/,r=1.0');
  });

  test('other owner and group', () => {
    if (!SUPERUSER) return;
    chownSync(T(), 1, 2);
    expect(wrong('ACME')).toMatch(
      /owner "root" but the actual owner is "daemon".*group "root" but the actual group is "bin"/s,
    );
    clean('-x', 'check_permissions=false', 'ACME');
  });

  test('check_* options leave out what they name', () => {
    rewrite(T(), 'TOOL\n');
    clean('-x', 'check_contents_use_cksum=false', 'ACME');
    rewrite(T(), 'longer\n');
    expect(wrong('-x', 'check_contents_use_cksum=false', 'ACME')).toContain('size');
    clean('-x', 'check_contents=false', 'ACME');
    chmodSync(T(), 0o700);
    wrong('-x', 'check_contents=false', 'ACME');
    clean('-x', 'check_contents=false', '-x', 'check_permissions=false', 'ACME');
  });

  test('an edited volatile file is right, unless check_volatile=true', () => {
    rewrite(site.path('R/opt/acme/conf'), 'mine\n');
    clean('ACME');
    expect(wrong('-x', 'check_volatile=true', 'ACME')).toContain('"/opt/acme/conf"');
    chmodSync(site.path('R/opt/acme/conf'), 0o600);
    expect(wrong('ACME')).toContain('should have mode "0644"');
  });

  test('a link to a directory stands for it, a link to nowhere does not', () => {
    rmdirSync(site.path('R/opt/acme/lib'));
    mkdirSync(site.path('R/opt/real'));
    symlinkSync('/opt/real', site.path('R/opt/acme/lib'));
    clean('ACME');
    rmdirSync(site.path('R/opt/real'));
    expect(wrong('ACME')).toContain('"/opt/acme/lib" should be a directory but is not.');
  });

  test('control files: missing, changed, touched', () => {
    const script = site.path('R/var/adm/sw/products/ACME/RUN/configure');
    rewrite(script, '#!/bin/sh\nexit 1\n');
    expect(wrong('ACME')).toMatch(/Control file ".*ACME\/RUN\/configure" should have cksum/);
    clean('-x', 'check_contents=false', 'ACME');
    writeFileSync(script, '#!/bin/sh\nexit 0\n');
    utimesSync(script, 1, 1_234_567_890);
    expect(wrong('ACME')).toMatch(/configure" should have mtime/);
    rmSync(script);
    expect(wrong('ACME')).toMatch(/Control file ".*configure" missing/);
    rmSync(site.path('R/var/adm/sw/products/ACME/pfiles/INFO'));
    expect(wrong('ACME')).toContain('Product "ACME,l=/,r=1.0" had file errors.');
  });

  test('an ordinary user reads what is there: foreign owners are a note, unreadable files a warning', () => {
    if (!SUPERUSER) return;
    const how = { uid: 65534, env: { HOME: site.path('nobody'), SWDIST_DEFAULTS: '/dev/null' } };
    mkdirSync(how.env.HOME);
    chownSync(how.env.HOME, 65534, 65534);
    chmodSync(site.path('R/opt/acme/lib'), 0o750);
    const plain = site.run('swverify', ['ACME', '@', './R'], how);
    expect([flat(plain.stderr), plain.exit]).toEqual(['', 0]);
    chownSync(T(), 2, 2);
    const noted = site.run('swverify', ['ACME', '@', './R'], how);
    expect([noted.stderr, noted.exit]).toEqual(['', 0]);
    expect(flat(noted.stdout)).toContain(
      'NOTE: File "/opt/acme/tool" should have owner "root" but the actual owner is "bin". 1 more of its files',
    );
    chownSync(T(), 0, 0);
    chmodSync(T(), 0o500);
    const unread = site.run('swverify', ['-x', 'check_permissions=false', 'ACME', '@', './R'], how);
    expect([flat(unread.stderr).trim(), unread.exit]).toEqual([
      'WARNING: File "/opt/acme/tool" could not be looked at. Permission denied.',
      0,
    ]);
  });

  test('-F makes directories and links, corrects modes and owners, says each, leaves content alone', () => {
    rmdirSync(site.path('R/opt/acme/lib'));
    rmSync(site.path('R/opt/acme/link'));
    chmodSync(T(), 0o700);
    if (SUPERUSER) chownSync(site.path('R/opt/acme/conf'), 1, 1);
    const inode = statSync(T()).ino;
    const ran = verify('-F', 'ACME');
    expect([ran.stderr, ran.exit], ran.stdout).toEqual(['', 0]);
    const said = flat(ran.stdout);
    expect(said).toContain('NOTE: Directory "/opt/acme/lib" was missing and has been made.');
    expect(said).toContain('NOTE: Symbolic link "/opt/acme/link" was missing and has been made.');
    expect(said).toContain('NOTE: File "/opt/acme/tool" had mode "0700" and has mode "0555" now.');
    if (SUPERUSER) expect(said).toContain('NOTE: File "/opt/acme/conf" had owner "daemon" and has owner "root" now.');
    expect(lstatSync(site.path('R/opt/acme/lib')).mode & 0o7777).toBe(0o750);
    expect(readlinkSync(site.path('R/opt/acme/link'))).toBe('tool');
    expect([statSync(T()).ino, statSync(T()).mode & 0o7777]).toEqual([inode, 0o555]);
    clean('ACME');
    relink('R/opt/acme/link', 'elsewhere');
    rewrite(T(), 'TOOL\n');
    const rest = verify('-F', 'ACME');
    expect(rest.exit).toBe(1);
    expect(flat(rest.stdout)).toContain('led to "elsewhere" and leads to "tool" now.');
    expect(flat(rest.stderr)).toContain('should have cksum');
    expect(site.read('R/opt/acme/tool')).toBe('TOOL\n');
    site.ok('swremove', 'ACME', '@', './R');
    expect(existsSync(site.path('R/opt'))).toBe(false);
  });

  test('-F with check_permissions=false leaves modes alone; what parents lack is made as well', () => {
    chmodSync(T(), 0o700);
    const ran = verify('-F', '-x', 'check_permissions=false', 'ACME');
    expect([ran.stderr, ran.exit, statSync(T()).mode & 0o777]).toEqual(['', 0, 0o700]);
    rmSync(site.path('R/opt'), { recursive: true });
    expect(verify('-F', 'ACME').exit).toBe(1);
    expect(statSync(site.path('R/opt/acme/lib')).mode & 0o777).toBe(0o750);
    expect(readlinkSync(site.path('R/opt/acme/link'))).toBe('tool');
  });
});

test('device numbers', () => {
  if (!SUPERUSER) return;
  site.write('psf', 'product\n tag P\n revision 1.0\n fileset\n  tag F\n  file -t d /dev\n end\nend\n');
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swinstall', '-s', './D', 'P', '@', './R');
  const node = site.path('R/dev/null');
  execFileSync('mknod', ['-m', '0666', node, 'c', '1', '3']);
  site.ok('swmodify', '-x', 'files=/dev/null', 'P.F', '@', './R');
  clean('P');
  rmSync(node);
  execFileSync('mknod', ['-m', '0666', node, 'c', '1', '5']);
  expect(wrong('P')).toContain('should have minor number "3" but the actual minor number is "5"');
});

describe('software', () => {
  const product = (tag: string, more = '', fileset = '') =>
    `product\n tag ${tag}\n revision 1.0\n${more} fileset\n  tag F\n  revision 1.0\n${fileset} end\nend\n`;

  test('made for another system: ERROR 140167, WARNING with allow_incompatible=true', () => {
    install(product('P', ' os_name HP-UX\n'), '-x', 'allow_incompatible=true');
    const said = wrong('-x', 'log_msgid=4', 'P');
    expect(said).toContain(
      'ERROR: [140167] The product "P,l=/,r=1.0" is not compatible with this system\'s architecture or operating system.',
    );
    const allowed = verify('-x', 'allow_incompatible=true', 'P');
    expect(allowed.exit).toBe(0);
    expect(allowed.stderr).toMatch(/^WARNING: The product "P/m);
  });

  test('a corrupt fileset, and who needs it', () => {
    install(product('A') + product('B', '', '  prerequisites A\n'));
    clean('*');
    site.ok('swmodify', '-a', 'state=corrupt', 'A.F', '@', './R');
    const said = wrong('*');
    expect(said).toContain(
      'The fileset "A.F,l=/,r=1.0" is in the state "corrupt". Use swinstall to load it again. [bad_state]',
    );
    expect(said).toContain('The prerequisite "A" for fileset "B.F,l=/,r=1.0" cannot be successfully resolved.');
    expect(said).toContain(
      'ERROR: The dependencies for fileset "B.F,l=/,r=1.0" cannot be resolved (see previous lines). [dependencies_unresolved]',
    );
  });

  test('requisites: check_requisites=false looks away, enforce_dependencies=false warns', () => {
    install(product('B', '', '  prerequisites A\n'), '-x', 'enforce_dependencies=false');
    wrong('B');
    clean('-x', 'check_requisites=false', 'B');
    const warned = verify('-x', 'enforce_dependencies=false', 'B');
    expect([warned.exit, /^WARNING: The dependencies for fileset/m.test(warned.stderr)]).toEqual([0, true]);
    expect(verify('-x', 'enforce_dependencies=false', '-x', 'return_warning_exitcode=true', 'B').exit).toBe(2);
  });

  test('several versions: ERROR, WARNING with allow_multiple_versions=true', () => {
    site.write('src/tool', 'tool\n');
    install(product('P', ' directory /opt/p\n is_locatable true\n', '  file src/tool /opt/p/tool\n'));
    site.run('swinstall', ['-s', './D', '-x', 'allow_multiple_versions=true', 'P,l=/opt/other', '@', './R']);
    const said = wrong('P');
    expect(said).toContain(
      'Besides the product "P,l=/,r=1.0" another version of it is installed: "P,l=/opt/other,r=1.0".',
    );
    expect(verify('-x', 'allow_multiple_versions=true', 'P').exit).toBe(0);
  });

  test('software that is not there: exit 1; another root is still verified: exit 2', () => {
    install(product('P'));
    mkdirSync(site.path('R2'));
    expect(verify('NONE').exit).toBe(1);
    expect(site.run('swverify', ['P', '@', './R', './R2']).exit).toBe(2);
  });
});

describe('scripts', () => {
  /** Two products whose scripts write their name; B needs A but stands first. Files lie in the site, so that the root can be `/`. */
  function scripted(exits: Record<string, number> = {}): string {
    const say = (name: string) =>
      site.write(
        `src/${name}`,
        `#!/bin/sh\necho "${name} $SW_IS_COMPATIBLE" >> ${site.path('ran')}\nexit ${exits[name] ?? 0}\n`,
        0o755,
      );
    const scripts = (name: string) => `verify ${say(`${name}-verify`)}\nfix ${say(`${name}-fix`)}\n`;
    const one = (tag: string, more: string) =>
      `product\ntag ${tag}\nrevision 1.0\n${scripts(tag)}fileset\ntag F\n${more}${scripts(`${tag}.F`)}end\nend\n`;
    return one('B', 'prerequisites A\n') + one('A', '');
  }
  const ran = () =>
    existsSync(site.path('ran'))
      ? site
          .read('ran')
          .trim()
          .split('\n')
          .map((line) => line.split(' ')[0])
      : [];

  function installOnMachine(psf: string): void {
    site.write('psf', psf);
    site.ok('swpackage', '-s', 'psf', '@', './D');
    site.ok('swinstall', '-s', './D', '*', '@', '/');
    rmSync(site.path('ran'), { force: true });
  }

  test('verify scripts run on the machine itself: what is needed first, product before fileset', () => {
    installOnMachine(scripted());
    site.ok('swverify', 'B', '@', '/');
    expect(ran()).toEqual(['A-verify', 'A.F-verify', 'B-verify', 'B.F-verify']);
    expect(site.read('ran')).toContain('A-verify true');
    rmSync(site.path('ran'));
    site.ok('swverify', '-x', 'check_scripts=false', 'B', '@', '/');
    expect(ran()).toEqual([]);
    site.ok('swverify', '-F', 'A', '@', '/');
    expect(ran()).toEqual(['A-fix', 'A.F-fix']);
  });

  test.each([
    ['1', 1, 'ERROR: The "verify" script for "A.F" failed (exit code "1").'],
    ['2', 0, 'WARNING: The "verify" script for "A.F" failed (exit code "2").'],
    ['7', 1, 'ERROR: The "verify" script for "A.F" failed (exit code "7").'],
  ])('exit value %s', (value, exit, words) => {
    installOnMachine(scripted({ 'A.F-verify': Number(value) }));
    const said = site.run('swverify', ['A', '@', '/']);
    expect([said.exit, flat(said.stderr).includes(words)], said.stderr).toEqual([exit, true]);
    expect(flat(site.read('adm/swagent.log'))).toContain(exit === 0 ? 'Verified A.F' : 'Verify failed A.F');
  });

  test('a failed product script condemns its filesets', () => {
    installOnMachine(scripted({ 'A-verify': 1 }));
    expect(site.run('swverify', ['A', '@', '/']).exit).toBe(1);
    expect(flat(site.read('adm/swagent.log'))).toContain('Verify failed A.F');
  });

  test('an alternate root has no verify scripts run, but fix scripts; a depot neither', () => {
    install(scripted());
    rmSync(site.path('ran'), { force: true });
    clean('*');
    site.ok('swverify', '-d', '*', '@', './D');
    site.ok('swverify', '-d', '-F', '*', '@', './D');
    expect(ran()).toEqual([]);
    const fixed = verify('-F', '*');
    expect([fixed.stderr, fixed.exit, ran()]).toEqual(['', 0, ['A-fix', 'A.F-fix', 'B-fix', 'B.F-fix']]);
  });
});

describe('a depot', () => {
  beforeEach(() => {
    site.write('psf', ACME());
    site.ok('swpackage', '-s', 'psf', '@', './D');
  });
  const depot = (...words: string[]) => site.run('swverify', ['-d', ...words, '@', './D']);

  test.each([
    ['damaged', 'D/ACME/RUN/opt/acme/tool', 'TOOL\n', 'should have cksum'],
    ['of another size', 'D/ACME/RUN/opt/acme/tool', 'longer\n', 'It has 7 bytes; its catalog says 5.'],
    ['missing', 'D/ACME/RUN/opt/acme/tool', undefined, 'It is not there.'],
    ['with another script', 'D/catalog/ACME/RUN/configure', '#!/bin/sh\nexit 1\n', 'configure" should have cksum'],
    ['without a script', 'D/catalog/ACME/RUN/configure', undefined, 'configure" missing.'],
    ['without INFO', 'D/catalog/ACME/RUN/INFO', undefined, 'INFO" missing.'],
  ])('%s', (_, path, content, words) => {
    site.ok('swverify', '-d', 'ACME', '@', './D');
    if (content === undefined) rmSync(site.path(path));
    else rewrite(site.path(path), content);
    const ran = depot('ACME');
    expect([ran.exit, flat(ran.stderr).includes(words)], ran.stderr).toEqual([1, true]);
    expect(flat(site.read('D/swagent.log'))).toContain('Verify failed ACME.RUN,r=1.0');
  });

  test('copied with new times it is right; without check_contents only presence and size count', () => {
    utimesSync(site.path('D/ACME/RUN/opt/acme/tool'), 1, 1);
    utimesSync(site.path('D/catalog/ACME/RUN/configure'), 1, 1);
    site.ok('swverify', '-d', 'ACME', '@', './D');
    rewrite(site.path('D/ACME/RUN/opt/acme/tool'), 'TOOL\n');
    expect(depot('-x', 'check_contents=false', 'ACME').exit).toBe(0);
    rmSync(site.path('D/ACME/RUN/opt/acme/tool'));
    expect(depot('-x', 'check_contents=false', 'ACME').exit).toBe(1);
  });

  test('a serial depot is read as well', () => {
    site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './D.depot');
    site.ok('swverify', '-d', 'ACME', '@', './D.depot');
  });
});

/** Other content, with mode and times as before. */
function rewrite(path: string, content: string): void {
  const before = statSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, content);
  chmodSync(path, before.mode & 0o7777);
  utimesSync(path, before.atime, before.mtime);
}

function relink(path: string, target: string): void {
  rmSync(site.path(path));
  symlinkSync(target, site.path(path));
}

function replaceBy(path: string, make: () => void): void {
  rmSync(path, { recursive: true });
  make();
}
