// The options that commands share, once with each command (issue 4, acceptance): what is told where, what is selected without operands,
// previews, jobs, session files, and whose directory is used. What options do to software is in every-option.test.ts.

import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { done, product, typed } from './command-lines.ts';
import { below, flat, rows, Site } from './site.ts';

const UID = 54_322;
const HOST = hostname().split('.')[0]!;
let site: Site;
const sw = (line: string) => done(site, line);
const exit = (line: string) => typed(site, line).exit;

beforeEach(() => {
  site = new Site();
  site.write('a', 'a\n');
  site.write('script', '#!/bin/sh\nexit 0\n');
  site.write('ask', '#!/bin/sh\necho asked > $SW_CONTROL_DIRECTORY/response\n');
  const scripts = ['configure', 'verify', 'preinstall', 'preremove'].map((tag) => `  ${tag} script\n`).join('');
  site.write('psf', product('P', '', `${scripts}  request ask\n`) + product('Q'));
  sw('swpackage -s psf @ ./D');
  sw('swinstall -x verbose=0 -s ./D * @ ./R');
});
afterEach(() => site.strike());

test('logfile says where, verbose=0 silences the terminal only, logdetail adds the options, log_msgid=4 the numbers', () => {
  const lines = [
    'swinstall -p -x logdetail=true -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE -s ./D P @ ./new',
    'swcopy -p -x logdetail=true -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE -s ./D P @ ./E',
    'swremove -p -x logdetail=true -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE P @ ./R',
    'swconfig -p -x logdetail=true -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE P @ /',
    'swverify -x logdetail=true -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE P @ ./R',
    'swask -x logdetail=true -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE -c ./answers -s ./D P',
    'swreg -x logdetail=true -x log_msgid=4 -x verbose=0 -x logfile=HERE -l depot ./D',
    'swmodify -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE -a title=t P @ ./R',
    'swpackage -x log_msgid=4 -x loglevel=2 -x verbose=0 -x logfile=HERE -s psf @ ./D2',
  ];
  for (const [at, line] of lines.entries()) {
    const ran = typed(site, line.replace('HERE', site.path(`log${at}`)));
    const log = site.read(`log${at}`);
    const dumped = /\* Options:\n( {13}\w+ .*\n)+/.test(log);
    const wanted = /logdetail|swpackage/.test(line) && !line.startsWith('swreg');
    expect([line, ran.stdout, log.includes(`BEGIN ${line.split(' ')[0]}`), dumped || !wanted]).toEqual([
      line,
      '',
      true,
      true,
    ]);
  }
  sw('swinstall -x log_msgid=4 -x logdetail=true -x reinstall=true -s ./D P @ ./R');
  expect(flat(site.read('R/var/adm/sw/swagent.log'))).toContain('[20255] Running "preinstall" script');
});

test('loglevel=0 leaves no log', () => {
  const lines = [
    'swinstall -x loglevel=0 -x reinstall=true -s ./D Q @ ./R',
    'swcopy -x loglevel=0 -s ./D Q @ ./E',
    'swverify -x loglevel=0 Q @ ./R',
    'swask -x loglevel=0 -c ./answers -s ./D P',
    'swmodify -x loglevel=0 -a title=t Q @ ./R',
    'swpackage -x loglevel=0 -s psf @ ./D2',
    'swremove -x loglevel=0 Q @ ./R',
  ];
  for (const [at, line] of lines.entries()) sw(`${line} -x logfile=${site.path(`log${at}`)}`);
  expect(below(site.home).filter((path) => /^log\d/.test(path))).toEqual([]);
});

test('the options software, targets and source stand for operands, "@" and -s; so do lists, session and option files', () => {
  const at = (path: string) => site.path(path);
  sw(`swinstall -x software=P -x targets=${at('N')} -x source=${at('D')}`);
  sw(`swcopy -x 'software=P Q' -x targets=${at('E')} -x source=${at('D')}`);
  sw(`swverify -x software=P -x targets=${at('N')}`);
  sw(`swmodify -x software=P -x targets=${at('N')} -a title=Told`);
  expect(rows(sw(`swlist -a title -x software=P -x targets=${at('N')} -l product`))).toEqual([
    expect.stringMatching(/^P +Told$/),
  ]);
  sw(`swask -x software=P -x targets=${at('N')} -c ./answers`);
  expect(site.read('answers/P/RUN/response')).toBe('asked\n');
  sw(`swpackage -x software=Q -x targets=${at('F')} -s psf`);
  expect(rows(sw('swlist -d @ ./F')).map((row) => row.split(' ')[0])).toEqual(['Q']);
  expect(exit('swconfig -x software=NONE -x targets=/')).toBe(1);
  sw(`swreg -x objects_to_register=${at('F')} -x level=depot -x targets=${HOST}`);
  expect(rows(sw('swlist -l depot'))).toContain(at('F'));
  expect(sw(`swacl -l product -x software=P -x targets=${at('D')}`)).toContain('# For product:  P');
  sw(`swremove -x software=P -x targets=${at('N')}`);
  expect(rows(sw('swlist @ ./N'))).toEqual([]);
  expect(sw(`swjob -x targets=${HOST}:${at('N')} -x one_liner='jobid targets'`)).toContain(at('N'));
});

