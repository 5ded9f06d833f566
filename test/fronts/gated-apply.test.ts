// apply-patch and mk-gated-patch as programs, on a platform below a temporary directory: the list "apply-patch" of other-systems.md D.5.

import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flat } from '../cli/site.ts';
import { dropTemplate, Platform } from './gated.ts';

let platform: Platform;
beforeEach(() => {
  platform = new Platform();
});
afterEach(() => platform.strike());
afterAll(dropTemplate);

/** Makes an archive below the platform's top; returns its path. */
function made(name: string, words: readonly string[] = [], payload?: string): string {
  const ran = platform.run('mk-gated-patch', [...words, name, ...(payload === undefined ? [] : [payload])]);
  expect([ran.stderr, ran.exit]).toEqual(['', 0]);
  return platform.path(`${name}.tar.gz`);
}

function apply(...words: string[]) {
  return platform.run('apply-patch', words);
}

describe('the gate', () => {
  const SEED: readonly (readonly [string, boolean])[] = [
    ['installer-4.2.5-20190318-patch', true],
    ['installer-4.3.5-20190318-patch', true],
    ['installer-4.4.5-20190710-patch', false],
    ['repo-20190318-patch-20190410', true],
    ['repo-20190318-patch-20190520', true],
    ['repo-20190710-patch-20190830', false],
  ];

  it.each(SEED)('%s: fits %s', (name, fits) => {
    made(name);
    const before = platform.read('box/pitrix/version.json');
    const ran = apply('-p', `${name}.tar.gz`);
    expect(ran.exit).toBe(fits ? 0 : 1);
    if (!fits) {
      expect(flat(ran.stderr)).toContain('see how_to_upgrade_qingcloud_4.X.md');
      expect(ran.stderr).toContain('[patch_not_for_platform]');
    }
    expect(platform.read('box/pitrix/version.json')).toBe(before);
    expect(existsSync(platform.box('var'))).toBe(false);
  });

  it('refuses names that are none, and platforms without a version', () => {
    for (const name of [
      'repo-2019-patch-20190410.tar.gz',
      'installer-4-20190318-patch.tar.gz',
      'x.tar.gz',
      'repo-20190318-patch-20190410.tgz',
    ]) {
      platform.write(name, '');
      expect(apply(name).stderr).toContain('[bad_patch_name]');
    }
    made('repo-20190318-patch-20190410');
    expect(apply('repo-20190318-patch-1.tar.gz').stderr).toContain('[patch_not_found]');
    for (const text of ['', '{', '[]', '{"current": {"installer": "4.2.1"}}', '{"current": {"qingcloud": 20190318}}']) {
      platform.write('box/pitrix/version.json', text);
      const ran = apply('repo-20190318-patch-20190410.tar.gz');
      expect([ran.exit, ran.stderr.includes('[version_unreadable]')]).toEqual([1, true]);
    }
  });

  it('follows version.json where somebody has changed it, and refuses in the middle of an upgrade', () => {
    made('repo-20190318-patch-20190410');
    made('repo-20190710-patch-20190830');
    expect(apply('repo-20190318-patch-20190410.tar.gz').exit).toBe(0);
    platform.write(
      'box/pitrix/version.json',
      platform.read('box/pitrix/version.json').replace('"qingcloud": "20190318"', '"qingcloud": "20190710"'),
    );
    expect(apply('repo-20190318-patch-20190410.tar.gz').stderr).toContain('[patch_not_for_platform]');
    expect(apply('repo-20190710-patch-20190830.tar.gz').exit).toBe(0);
    expect(platform.run('swlist', ['-l', 'product', '-a', 'revision', '@', platform.box()]).stdout).toMatch(
      /qingcloud +20190710/,
    );
    platform.write(
      'box/pitrix/version.json',
      platform.read('box/pitrix/version.json').replace('"upgrade"', '"new_upgrade"'),
    );
    expect(apply('repo-20190710-patch-20190830.tar.gz').stderr).toContain('[upgrade_unfinished]');
  });
});

