// Issue 2, commands: what a session says, line by line (commands.md 10.3, 10.4; clients.md 17, 18), where it is logged (10.1), exit codes, and
// the flags the issue names. Host, user, times and job numbers are masked; wrapped lines are joined, their width is checked apart.

import { existsSync, mkdirSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flat, rows, Site } from './site.ts';

const HOST = hostname().split('.')[0]!;
let site: Site;

beforeEach(() => {
  site = new Site();
  mkdirSync(site.path('R'));
  site.write('src/tool', 'tool\n');
  const fileset = (to: string, tag: string) =>
    `  fileset\n   tag ${tag}\n   revision 1.0\n   file src/tool ${to}/${tag}\n  end\n`;
  const product = (tag: string, more: string) =>
    `product\n tag ${tag}\n revision 2.0\n${more}${fileset(`/opt/${tag}`, 'RUN')}${fileset(`/opt/${tag}`, 'MAN')}end\n`;
  const vendor = 'vendor\n tag EXW\n title Example\nend\n';
  site.write('psf', vendor + product('ACME', ' vendor_tag EXW\n architecture any/thing\n') + product('OTHER', ''));
});
afterEach(() => site.strike());

/** Messages with masks: continuation lines joined, blank lines left out. */
function said(text: string): string[] {
  const joined = text
    .replace(/\n {9}(?=[^ ])/g, ' ')
    .replace(/Source: {17}|Targets: {16}|Target: {17}/g, (label) => `${label.trim()} `);
  return joined
    .replaceAll(site.home, 'HOME')
    .replaceAll(`${userInfo().username}@${HOST}`, 'USER@HOST')
    .replace(new RegExp(`(?<![\\w-])${HOST}(?=[:-])`, 'g'), 'HOST')
    .replace(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d UTC/g, 'DATE')
    .replace(/HOST-\d{4}/g, 'JOB')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

/** The last session of a log whose banner holds `words`. */
function lastSession(log: string, words: string): string {
  return log.slice(log.lastIndexOf('=======', log.lastIndexOf(words)));
}

/** No line is longer than 71 columns but for a word that cannot be broken (commands.md 10.3). */
function checkWidth(text: string): void {
  const long = text.split('\n').filter((line) => line.length > 71 && / \S+ +\S/.test(line.slice(9)));
  expect(long.filter((line) => !/^ {13}\S+$/.test(line))).toEqual([]);
}

const BEGIN = ['       * Session started for user "USER@HOST".', '       * Beginning Selection'];

test('clients.md 17, 18: swinstall: the lines of a session that succeeds, and its two logs', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swinstall', '-s', './D', 'OTHER', '@', './R');
  const stdout = site.ok('swinstall', '-s', './D', 'ACME', '@', './R');
  expect(stdout).toMatch(
    /^={7} {2}\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d UTC {2}BEGIN swinstall SESSION\n {9}\(non-interactive\) \(jobid=\S+-\d{4}\)\n\n {7}\* Session/,
  );
  checkWidth(stdout);
  const spec = 'r=2.0,a=any/thing,v=EXW,fr=1.0';
  expect(said(stdout)).toEqual([
    '=======  DATE  BEGIN swinstall SESSION (non-interactive) (jobid=JOB)',
    ...BEGIN,
    '       * Target connection succeeded for "HOST:HOME/R".',
    '       * Source connection succeeded for "HOST:HOME/D".',
    '       * Source: HOST:HOME/D',
    '       * Targets: HOST:HOME/R',
    '       * Software selections:',
    `             ACME.RUN,${spec}`,
    `             ACME.MAN,${spec}`,
    '       * Selection succeeded.',
    '       * Beginning Analysis and Execution',
    '       * Session selections have been saved in the file "HOME/.sw/sessions/swinstall.last".',
    '       * The execution phase succeeded for "HOST:HOME/R".',
    '       * Analysis and Execution succeeded.',
    'NOTE:    More information may be found in the agent logfile using the command "swjob -a log JOB @ HOST:HOME/R".',
    '=======  DATE  END swinstall SESSION (non-interactive) (jobid=JOB)',
  ]);
  const log = site.read('adm/swinstall.log');
  expect(said(lastSession(log, 'BEGIN swinstall'))).toEqual(said(stdout));
  const agent = site.read('R/var/adm/sw/swagent.log');
  checkWidth(agent);
  expect(said(lastSession(agent, 'BEGIN install')).map((line) => line.replace(/pid=\d+/g, 'pid=N'))).toEqual(
    expect.arrayContaining([
      '=======  DATE  BEGIN install AGENT SESSION (pid=N) (jobid=JOB)',
      '       * Agent session started for user "USER@HOST". (pid=N)',
      '       * Beginning Analysis Phase.',
      '       * Summary of Analysis Phase:',
      '       * 2 of 2 filesets had no Errors or Warnings.',
      '       * The Analysis Phase succeeded.',
      '       * Beginning the Install Execution Phase.',
      '       * Summary of Execution Phase:',
      '       * The Execution Phase succeeded.',
      '=======  DATE  END install AGENT SESSION (pid=N) (jobid=JOB)',
    ]),
  );
});

