// swconfig, deferred configuration, kernel phase and reboot as programs (commands.md 5.9, 6.2, 6.4, 6.7). Always on `/`: the software lies in
// the test's own directory, the IPD in an admin directory there, and reboot_cmd is a script that writes a file.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notes, ScriptedSite } from './scripted.ts';
import { flat, found } from './site.ts';

let site: ScriptedSite;
beforeEach(() => {
  site = new ScriptedSite();
});
afterEach(() => site.strike());

/** stderr and exit status of a command. */
function said(command: string, ...words: string[]): [number | null, string] {
  const ran = site.run(command, words);
  return [ran.exit, flat(ran.stderr)];
}

/** P.A needs P.B; Q needs P.A; all with configure and unconfigure scripts but P.C. */
function chain(): void {
  const scripts = `${notes('configure')}\n${notes('unconfigure')}`;
  site.depot(
    'D',
    `
product P
${scripts}
  fileset A prerequisite=P.B
    file @/t/a a
${scripts}
  fileset B
    file @/t/b b
${scripts}
  fileset C
    file @/t/c c
product Q
  fileset F prerequisite=P.A
    file @/t/q q
${scripts}`,
  );
  site.ok('swinstall', '-s', './D', '-x', 'defer_configure=true', '*');
}

test('defer_configure leaves software installed; swconfig configures it, requisites first, script or not', () => {
  chain();
  expect(site.states()).toEqual(['P.A installed', 'P.B installed', 'P.C installed', 'Q.F installed']);
  expect(site.ran()).toEqual([]);
  const out = site.ok('swconfig', 'Q');
  expect(out).toMatch(/BEGIN swconfig SESSION\s+\(non-interactive\) \(jobid=/);
  expect(site.ran()).toEqual(['configure P', 'configure P.B', 'configure P.A', 'configure Q.F']);
  expect(site.states()).toEqual(['P.A configured', 'P.B configured', 'P.C installed', 'Q.F configured']);
  expect(site.read('adm/swagent.log')).toMatch(/BEGIN configure AGENT SESSION\s+\(pid=/);
  expect(site.read('adm/swagent.log')).toContain('       * Beginning the Configure Execution Phase.\n');
  site.ok('swconfig', 'P.C');
  expect(site.states()).toContain('P.C configured');
});

test('configured already: a NOTE, exit 0, nothing runs; reconfigure=true runs it again', () => {
  chain();
  site.ok('swconfig', 'P.B');
  site.write('ran', '');
  expect(flat(site.ok('swconfig', 'P.B'))).toContain('NOTE: The fileset "P.B,l=/,r=1.0" is already configured.');
  expect(site.ran()).toEqual(['']);
  site.ok('swconfig', '-x', 'reconfigure=true', 'P.B');
  expect(site.ran()).toEqual(['configure P', 'configure P.B']);
});

test('-u takes it back, filesets before their product, what needs it first; not configured is a NOTE', () => {
  chain();
  site.ok('swconfig', '*');
  site.write('ran', '');
  site.ok('swconfig', '-u', '-x', 'autoselect_dependents=true', 'P.B');
  expect(site.ran()).toEqual(['unconfigure Q.F', 'unconfigure P.A', 'unconfigure P.B', 'unconfigure P']);
  expect(site.states()).toEqual(['P.A installed', 'P.B installed', 'P.C configured', 'Q.F installed']);
  expect(flat(site.ok('swconfig', '-u', 'P.B'))).toContain('NOTE: The fileset "P.B,l=/,r=1.0" is not configured.');
});

test('-u of what configured software needs is refused, with enforce_dependencies=false only a WARNING', () => {
  chain();
  site.ok('swconfig', '*');
  const [exit, stderr] = said('swconfig', '-u', 'P.B');
  expect(exit).toBe(1);
  expect(stderr).toContain('The configured fileset "P.A,l=/,r=1.0" has "P.B" as its prerequisite');
  expect(site.states()).toContain('P.B configured');
  expect(said('swconfig', '-u', '-x', 'enforce_dependencies=false', 'P.B')[0]).toBe(0);
  expect(site.states()).toContain('P.B installed');
});

test('a prerequisite that is not configured is an ERROR for the product, a WARNING when not enforced', () => {
  chain();
  const alone = ['-x', 'autoselect_dependencies=false'];
  const [exit, stderr] = said('swconfig', ...alone, 'Q', 'P.C');
  expect(exit).toBe(1);
  expect(stderr).toContain('The prerequisite "P.A" for fileset "Q.F,l=/,r=1.0" cannot be successfully resolved.');
  expect(stderr).toMatch(/ERROR: The dependencies for fileset "Q\.F,.*\[dependencies_unresolved\]/);
  expect(site.states()).toEqual(['P.A installed', 'P.B installed', 'P.C configured', 'Q.F installed']);
  expect(said('swconfig', ...alone, '-x', 'enforce_dependencies=false', 'Q')[0]).toBe(0);
  expect(site.states()).toContain('Q.F configured');
});

test('a preview changes nothing; an alternate root is refused', () => {
  chain();
  site.ok('swconfig', '-p', '*');
  expect(site.ran()).toEqual([]);
  site.ok('swinstall', '-s', './D', 'P.B', '@', './alt');
  const [exit, stderr] = said('swconfig', 'P.B', '@', './alt');
  expect([exit, stderr]).toEqual([1, expect.stringContaining('[not_primary_root]')]);
});

test('swconfig: exit 1 leaves installed, exit 2 configures, and the other products go on', () => {
  site.depot(
    'D',
    `
product BAD
  fileset F
    file @/t/bad x
    script configure echo "ERROR:   broken" >&2; exit 1
product WARN
  fileset F
    file @/t/warn x
    script configure exit 2`,
  );
  site.ok('swinstall', '-s', './D', '-x', 'defer_configure=true', '*');
  const [exit, stderr] = said('swconfig', '*');
  expect(exit).toBe(1);
  expect(stderr).toContain('ERROR: broken');
  expect(stderr).toContain('WARNING: The "configure" script for "WARN.F" failed (exit code "2").');
  expect(stderr).toMatch(/"[^"]*:\/": 1 configure or unconfigure scripts failed\. \[configure_failed\]/);
  expect(site.states()).toEqual(['BAD.F installed', 'WARN.F configured']);
  expect(said('swconfig', '-x', 'enforce_scripts=false', 'BAD')[0]).toBe(0);
  expect(site.states()).toContain('BAD.F configured');
});

test('a second version stays installed beside a configured one; swconfig takes it with allow_multiple_versions only', () => {
  const version = (n: number) =>
    `product P r=${n}.0 is_locatable=true directory=@/opt\n  fileset F fr=${n}.0\n    file @/opt/f ${n}\n    ${notes('configure')}`;
  site.depot('D', version(1));
  site.depot('E', version(2));
  site.ok('swinstall', '-s', './D', 'P');
  const second = `P,l=${site.path('two')}`;
  const ran = site.run('swinstall', ['-s', './E', '-x', 'allow_multiple_versions=true', second]);
  expect([ran.exit, flat(ran.stdout)]).toEqual([0, expect.stringContaining('another version of it is configured')]);
  expect(site.ran()).toEqual(['configure P.F']);
  expect(site.states()).toEqual(['P.F configured', 'P.F installed']);
  const [exit, stderr] = said('swconfig', second);
  expect([exit, stderr]).toEqual([1, expect.stringContaining('[other_version_configured]')]);
  expect(said('swconfig', '-x', 'allow_multiple_versions=true', second)[0]).toBe(0);
  expect(site.states()).toEqual(['P.F configured', 'P.F configured']);
});

test('a superseded patch is warned of and not configured', () => {
  site.depot(
    'D',
    `
product P
  fileset F
    file @/t/f base
product PT_1 patch
  fileset F patch ancestor=P.F
    file @/t/f one
product PT_2 patch
  fileset F patch ancestor=P.F supersedes=PT_1.F,fr=*
    file @/t/f two`,
  );
  site.ok('swinstall', '-s', './D', '-x', 'autoselect_patches=false', 'P');
  site.ok('swinstall', '-s', './D', '-x', 'defer_configure=true', 'PT_1');
  site.ok('swinstall', '-s', './D', 'PT_2');
  const [exit, stderr] = said('swconfig', 'PT_1');
  expect([exit, stderr]).toEqual([0, expect.stringContaining('"PT_1.F,l=/,r=1.0" is superseded by another patch')]);
});

test('software for another system is refused, and configured with allow_incompatible=true', () => {
  site.depot('D', 'product P os_name=HP-UX\n  fileset F\n    file @/t/f f');
  expect(said('swinstall', '-s', './D', '-x', 'allow_incompatible=true', '-x', 'defer_configure=true', 'P')[0]).toBe(0);
  expect(said('swconfig', 'P')).toEqual([1, expect.stringContaining('is not compatible with this system')]);
  expect(said('swconfig', '-x', 'allow_incompatible=true', 'P')[0]).toBe(0);
  expect(site.states()).toEqual(['P.F configured']);
});

/** K has a kernel fileset and an ordinary one; the kernel fileset needs L. */
function kernelDepot(more = ''): void {
  const scripts = `${notes('preinstall')}\n${notes('postinstall')}`;
  site.depot(
    'D',
    `
product A
${scripts}
  fileset F
    file @/t/a a
product K
${scripts}
  fileset PLAIN
    file @/t/plain x
${scripts}
  fileset KRN kernel ${more} prerequisite=L
    file @/t/krn x
${scripts}
    script configure echo "kernel=$SW_SESSION_IS_KERNEL reboot=$SW_SESSION_IS_REBOOT" >> @/ran
product L
${scripts}
  fileset F
    file @/t/l l`,
  );
  for (const name of ['prep', 'build', 'reboot']) {
    site.write(
      `${name}.sh`,
      `#!/bin/sh\necho ${name} >> ${site.path('ran')}\nexit $(cat ${site.path(`${name}.exit`)})\n`,
      0o755,
    );
    site.write(`${name}.exit`, '0');
  }
}

const COMMANDS = [
  ...['-x', 'system_prep_cmd=SITE/prep.sh', '-x', 'kernel_build_cmd=SITE/build.sh', '-x', 'reboot_cmd=SITE/reboot.sh'],
];
const commands = () => COMMANDS.map((word) => word.replace('SITE', site.home));

test('kernel filesets and what they need come first on `/`, between prep and build; product scripts run twice', () => {
  kernelDepot();
  site.ok('swinstall', '-s', './D', ...commands(), '*');
  const order = ['prep', 'preinstall L', 'postinstall L', 'preinstall K', 'preinstall K.KRN', 'postinstall K.KRN'];
  expect(site.ran()).toEqual([
    ...order,
    ...['postinstall K', 'build', 'preinstall A', 'postinstall A'],
    ...['preinstall K', 'preinstall K.PLAIN', 'postinstall K.PLAIN', 'postinstall K', 'kernel=true reboot=true'],
  ]);
  expect(site.states()).toEqual(['A.F configured', 'K.KRN configured', 'K.PLAIN configured', 'L.F configured']);
});

test('without programs for it no kernel is built, and a NOTE says so; in an alternate root nothing is said', () => {
  kernelDepot();
  const ran = site.run('swinstall', ['--json', '-s', './D', 'K']);
  expect([ran.exit, found(ran, 'kernel_command')]).toEqual([
    0,
    expect.stringContaining('note: The option "system_prep_cmd" names "/usr/lbin/'),
  ]);
  expect(flat(site.read('adm/swinstall.log'))).toContain(
    'NOTE: The option "kernel_build_cmd" names "/usr/sbin/mk_kernel", which this system does not have',
  );
  expect(site.ok('swinstall', '-s', './D', ...commands(), '*', '@', './alt')).not.toContain('kernel_build_cmd');
  expect(site.ran()).not.toContain('build');
});

test('a kernel that cannot be built ends the session, or is a WARNING with enforce_kernbld_failure=false', () => {
  kernelDepot();
  site.write('build.exit', '1');
  expect(said('swinstall', '-s', './D', ...commands(), '*')).toEqual([
    1,
    expect.stringContaining('[kernel_not_built]'),
  ]);
  expect(site.states()).toEqual(['K.KRN installed', 'L.F installed']);
  const [exit, stderr] = said(
    'swinstall',
    '-s',
    './D',
    ...commands(),
    '-x',
    'reinstall=true',
    '-x',
    'enforce_kernbld_failure=false',
    '*',
  );
  expect([exit, stderr]).toEqual([0, expect.stringContaining('WARNING: The command')]);
  expect(site.states()).toContain('A.F configured');
});

test('postkernel of a product is run in place of kernel_build_cmd, once, and judged alike', () => {
  kernelDepot();
  site.write('own.sh', `#!/bin/sh\necho own >> ${site.path('ran')}\nexit $(cat ${site.path('own.exit')})\n`, 0o755);
  site.write('own.exit', '0');
  const product = (tag: string) =>
    `product ${tag} postkernel=${site.path('own.sh')}\n  fileset F kernel\n    file @/t/${tag} x\n`;
  site.depot('O', product('M') + product('N'));
  site.ok('swinstall', '-s', './O', ...commands(), '*');
  expect(site.ran()).toEqual(['prep', 'own']);
  site.ok('swcopy', '-s', './D', 'K', 'L', '@', './O');
  site.ok('swinstall', '-s', './O', ...commands(), '-x', 'reinstall=true', 'M', 'K.KRN');
  expect(
    site
      .ran()
      .filter((word) => ['own', 'build'].includes(word))
      .sort(),
  ).toEqual(['build', 'own', 'own']);
  site.write('own.exit', '1');
  const again = ['-s', './O', ...commands(), '-x', 'reinstall=true', 'M'];
  expect(said('swinstall', ...again)).toEqual([1, expect.stringContaining('(attribute "postkernel") failed')]);
  expect(said('swinstall', '-x', 'run_scripts=false', ...again)[0]).toBe(0);
  site.ok('swinstall', '-s', './O', ...commands(), '-x', 'reinstall=true', 'M', '@', './alt');
  expect(site.ran().filter((word) => word === 'own').length).toBe(3);
});

test('software that reboots is refused without autoreboot=true; with it the machine reboots at the end, unconfigured', () => {
  kernelDepot('is_reboot=true');
  const [exit, stderr] = said('swinstall', '-s', './D', ...commands(), '*');
  expect([exit, stderr]).toEqual([1, expect.stringContaining('Change the "autoreboot" option to "true"')]);
  expect(site.states()).toEqual(['A.F configured', 'K.PLAIN configured', 'L.F configured']);
  expect(site.ran()).not.toContain('reboot');
  site.ok('swinstall', '-s', './D', ...commands(), '-x', 'autoreboot=true', 'K.KRN');
  expect(site.ran().at(-1)).toBe('reboot');
  expect(site.states()).toContain('K.KRN installed');
  // As the start-up script would.
  site.ok('swconfig', '*');
  expect(site.states()).toContain('K.KRN configured');
  expect(said('swremove', 'K.KRN')).toEqual([1, expect.stringContaining('[reboot_not_allowed]')]);
  const remove = commands().slice(2);
  site.ok('swremove', ...remove, '-x', 'autoreboot=true', 'K.KRN');
  expect(site.ran().slice(-2)).toEqual(['build', 'reboot']);
});

test('checkinstall that ends with 12 asks for a reboot; an alternate root never reboots', () => {
  kernelDepot();
  site.depot('R', 'product P\n  fileset F\n    file @/t/f f\n    script checkinstall exit 12');
  expect(said('swinstall', '-s', './R', ...commands(), 'P')[0]).toBe(1);
  site.ok('swinstall', '-s', './R', ...commands(), '-x', 'autoreboot=true', 'P', '@', './alt');
  expect(existsSync(site.path('ran'))).toBe(false);
  site.ok('swinstall', '-s', './R', ...commands(), '-x', 'autoreboot=true', 'P');
  expect(site.ran()).toEqual(['reboot']);
});

test('a session with errors does not reboot and says so', () => {
  kernelDepot();
  site.depot('R', 'product P\n  fileset F is_reboot=true\n    file @/t/f f\n    script postinstall exit 1');
  const ran = site.run('swinstall', ['--json', '-s', './R', ...commands(), '-x', 'autoreboot=true', 'P']);
  expect([ran.exit, found(ran, 'not_rebooted')]).toEqual([
    1,
    expect.stringContaining(
      'warning: The system is not rebooted, because the session had errors. Nothing was configured',
    ),
  ]);
  expect(site.ran()).toEqual([]);
  // What should reboot fails: the operator is told to.
  site.depot('S', 'product S\n  fileset F is_reboot=true\n    file @/t/s s');
  site.write('reboot.exit', '7');
  const [exit, stderr] = said('swinstall', '-s', './S', ...commands(), '-x', 'autoreboot=true', 'S');
  expect([exit, stderr]).toEqual([
    1,
    expect.stringMatching(
      /The reboot command ".*" failed \(exit code "7"\)\. Reboot the system yourself; .*\[not_rebooted\]/,
    ),
  ]);
});
