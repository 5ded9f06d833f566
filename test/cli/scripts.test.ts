// Control scripts as a program (commands.md 7): order, environment, directory, exit values, output, the library that packages source.

import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notes, ScriptedSite } from './scripted.ts';
import { flat } from './site.ts';

let site: ScriptedSite;
beforeEach(() => {
  site = new ScriptedSite();
});
afterEach(() => site.strike());

const LOAD = ['checkinstall', 'preinstall', 'postinstall', 'configure'];
const REMOVE = ['checkremove', 'unconfigure', 'preremove', 'postremove'];

/** Scripts of all phases at both levels; A needs B, so B is loaded first and goes last. */
function bothLevels(): string {
  const all = [...LOAD, ...REMOVE].map((tag) => notes(tag)).join('\n');
  return `
product P r=1.0
${all}
  fileset A prerequisite=P.B
    file @/t/a a
${all}
  fileset B
    file @/t/b b
${all}`;
}

test('every script of both levels runs once, in the order of SD', () => {
  site.depot('D', bothLevels());
  site.ok('swinstall', '-s', './D', 'P');
  expect(site.ran()).toEqual([
    ...['checkinstall P', 'checkinstall P.B', 'checkinstall P.A'],
    ...['preinstall P', 'preinstall P.B', 'preinstall P.A'],
    ...['postinstall P.B', 'postinstall P.A', 'postinstall P'],
    ...['configure P', 'configure P.B', 'configure P.A'],
  ]);
  site.write('ran', '');
  site.ok('swremove', 'P');
  expect(site.ran()).toEqual([
    ...['checkremove P', 'checkremove P.A', 'checkremove P.B'],
    ...['unconfigure P.A', 'unconfigure P.B', 'unconfigure P'],
    ...['preremove P', 'preremove P.A', 'preremove P.B'],
    ...['postremove P.A', 'postremove P.B', 'postremove P'],
  ]);
});

test('an alternate root configures nothing; run_scripts=false runs nothing at all', () => {
  site.depot('D', bothLevels());
  site.ok('swinstall', '-s', './D', 'P', '@', './alt');
  site.ok('swremove', 'P', '@', './alt');
  expect(site.ran().filter((line) => /configure/.test(line))).toEqual([]);
  expect(site.ran()).toHaveLength(18);
  site.write('ran', '');
  site.ok('swinstall', '-s', './D', '-x', 'run_scripts=false', 'P');
  expect(site.states()).toEqual(['P.A installed', 'P.B installed']);
  site.ok('swremove', '-x', 'run_scripts=false', 'P');
  expect(site.ran()).toEqual(['']);
});

/** A product whose scripts leave their environment in a file named by tag. */
function curious(): string {
  const tags = [...LOAD, ...REMOVE, 'verify'];
  const look = 'env | grep -E "^(SW_|LANG|PATH|HOME|SECRET)" | sort > @/seen.$SW_CONTROL_TAG';
  const more =
    'pwd >> @/seen.$SW_CONTROL_TAG\\nls >> @/seen.$SW_CONTROL_TAG\\ncat $SW_SESSION_OPTIONS > @/options.$SW_CONTROL_TAG';
  const sibling = '. $' + '{SW_CONTROL_DIRECTORY}subscript';
  const scripts = tags.map((tag) => `    script ${tag} ${look}\\n${more}\\n${sibling}`).join('\n');
  return `
product P r=1.0 v=V
  fileset F fr=2.0
    file @/t/f f
    control_file @/subscript subscript
${scripts}`;
}

function curiousDepot(): void {
  site.write('subscript', `echo "sourced by $SW_CONTROL_TAG" >> ${site.path('ran')}\n`);
  site.depot('D', curious());
}

test('environment, directory, siblings and options of a script on `/`', () => {
  curiousDepot();
  const secret = { env: { SECRET: 'x', LANG: 'en_US.UTF-8' } };
  expect(site.run('swinstall', ['-s', './D', 'P'], secret).exit).toBe(0);
  const seen = site.read('seen.configure').trim().split('\n');
  const adm = site.path('adm');
  const facts = Object.fromEntries(seen.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/s)));
  expect(facts).toMatchObject({
    LANG: 'en_US.UTF-8',
    SW_CATALOG: `${adm.slice(1)}/products`,
    SW_CONTROL_DIRECTORY: `${adm}/products/P/F/`,
    SW_CONTROL_TAG: 'configure',
    SW_LOCATION: '/',
    SW_ROOT_DIRECTORY: '/',
    SW_SOFTWARE_SPEC: 'P.F,l=/,r=1.0,a=,v=V,fr=2.0',
    SW_KERNEL_PATH: '/stand/vmunix',
    SW_SYSTEM_FILE_PATH: '/stand/system',
    SW_SESSION_IS_KERNEL: '',
    SW_SESSION_IS_REBOOT: '',
  });
  expect(facts.PATH).toBe(facts.SW_PATH);
  expect(Object.keys(facts)).not.toContain('SECRET');
  expect(Object.keys(facts)).not.toContain('SW_INITIAL_INSTALL');
  expect(Object.keys(facts)).not.toContain('SW_DEFERRED_KERNBLD');
  expect(seen).toContain(`${adm}/products/P/F`);
  expect(seen).toContain('subscript');
  const options = site.read('options.configure').split('\n');
  const host = /targets=(.*):\/$/m.exec(site.read('options.configure'))![1]!;
  expect(options).toContain('software=P');
  expect(options).toContain(`source=${host}:${site.path('D')}`);
  expect(options).toContain('enforce_scripts=true');
  expect(options).toContain('autoselect_dependencies=true');
  expect(site.ran()).toEqual(LOAD.map((tag) => `sourced by ${tag}`));
});