test('clients.md 17, 18: swremove: the lines of a session, specs with l=/ first', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swinstall', '-s', './D', '*', '@', './R');
  const stdout = site.ok('swremove', 'ACME', '@', './R');
  expect(said(stdout)).toEqual([
    '=======  DATE  BEGIN swremove SESSION (non-interactive) (jobid=JOB)',
    ...BEGIN,
    '       * Target connection succeeded for "HOST:HOME/R".',
    expect.stringMatching(/^ {7}\* Targets: HOST:HOME\/R$/),
    '       * Software selections:',
    '             ACME.RUN,l=/,r=2.0,a=any/thing,v=EXW,fr=1.0',
    '             ACME.MAN,l=/,r=2.0,a=any/thing,v=EXW,fr=1.0',
    '       * Selection succeeded.',
    '       * Beginning Analysis and Execution',
    '       * Session selections have been saved in the file "HOME/.sw/sessions/swremove.last".',
    '       * The execution phase succeeded for "HOST:HOME/R".',
    '       * Analysis and Execution succeeded.',
    'NOTE:    More information may be found in the agent logfile using the command "swjob -a log JOB @ HOST:HOME/R".',
    '=======  DATE  END swremove SESSION (non-interactive) (jobid=JOB)',
  ]);
});

test('swpackage: phases of its own, neither mode nor job; swcopy registers; logs lie where they are documented', () => {
  const stdout = site.ok('swpackage', '-s', 'psf', '@', './D');
  expect(said(stdout)).toEqual([
    '=======  DATE  BEGIN swpackage SESSION',
    '       * Session started for user "USER@HOST".',
    '       * Source: HOST:HOME/psf',
    '       * Target: HOST:HOME/D',
    '       * Software selections:',
    '             *',
    '       * Beginning Selection Phase.',
    '       * Selection Phase succeeded.',
    '       * Beginning Analysis Phase.',
    '       * Analysis Phase succeeded.',
    '       * Beginning Package Phase.',
    ...['ACME', 'OTHER'].flatMap((tag) => [
      `       * Packaging the product "${tag}".`,
      `       * Packaging the fileset "${tag}.RUN".`,
      `       * Packaging the fileset "${tag}.MAN".`,
    ]),
    '       * Package Phase succeeded.',
    '=======  DATE  END swpackage SESSION',
  ]);
  expect(rows(site.ok('swlist', '-l', 'depot'))).toEqual([]);
  expect(flat(site.ok('swcopy', '-s', './D', '*', '@', './E'))).toContain(
    `The depot "${site.path('E')}" is now registered.`,
  );
  expect(rows(site.ok('swlist', '-l', 'depot'))).toEqual([site.path('E')]);
  expect(site.read('adm/swpackage.log')).toContain('BEGIN swpackage SESSION');
  expect(site.read('adm/swcopy.log')).toContain('BEGIN swcopy SESSION');
  expect(site.read('E/swagent.log')).toContain('BEGIN copy AGENT SESSION');
  site.ok('swinstall', '-s', './E', '-x', `logfile=${site.path('own.log')}`, '*', '@', './R');
  expect(site.read('own.log')).toContain('END swinstall SESSION');
  expect(existsSync(site.path('adm/swinstall.log'))).toBe(false);
});

test('clients.md 17: verbose=0 is silent on stdout and keeps the log; errors still reach stderr; loglevel=0 keeps none', () => {
  const silent = ['-x', 'verbose=0'];
  expect(site.ok('swpackage', ...silent, '-s', 'psf', '@', './D')).toBe('');
  expect(site.ok('swcopy', ...silent, '-s', './D', '*', '@', './E')).toBe('');
  expect(site.ok('swinstall', ...silent, '-s', './E', '*', '@', './R')).toBe('');
  const failed = site.run('swremove', [...silent, 'NONE', '@', './R']);
  expect([failed.exit, failed.stdout, failed.stderr.startsWith('ERROR: ')]).toEqual([1, '', true]);
  expect(site.ok('swremove', ...silent, '-x', 'loglevel=0', '*', '@', './R')).toBe('');
  expect(site.read('adm/swinstall.log')).toContain('Analysis and Execution succeeded.');
  expect(site.read('adm/swremove.log').match(/BEGIN swremove/g)).toHaveLength(1);
});

