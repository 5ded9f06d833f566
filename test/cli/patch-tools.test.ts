// cleanup, show_patches and check_patches as programs (patches.md 6.2-6.4, 8.7.1): what they say and log, whom they ask, what they refuse.
// What a situation needs no dialogue for stands in test/scenarios/.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logfile } from '../../src/commands/cleanup.ts';
import { filesetOp } from '../../src/execution/patching.ts';
import { openIpd } from '../../src/ipd/ipd.ts';
import { lookUp } from '../../src/model/patches.ts';
import { resolveOptions } from '../../src/options/resolve.ts';
import { BIN } from '../programs.ts';
import { makeDepot } from '../scenarios/runner/depot-maker.ts';
import { filesetIndexes } from '../scenarios/runner/expectations.ts';
import { makeStage, type Ran, type Stage, strikeStage, treePicture } from '../scenarios/runner/stage.ts';

let stage: Stage;

beforeEach(() => {
  stage = makeStage();
  mkdirSync(path('tmp'));
});
afterEach(() => strikeStage(stage));

/** PT_2 supersedes PT_1 whole, PS_2 and PS_3 leave its MAN alone; PX_1 brings an archive member; PHCO_1 only looks like a patch. */
const SOFTWARE = `
product ACME r=2.0 v=ACME
  fileset RUN fr=2.0
    file /opt/acme/bin/tool 0555 t0
    ar /opt/acme/lib/libacme.a alpha.o=a0 beta.o=b0
  fileset MAN fr=2.0
    file /opt/acme/man/tool.1 m0
product PT_1 patch
  fileset RUN patch ancestor=ACME.RUN
    file /opt/acme/bin/tool 0555 t1
  fileset MAN patch ancestor=ACME.MAN
    file /opt/acme/man/tool.1 m1
product PT_2 patch
  fileset RUN patch ancestor=ACME.RUN supersedes=PT_1.RUN,fr=*
    file /opt/acme/bin/tool 0555 t2
  fileset MAN patch ancestor=ACME.MAN supersedes=PT_1.MAN,fr=*
    file /opt/acme/man/tool.1 m2
product PS_2 patch
  fileset RUN patch ancestor=ACME.RUN supersedes=PT_1.RUN,fr=*
    file /opt/acme/bin/tool 0555 s2
product PS_3 patch
  fileset RUN patch ancestor=ACME.RUN supersedes=PS_2.RUN,fr=*
    file /opt/acme/bin/tool 0555 s3
product PX_1 patch
  fileset RUN patch ancestor=ACME.RUN prerequisite=ACME.MAN
    member /opt/acme/lib/libacme.a beta.o=b1
product PHCO_1
  fileset RUN
    file /opt/phco 0444 p
`
  .split('\n')
  .filter((line) => line.trim() !== '');

function path(...parts: string[]): string {
  return join(stage.directory, ...parts);
}

function depot(lines: readonly string[] = SOFTWARE): string {
  return makeDepot(stage, 'D', () => lines);
}

function run(command: string, words: readonly string[], input = '', env: Record<string, string> = {}): Ran {
  const ran = spawnSync(process.execPath, [join(BIN, command), ...words], {
    cwd: stage.directory,
    encoding: 'utf8',
    input,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: path('home'),
      TMPDIR: path('tmp'),
      SWDIST_DEFAULTS: path('defaults'),
      TZ: 'UTC',
      ...env,
    },
  });
  return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** Installs these patches on ACME, one command each. */
function install(...patches: string[]): void {
  const source = depot();
  for (const each of ['ACME', ...patches]) {
    const ran = run('swinstall', ['-x', 'autoselect_patches=false', '-s', source, each, '@', stage.root]);
    expect([each, ran.stderr, ran.exit]).toEqual([each, '', 0]);
  }
}

/** Writes attributes of an installed fileset past all rules, as a damaged catalog has them. */
async function spoil(key: string, changes: Record<string, string | readonly string[] | undefined>): Promise<void> {
  const admin = join(stage.root, 'var/adm/sw');
  const store = await openIpd(stage.root, admin, { create: false, command: 'test', user: 'test', lockTimeout: 0 });
  try {
    const ops = [filesetOp(lookUp(store.catalog(), key)!, changes)];
    await store.apply({ label: 'spoil', files: [], change: () => ops });
  } finally {
    await store.close();
  }
}

function installed(name: string, keyword: string): string {
  const indexes = filesetIndexes(join(stage.root, 'var/adm/sw/products'));
  return indexes.get(name)?.get(keyword)?.join(' ') ?? '';
}