describe('a patch of the repository', () => {
  it('is indexed, kept with its grade, and changes no node until it is brought there', () => {
    platform.write('mail', 'Run: update-nodes hyper pitrix-hyper\n');
    made('repo-20190318-patch-20190520', ['-g', 'mandatory', '-i', 'mail', '-t', 'Hyper fixes'], 'packages');
    platform.run('gen-node-list', []);
    const before = ['web1', 'hyper1', 'hyper2'].map((node) => platform.packages(node));
    const ran = apply('repo-20190318-patch-20190520.tar.gz');
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout).toContain('Grade: mandatory');
    expect(ran.stdout).toContain('Run: update-nodes hyper pitrix-hyper');
    expect(platform.read('box/pitrix/repo/patches/Packages')).toContain('Package: pitrix-hyper\nVersion: 4.2.2');
    expect(existsSync(platform.box('pitrix/repo/patches/Packages.gz'))).toBe(true);
    expect(['web1', 'hyper1', 'hyper2'].map((node) => platform.packages(node))).toEqual(before);
    expect(platform.version.current.patch).toBe('20190520');

    const listed = platform.run('swlist', [
      '-d',
      '-l',
      'product',
      '-a',
      'revision',
      '-a',
      'category_tag',
      '@',
      platform.box('pitrix/repo/patches'),
    ]);
    expect(listed.stdout).toMatch(/repo-20190318-patch-20190520 +20190520 +mandatory/);
    const levels = platform.run('swlist', ['-l', 'product', '-a', 'revision', '@', platform.box()]).stdout;
    for (const level of [/installer +4\.2\.1/, /patch +20190520/, /qingcloud +20190318/, /upgrade +20190318/])
      expect(levels).toMatch(level);

    expect(platform.run('update-nodes', ['-f', 'hyper', 'pitrix-hyper']).exit).toBe(0);
    expect(platform.packages('hyper2')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.2']);
    expect(platform.packages('web1')).toEqual(before[0]);
  });

  it('is taken back when its program fails: version.json byte for byte, repository and index too', () => {
    platform.write('fails', '#!/bin/sh\necho it broke\nexit 3\n', 0o755);
    made('repo-20190318-patch-20190520', ['-e', 'fails'], 'packages');
    const before = platform.read('box/pitrix/version.json');
    const ran = apply('repo-20190318-patch-20190520.tar.gz');
    expect(ran.exit).toBe(1);
    expect(flat(ran.stderr)).toMatch(
      /failed with exit status 3\. It said: it broke Nothing else was changed\. .*\[patch_program_failed\]/,
    );
    expect(platform.read('box/pitrix/version.json')).toBe(before);
    expect(existsSync(platform.box('pitrix/repo/patches/Packages'))).toBe(false);
    expect(platform.run('swjob', ['-v', 'last']).stdout).toMatch(/steps +program failed/);
    expect(platform.run('swjob', ['-a', 'log', 'last']).stdout).toContain('it broke');
  });

  it.each([
    ['repo-20190318-patch-20190520', 'packages'],
    ['installer-4.2.5-20190318-patch', 'files'],
  ])('%s: version.json is as it was where its program wrote it and failed', (name, payload) => {
    platform.write('files/pitrix/bin/tool', 'patched tool\n');
    const file = '"$SW_ROOT_DIRECTORY/pitrix/version.json"';
    const program = platform.write('fails', `#!/bin/sh\nsed -i s/20190410/20190520/ ${file}\nexit 3\n`, 0o755);
    made(name, ['-e', program], payload);
    const before = platform.read('box/pitrix/version.json');
    expect(apply(`${name}.tar.gz`).exit).toBe(1);
    expect(platform.read('box/pitrix/version.json')).toBe(before);
    expect(platform.run('swlist', ['-l', 'product', '-a', 'revision', '@', platform.box()]).stdout).toMatch(
      /^ *patch +20190410/m,
    );
  });

  it('sets the version behind a link, which stays one', () => {
    platform.shell(
      'cd box/pitrix && mv version.json conf/versions && chmod 640 conf/versions && ln -s conf/versions version.json',
    );
    made('repo-20190318-patch-20190520', [], 'packages');
    expect(apply('repo-20190318-patch-20190520.tar.gz').stderr).toBe('');
    expect(lstatSync(platform.box('pitrix/version.json')).isSymbolicLink()).toBe(true);
    expect(lstatSync(platform.box('pitrix/conf/versions')).mode & 0o777).toBe(0o640);
    expect(platform.version.current.patch).toBe('20190520');
  });

  it('an empty version is none, and stays in the file', () => {
    const empty = platform.read('box/pitrix/version.json').replace('"20190410"', '""');
    platform.write('box/pitrix/version.json', empty.replace('"current": {', '"current": {\n        "build": "",'));
    made('repo-20190318-patch-20190520', [], 'packages');
    expect(apply('repo-20190318-patch-20190520.tar.gz').stderr).toBe('');
    expect(Object.entries(platform.version.current)).toEqual([
      ['build', ''],
      ['installer', '4.2.1'],
      ['patch', '20190520'],
      ['qingcloud', '20190318'],
      ['upgrade', '20190318'],
    ]);
    expect(platform.run('swlist', ['-l', 'product', '@', platform.box()]).stdout).not.toContain('build');
  });

  it('takes its packages out again when the version cannot be set', () => {
    made(
      'repo-20190318-patch-20190520',
      ['-e', platform.write('damage', '#!/bin/sh\necho "{" >"$SW_ROOT_DIRECTORY/pitrix/version.json"\n', 0o755)],
      'packages',
    );
    const ran = apply('repo-20190318-patch-20190520.tar.gz');
    expect([ran.exit, ran.stderr.includes('[version_unreadable]')]).toEqual([1, true]);
    expect(existsSync(platform.box('pitrix/repo/patches/Packages'))).toBe(false);
    expect(platform.run('swlist', ['-d', '@', platform.box('pitrix/repo/patches')]).stdout).not.toContain(
      'repo-20190318',
    );
  });

  it('may bring a package that an earlier one brought: the repository is in order', () => {
    for (const level of ['20190520', '20190521']) {
      made(`repo-20190318-patch-${level}`, [], 'packages');
      expect(apply(`repo-20190318-patch-${level}.tar.gz`).stderr).toBe('');
    }
    const scanned = platform.run('scan-all', []);
    expect([scanned.stderr, scanned.exit]).toEqual(['', 0]);
    platform.run('gen-node-list', []);
    expect(platform.run('platform-check', []).stdout).toMatch(/^firstbox repository +Normal$/m);
    platform.shell('cp packages/pitrix-hyper_4.2.2_all.deb packages/twice.deb');
    made('repo-20190318-patch-20190522', [], 'packages');
    expect(apply('repo-20190318-patch-20190522.tar.gz').exit).toBe(0);
    expect(flat(platform.run('scan-all', []).stderr)).toContain('"patches" holds pitrix-hyper 2 times: 4.2.2, 4.2.2.');
  });

  it('is refused where a package of it is damaged, and a package that goes bad later is named', () => {
    made('repo-20190318-patch-20190520', [], 'packages');
    platform.shell('truncate -s 200 packages/*.deb');
    made('repo-20190318-patch-20190521', [], 'packages');
    const ran = apply('repo-20190318-patch-20190521.tar.gz');
    expect([ran.exit, flat(ran.stderr)]).toEqual([
      1,
      expect.stringMatching(/these are damaged: "pitrix-hyper_4\.2\.2_all\.deb"\. .*\[bad_patch_archive\]/),
    ]);
    expect(existsSync(platform.box('var'))).toBe(false);
    expect(apply('repo-20190318-patch-20190520.tar.gz').exit).toBe(0);
    platform.shell('find box/pitrix/repo/patches -name "*.deb" -exec truncate -s 200 {} +');
    expect(flat(platform.run('scan-all', []).stderr)).toMatch(
      /"patches\/.*pitrix-hyper_4\.2\.2_all\.deb" is damaged\./,
    );
  });

  it('may be applied again, and an older one after a newer', () => {
    for (const name of ['repo-20190318-patch-20190520', 'repo-20190318-patch-20190410']) made(name, [], 'packages');
    for (const level of ['20190520', '20190520', '20190410']) {
      expect(apply(`repo-20190318-patch-${level}.tar.gz`).stderr).toBe('');
      expect(platform.version.current.patch).toBe(level);
    }
  });
});