test('checks and load scripts have a temporary directory, which goes; the others the published one', () => {
  curiousDepot();
  site.write('tmp/.keep', '');
  const how = { env: { TMPDIR: site.path('tmp') } };
  for (const [command, ...words] of [
    ['swinstall', '-s', './D', 'P'],
    ['swverify', 'P'],
    ['swremove', 'P'],
  ] as const)
    expect(site.run(command, words, how).exit).toBe(0);
  const directory = (tag: string) => /SW_CONTROL_DIRECTORY=(.*)/.exec(site.read(`seen.${tag}`))![1]!;
  for (const tag of ['checkinstall', 'preinstall', 'postinstall', 'postremove'])
    expect(directory(tag)).toMatch(new RegExp(`^${site.path('tmp')}/.*/$`));
  for (const tag of ['configure', 'verify', 'checkremove', 'unconfigure', 'preremove'])
    expect(directory(tag)).toBe(site.path('adm/products/P/F/'));
  expect(readdirSync(site.path('tmp'))).toEqual(['.keep']);
  const verify = site.read('seen.verify');
  expect(verify).toMatch(/^SW_IS_COMPATIBLE=true$/m);
  expect(verify).not.toMatch(/^SW_COMPATIBLE=/m);
  expect(site.read('seen.configure')).not.toMatch(/COMPATIBLE/);
});

test('on another root paths are below it, and kernel work is left to configure scripts', () => {
  curiousDepot();
  site.ok('swinstall', '-s', './D', 'P', '@', './alt', './other');
  const seen = site.read('seen.postinstall');
  expect(seen).toContain(`SW_ROOT_DIRECTORY=${site.path('other')}\n`);
  expect(seen).toContain('SW_CATALOG=var/adm/sw/products\n');
  expect(seen).toContain('SW_DEFERRED_KERNBLD=true\n');
  expect(site.read('options.postinstall')).toMatch(/^targets=[^ ]*:\/.*\/other$/m);
  expect(site.read('options.checkinstall')).not.toMatch(/\/alt$/m);
});

test('output goes into the agent log as it comes, the start line before it; the terminal has it when the script failed', () => {
  site.depot(
    'D',
    `
product P
  fileset F
    file @/t/f f
    script postinstall echo "         plain text"; echo "NOTE:    noted" >&2
    script configure echo "ERROR:   cannot" >&2; exit 1`,
  );
  const ran = site.run('swinstall', ['-s', './D', 'P']);
  expect(ran.exit).toBe(1);
  expect(ran.stdout).not.toContain('plain text');
  expect(ran.stderr).toContain('ERROR:   cannot\n');
  expect(flat(ran.stderr)).toMatch(/ERROR: "[^"]*:\/": 1 configure or unconfigure scripts failed\./);
  const log = site.read('adm/swagent.log');
  const post = log.indexOf('       * Running "postinstall" script for fileset "P.F".\n');
  expect(post).toBeGreaterThan(0);
  expect(log.indexOf('         plain text\n')).toBeGreaterThan(post);
  expect(log).toContain('\nNOTE:    noted\n');
  const words = flat(log);
  expect(words).toContain('The "configure" script for "P.F" failed (exit code "1").');
  expect(words).toContain(`The script location was "${site.path('adm/products/P/F/configure')}".`);
  expect(words).toContain('ERROR: Installed P.F,l=/,r=1.0');
  expect(words).toContain('1 of 1 fileset had Errors.');
  expect(site.states()).toEqual(['P.F installed']);
});