test('-f and -t are lists, -X sets options, -C saves a session and -S runs it again', () => {
  site.write('soft', '# one a line\nP\n');
  site.write('t', './N\n');
  site.write('td', './E\n');
  site.write('x', 'verbose=0\n');
  const quiet = [
    'swinstall -X x -s ./D -f soft -t t -C s1',
    'swinstall -X x -S s1 -x reinstall=true',
    'swcopy -X x -s ./D -f soft -t td -C s2',
    'swcopy -X x -S s2 -x recopy=true',
    'swverify -X x -v -f soft -t t -C s3',
    'swverify -X x -S s3',
    'swask -X x -s ./D -c ./answers -f soft -t t -C s4',
    'swask -X x -v -S s4 -c ./answers -s ./D',
    'swmodify -X x -v -r -a title=new -f soft -C s5 @ ./N',
    'swmodify -X x -a title=newer -S s5',
    'swpackage -X x -v -s psf -f soft -C s6 @ ./F',
    'swpackage -X x -S s6',
    'swlist -X x -f soft -t t -C s7',
    'swlist -X x -S s7',
    'swremove -X x -p -f soft -t t -C s8',
    'swremove -X x -S s8 -x preview=false',
  ];
  for (const line of quiet) {
    const ran = typed(site, line);
    expect([line, ran.exit, /BEGIN/.test(ran.stdout)]).toEqual([line, 0, line.includes(' -v ')]);
  }
  expect(rows(sw('swlist @ ./N'))).toEqual([]);
  site.write('paths', './D\n');
  site.write('hosts', `${HOST}\n`);
  sw('swreg -X x -v -l depot -f paths -t hosts -C s9');
  sw('swreg -X x -u -S s9 -l depot');
  expect(rows(sw('swlist -l depot'))).not.toContain(site.path('D'));
  expect(exit('swconfig -X x -v -c ./answers -f soft -t hosts -C s10')).toBe(1);
  expect(exit('swconfig -X x -S s10')).toBe(1);
  site.write('jobs', `${HOST}-0001\n`);
  site.write('places', `${site.path('R')}\n`);
  expect(rows(sw('swjob -f jobs -t places -X x -C s11'))).toHaveLength(1);
  expect(rows(sw('swjob -S s11 -x verbose=1')).length).toBeGreaterThan(1);
  // Without a terminal there is no browser, and without a daemon none to stop; options are judged before.
  expect([exit('sd -X x -x verbose=1'), exit('swremove -i @ ./R')]).toEqual([1, 1]);
  const idle = typed(
    site,
    `swagentd -k -X x -x minimum_job_polling_interval=5 -x logfile=${site.path('L')} -x admin_directory=HOME/none`,
  );
  expect(flat(idle.stderr)).toContain(`No swagentd runs for "${site.path('none')}"`);
});

test('select_local=false: without a target there is nothing to work on', () => {
  const lines = [
    'swinstall -x select_local=false -s ./D P',
    'swcopy -x select_local=false -s ./D P',
    'swremove -x select_local=false P',
    'swconfig -x select_local=false P',
    'swverify -x select_local=false P',
    'swlist -x select_local=false',
    'swreg -x select_local=false -l depot ./D',
    'swacl -x select_local=false -l host',
  ];
  for (const line of lines) {
    const ran = typed(site, line);
    expect([line, ran.exit, flat(ran.stderr)]).toEqual([line, 1, expect.stringContaining('[no_target]')]);
  }
});

test('preview=true changes nothing', () => {
  const before = below(site.home, /^(adm|\.sw)/);
  const lines = [
    'swinstall -x preview=true -s ./D P @ ./new',
    'swcopy -x preview=true -s ./D P @ ./new',
    'swremove -x preview=true P @ ./R',
    'swmodify -x preview=true -u P @ ./R',
    'swpackage -x preview=true -s psf @ ./new',
  ];
  for (const line of lines) sw(line);
  expect(exit('swconfig -x preview=true P @ /')).toBe(1);
  expect(below(site.home, /^(adm|\.sw)/)).toEqual(before);
});