describe('a patch of the installer', () => {
  beforeEach(() => {
    platform.write('files/pitrix/bin/tool', 'patched tool\n');
  });

  it('works as the seed types it: unpacked, its script run without arguments, from any directory', () => {
    made('installer-4.2.5-20190318-patch', ['-g', 'optional'], 'files');
    mkdirSync(platform.box('root'), { recursive: true });
    const ran = platform.shell(
      `tar -zxf ${platform.path('installer-4.2.5-20190318-patch.tar.gz')} -C box/root && cd / && ${platform.box('root/installer-4.2.5-20190318-patch/apply-patch.sh')}`,
    );
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout).toContain('apache2 RUNNING');
    expect(platform.read('box/pitrix/bin/tool')).toBe('patched tool\n');
    expect(platform.read('box/pitrix/version.json')).toBe(
      '{\n    "current": {\n        "installer": "4.2.5",\n        "patch": "20190410",\n        "qingcloud": "20190318",\n        "upgrade": "20190318"\n    },\n    "old": []\n}\n',
    );
    const listed = platform.run('swlist', [
      '-l',
      'product',
      '-a',
      'revision',
      '-a',
      'category_tag',
      '@',
      platform.box(),
    ]);
    expect(listed.stdout).toMatch(/installer-4_2_5-20190318-patch +4\.2\.5 +patch optional/);
  });

  it('is verified like all software, and refused where a version is the name of real software', () => {
    made('installer-4.2.5-20190318-patch', [], 'files');
    expect(apply('installer-4.2.5-20190318-patch.tar.gz').exit).toBe(0);
    expect(platform.run('swverify', ['installer-*', '@', platform.box()]).exit).toBe(0);
    platform.write('box/pitrix/bin/tool', 'tampered\n');
    expect(platform.run('swverify', ['installer-*', '@', platform.box()]).exit).toBe(1);
    platform.shell('rm -r box/var');
    platform.write('psf', 'product\ntag patch\nfileset\ntag F\nend\nend\n');
    platform.run('swpackage', ['-s', 'psf', '-d', './depot']);
    expect(platform.run('swinstall', ['-s', './depot', 'patch', '@', platform.box()]).exit).toBe(0);
    const ran = apply('installer-4.2.5-20190318-patch.tar.gz');
    expect([ran.exit, flat(ran.stderr)]).toEqual([
      1,
      expect.stringMatching(/A product "patch" is installed there that is real software\. .*\[step_failed\]/),
    ]);
    expect(flat(platform.run('swjob', ['-a', 'log', 'last']).stdout)).toMatch(
      /"patch" of ".*" cannot be recorded\. .*Remove it, or give it another tag\. \[pseudo_taken\]/,
    );
  });

  it('says so when the swdist commands are not on PATH', () => {
    made('installer-4.2.5-20190318-patch', [], 'files');
    const ran = platform.shell(
      'tar -zxf installer-4.2.5-20190318-patch.tar.gz && installer-4.2.5-20190318-patch/apply-patch.sh',
      {
        env: { PATH: '/usr/bin:/bin' },
      },
    );
    expect([ran.exit, ran.stderr.includes('install swdist')]).toEqual([1, true]);
  });

  it('fails when a service does not run, and shows the services', () => {
    made('installer-4.2.5-20190318-patch', [], 'files');
    platform.write('box/pitrix/services', 'apache2 RUNNING pid 1\nnode_proxy FATAL Exited too quickly\n');
    const ran = apply('installer-4.2.5-20190318-patch.tar.gz');
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain('node_proxy FATAL');
    expect(flat(ran.stderr)).toMatch(/A service is not running\. node_proxy is FATAL\. .*\[services_not_running\]/);
    platform.write('box/pitrix/services', 'unix:///var/run/supervisor.sock no such file\n');
    expect(apply('installer-4.2.5-20190318-patch.tar.gz').stderr).toContain('[services_unknown]');
  });

  it('is taken back when its program fails, and can be removed later', () => {
    const program = platform.write(
      'program',
      '#!/bin/sh\n[ ! -e /tmp/none ] && [ -d "$PATCH_DIRECTORY" ] && exit 4\n',
      0o755,
    );
    made('installer-4.2.5-20190318-patch', ['-e', program], 'files');
    made('installer-4.2.6-20190318-patch', [], 'files');
    const before = platform.read('box/pitrix/version.json');
    expect(apply('installer-4.2.5-20190318-patch.tar.gz').exit).toBe(1);
    expect(platform.read('box/pitrix/version.json')).toBe(before);
    expect(platform.read('box/pitrix/bin/tool')).toBe('old tool\n');

    expect(apply('installer-4.2.6-20190318-patch.tar.gz').stderr).toBe('');
    expect(platform.read('box/pitrix/bin/tool')).toBe('patched tool\n');
    expect(platform.run('swremove', ['installer-4_2_6-20190318-patch', '@', platform.box()]).exit).toBe(0);
    expect(platform.read('box/pitrix/bin/tool')).toBe('old tool\n');
  });

  it('runs the program of an archive that was made elsewhere, in its own directory', () => {
    platform.write(
      'made/installer-4.2.5-20190318-patch/apply-patch.sh',
      '#!/bin/sh\ncp "$(dirname "$0")/tool" "$SW_ROOT_DIRECTORY/pitrix/bin/tool"\n',
      0o755,
    );
    platform.write('made/installer-4.2.5-20190318-patch/tool', 'their tool\n');
    platform.write('made/installer-4.2.5-20190318-patch/README.md', 'Call us.\n');
    platform.shell('tar -C made -czf installer-4.2.5-20190318-patch.tar.gz installer-4.2.5-20190318-patch');
    const ran = apply('-g', 'recommended', 'installer-4.2.5-20190318-patch.tar.gz');
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout).toContain('Grade: recommended');
    expect(ran.stdout).toContain('Call us.');
    expect(platform.read('box/pitrix/bin/tool')).toBe('their tool\n');
    expect(platform.version.current.installer).toBe('4.2.5');
  });
});

