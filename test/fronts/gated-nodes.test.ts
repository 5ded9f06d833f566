// exec-nodes, update-nodes, gen-node-list, scan-all and platform-check as programs; other machines by a program that stands for ssh.

import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flat } from '../cli/site.ts';
import { dropTemplate, Platform } from './gated.ts';

let platform: Platform;
beforeEach(() => {
  platform = new Platform();
  platform.run('gen-node-list', []);
});
afterEach(() => platform.strike());
afterAll(dropTemplate);

/** Runs a command line for a node as sshd there would, with the node's own dpkg; hosts without a directory do not answer. */
function fakeSsh(body = ''): void {
  platform.write('shim/dpkg', '#!/bin/sh\nexec /usr/bin/dpkg --root="$NODE" --force-not-root "$@"\n', 0o755);
  platform.write(
    'shim/dpkg-query',
    '#!/bin/sh\nexec /usr/bin/dpkg-query --admindir="$NODE/var/lib/dpkg" "$@"\n',
    0o755,
  );
  platform.write(
    'ssh',
    `#!/bin/sh
[ "$1" = -q ] && shift
NODE=${platform.path('nodes')}/$1
[ "$2" = -- ] || exit 2
shift 2
[ -d "$NODE" ] || { echo "ssh: connect to host port 22: No route to host" >&2; exit 255; }
${body}
mkdir -p "$NODE/var/tmp"
export NODE PATH=${platform.path('shim')}:$PATH
exec sh -c "$(printf %s "$*" | sed "s, /var/tmp, $NODE/var/tmp,g")"
`,
    0o755,
  );
  const conf = platform.read('box/pitrix/conf/gated.conf');
  platform.write('box/pitrix/conf/gated.conf', `${conf}ssh=${platform.path('ssh')} -q\n`);
}

describe('exec-nodes', () => {
  const run = (...words: string[]) => platform.run('exec-nodes', words);

  it('runs in the root of each node, and keeps a log of each', () => {
    const ran = run('-f', 'hyper,web1,hyper1', 'echo one; touch /pitrix/conf/here; echo two >&2');
    expect([ran.stderr, ran.exit]).toEqual(['', 0]);
    expect(ran.stdout).toBe(
      'TARGET NODES:\n  hyper1\n  hyper2\n  web1\nTARGET COMMAND:\n  echo one; touch /pitrix/conf/here; echo two >&2\nDone.\n',
    );
    for (const node of ['hyper1', 'hyper2', 'web1']) {
      expect(existsSync(platform.path('nodes', node, 'pitrix/conf/here'))).toBe(true);
      expect(platform.read(`box/pitrix/log/exec_nodes/exec_${node}.log`)).toMatch(/^=== .*\n(one\ntwo|two\none)\n$/);
    }
  });

  it("answers with the command's exit status where it fails on one node, and 255 for a node that is not there", () => {
    platform.write('nodes/hyper2/bad', '');
    const ran = run('-f', 'all', 'echo looking; [ ! -e /bad ] || exit 7');
    expect(ran.exit).toBe(7);
    expect(ran.stdout).toContain('hyper2: Error! (status 7)  looking');
    rmSync(platform.path('nodes/hyper1/bin/sh'));
    expect(run('-f', 'hyper1', 'true').exit).toBe(255);
    expect(run('-f', 'web1', 'kill -9 $$').exit).toBe(137);
  });

  it('asks, and does nothing after no', () => {
    const no = platform.run('exec-nodes', ['all', 'touch /here'], { input: '\nNO\n' });
    expect([no.exit, no.stdout.match(/Continue\?/g)]).toEqual([0, ['Continue?', 'Continue?']]);
    expect(existsSync(platform.path('nodes/web1/here'))).toBe(false);
    expect(platform.run('exec-nodes', ['all', 'touch /here'], { input: 'y\n' }).exit).toBe(0);
    expect(existsSync(platform.path('nodes/web1/here'))).toBe(true);
    expect(platform.run('exec-nodes', ['all', 'true']).stderr).toContain('[no_answer]');
  });

  it('works on ten nodes at one time, not on more', () => {
    fakeSsh(
      `mkdir -p ${platform.path('now')} && : >${platform.path('now')}/$$ && ls ${platform.path('now')} | wc -l >>${platform.path('seen')}; sleep 1; rm ${platform.path('now')}/$$`,
    );
    for (let n = 1; n <= 14; n++) {
      platform.write(`box/pitrix/conf/settings/n${n}`, `address=n${n}\nroles=many\n`);
      platform.shell(`mkdir nodes/n${n}`);
    }
    platform.run('gen-node-list', []);
    expect(run('-f', 'many', 'true').exit).toBe(0);
    const seen = platform.read('seen').trim().split('\n').map(Number);
    expect(seen).toHaveLength(14);
    expect(Math.max(...seen)).toBeLessThanOrEqual(10);
    expect(Math.max(...seen)).toBeGreaterThan(2);
    expect(readdirSync(platform.box('pitrix/log/exec_nodes'))).toHaveLength(14);
  });

  it('refuses nodes and settings that are none', () => {
    expect(run('-f', 'nobody', 'true').stderr).toContain('[node_unknown]');
    expect(run('-f', '../all', 'true').stderr).toContain('[node_unknown]');
    expect(run('-f', ',', 'true').stderr).toContain('[no_nodes]');
    expect(run('all').stderr).toContain('[bad_usage]');
    platform.write('box/pitrix/conf/settings/web1', 'roles=webservice\n');
    expect(flat(run('-f', 'all', 'true').stderr)).toContain('does not say "address="');
    platform.write('box/pitrix/conf/settings/web1', 'web1\n');
    expect(run('-f', 'all', 'true').stderr).toContain('[bad_settings]');
    platform.shell('rm -r box/pitrix/conf/settings');
    expect(platform.run('gen-node-list', []).stderr).toContain('[settings_missing]');
  });
});

