// Issue 4, acceptance: epm, as Debian ships it, builds its software with our swpackage (clients.md "What swpackage must accept": `-d '|command'`,
// `-x target_type=tape`, `-d DIR`); what it built is installed, verified and removed. epm calls swpackage by an absolute path, so a copy of epm
// runs here in which that path is one of the same length below its working directory.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN } from '../programs.ts';
import { rows, Site } from './site.ts';

/** epm puts environment variables in; `$$` is its dollar sign. */
const LIST = `%product Hello of the house
%copyright 2026 nobody
%vendor House
%license LICENSE
%readme README
%description A greeting, (with) commas, and its page.
%version 1.2
%requires other 1.0
f 755 root root /opt/hello/bin/hello hello.sh
f 644 root root /opt/hello/share/page page
d 750 root root /opt/hello/spool -
l 000 root root /opt/hello/bin/hi hello
c 644 root root /opt/hello/etc/hello.conf hello.conf
%postinstall echo ran > "$$SW_ROOT_DIRECTORY/opt/hello/spool/ran"
%preremove rm "$$SW_ROOT_DIRECTORY/opt/hello/spool/ran"
`;

let site: Site;

beforeAll(() => {
  site = new Site();
  const from = '/usr/sbin/swpackage';
  const to = './././bin/swpackage';
  const epm = readFileSync(epmProgram()).toString('latin1').replaceAll(from, to);
  site.write('epm', Buffer.from(epm, 'latin1'), 0o755);
  site.write('bin/swpackage', `#!/bin/sh\nexec '${process.execPath}' '${join(BIN, 'swpackage')}' "$@"\n`, 0o755);
  site.write('hello.list', LIST);
  for (const name of ['LICENSE', 'README', 'page', 'hello.conf']) site.write(name, `${name}\n`);
  site.write('hello.sh', '#!/bin/sh\necho hello\n', 0o755);
  // -k keeps the directory depot that epm makes beside the serial one.
  const env = { PATH: process.env.PATH, HOME: site.home, SWDIST_DEFAULTS: site.path('defaults') };
  const ran = spawnSync(site.path('epm'), ['-v', '-k', '-f', 'swinstall', '--output-dir', 'out', 'hello'], {
    cwd: site.home,
    env,
    encoding: 'utf8',
  });
  expect(ran.status, `${ran.stdout}${ran.stderr}`).toBe(0);
  // epm's output directory is writable for all, and swinstall takes nothing from there.
  const built = readdirSync(site.path('out')).find((name) => name.endsWith('.depot.gz'));
  renameSync(site.path('out', built ?? 'no .depot.gz'), site.path('hello.depot.gz'));
});
afterAll(() => site.strike());

function epmProgram(): string {
  const places = (process.env.PATH ?? '').split(':').map((directory) => join(directory, 'epm'));
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error('epm is not installed: apt-get install epm');
  return found;
}

test('the serial depot behind `-d |gzip`: installed, its script run, clean, removed', () => {
  const depot = site.path('hello.depot.gz');
  execFileSync('gzip', ['-t', depot]);
  mkdirSync(site.path('R'));
  const refused = site.run('swinstall', ['-s', depot, 'hello', '@', './R']);
  expect([refused.exit, refused.stderr], 'what %requires names is not there').toEqual([
    1,
    expect.stringMatching(/other/),
  ]);
  site.write(
    'other.psf',
    'product\n tag other\n revision 1.0\n fileset\n  tag RUN\n  file README /other/README\n end\nend\n',
  );
  site.ok('swpackage', '-s', 'other.psf', '@', './O');
  site.ok('swinstall', '-s', './O', 'other', '@', './R');
  site.ok('swinstall', '-s', depot, 'hello', '@', './R');
  expect(site.read('R/opt/hello/bin/hello')).toBe('#!/bin/sh\necho hello\n');
  expect(readlinkSync(site.path('R/opt/hello/bin/hi'))).toBe('hello');
  expect(site.read('R/opt/hello/etc/hello.conf')).toBe('hello.conf\n');
  expect(statSync(site.path('R/opt/hello/spool')).mode & 0o7777, 'SRC "." makes just that directory').toBe(0o750);
  expect(readdirSync(site.path('R/opt/hello/spool'))).toEqual(['ran']);
  site.ok('swverify', 'hello', '@', './R');
  site.ok('swremove', 'hello', '@', './R');
  expect(existsSync(site.path('R/opt'))).toBe(false);
});

test('the directory depot behind `-d DIR` holds the same', () => {
  expect(rows(site.ok('swlist', '-l', 'file', '-d', '@', './out/hello'))).toEqual(
    rows(site.ok('swlist', '-l', 'file', '-s', './hello.depot.gz')),
  );
  const words = ['-d', '-x', 'enforce_dependencies=false', '*', '@', './out/hello'];
  expect(site.run('swverify', words).exit).toBe(0);
});