describe('archives that cannot be used', () => {
  const stem = 'repo-20190318-patch-20190410';

  it.each([
    ['no script', 'mkdir made/$S', '[bad_patch_archive]'],
    ['a script that is not executable', 'mkdir made/$S && touch made/$S/apply-patch.sh', '[bad_patch_archive]'],
    [
      'another directory',
      'mkdir made/x && touch made/x/apply-patch.sh && chmod +x made/x/apply-patch.sh',
      '[bad_patch_archive]',
    ],
    ['a link that leads out', 'mkdir made/$S && ln -s ../../.. made/$S/up', '[archive_unsafe_path]'],
    ['a pipe', 'mkdir made/$S && mkfifo made/$S/pipe', '[archive_unsupported]'],
    [
      'a grade that is none',
      'mkdir made/$S && touch made/$S/apply-patch.sh && chmod +x made/$S/apply-patch.sh && printf "format=1\\ngrade=urgent\\n" >made/$S/gated-patch',
      '[bad_grade]',
    ],
  ])('%s', (_, making, code) => {
    platform.shell(`mkdir made && S=${stem} && ${making} && tar -czf ${stem}.tar.gz -C made $(ls made)`);
    const ran = apply(`${stem}.tar.gz`);
    expect([ran.exit, ran.stderr.includes(code)], ran.stderr).toEqual([1, true]);
    expect(existsSync(platform.box('var'))).toBe(false);
  });

  it('a file that is no archive, and one that is cut off', () => {
    platform.write(`${stem}.tar.gz`, 'text');
    expect(apply(`${stem}.tar.gz`).stderr).toContain('[not_an_archive]');
    made('repo-20190318-patch-20190520', [], 'packages');
    platform.shell('head -c 300 repo-20190318-patch-20190520.tar.gz >repo-20190318-patch-20190521.tar.gz');
    expect(apply('repo-20190318-patch-20190521.tar.gz').exit).toBe(1);
  });

  it('mk-gated-patch refuses what cannot become one', () => {
    const failing = (...words: string[]) => platform.run('mk-gated-patch', words).stderr;
    expect(failing('x')).toContain('[bad_patch_name]');
    expect(failing(stem, 'nowhere')).toContain('[source_missing]');
    expect(failing('-e', 'packages', stem)).toContain('[source_missing]');
    expect(failing('-g', 'urgent', stem)).toContain('[bad_grade]');
    expect(failing()).toContain('[bad_usage]');
    made(stem);
    expect(failing(stem)).toContain('[archive_exists]');
    expect(readdirSync(platform.top).filter((name) => name.startsWith('.gated'))).toEqual([]);
  });
});