const on = (...words: string[]) => [...words, '@', stage.root];
const saved = (patch: string) => existsSync(join(stage.root, 'var/adm/sw/save', patch));
const flat = (text: string) => text.replace(/\n {9}/g, ' ').replace(/ {2,}/g, ' ');

describe('cleanup -c', () => {
  test('says what the sample says, and the log says the same', () => {
    install('PT_1', 'PT_2');
    const ran = run('cleanup', on('-p', '-c', '1'));
    expect(ran).toMatchObject({ stderr: '', exit: 0 });
    const lines = ran.stdout.split('\n');
    expect(lines[0]).toMatch(/^### Cleanup program started at \d\d\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
    expect(lines[1]).toBe('Preview mode enabled. No modifications will be made.');
    expect(lines[2]).toMatch(/^Commit patches superseded at least 1 time\(s\) on '.+'\.$/);
    expect(lines[3]).toBe('Obtaining superseded patch information...done.');
    expect(lines[4]).toBe('The following patches superseded at least 1 time(s) can be committed:');
    expect(lines[7]).toMatch(/^PT_1 {17}1 {19,}4 bytes {13}PT_2$/);
    expect(lines[8]).toBe(`All information has been logged to ${path('adm/cleanup.log')}.`);
    expect(lines[9]).toMatch(/^### Cleanup program completed at /);
    expect(readFileSync(path('adm/cleanup.log'), 'utf8')).toBe(ran.stdout);
  });

  test('only y and yes commit; answer and warning are in the log', () => {
    install('PT_1', 'PT_2');
    const before = treePicture(stage.root);
    for (const answer of ['n\n', 'yep\n', '\ny\n', 'no', '']) {
      const ran = run('cleanup', on('-c', '1'), answer);
      expect([answer, ran.exit]).toEqual([answer, 0]);
      expect(ran.stdout).toContain('Nothing was changed.');
      expect(flat(ran.stderr)).toContain('WARNING: The files saved for these patches are deleted. swremove needs them');
    }
    expect(treePicture(stage.root)).toBe(before);
    const ran = run('cleanup', on('-c', '1'), ' YES \n');
    expect([ran.exit, saved('PT_1'), saved('PT_2')]).toEqual([0, false, true]);
    expect(installed('PT_1.RUN', 'patch_state')).toBe('committed/superseded');
    expect(installed('PT_2.RUN', 'patch_state')).toBe('applied');
    const log = readFileSync(path('adm/cleanup.log'), 'utf8');
    expect(log).toContain('WARNING: The files saved');
    expect(log).toContain('Commit these patches (y/n)? yep\n');
    expect(log).toContain('Commit these patches (y/n)? YES\nCommitting superseded patches...done.\n');
    expect(run('cleanup', on('-c', '1')).stdout).toContain(
      'No patches superseded at least 1 time(s) can be committed.',
    );
  });

  test('patch filesets below, of a patch that is not superseded as a whole, are named and committed too', () => {
    install('PT_1', 'PS_2', 'PS_3');
    const preview = flat(run('cleanup', on('-p', '-c', '1')).stdout);
    expect(preview).toMatch(/^PS_2 1 2 bytes PS_3$/m);
    expect(preview).toContain('are committed with them: PT_1.RUN.');
    expect(run('cleanup', on('-c', '1'), 'y').exit).toBe(0);
    expect(installed('PT_1.RUN', 'patch_state')).toBe('committed/superseded');
    expect(installed('PT_1.MAN', 'patch_state')).toBe('applied');
  });

  test('an IPD in use is an ERROR, said and logged', async () => {
    install('PT_1', 'PT_2');
    const admin = join(stage.root, 'var/adm/sw');
    const store = await openIpd(stage.root, admin, { create: false, command: 'test', user: 'test', lockTimeout: 0 });
    try {
      const ran = run('cleanup', on('-x', 'lock_timeout=0', '-c', '1'), 'y');
      expect([ran.exit, saved('PT_1')]).toEqual([1, true]);
      expect(flat(ran.stderr)).toContain('[target_locked]');
      expect(ran.stdout).not.toContain('done.\nAll information');
      expect(readFileSync(path('adm/cleanup.log'), 'utf8')).toContain('[target_locked]');
    } finally {
      await store.close();
    }
  });
});

describe('cleanup -d', () => {
  test('-n asks first', () => {
    const at = depot();
    const before = treePicture(at);
    const no = run('cleanup', ['-n', '-d', 'D'], 'n');
    expect([no.exit, treePicture(at) === before]).toEqual([0, true]);
    expect(no.stdout).toContain('Remove these patches from the depot (y/n)? n\nNothing was changed.\n');
    const yes = run('cleanup', ['-n', '-d', 'D'], 'y');
    expect([yes.stderr, yes.exit]).toEqual(['', 0]);
    expect([...filesetIndexes(join(at, 'catalog')).keys()].filter((name) => name.startsWith('P')).sort()).toEqual([
      'PHCO_1.RUN',
      'PS_3.RUN',
      'PT_2.MAN',
      'PT_2.RUN',
      'PX_1.RUN',
    ]);
  });

  test('says what the sample says', () => {
    const at = depot();
    const { stdout } = run('cleanup', ['-p', '-d', 'D']);
    const rule = '='.repeat('The following superseded patches exist in the depot:'.length);
    expect(stdout.split('\n').slice(2, -3)).toEqual([
      `Cleanup of depot '${at}'.`,
      `Obtaining the list of patches in the depot: ${at} ...done.`,
      `Obtaining the list of superseded 11.X patches in the depot: ${at} ...done.`,
      'The following superseded patches exist in the depot:',
      rule,
      'PT_1 superseded by PT_2',
      'PS_2 superseded by PS_3',
    ]);
  });

  test('-o 10: patches of 10.X do not say what they supersede', () => {
    const before = treePicture(depot());
    const ran = run('cleanup', ['-o', '10', '-d', 'D']);
    expect([ran.exit, treePicture(path('D')) === before]).toEqual([0, true]);
    expect(ran.stdout).toContain('superseded 10.X patches in the depot');
  });

  test('a serial depot is refused', () => {
    depot();
    expect(run('swpackage', ['-x', 'media_type=tape', '-s', path('D'), '@', path('serial')]).exit).toBe(0);
    const before = readFileSync(path('serial'));
    const ran = run('cleanup', ['-d', 'serial']);
    expect([ran.exit, readFileSync(path('serial')).equals(before)]).toEqual([1, true]);
    expect(flat(ran.stderr)).toContain('[serial_depot]');
  });
});

describe('cleanup -s', () => {
  test('mends what is wrong, in preview only says it, and with -n asks', async () => {
    install('PT_1', 'PT_2');
    await spoil('PT_1/RUN', { patch_state: 'applied', superseded_by: undefined });
    rmSync(join(stage.root, 'var/adm/sw/save/PT_2/MAN/opt/acme/man/tool.1'));
    const before = treePicture(stage.root);
    for (const [words, input] of [
      [['-p', '-s'], ''],
      [['-n', '-s'], 'n'],
    ] as const) {
      const ran = run('cleanup', on(...words), input);
      expect([ran.stderr, ran.exit]).toEqual(['', 0]);
      expect(ran.stdout).toContain('PT_1.RUN has the patch_state "applied" and should have "superseded"');
      expect(ran.stdout).toContain('PT_2.MAN has the patch_state "applied" and should have "committed"');
    }
    expect(treePicture(stage.root)).toBe(before);
    expect(run('check_patches', on('-p')).exit).toBe(1);
    expect(run('cleanup', on('-s')).stdout).toContain('Mending patch states...done.');
    expect(installed('PT_1.RUN', 'patch_state')).toBe('superseded');
    expect(installed('PT_1.RUN', 'superseded_by')).toBe('PT_2.RUN');
    expect(installed('PT_2.MAN', 'patch_state')).toBe('committed');
    expect(saved('PT_2/MAN')).toBe(false);
    expect(saved('PT_2/RUN')).toBe(true);
    expect(run('check_patches', on('-p')).exit).toBe(0);
    expect(run('cleanup', on('-s')).stdout).toContain('All patch states are right.');
  });
});

test('cleanup -i names what only looks like a patch, and leaves it', () => {
  install('PHCO_1');
  const ran = run('cleanup', on('-i'));
  expect(ran.exit).toBe(0);
  expect(flat(ran.stdout)).toContain('left alone: PHCO_1.RUN.');
  expect(ran.stdout).toContain('There are no 10.X patches in this IPD.');
  expect(installed('PHCO_1.RUN', 'tag')).toBe('RUN');
});

test.each([
  ['no task', []],
  ['two tasks', ['-i', '-s']],
  ['0 times', ['-c', '0']],
  ['no number', ['-c', '1x']],
  ['preview and question', ['-p', '-n', '-s']],
  ['-o without a depot', ['-o', '11', '-s']],
  ['-e without a depot', ['-e', 'true', '-c', '1']],
  ['no release', ['-o', '12', '-d', 'D']],
  ['neither true nor false', ['-e', 'yes', '-d', 'D']],
  ['a depot with a root', ['-d', 'D', '@', '/']],
  ['an operand', ['-s', 'PT_1']],
  ['two roots', ['-s', '@', '/a', '/b']],
])('cleanup refuses %s before it begins', (_, words) => {
  const ran = run('cleanup', words);
  expect([ran.exit, ran.stdout, existsSync(path('adm'))]).toEqual([1, '', false]);
  expect(ran.stderr).toContain('[bad_usage]');
});

test('the log of the default admin directory lies beside it, any other inside', () => {
  expect(logfile('/var/adm/sw')).toBe('/var/adm/cleanup.log');
  expect(logfile('/home/a/.sw')).toBe('/home/a/.sw/cleanup.log');
});

test('an ordinary user looks at the patches of the machine, and cleans up an own catalog', () => {
  const around = { home: '/home/a', superuser: false, systemDefaults: path('nowhere') };
  const admin = (command: 'cleanup' | 'show_patches' | 'check_patches') =>
    resolveOptions({ command, settings: [] }, around).values.admin_directory;
  expect([admin('show_patches'), admin('check_patches'), admin('cleanup')]).toEqual([
    '/var/adm/sw',
    '/var/adm/sw',
    '/home/a/.sw',
  ]);
});

test('a log that cannot be written is one WARNING, and no claim of a log', () => {
  writeFileSync(path('file'), '');
  depot();
  const ran = run('cleanup', ['-x', `admin_directory=${path('file')}`, '-p', '-d', 'D']);
  expect(ran.exit).toBe(0);
  expect(ran.stderr.match(/WARNING/g)).toHaveLength(1);
  expect(ran.stdout).toContain('PT_1 superseded by PT_2');
  expect(ran.stdout).not.toContain('All information has been logged');
});

describe('show_patches', () => {
  const README = 'Special Installation Instructions:\n\tStop the daemon.\n\nOther Dependencies: None\n';

  /** A depot with two patches of which one has a text. */
  function texts(): void {
    writeFileSync(path('readme'), README);
    writeFileSync(path('file'), 'x');
    const patch = (tag: string, more: string) =>
      `product\ntag ${tag}\ntitle "Title ${tag}"\nis_patch true\n${more}fileset\ntag F\nis_patch true\nancestor A.F\nfile file /x\nend\nend\n`;
    writeFileSync(path('psf'), patch('P1', 'readme < readme\n') + patch('P2', ''));
    expect(run('swpackage', ['-s', 'psf', '-d', 'D']).exit).toBe(0);
  }

  test('two columns below a heading of two lines', () => {
    texts();
    const ran = run('show_patches', ['-d', 'D']);
    expect(ran.stdout.split('\n').slice(0, -1)).toEqual([
      'Active      Patch',
      'Patch       Description',
      '==========  ===========',
      'P1          Title P1',
      'P2          Title P2',
    ]);
  });

  test('-i and -o show the texts of the readme; -t only patches that have one', () => {
    texts();
    const both = run('show_patches', ['-i', '-o', '-l', 'fileset', '-d', 'D']).stdout;
    expect(both).toBe(
      'Patch: P1\nSpecial Installation Instructions:\n    Stop the daemon.\nOther Dependencies:\n    None\n\n' +
        'Patch: P2\nSpecial Installation Instructions:\n    None\nOther Dependencies:\n    None\n\n',
    );
    expect(run('show_patches', ['-t', '-i', '-d', 'D']).stdout).not.toMatch(/\bP2\b/);
    expect(run('show_patches', ['-t', '-o', '-d', 'D']).stdout).toMatch(/^There are no active patches with such texts/);
    const listed = run('show_patches', ['-t', '-d', 'D']).stdout;
    expect([listed.includes('P1'), listed.includes('P2')]).toEqual([true, false]);
  });

  test.each([
    ['a level that is none', ['-l', 'file']],
    ['an operand', ['PT_1']],
    ['two targets', ['-d', 'D', '@', '/']],
    ['several targets', ['@', '/a', '/b']],
  ])('refuses %s', (_, words) => {
    const ran = run('show_patches', words);
    expect([ran.exit, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('[bad_usage]');
  });

  test('a depot that is not there', () => {
    expect(run('show_patches', ['-d', 'nowhere'])).toMatchObject({ exit: 1, stdout: '' });
  });
});

describe('check_patches', () => {
  const report = () => readFileSync(path('tmp/check_patches.report'), 'utf8');

  test('is clean after installation, with every check; the report says what the terminal says', () => {
    install('PT_1', 'PT_2', 'PX_1');
    const ran = run('check_patches', on());
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout.match(/\.\.\.done\.$/gm)).toHaveLength(7);
    expect(ran.stdout).toBe(`${report()}The report is in ${path('tmp/check_patches.report')}.\n`);
    expect(report()).toContain('No problems were found.');
  });

  test('each flag finds its own problem, and makes no other check', async () => {
    install('PT_1', 'PT_2', 'PX_1', 'PHCO_1');
    await spoil('ACME/MAN', { applied_patches: ['PT_1.MAN'] });
    await spoil('PT_1/RUN', { patch_state: 'applied' });
    await spoil('PX_1/RUN', { state: 'corrupt' });
    writeFileSync(join(stage.root, 'opt/acme/bin/tool'), 'damaged');
    writeFileSync(path('beta.o'), 'other');
    execFileSync('ar', ['r', join(stage.root, 'opt/acme/lib/libacme.a'), 'beta.o'], { cwd: stage.directory });
    const found = (flag: string) => {
      const ran = run('check_patches', on(flag));
      expect([flag, ran.exit, ran.stdout.match(/\.\.\.done\.$/gm)?.length]).toEqual([flag, 1, 1]);
      return report().split('\n').slice(2, -2);
    };
    expect(found('-a')).toEqual(['  PT_2.MAN is not among the applied_patches of ACME.MAN.']);
    expect(found('-i')).toEqual(['  PHCO_1.RUN lacks the attribute is_patch.']);
    expect(found('-o').join()).toMatch(/^ {2}PX_1\.RUN: File ".*libacme\.a\(beta\.o\)" should have cksum/);
    expect(found('-p').join()).toMatch(/^ {2}PT_1\.RUN has the patch_state "applied" and should have "superseded"/);
    expect(found('-s')).toEqual(['  PX_1.RUN is in the state "corrupt".']);
    expect(found('-v').join('\n')).toContain('File "/opt/acme/bin/tool" should have size "2 bytes"');
    expect(run('check_patches', on('-m')).exit).toBe(0);
    const all = run('check_patches', on('-aimops', '-v'));
    expect([all.exit, all.stdout.match(/\.\.\.done\.$/gm)?.length]).toEqual([1, 7]);
  });

  test('-v looks at patches only, not at what they depend on', () => {
    install('PX_1');
    writeFileSync(join(stage.root, 'opt/acme/man/tool.1'), 'damaged');
    expect(run('check_patches', on('-v')).exit).toBe(0);
  });

  test('-m: a fileset of an active patch is missing although its base is there', () => {
    const words = ['-x', 'autoselect_patches=false', '-x', 'allow_split_patches=true', '-s', depot()];
    for (const each of ['ACME', 'PT_2.RUN']) run('swinstall', [...words, each, '@', stage.root]);
    const ran = run('check_patches', on('-m'));
    expect([ran.exit, ran.stdout.includes('PT_2 is missing patch fileset MAN\n')]).toEqual([1, true]);
    expect(ran.stdout).toContain('1 problem was found.');
  });

  test('what was planted at the place of the report is replaced, never written through', () => {
    writeFileSync(path('victim'), 'precious');
    for (const planted of [path('victim'), path('not-there')]) {
      rmSync(path('tmp/check_patches.report'), { force: true });
      symlinkSync(planted, path('tmp/check_patches.report'));
      expect(run('check_patches', on('-p')).exit).toBe(0);
      expect(lstatSync(path('tmp/check_patches.report')).isFile()).toBe(true);
    }
    expect(readFileSync(path('victim'), 'utf8')).toBe('precious');
    expect(existsSync(path('not-there'))).toBe(false);
    expect(readdirSync(path('tmp'))).toEqual(['check_patches.report']);
  });

  test('a report that cannot be written is an ERROR and exit 1', () => {
    mkdirSync(path('tmp/check_patches.report'));
    const ran = run('check_patches', on('-p'));
    expect([ran.exit, ran.stdout.includes('The report is in')]).toEqual([1, false]);
    expect(flat(ran.stderr)).toContain('[report_not_written]');
  });

  test.each([
    ['an unknown flag', ['-q']],
    ['an operand', ['PT_1']],
    ['an unknown option', ['-x', 'nonsense=1']],
    ['an option of other commands', ['-x', 'reinstall=true']],
    ['two roots', ['@', '/a', '/b']],
  ])('%s is exit 2', (_, words) => {
    expect(run('check_patches', words)).toMatchObject({ exit: 2, stdout: '' });
    expect(readdirSync(path('tmp'))).toEqual([]);
  });

  test('a root that is not there is exit 1', () => {
    expect(run('check_patches', ['@', path('nowhere')]).exit).toBe(1);
  });
});
