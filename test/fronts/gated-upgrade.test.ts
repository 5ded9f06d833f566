// platform-upgrade and the commands around it as programs, on a first box and three nodes with real packages: the list "upgrade" of
// other-systems.md D.5.

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flat } from '../cli/site.ts';
import { dropTemplate, Platform } from './gated.ts';

const NODES = ['web1', 'hyper1', 'hyper2'];
const TARBALL = 'new/qingcloud-installer_4.4.5-20190710_amd64.tar.gz';
const OLD = { installer: '4.2.1', patch: '20190410', qingcloud: '20190318', upgrade: '20190318' };
const NEW = { installer: '4.4.5', patch: '20190710', qingcloud: '20190710', upgrade: '20190710' };

let platform: Platform;
beforeEach(() => {
  platform = new Platform();
});
afterEach(() => platform.strike());
afterAll(dropTemplate);

function upgrade(words: readonly string[], how = {}) {
  return platform.run('platform-upgrade', words, how);
}

/** Words of --list by step. */
function states(): Record<string, string> {
  const lines = upgrade(['--list']).stdout.trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/ +/).slice(0, 2) as [string, string]));
}

/** Everything below a directory with its content, but for what changes by itself. */
function tree(path: string): Record<string, string> {
  const all = readdirSync(platform.path(path), { recursive: true, encoding: 'utf8', withFileTypes: true });
  const files = all.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => [
      `${entry.parentPath}/${entry.name}`.slice(platform.path(path).length),
      readFileSync(`${entry.parentPath}/${entry.name}`, 'latin1'),
    ]),
  );
}