describe('gen-node-list', () => {
  const run = () => platform.run('gen-node-list', []);

  it('takes regular files only, and leaves directories beside the lists alone', () => {
    const before = run().stdout;
    platform.shell('mkdir box/pitrix/conf/nodes/old box/pitrix/conf/settings/broken');
    for (const ending of ['.bak', '~', '.dpkg-old', '.dpkg-dist', '.rpmsave', '.rpmnew'])
      platform.shell(`cp box/pitrix/conf/settings/web1 box/pitrix/conf/settings/web1${ending}`);
    platform.write('box/pitrix/conf/nodes/gone', 'web1\n');
    const ran = run();
    expect([ran.stderr, ran.exit, ran.stdout]).toEqual(['', 0, before]);
    expect(existsSync(platform.box('pitrix/conf/nodes/old'))).toBe(true);
    expect(existsSync(platform.box('pitrix/conf/nodes/gone'))).toBe(false);
  });

  it.each(['roles=hyper webservice/x', 'roles=../../out', 'zone=../out', 'zone=a b'])('refuses %s', (line) => {
    platform.write('box/pitrix/conf/settings/web2', `address=web2\n${line}\n`);
    const ran = run();
    expect([ran.exit, flat(ran.stderr)]).toEqual([
      1,
      expect.stringMatching(/cannot be the name of a role or zone\. .*\[bad_settings\]/),
    ]);
    expect(existsSync(platform.box('pitrix/out'))).toBe(false);
  });

  it('refuses a group whose list is a directory, before it changes a list', () => {
    const all = platform.read('box/pitrix/conf/nodes/all');
    platform.shell('rm box/pitrix/conf/nodes/hyper box/pitrix/conf/settings/web1 && mkdir box/pitrix/conf/nodes/hyper');
    expect(flat(run().stderr)).toMatch(/It is a directory, and a group has its name\. .*\[bad_settings\]/);
    expect(platform.read('box/pitrix/conf/nodes/all')).toBe(all);
  });
});