test('jobs: job_title, autoremove_job, reuse_short_job_numbers and return_warning_exitcode with every command that leaves one', () => {
  const titled = [
    'swinstall -x job_title=T1 -x reuse_short_job_numbers=false -s ./D -x reinstall=true P @ ./R',
    'swcopy -x job_title=T2 -x reuse_short_job_numbers=false -s ./D P @ ./E',
    'swverify -x job_title=T3 -x reuse_short_job_numbers=false P @ ./R',
    'swremove -x job_title=T4 -x reuse_short_job_numbers=false -p P @ ./R',
    'swconfig -x job_title=T5 -x reuse_short_job_numbers=false P @ /',
  ];
  site.write('adm/queue/last', '9999\n');
  for (const line of titled) typed(site, line);
  const listed = () => rows(sw("swjob -x one_liner='jobid title'")).map((row) => row.split(/ +/));
  expect(listed().slice(1)).toEqual(titled.map((_, at) => [`${HOST}-${10_000 + at}`, `T${at + 1}`]));
  const forgotten = [
    'swinstall -x autoremove_job=true -x reuse_short_job_numbers=true -s ./D -x reinstall=true P @ ./R',
    'swcopy -x autoremove_job=true -x reuse_short_job_numbers=true -s ./D -x recopy=true P @ ./E',
    'swverify -x autoremove_job=true -x reuse_short_job_numbers=true P @ ./R',
    'swremove -x autoremove_job=true -x reuse_short_job_numbers=true -p P @ ./R',
    'swconfig -x autoremove_job=true -x reuse_short_job_numbers=true P @ /',
  ];
  for (const line of forgotten) typed(site, line);
  expect(listed()).toHaveLength(6);
  // A name that the defaults file of the user misspells is a WARNING.
  site.write('.swdefaults', 'nonsense=1\n');
  const warned = [
    'swinstall -x return_warning_exitcode=true -s ./D -x reinstall=true P @ ./R',
    'swcopy -x return_warning_exitcode=true -s ./D -x recopy=true P @ ./E',
    'swverify -x return_warning_exitcode=true P @ ./R',
    'swjob -x return_warning_exitcode=true',
    'swremove -x return_warning_exitcode=true P @ ./R',
  ];
  for (const line of warned) expect([line, exit(line)]).toEqual([line, 2]);
  expect([
    exit('swconfig -x return_warning_exitcode=true P @ /'),
    exit('swconfig -x enforce_selections=true P'),
  ]).toEqual([1, 1]);
});

test('admin_directory moves logs, jobs and lists; an ordinary user has his own, with run_as_superuser=false his own catalog too', () => {
  const lines = [
    'swinstall -x admin_directory=HOME/mine -s ./D -x reinstall=true P @ ./R',
    'swcopy -x admin_directory=HOME/mine -s ./D P @ ./E',
    'swverify -x admin_directory=HOME/mine P @ ./R',
    'swconfig -x admin_directory=HOME/mine P @ /',
    'swask -x admin_directory=HOME/mine -c ./answers -s ./D P',
    'swmodify -x admin_directory=HOME/mine -a title=t P @ ./R',
    'swreg -x admin_directory=HOME/mine -l depot ./D',
    'swpackage -x admin_directory=HOME/mine -s psf @ ./D2',
    'swremove -x admin_directory=HOME/mine P @ ./R',
  ];
  for (const line of lines) typed(site, line);
  const logs = lines.map((line) => `${line.split(' ')[0]}.log`);
  expect(below(site.path('mine'))).toEqual(expect.arrayContaining([...logs, 'queue', 'host_object']));
  expect(rows(sw('swjob -x admin_directory=HOME/mine'))).toHaveLength(5);
  expect(rows(sw('swlist -x admin_directory=HOME/mine -l depot'))).toContain(site.path('D'));
  sw('swacl -x admin_directory=HOME/mine -l host -M other:r');
  expect(existsSync(site.path('mine/security/_ACL'))).toBe(true);
  if (process.getuid?.() !== 0) return;
  mkdirSync(site.path('user'));
  chownSync(site.path('user'), UID, UID);
  site.write('user/a', 'a\n');
  for (const name of ['psf', 'script', 'ask']) site.write(`user/${name}`, site.read(name), 0o755);
  const user = { uid: UID, cwd: site.path('user'), env: { HOME: site.path('user'), SWDIST_DEFAULTS: '/dev/null' } };
  const own = [
    'swpackage -x run_as_superuser=false -s psf @ ./D',
    'swinstall -x run_as_superuser=false -s ./D P @ ./N',
    'swcopy -x run_as_superuser=false -s ./D P @ ./E',
    'swask -x run_as_superuser=false -c ./answers -s ./D P',
    'swmodify -x run_as_superuser=false -a title=t P @ ./N',
    'swverify -x run_as_superuser=false P @ ./N',
    'swreg -x run_as_superuser=false -l depot ./D',
    'swremove -x run_as_superuser=false P @ ./N',
    'swconfig -x run_as_superuser=false P @ /',
    'swlist -x run_as_superuser=false -l depot',
    'swjob -x run_as_superuser=false',
  ];
  for (const line of own) {
    const ran = typed(site, line, user);
    expect([line, ran.exit, ran.stderr.includes('EACCES')]).toEqual([line, line.startsWith('swconfig') ? 1 : 0, false]);
  }
  const wrote = below(site.path('user/.sw'));
  expect(wrote).toEqual(expect.arrayContaining(logs.filter((log) => log !== 'swlist.log')));
});