describe('the whole page', () => {
  it('runs end to end on three nodes', () => {
    const repo = tree('box/pitrix/repo');
    const ran = upgrade(['-s', TARBALL]);
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Unpacking the new installer package \.\.\. OK\.$/m);
    expect(ran.stdout).toContain('/pitrix/upgrade/upgrades/20190520/README');
    expect(platform.version).toEqual({ current: NEW, old: [OLD] });
    expect(platform.packages('web1')).toEqual(['pitrix-common 4.4.5', 'pitrix-webservice 4.4.5']);
    for (const node of ['hyper1', 'hyper2'])
      expect(platform.packages(node)).toEqual(['pitrix-common 4.4.5', 'pitrix-hyper 4.4.5']);
    expect(NODES.map((node) => platform.flag(node))).toEqual([false, false, false]);
    expect(platform.read('box/pitrix/upgrade/ran')).toBe('pre 20190318\npre 20190520\npost 20190318\npost 20190520\n');
    expect(platform.read('box/pitrix/upgrade/upgrades/manual-operations')).toBe(
      '/pitrix/upgrade/upgrades/20190520/README\n',
    );
    expect(platform.read('box/pitrix/bin/tool')).toBe('new tool\n');
    // Backups: the installer's tree, the repositories, the configuration, and the data of the first snapshot node.
    expect(platform.read('box/pitrix/backup/4.2.1-20190318/installer/bin/tool')).toBe('old tool\n');
    expect(tree('box/pitrix/backup/4.2.1-20190318/qingcloud/repo')).toEqual(repo);
    expect(existsSync(platform.box('pitrix/backup/4.2.1-20190318/qingcloud/conf/settings/web1'))).toBe(true);
    expect(existsSync(platform.path('nodes/hyper1/pitrix/qingcloud-bak.4.2.1-20190318/conf'))).toBe(true);
    expect(existsSync(platform.path('nodes/hyper2/pitrix/qingcloud-bak.4.2.1-20190318'))).toBe(false);
    // Logs, overall and for each node; markers and selection are gone.
    for (const log of [
      'upgrade/pre_upgrade.log',
      'upgrade/post_upgrade.log',
      'update_nodes/upgrade_pkgs.log',
      'update_nodes/update_web1.log',
      'exec_nodes/exec_hyper2.log',
    ])
      expect(existsSync(platform.box('pitrix/log', log)), log).toBe(true);
    expect(platform.read('box/root/upgrade.log')).toMatch(/\d\d:\d\d:\d\d Initialising the new installer \.\.\. OK\./);
    expect(readdirSync(platform.box('pitrix/upgrade')).sort()).toEqual(['ran', 'upgrades']);
    // It is a job, and the versions are software.
    expect(platform.run('swjob', ['-v', 'last']).stdout).toMatch(/steps +packages-hyper done/);
    expect(platform.run('swlist', ['-l', 'product', '-a', 'revision', '@', platform.box()]).stdout).toMatch(
      /qingcloud +20190710/,
    );
    // What is there cannot be upgraded to once more.
    expect(flat(upgrade(['-s', TARBALL]).stderr)).toContain('[not_newer]');
  });

  it('goes part by part in the one order; version.json is transitional in between', () => {
    upgrade(['-s', TARBALL, 'unpack', 'init']);
    expect(platform.version.current).toEqual({
      installer: '4.4.5',
      new_upgrade: '20190710',
      old_upgrade: '20190318',
      patch: '20190710',
      qingcloud: '20190710',
    });
    expect(Object.keys(platform.version.current)).toEqual([
      'installer',
      'new_upgrade',
      'old_upgrade',
      'patch',
      'qingcloud',
    ]);
    expect(platform.version.old).toEqual([OLD]);
    expect(platform.run('swlist', ['-l', 'product', '@', platform.box()]).stdout).toMatch(/new_upgrade/);
    const early = upgrade(['packages']);
    expect([early.exit, flat(early.stderr)]).toEqual([
      1,
      expect.stringMatching(
        /pre_upgrade\.Done" is missing: "pre" has not been done\. Run platform-upgrade pre first\. \[marker_missing\]/,
      ),
    ]);
    expect(flat(upgrade(['post']).stderr)).toMatch(/upgrade_pkgs\.Done" is missing: .*\[marker_missing\]/);
    expect(upgrade(['-s', TARBALL]).stderr).toContain('[upgrade_unfinished]');
    expect(upgrade(['node-list', 'rescue-off']).stdout).toContain('Rescue is still off');
    expect(NODES.map((node) => platform.flag(node))).toEqual([false, true, true]);
    expect(upgrade(['pre']).exit).toBe(0);
    expect(flat(upgrade(['post']).stderr)).toContain('upgrade_pkgs.Done" is missing');
    expect(platform.packages('web1')).toEqual(['pitrix-common 4.2.1', 'pitrix-webservice 4.2.1']);
    expect(upgrade(['packages']).exit).toBe(0);
    const services = platform.read('box/pitrix/services');
    platform.write('box/pitrix/services', 'apache2 STOPPED\n');
    const unsound = upgrade(['check']);
    expect([unsound.exit, flat(unsound.stderr)]).toEqual([
      1,
      expect.stringMatching(/One item is not Normal\. Mend them, and resume; .*\[platform_not_sound\]/),
    ]);
    expect(platform.version.current.new_upgrade).toBe('20190710');
    platform.write('box/pitrix/services', services);
    expect(upgrade(['check', 'post', 'rescue-on']).exit).toBe(0);
    expect(platform.version.current).toEqual(NEW);
    expect(NODES.some((node) => platform.flag(node))).toBe(false);
  });
});