describe('listing', () => {
  it('shows patches by grade, and fails while a mandatory one is missing', () => {
    mkdirSync(platform.path('in'));
    made('repo-20190318-patch-20190410', ['-g', 'mandatory', '-d', 'in']);
    made('repo-20190318-patch-20190520', ['-g', 'optional', '-d', 'in']);
    made('repo-20190710-patch-20190830', ['-g', 'mandatory', '-d', 'in']);
    const list = (...words: string[]) => platform.run('apply-patch', ['list', ...words, 'in']);
    expect(list().stdout).toBe(
      'mandatory    missing  repo-20190318-patch-20190410\nmandatory    unfit    repo-20190710-patch-20190830\noptional     missing  repo-20190318-patch-20190520\n',
    );
    expect(list('-g', 'optional').stdout).toBe('optional     missing  repo-20190318-patch-20190520\n');
    expect([list().exit, list('-g', 'optional').exit, list('-g', 'mandatory').exit]).toEqual([1, 1, 1]);
    apply('in/repo-20190318-patch-20190410.tar.gz');
    expect(list().exit).toBe(0);
    expect(list('-g', 'mandatory').stdout).toContain('mandatory    applied  repo-20190318-patch-20190410');
    expect(platform.run('apply-patch', ['list', 'nowhere']).stderr).toContain('[list_directory_unreadable]');
  });
});

