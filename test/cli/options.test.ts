// Command line and options as a program (commands.md 2-5; issue 2 "bad input": unknown option, option not of this command).

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BIN } from '../programs.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-options-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const PSF = `
product
  tag ACME
  revision 1.0
  fileset
    tag RUN
    file -m 555 tool /opt/acme/bin/tool
`;

function sw(command: string, ...words: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, HOME: home, SWDIST_DEFAULTS: join(home, 'system'), TZ: 'UTC' };
  return spawnSync(join(BIN, command), words, { encoding: 'utf8', env, cwd: home });
}

/** Everything below `home/adm` and `home/.sw`, so that no test touches the machine's own. */
const ADMIN = ['-x', 'admin_directory=HOME/adm'];

/** A depot D with ACME in it. */
function depot(): void {
  writeFileSync(join(home, 'acme.psf'), PSF);
  writeFileSync(join(home, 'tool'), 'tool');
  const made = sw('swpackage', ...ADMIN, '-s', 'acme.psf', '-d', 'D');
  expect([made.stderr, made.status]).toEqual(['', 0]);
}

test.each([
  ['unknown option', ['-x', 'reinstal=true'], 'Did you mean "reinstall"?', 'unknown_option'],
  ['option of another command', ['-xrecopy=true'], 'swinstall has no option "recopy".', 'option_not_for_command'],
  ['wrong value', ['-x', 'loglevel=7'], 'Give a number from 0 to 2.', 'bad_option_value'],
  ['unknown flag', ['-P'], 'Did you mean "-p"?', 'bad_usage'],
  ['missing argument', ['X', '-s'], '"-s" needs an argument.', 'bad_usage'],
  ['another host', ['X', '@', 'raj:/'], 'is on another host', 'remote_not_supported'],
  ['no software', [], 'You must specify some software as part of the swinstall command', 'no_software'],
  ['missing list', ['-f', 'none'], 'Cannot read the selections', 'list_file_unreadable'],
])('%s: one ERROR, exit 1, nothing written', (_, words, text, code) => {
  const got = sw('swinstall', ...words);
  expect(got.status).toBe(1);
  const stderr = got.stderr.replace(/\n {9}/g, ' ').replace(/ {2}/g, ' ');
  expect(stderr).toMatch(/^ERROR: {2}/);
  expect(stderr).toContain(text);
  expect(stderr).toContain(`[${code}]`);
  expect(stderr.includes('[-x option=value]')).toBe(code === 'bad_usage');
  expect(got.stdout).toBe('');
  expect(readdirSync(home)).toEqual([]);
});

test('--help all begins with what the command is, then examples, then every option; --version names the release', () => {
  const help = sw('swinstall', '--help', 'all');
  expect(help.status).toBe(0);
  expect(help.stdout).toMatch(/^swinstall - .*Examples:.*Flags:.*Options for -x/s);
  expect(help.stdout).toContain('patch_filter=*.*');
  expect(help.stdout).toContain('autoreboot');
  expect(help.stdout).not.toContain('reconfigure');
  expect(sw('swinstall', '--version').stdout).toMatch(/^swinstall \(swdist\) \d+\.\d+/);
  expect(sw('swpackage', '-V').stdout).toBe('1.0\n0.8\n');
});

test('a session leaves its file, its job and its log; -S runs it again', () => {
  depot();
  const first = sw('swcopy', ...ADMIN, '-s', 'D', '-x', 'job_title=the first', 'ACME', '@', './E');
  expect([first.stderr, first.status]).toEqual(['', 0]);
  const id = /jobid=(\S+)\)/.exec(first.stdout)![1]!;
  expect(id).toMatch(/^[^.]+-0001$/);
  const job = JSON.parse(readFileSync(join(home, 'adm/queue', `${id}.job`), 'utf8'));
  expect(job).toMatchObject({ command: 'swcopy', title: 'the first', exitCode: 0, software: ['ACME'] });
  expect(readFileSync(join(home, 'adm/swcopy.log'), 'utf8')).toContain(`(jobid=${id})`);
  expect(readFileSync(join(home, 'E/swagent.log'), 'utf8')).toContain('BEGIN copy AGENT SESSION');
  const session = readFileSync(join(home, '.sw/sessions/swcopy.last'), 'utf8');
  expect(session).toContain('swcopy.software = { ACME }');
  rmSync(join(home, 'E'), { recursive: true });
  const again = sw('swcopy', '-S', 'swcopy.last');
  expect([again.stderr, again.status]).toEqual(['', 0]);
  expect(existsSync(join(home, 'E/catalog/INDEX'))).toBe(true);
});

test('-C names another session file, autoremove_job forgets the job', () => {
  depot();
  sw('swcopy', ...ADMIN, '-C', 'mine', '-x', 'autoremove_job=true', '-s', 'D', 'ACME', '@', './E');
  expect(readdirSync(join(home, '.sw/sessions')).sort()).toEqual(['mine', 'swpackage.last']);
  expect(readdirSync(join(home, 'adm/queue'))).toEqual(['last']);
});

test('software and target files, read as listings are written', () => {
  depot();
  writeFileSync(join(home, 'software'), '# a comment\n\n  ACME.RUN   1.0   Title\n');
  writeFileSync(join(home, 'targets'), '# here\n./E1\n./E2\n');
  const got = sw('swcopy', ...ADMIN, '-s', 'D', '-f', 'software', '-t', 'targets');
  expect([got.stderr, got.status]).toEqual(['', 0]);
  for (const target of ['E1', 'E2']) expect(existsSync(join(home, target, 'ACME'))).toBe(true);
});

test('one of two targets fails: exit 2', () => {
  depot();
  writeFileSync(join(home, 'file'), '');
  const got = sw('swcopy', ...ADMIN, '-s', 'D', 'ACME', '@', './file/x', './E');
  expect([got.status, existsSync(join(home, 'E/ACME'))]).toEqual([2, true]);
});

test('system defaults, user defaults and the command line, in this order', () => {
  depot();
  writeFileSync(join(home, 'system'), 'swcopy.verbose=0\nrpc_timeout=3\n');
  const silent = sw('swcopy', ...ADMIN, '-s', 'D', '-p', 'ACME', '@', './E');
  expect([silent.stdout, silent.stderr, silent.status]).toEqual(['', '', 0]);
  writeFileSync(join(home, '.swdefaults'), 'verbose=1\n');
  expect(sw('swcopy', ...ADMIN, '-s', 'D', '-p', 'ACME', '@', './E').stdout).toMatch(/^======= {2}/);
  expect(sw('swcopy', ...ADMIN, '-x', 'verbose=0', '-s', 'D', '-p', 'ACME', '@', './E').stdout).toBe('');
});

test('an option without effect on Linux is a NOTE and changes nothing', () => {
  depot();
  const got = sw('swcopy', ...ADMIN, '-x', 'mount_all_filesystems=false', '-s', 'D', '-p', 'ACME', '@', './E');
  expect([got.status, got.stderr]).toEqual([0, '']);
  expect(got.stdout).toContain('NOTE:    The option "mount_all_filesystems" is accepted without effect.');
});

test('an admin directory that cannot be written costs job and logs, not the work', () => {
  depot();
  writeFileSync(join(home, 'file'), '');
  const got = sw(
    'swcopy',
    '-x',
    'admin_directory=HOME/file',
    '-x',
    'register_new_depot=false',
    '-s',
    'D',
    'ACME',
    '@',
    './E',
  );
  expect(got.status).toBe(0);
  expect(existsSync(join(home, 'E/ACME'))).toBe(true);
  expect(got.stderr).toContain('WARNING: Cannot keep a job');
  expect(got.stderr.match(/Cannot write the logfile/g)).toHaveLength(1);
});

test('a preview of swpackage leaves no log', () => {
  writeFileSync(join(home, 'acme.psf'), PSF);
  writeFileSync(join(home, 'tool'), 'tool');
  expect(sw('swpackage', ...ADMIN, '-p', '-s', 'acme.psf', '@', './D').status).toBe(0);
  expect(existsSync(join(home, 'adm'))).toBe(false);
  expect(existsSync(join(home, 'D'))).toBe(false);
});

test('a reader that leaves does not stop the work', () => {
  depot();
  mkdirSync(join(home, 'adm'), { recursive: true });
  const line = `"${join(BIN, 'swcopy')}" -x admin_directory=HOME/adm -s D ACME @ ./E | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const env = { ...process.env, HOME: home, SWDIST_DEFAULTS: join(home, 'system') };
  const got = spawnSync('bash', ['-c', line], { encoding: 'utf8', env, cwd: home });
  expect(got.stdout.trim().split('\n').at(-1)).toBe('0');
  expect(got.stderr).toBe('');
  expect(existsSync(join(home, 'E/ACME'))).toBe(true);
});