describe('what is refused', () => {
  it('before anything is changed', () => {
    const before = tree('box');
    expect(flat(upgrade([]).stderr)).toContain('[bad_installer_package]');
    expect(flat(upgrade(['-s', 'nowhere.tar.gz']).stderr)).toContain('[archive_not_found]');
    platform.shell(`mkdir t && tar -xzf ${TARBALL} -C t`);
    const from = (how = {}) => flat(upgrade(['-s', platform.path('t/qingcloud-installer')], how).stderr);
    expect(from({ cwd: platform.box('pitrix/conf') })).toMatch(
      /working directory is inside ".*Change to another directory first\. \[inside_platform\]/,
    );
    platform.write('box/pitrix/conf/variables/variables.yaml', 'cloud_type: public\n');
    expect(from()).toMatch(/"cloud_type" is "public", .*\[not_private_cloud\]/);
    rmSync(platform.box('pitrix/conf/variables/variables.yaml'));
    const services = platform.read('box/pitrix/services');
    platform.write('box/pitrix/services', 'apache2 STOPPED\n');
    expect(from()).toMatch(/apache2 is STOPPED\. .*\[services_not_running\]/);
    platform.write('box/pitrix/services', services);
    platform.write(
      't/qingcloud-installer/version.json',
      platform.read('box/pitrix/version.json').replace('4.2.1', '4.4.5'),
    );
    expect(from()).toContain('Both versions must rise');
    for (const odd of ['banana', '4.x.9', '5', '4.4.5-rc']) {
      const text = platform.read('box/pitrix/version.json').replace('4.2.1', odd).replace('20190318', '20190710');
      platform.write('t/qingcloud-installer/version.json', text);
      expect([odd, from()]).toEqual([odd, expect.stringContaining('[not_newer]')]);
    }
    const version = platform.read('box/pitrix/version.json');
    platform.write('box/pitrix/version.json', version.replace('4.2.1', 'banana'));
    expect(from()).toMatch(/Its installer is at banana, .*\[installer_too_old\]/);
    platform.write('box/pitrix/version.json', version.replace('4.2.1', '3.9.9'));
    expect(from()).toMatch(/Its installer is at 3\.9\.9, and upgrades begin at 4\.0\. .*\[installer_too_old\]/);
    platform.write('box/pitrix/version.json', version);
    const steps = /^\/(var\/adm\/sw\/steps|root\/upgrade\.log)/;
    const now = Object.entries(tree('box')).filter(([path]) => !steps.test(path));
    expect(Object.fromEntries(now)).toEqual(before);
  });

  it('words that are none', () => {
    expect(upgrade(['--resume']).stderr).toContain('[nothing_to_resume]');
    expect(flat(upgrade(['packges']).stderr)).toMatch(
      /no step "packges"\. Did you mean "packages"\? .*\[no_such_step\]/,
    );
    expect(upgrade(['undo']).stderr).toContain('[bad_usage]');
    expect(upgrade(['undo', 'check']).stderr).toContain('[no_undo]');
    expect(upgrade(['undo', 'init']).stderr).toContain('[not_initialised]');
    expect(upgrade(['--list']).stdout).toBe('No upgrade was begun.\n');
    platform.write('box/pitrix/conf/gated.conf', 'service=x\n');
    expect(flat(upgrade(['--resume']).stderr)).toMatch(
      /Line 1 of ".*gated\.conf" cannot be used\. .*Did you mean "services"\? .*\[bad_gated_conf\]/,
    );
    expect(platform.run('platform-check', [], { env: { SW_ROOT: '/nowhere' } }).stderr).toContain('[target_missing]');
  });
});