test('swpackage: operands choose products, -p writes nothing, -x and -X and defaults files set options', () => {
  site.ok('swpackage', '-s', 'psf', '-p', '@', './D');
  expect([existsSync(site.path('D')), existsSync(site.path('adm'))]).toEqual([false, false]);
  site.ok('swpackage', '-s', 'psf', '-d', './D', 'OTHER.RUN');
  expect(rows(site.ok('swlist', '-l', 'fileset', '-s', './D')).map((row) => row.split(/\s+/)[0])).toEqual([
    'OTHER.RUN',
  ]);
  site.write('options', '# a comment\nmedia_type = tape\nswcopy.recopy=true\n');
  site.ok('swpackage', '-X', 'options', '-s', 'psf', '@', './T');
  expect(site.read('T').slice(0, 13)).toBe('catalog/INDEX');
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swpackage', '-s', './D', '-X', 'options', '-x', 'media_type=directory', 'ACME', '@', './D2');
  expect(rows(site.ok('swlist', '-l', 'product', '-d', '@', './D2'))).toHaveLength(1);
});

test('what a listing prints is what -f reads', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.write('wanted', site.ok('swlist', '-l', 'fileset', '-s', './D').replace(/^ {2}OTHER.*\n/gm, ''));
  site.ok('swinstall', '-s', './D', '-f', 'wanted', '@', './R');
  const there = rows(site.ok('swlist', '-l', 'fileset', '@', './R')).map((row) => row.split(/\s+/)[0]);
  expect(there.sort()).toEqual(['ACME.MAN', 'ACME.RUN']);
  site.write('all', site.ok('swlist', '@', './R'));
  site.ok('swremove', '-f', 'all', '@', './R');
  expect(rows(site.ok('swlist', '@', './R'))).toEqual([]);
});

test('swreg -l depot and -l root, -u; what is registered twice or not at all is a NOTE, what is none an ERROR', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swreg', '-l', 'depot', './D');
  expect(rows(site.ok('swlist', '-l', 'depot'))).toEqual([site.path('D')]);
  expect(flat(site.ok('swreg', '-l', 'depot', './D'))).toMatch(/^NOTE: .*registered already/m);
  expect(site.read('adm/host_object')).toMatch(new RegExp(`^distribution\\s+path ${site.path('D')}$`, 'm'));
  site.ok('swreg', '-l', 'depot', '-u', './D');
  expect(rows(site.ok('swlist', '-l', 'depot'))).toEqual([]);
  site.ok('swinstall', '-x', 'register_new_root=false', '-s', './D', 'ACME', '@', './R');
  expect(rows(site.ok('swlist', '-l', 'root'))).toEqual(['/']);
  site.ok('swreg', '-l', 'root', './R');
  expect(rows(site.ok('swlist', '-l', 'root'))).toEqual(['/', site.path('R')]);
  site.ok('swreg', '-l', 'root', '-u', './R');
  const wrong = site.run('swreg', ['-l', 'depot', './src']);
  expect([wrong.exit, wrong.stderr.startsWith('ERROR: ')]).toEqual([1, true]);
  const some = site.run('swreg', ['-l', 'product', './D']);
  expect([some.exit, some.stderr.includes('[bad_usage]')]).toEqual([1, true]);
});

test('exit 0 on every target, 1 on none, 2 on some; a skipped fileset is no failure; -p says what would be', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  const preview = site.ok('swinstall', '-p', '-s', './D', 'ACME', '@', './R');
  expect([preview.includes('Execution'), existsSync(site.path('R/var'))]).toEqual([false, false]);
  expect(said(preview)).toContain('       * Analysis succeeded.');
  site.write('file', '');
  expect(site.run('swinstall', ['-s', './D', 'ACME', '@', './file', './R']).exit).toBe(2);
  expect(site.run('swinstall', ['-s', './D', 'ACME', '@', './file']).exit).toBe(1);
  expect(flat(site.ok('swinstall', '-s', './D', 'ACME', '@', './R'))).toMatch(
    /NOTE: The fileset "ACME\.RUN,l=\/,r=2\.0" is already installed\. If you wish to reinstall this fileset, change the "reinstall" option to "true"\./,
  );
  mkdirSync(site.path('R2'));
  expect(site.run('swremove', ['ACME', '@', './R', './R2']).exit).toBe(2);
  expect(site.run('swremove', ['ACME', '@', './R']).exit).toBe(1);
  expect(site.run('swlist', ['ACME', '@', './R']).exit).toBe(1);
});

test('stderr alone says which of several targets lacks the software', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swinstall', '-s', './D', 'ACME', '@', './R');
  mkdirSync(site.path('R2'));
  for (const command of ['swverify', 'swremove']) {
    const ran = site.run(command, ['ACME', '@', './R', './R2']);
    const lacking = new RegExp(`^ERROR: Software "ACME" was not found on host "[^"]+:${site.path('R2')}"\\.`);
    expect([ran.exit, flat(ran.stderr)]).toEqual([2, expect.stringMatching(lacking)]);
  }
});