describe('update-nodes', () => {
  const run = (...words: string[]) => platform.run('update-nodes', words);

  it('upgrades to the newest, downgrades to a named version, and leaves other packages alone', () => {
    platform.shell('mkdir box/pitrix/repo/extra && cp packages/*.deb box/pitrix/repo/extra');
    const up = run('-f', 'hyper', 'pitrix-hyper');
    expect([up.stderr, up.exit]).toEqual(['', 0]);
    expect(up.stdout).toContain('TARGET PACKAGES:\n  pitrix-hyper 4.2.2\n');
    expect(platform.packages('hyper1')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.2']);
    expect(run('-f', 'hyper1', 'pitrix-hyper=4.2.1').exit).toBe(0);
    expect(platform.packages('hyper1')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.1']);
    expect(platform.read('nodes/hyper1/opt/configured')).toBe(
      'pitrix-common 4.2.1\npitrix-hyper 4.2.1\npitrix-hyper 4.2.2\npitrix-hyper 4.2.1\n',
    );
    expect(platform.read('box/pitrix/log/update_nodes/update_hyper1.log')).toContain('pitrix-hyper is at 4.2.1.');
  });

  it('takes sets of packages; one failing node makes it fail, the others are updated', () => {
    platform.shell('cp packages/*.deb box/pitrix/repo/indep');
    rmSync(platform.path('nodes/hyper2/bin/sh'));
    const ran = run('-f', 'all', 'hyper,common');
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain('hyper2: Error! (status 255)');
    expect(platform.packages('hyper1')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.2']);
    expect(platform.packages('web1')).toContain('pitrix-hyper 4.2.2');
  });

  it('a package whose script fails is a failure, and half of it is seen by platform-check', () => {
    platform.shell(
      'mkdir -p d/DEBIAN && printf "Package: pitrix-hyper\\nVersion: 9\\nArchitecture: all\\nMaintainer: x <x@y>\\nDescription: d\\n" >d/DEBIAN/control && printf "#!/bin/sh\\nexit 1\\n" >d/DEBIAN/postinst && chmod 755 d/DEBIAN/postinst && dpkg-deb -b d box/pitrix/repo/indep/pitrix-hyper_9_all.deb',
    );
    const ran = run('-f', 'hyper1', 'pitrix-hyper');
    expect([ran.exit, ran.stdout.includes('hyper1: Error! (status 1)')]).toEqual([1, true]);
    expect(flat(platform.read('box/pitrix/log/update_nodes/update_hyper1.log'))).toMatch(
      /Packages were not installed on the node "hyper1"\. dpkg ended with status 1\. .*\[payload_failed\]/,
    );
    const check = platform.run('platform-check', ['-n', 'hyper1']);
    expect(check.exit).toBe(1);
    expect(check.stdout).toMatch(/hyper1 packages +Abnormal +dpkg --audit complains\./);
  });

  it('refuses packages the repository has not, before any node is touched', () => {
    expect(run('-f', 'all', 'pitrix-nothing').stderr).toContain('[package_unknown]');
    for (const none of ['', ',', 'hyper-boss'])
      expect(flat(run('-f', 'all', none).stderr)).toMatch(/names no package\. .*\[bad_usage\]/);
    expect(run('-f', 'all', 'pitrix-hyper=7').stderr).toContain('[package_unknown]');
    expect(run('all').stderr).toContain('[bad_usage]');
    platform.shell('rm -r box/pitrix/repo');
    expect(run('-f', 'all', 'pitrix-hyper').stderr).toContain('[repository_missing]');
  });

  it('by ssh: sends the files there and asks the dpkg there', () => {
    fakeSsh();
    platform.write('box/pitrix/conf/settings/web1', 'address=web1\nroles=webservice\n');
    platform.write('box/pitrix/conf/settings/gone', 'address=gone\n');
    platform.shell('cp packages/*.deb box/pitrix/repo/indep');
    const ran = run('-f', 'gone,web1', 'pitrix-hyper,pitrix-webservice');
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain(
      'gone: Error! (status 255)  The node "gone" does not answer.  ssh: connect to host port 22: No route to host',
    );
    expect(platform.packages('web1')).toEqual(['pitrix-common 4.2.1', 'pitrix-hyper 4.2.2', 'pitrix-webservice 4.2.1']);
    expect(readdirSync(platform.path('nodes/web1/var/tmp'))).toEqual([]);
    expect(platform.run('platform-check', ['-n', 'web1']).stdout).toMatch(/web1 packages +Normal/);
    expect(platform.run('exec-nodes', ['-f', 'web1', "echo 'a  b' | cat; exit 5"]).exit).toBe(5);
    platform.write('box/pitrix/conf/gated.conf', 'ssh=/nowhere/ssh\n');
    expect(platform.run('exec-nodes', ['-f', 'web1', 'true']).stdout).toContain('"/nowhere/ssh" could not be started.');
  });
});

describe('platform-check', () => {
  it('prints a line an item, keeps the result, and fails for a broken service', () => {
    const conf = platform.read('box/pitrix/conf/gated.conf');
    platform.write('box/pitrix/conf/gated.conf', `${conf}node_services=cat /services\n`);
    for (const node of ['web1', 'hyper1']) platform.write(`nodes/${node}/services`, 'agent RUNNING pid 3\n');
    platform.write('nodes/hyper2/services', 'agent RUNNING pid 3\nlibvirt FATAL no\n');
    const ran = platform.run('platform-check', ['-n', 'all']);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toMatch(/^hyper2 services +Abnormal +libvirt is FATAL\.$/m);
    expect(ran.stdout).toMatch(/^web1 services +Normal$/m);
    expect(platform.read('box/pitrix/log/check/check_result').split('\n').slice(1).join('\n')).toBe(ran.stdout);
    platform.write('nodes/hyper2/services', 'agent RUNNING pid 3\n');
    expect(platform.run('platform-check', ['-n', 'all']).exit).toBe(0);
    rmSync(platform.path('nodes/hyper2/services'));
    rmSync(platform.path('nodes/web1/bin/sh'));
    chmodSync(platform.box('pitrix/services'), 0o600);
    const other = platform.run('platform-check', []);
    expect(other.stdout).toMatch(/^hyper2 services +Unknown/m);
    expect(other.stdout).toMatch(/^web1 reachable +Abnormal/m);
    expect(other.stdout).toMatch(/^web1 packages +Unknown/m);
    platform.write('box/pitrix/services', 'apache2 BACKOFF\n');
    expect(platform.run('platform-check', ['-n', 'hyper1']).stdout).toMatch(
      /^firstbox apache2 +Abnormal +It is BACKOFF\.$/m,
    );
  });
});

describe('scan-all', () => {
  it('writes indexes as apt reads them, names strays, and drops the index of an empty directory', () => {
    expect(platform.run('scan-all', []).stdout).toBe('indep: 3 packages\n');
    const index = platform.read('box/pitrix/repo/indep/Packages');
    expect(index).toMatch(
      /Package: pitrix-common\nVersion: 4\.2\.1\n[\s\S]*Filename: \.\/pitrix-common_4\.2\.1_all\.deb\nSize: \d+\nMD5sum: [0-9a-f]{32}\nSHA256: [0-9a-f]{64}\n\n/,
    );
    expect(platform.shell('gzip -dc box/pitrix/repo/indep/Packages.gz').stdout).toBe(index);
    platform.write('box/pitrix/repo/indep/bad.deb', 'no');
    expect(flat(platform.run('scan-all', []).stderr)).toContain('"indep/bad.deb" is damaged.');
    platform.shell('rm box/pitrix/repo/indep/*.deb');
    platform.run('scan-all', []);
    expect(existsSync(platform.box('pitrix/repo/indep/Packages'))).toBe(false);
  });
});

it('the error that ended a command stands in the log of its job', () => {
  const ran = platform.run('exec-nodes', ['all', 'true'], { input: '' });
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[no_answer]')]);
  const log = platform.run('swjob', ['-a', 'log', 'last']);
  expect([log.exit, log.stderr, flat(log.stdout)]).toEqual([0, '', expect.stringContaining('[no_answer]')]);
});