describe('failures', () => {
  it('an unreachable node fails the health gate; without its settings the upgrade goes on', () => {
    rmSync(platform.path('nodes/hyper2/bin/sh'));
    const ran = upgrade(['-s', TARBALL]);
    expect(ran.exit).toBe(1);
    expect(flat(ran.stderr)).toContain('It failed on hyper2. The log of each node has the reason. [nodes_failed]');
    expect(flat(platform.read('box/pitrix/log/exec_nodes/exec_hyper2.log'))).toMatch(
      /The node "hyper2" does not answer\. There is no \/bin\/sh in ".*\[node_unreachable\]/,
    );
    expect(flat(ran.stderr)).toContain('With -i single steps can be left out');
    expect(states().health).toBe('failed');
    rmSync(platform.box('pitrix/conf/settings/hyper2'));
    expect(platform.run('gen-node-list', []).stdout).toContain('hyper: hyper1\n');
    const resumed = upgrade(['--resume']);
    expect([resumed.stderr, resumed.exit]).toEqual(['', 0]);
    expect(resumed.stdout).not.toContain('Initialising');
    expect(platform.packages('hyper2')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.1']);
  });

  it('a broken package index, duplicates in the repository: each is told before packages are touched', () => {
    platform.write('nodes/web1/broken', '');
    expect(flat(upgrade(['-s', TARBALL]).stderr)).toContain('It failed on web1.');
    rmSync(platform.path('nodes/web1/broken'));
    platform.shell(
      'cp packages/pitrix-hyper_4.2.2_all.deb box/pitrix/repo/indep/ && echo x >box/pitrix/repo/indep/notes',
    );
    const ran = upgrade(['--resume']);
    expect(ran.exit).toBe(1);
    expect(flat(ran.stderr)).toContain(
      '"indep" holds pitrix-hyper 2 times: 4.2.2, 4.4.5. "indep/notes" is no package.',
    );
    expect(flat(ran.stderr)).toContain('run scan-all, and resume. [repository_disorder]');
    expect(platform.packages('hyper1')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.1']);
    expect(platform.run('scan-all', []).stderr).toContain('WARNING: "indep" holds pitrix-hyper 2 times');
    platform.shell('rm box/pitrix/repo/indep/pitrix-hyper_4.2.2_all.deb box/pitrix/repo/indep/notes');
    expect(platform.run('scan-all', []).stdout).toBe('indep: 3 packages\n');
    expect(upgrade(['--resume']).exit).toBe(0);
  });

  it('an abort says that rescue is still off; undo turns it on, and restores the backup', () => {
    const before = { repo: tree('box/pitrix/repo'), version: platform.read('box/pitrix/version.json') };
    platform.write('box/pitrix/conf/packages/webservice', 'pitrix-nothing\n');
    const ran = upgrade(['-s', TARBALL]);
    expect(ran.exit).toBe(1);
    expect(flat(ran.stderr)).toContain('The repository has no package "pitrix-nothing"');
    rmSync(platform.box('pitrix/conf/packages/webservice'));
    expect(flat(upgrade(['--resume']).stderr)).toContain('[package_set_unknown]');
    expect(flat(ran.stderr)).toContain(
      'Rescue is still off: /pitrix/conf/disable_hyperpair_rescue exists on hyper1, hyper2.',
    );
    expect(NODES.map((node) => platform.flag(node))).toEqual([false, true, true]);
    expect(upgrade(['undo', 'rescue-off']).exit).toBe(0);
    expect(NODES.some((node) => platform.flag(node))).toBe(false);
    expect(upgrade(['undo', 'init']).exit).toBe(0);
    expect(tree('box/pitrix/repo')).toEqual(before.repo);
    expect(platform.read('box/pitrix/version.json')).toBe(before.version);
    expect(platform.read('box/pitrix/bin/tool')).toBe('old tool\n');
    expect(existsSync(platform.box('pitrix/kernels/vmlinuz'))).toBe(false);
    expect(states()).toMatchObject({ init: 'undone', 'rescue-off': 'undone' });
    rmSync(platform.box('pitrix/backup'), { recursive: true });
    expect(upgrade(['undo', 'init']).stderr).toContain('[no_backup]');
  });

  it('each upgrade is backed up anew: undo brings back what was applied since the last one', () => {
    upgrade(['-s', TARBALL, 'unpack', 'init']);
    expect(upgrade(['undo', 'init']).exit).toBe(0);
    platform.run('mk-gated-patch', ['repo-20190318-patch-20190520', 'packages']);
    expect(platform.run('apply-patch', ['repo-20190318-patch-20190520.tar.gz']).exit).toBe(0);
    const before = { repo: tree('box/pitrix/repo'), version: platform.version };
    expect(upgrade(['-s', TARBALL, 'unpack', 'init']).exit).toBe(0);
    expect(upgrade(['undo', 'init']).exit).toBe(0);
    expect(tree('box/pitrix/repo')).toEqual(before.repo);
    expect(platform.version).toEqual(before.version);
    expect(readdirSync(platform.box('pitrix/backup')).sort()).toEqual(['4.2.1-20190318', '4.2.1-20190318.1']);
    platform.write('box/pitrix/bin/tool', 'mended tool\n');
    platform.write('nodes/web1/broken', '');
    expect(upgrade(['-s', TARBALL]).exit).toBe(1);
    expect(upgrade(['undo', 'init']).exit).toBe(0);
    expect(platform.read('box/pitrix/bin/tool')).toBe('mended tool\n');
  });

  it('a new try after one that was cut off in the middle of init keeps its backup', () => {
    const repo = tree('box/pitrix/repo');
    platform.write(
      'shim/cp',
      '#!/bin/sh\ncase "$*" in *installer/kernels*) exit 1 ;; esac\nexec /bin/cp "$@"\n',
      0o755,
    );
    const cut = upgrade(['-s', TARBALL], { env: { PATH: `${platform.path('shim')}:${process.env.PATH}` } });
    expect([cut.exit, flat(cut.stderr)]).toEqual([1, expect.stringContaining('[not_copied]')]);
    expect(tree('box/pitrix/repo')).not.toEqual(repo);
    platform.write('nodes/web1/broken', '');
    expect(upgrade(['-s', TARBALL]).exit).toBe(1);
    expect(platform.version.current.new_upgrade).toBe('20190710');
    expect(upgrade(['undo', 'init']).exit).toBe(0);
    expect(tree('box/pitrix/repo')).toEqual(repo);
  });

  it('a second try keeps the old installer package under its name', () => {
    platform.write('box/root/qingcloud-installer/OLD', 'old package\n');
    const services = platform.read('box/pitrix/services');
    platform.write('box/pitrix/services', 'apache2 FATAL\n');
    expect(flat(upgrade(['-s', TARBALL]).stderr)).toContain('[services_not_running]');
    platform.write('box/pitrix/services', services);
    expect(upgrade(['-s', TARBALL, 'unpack', 'init']).exit).toBe(0);
    expect(
      readdirSync(platform.box('root'))
        .filter((name) => name.startsWith('qingcloud'))
        .sort(),
    ).toEqual(['qingcloud-installer', 'qingcloud-installer_4.2.1-20190318']);
    expect(platform.read('box/root/qingcloud-installer_4.2.1-20190318/OLD')).toBe('old package\n');
    expect(platform.read('box/root/qingcloud-installer/version.json')).toContain('4.4.5');
    expect(existsSync(platform.box('root/qingcloud-installer/OLD'))).toBe(false);
  });

  it('a new package is not kept as the old one where there was none', () => {
    for (const round of [1, 2]) expect([round, upgrade(['-s', TARBALL, 'unpack']).exit]).toEqual([round, 0]);
    expect(readdirSync(platform.box('root')).filter((name) => name.startsWith('qingcloud'))).toEqual([
      'qingcloud-installer',
    ]);
  });

  it('a script of an upgrade that fails stops it, and is run again', () => {
    upgrade(['-s', TARBALL, 'unpack', 'init', 'node-list']);
    const script = 'box/pitrix/upgrade/upgrades/20190520/pre_upgrade.sh';
    const good = platform.read(script);
    platform.write(script, '#!/bin/sh\necho no; exit 9\n');
    expect(flat(upgrade(['pre']).stderr)).toMatch(
      /"20190520\/pre_upgrade\.sh" failed with exit status 9\. .*\[upgrade_script_failed\]/,
    );
    expect(existsSync(platform.box('pitrix/upgrade/pre_upgrade.Done'))).toBe(false);
    platform.write(script, good);
    expect(upgrade(['pre']).exit).toBe(0);
    expect(platform.read('box/pitrix/log/upgrade/pre_upgrade.log')).toContain('\nno\n');
  });
});

describe('with -i', () => {
  const ASKED = [
    'unpack',
    'init',
    'services',
    'node-list',
    'health',
    'repo',
    'rescue-off',
    'pre',
    'packages-reach',
    'packages-common',
    'packages-webservice',
    'packages-hyper',
    'packages-hyper-boss',
    'post',
    'check',
    'rescue-on',
  ];
  /** `y` to every question but those named; an answer may be several lines. */
  const answers = (other: Record<string, string>) => ASKED.map((step) => `${other[step] ?? 'y'}\n`).join('');

  it('no leaves a step out, an empty answer asks again, a failure may be ignored', () => {
    const input = answers({ init: '\nmaybe\nYES', 'packages-webservice': 'n', check: 'Y\nyes' });
    const ran = upgrade(['-i', '-s', TARBALL], { input });
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout.match(/\(init\)\? \[y\/N\] /g)).toHaveLength(3);
    expect(ran.stdout).toMatch(/Upgrading webservice \.\.\. Ignored!/);
    expect(ran.stdout).toMatch(/Checking the platform \.\.\. Error! Ignored manually\./);
    expect(platform.packages('web1')).toEqual(['pitrix-common 4.4.5', 'pitrix-webservice 4.2.1']);
    expect(states()).toMatchObject({ 'packages-webservice': 'ignored', check: 'failed-ignored', 'rescue-on': 'done' });
  });

  it('a failure that is not ignored ends it with 1, and so does the end of the input', () => {
    platform.write('nodes/web1/broken', '');
    const ran = upgrade(['-i', '-s', TARBALL], { input: answers({ health: 'y\nn' }) });
    expect([ran.exit, ran.stderr.includes('[upgrade_failed]')]).toEqual([1, true]);
    expect(ran.stderr).not.toContain('With -i');
    const gone = upgrade(['-i', '--resume'], { input: 'n\ny\ny\n' });
    expect([gone.exit, gone.stderr.includes('[no_answer]')]).toEqual([1, true]);
    expect(gone.stdout).toContain('Rescue is still off');
    expect(states()).toMatchObject({ health: 'ignored', 'rescue-off': 'done', pre: 'pending' });
  });
});

describe('kill and resume', () => {
  it('killed behind the work of every step and before its record: resuming does each again and ends alike', () => {
    let ran = upgrade(['-s', TARBALL], { env: { SW_CRASH_ON: 'step ended:1' } });
    expect(ran.exit).toBe(null);
    const interrupted: string[] = [];
    for (let round = 0; round < 30 && ran.exit === null; round++) {
      const cut = Object.entries(states()).filter(([, word]) => word === 'interrupted');
      expect(cut).toHaveLength(1);
      interrupted.push(cut[0]![0]);
      expect(platform.version.current.installer).toMatch(/^4\.(2\.1|4\.5)$/);
      ran = upgrade(['--resume'], { env: { SW_CRASH_ON: 'step ended:2' } });
    }
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(interrupted).toHaveLength(17);
    expect(platform.version).toEqual({ current: NEW, old: [OLD] });
    expect(platform.read('box/pitrix/backup/4.2.1-20190318/installer/bin/tool')).toBe('old tool\n');
    expect(platform.packages('hyper2')).toEqual(['pitrix-common 4.4.5', 'pitrix-hyper 4.4.5']);
    expect(NODES.some((node) => platform.flag(node))).toBe(false);
    expect(platform.run('swjob', []).stdout).toMatch(/crashed/);
  });

  it('killed by a script in the middle of a step, and while the step is about to begin', () => {
    const killer = (file: string) => `[ -e ${file} ] || { touch ${file}; kill -9 $PPID; }`;
    platform.write(
      'box/pitrix/conf/gated.conf',
      `services=cat pitrix/services\nhealth=${killer('/killed')}\nparallel=1\n`,
    );
    expect(upgrade(['-s', TARBALL]).exit).toBe(null);
    expect(states().health).toBe('interrupted');
    for (const node of NODES) platform.write(`nodes/${node}/killed`, '');
    expect(upgrade(['--resume'], { env: { SW_CRASH_ON: 'step:4' } }).exit).toBe(null);
    expect(states()).toMatchObject({ 'rescue-off': 'done', pre: 'pending' });
    const script = platform.box('pitrix/upgrade/upgrades/20190520/pre_upgrade.sh');
    platform.write(
      'box/pitrix/upgrade/upgrades/20190520/pre_upgrade.sh',
      `#!/bin/sh\n${killer(platform.path('k2'))}\n`,
    );
    chmodSync(script, 0o755);
    expect(upgrade(['--resume']).exit).toBe(null);
    expect(states().pre).toBe('interrupted');
    expect(existsSync(platform.box('pitrix/upgrade/pre_upgrade.Done'))).toBe(false);
    const ran = upgrade(['--resume']);
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(platform.version.current).toEqual(NEW);
  });

  it('a signal ends it behind what runs, says what is left behind, and can be resumed', async () => {
    const script = 'box/pitrix/upgrade/upgrades/20190318/pre_upgrade.sh';
    upgrade(['-s', TARBALL, 'unpack', 'init', 'node-list', 'rescue-off']);
    const good = platform.read(script);
    platform.write(script, '#!/bin/sh\ntouch "$SW_ROOT_DIRECTORY/begun"\nwhile :; do sleep 0.1; done\n');
    const child = platform.start('platform-upgrade', ['--resume']);
    const end = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
    while (!existsSync(platform.box('begun'))) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    expect(await end).toBe(143);
    expect(states().pre).toBe('interrupted');
    expect(upgrade(['--list']).stdout).toContain(
      'Rescue is still off: /pitrix/conf/disable_hyperpair_rescue exists on hyper1, hyper2.',
    );
    platform.write(script, good);
    expect(upgrade(['--resume']).exit).toBe(0);
    expect(upgrade(['--list']).stdout).not.toContain('Rescue');
  });

  it('one upgrade at a time', async () => {
    platform.write(
      'box/pitrix/conf/gated.conf',
      'services=touch begun; while [ ! -e go ]; do sleep 0.1; done; cat pitrix/services\n',
    );
    const first = platform.start('platform-upgrade', ['-s', TARBALL]);
    const end = new Promise((resolve) => first.on('exit', resolve));
    while (!existsSync(platform.box('begun'))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(upgrade(['--resume']).stderr).toContain('[steps_running]');
    first.kill('SIGKILL');
    await end;
    platform.write('box/go', '');
    expect(upgrade(['--resume']).stderr).not.toContain('[steps_running]');
  });
});