describe('listing what is not in order', () => {
  it('a patch that was cut off is not applied', () => {
    mkdirSync(platform.path('in'));
    const kill = platform.write('kill', '#!/bin/sh\nkill -9 $PPID\n', 0o755);
    made('installer-4.2.5-20190318-patch', ['-g', 'mandatory', '-e', kill, '-d', 'in'], 'packages');
    expect(apply('in/installer-4.2.5-20190318-patch.tar.gz').exit).toBe(null);
    const listed = apply('list', 'in');
    expect([listed.exit, listed.stdout]).toEqual([1, 'mandatory    missing  installer-4.2.5-20190318-patch\n']);
  });

  it('an archive that cannot be read hides no other one', () => {
    mkdirSync(platform.path('in'));
    made('repo-20190318-patch-20190520', ['-g', 'optional', '-d', 'in']);
    platform.write('in/repo-20190318-patch-20190410.tar.gz', 'text');
    platform.shell('ln -s nowhere in/repo-20190318-patch-20190411.tar.gz');
    const listed = apply('list', 'in');
    expect(listed.exit).toBe(1);
    for (const code of ['[not_an_archive]', '[patch_not_found]']) expect(listed.stderr).toContain(code);
    expect(listed.stdout).toBe(
      'optional     missing     repo-20190318-patch-20190520\n-            unreadable  repo-20190318-patch-20190410\n-            unreadable  repo-20190318-patch-20190411\n',
    );
  });
});

describe('kill and readers', () => {
  it('version.json can be read whole at every moment', async () => {
    made('repo-20190318-patch-20190410', [], 'packages');
    made('repo-20190318-patch-20190520', [], 'packages');
    const seen = new Set<string>();
    for (const level of ['20190520', '20190410', '20190520']) {
      const child = platform.start('apply-patch', [`repo-20190318-patch-${level}.tar.gz`]);
      let ended = false;
      const end = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
      void end.then(() => {
        ended = true;
      });
      while (!ended) {
        for (let times = 0; times < 50; times++) seen.add(platform.version.current.patch!);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await end).toBe(0);
    }
    expect([...seen].sort()).toEqual(['20190410', '20190520']);
  });

  it('a kill inside or behind any step leaves a version that can be read; applying again completes it', () => {
    const name = 'repo-20190318-patch-20190520';
    made(name, [], 'packages');
    for (const point of [
      'step begun:1',
      'step ended:1',
      'step begun:2',
      'step ended:2',
      'step begun:3',
      'step ended:3',
      'swap:1',
    ]) {
      const killed = platform.run('apply-patch', [`${name}.tar.gz`], { env: { SW_CRASH_ON: point } });
      if (point !== 'swap:1') expect(killed.exit).toBe(null);
      expect(['20190410', '20190520']).toContain(platform.version.current.patch);
    }
    const again = apply(`${name}.tar.gz`);
    expect(again.exit).toBe(0);
    // The NOTE patch_interrupted.
    expect(flat(again.stdout)).toContain(
      `NOTE: The application of "${name}" was cut off. Apply it again to complete it.`,
    );
    expect(platform.version.current.patch).toBe('20190520');
    expect(
      readFileSync(join(platform.box(), 'pitrix/repo/patches/Packages'), 'utf8').match(/^Package:/gm),
    ).toHaveLength(1);
  });
});