test.each([
  // tag, exit, options, exit status of swinstall, state afterwards
  ['checkinstall', 1, [], 1, undefined],
  ['checkinstall', 2, [], 0, 'configured'],
  ['checkinstall', 3, [], 1, undefined],
  ['checkinstall', 1, ['enforce_scripts=false'], 0, 'configured'],
  ['preinstall', 1, [], 1, 'corrupt'],
  ['preinstall', 2, [], 0, 'configured'],
  ['preinstall', 7, [], 1, 'corrupt'],
  ['preinstall', 12, [], 1, 'corrupt'],
  ['postinstall', 1, [], 1, 'corrupt'],
  ['postinstall', 1, ['enforce_scripts=false'], 0, 'configured'],
  ['configure', 1, [], 1, 'installed'],
  ['configure', 2, [], 0, 'configured'],
  ['configure', 3, [], 1, 'installed'],
  ['configure', 1, ['enforce_scripts=false'], 0, 'configured'],
] as const)('%s that ends with %i %j: swinstall %i, %s', (tag, exit, options, status, state) => {
  site.depot(
    'D',
    `product P\n  fileset F\n    file @/t/f f\n    script ${tag} exit ${exit}\n  fileset G\n    file @/t/g g`,
  );
  const words = options.flatMap((option) => ['-x', option]);
  const ran = site.run('swinstall', ['-s', './D', ...words, 'P']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([status, expect.stringContaining(`(exit code "${exit}")`)]);
  expect(flat(ran.stderr)).toContain(`${status === 0 ? 'WARNING' : 'ERROR'}: The "${tag}" script for "P.F" failed`);
  expect(site.states()).toEqual([...(state ? [`P.F ${state}`] : []), 'P.G configured']);
});

test.each([
  ['unconfigure', 1, 1, true],
  ['preremove', 1, 1, true],
  ['postremove', 1, 1, true],
  ['postremove', 2, 0, true],
  ['checkremove', 1, 1, false],
  ['checkremove', 2, 0, true],
] as const)('%s that ends with %i: swremove %i, gone: %s', (tag, exit, status, gone) => {
  site.depot(
    'D',
    `product P\n  fileset F\n    file @/t/f f\n    script ${tag} exit ${exit}\n  fileset G\n    file @/t/g g`,
  );
  site.ok('swinstall', '-s', './D', 'P');
  const ran = site.run('swremove', ['P']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([status, expect.stringContaining(`"${tag}" script for "P.F" failed`)]);
  expect(site.states()).toEqual(gone ? [] : ['P.F configured', 'P.G configured']);
  expect(existsSync(site.path('t/g'))).toBe(!gone);
});

test('a script whose interpreter is missing failed like any other, and nothing is left open', () => {
  site.write('odd', '#!/opt/none/bin/xyzzy\n');
  site.depot('D', 'product P\n  fileset F\n    file @/t/f f\n    configure @/odd');
  const ran = site.run('swinstall', ['-s', './D', 'P']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('xyzzy" was not found')]);
  expect(site.states()).toEqual(['P.F installed']);
  expect(site.ok('swconfig', '-p', 'P')).not.toContain('cut off');
});

/** In the manner of the packages that are out there (clients.md): HP's shell, HP's library, refusing to run without it. */
const HP_SCRIPT = `#!/sbin/sh
    UTILS="/usr/lbin/sw/control_utils"
    if [[ ! -f $UTILS ]]
    then
        echo "ERROR: Cannot find $UTILS"
        exit 1
    fi
    . $UTILS
    exitval=$SUCCESS
function _prepare {
    newconfig_cp $1 || exitval=$FAILURE
}
_prepare CONF
msg note "the host is $(get_os_rev > /dev/null && echo up)"
is_software_selected ACME.RUN && msg note "selected"
exit $exitval
`;

test('a package whose scripts source control_utils installs; what the administrator changed stays', () => {
  const prepare = '#!/sbin/sh\n. /usr/lbin/sw/control_utils\nnewconfig_prep CONF\nexit $SUCCESS\n';
  const conf = `${site.home}/etc/acme.conf`;
  site.write('preinstall', prepare.replace('CONF', conf));
  site.write('postinstall', HP_SCRIPT.replace('CONF', conf));
  const install = (version: number) => {
    const file = `    file /usr/newconfig${conf} version ${version}\n`;
    const scripts = '    preinstall @/preinstall\n    postinstall @/postinstall\n';
    site.depot(`D${version}`, `product ACME r=${version}.0\n  fileset RUN fr=${version}.0\n${file}${scripts}`);
    site.ok('swinstall', '-s', `./D${version}`, 'ACME', '@', './alt');
    return site.read(`alt${conf}`);
  };
  expect(install(1)).toBe('version 1');
  expect(site.read('alt/var/adm/sw/swagent.log')).toContain('NOTE:    selected\n');
  expect(install(2)).toBe('version 2');
  site.write(`alt${conf}`, 'edited');
  expect(install(3)).toBe('edited');
  expect(flat(site.read('alt/var/adm/sw/swagent.log'))).toContain('the existing file was changed and stays');
});

test('on `/` a configure script that sources control_utils runs; its published text is as it was packaged', () => {
  const script = '#!/sbin/sh\n. /usr/lbin/sw/control_utils\nmsg warning "careful"\nexit $WARNING\n';
  site.write('script', script);
  site.depot('D', 'product P\n  fileset F\n    file @/t/f f\n    configure @/script');
  const ran = site.run('swinstall', ['-s', './D', 'P']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringContaining('WARNING: careful')]);
  expect(site.states()).toEqual(['P.F configured']);
  expect(site.read('adm/products/P/F/configure')).toBe(script);
});
