// Access lists as programs (commands.md 5.12, 15): what swacl shows and keeps, and that every command asks them for an ordinary user.

import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flat, Site } from './site.ts';

/** An ordinary user without an account; his name is his number. */
const UID = 54_321;
let site: Site;

beforeEach(() => {
  site = new Site();
  site.write('a', 'a\n');
  site.write('psf', psf('P'));
  site.ok('swpackage', '-s', 'psf', '@', './D');
});
afterEach(() => site.strike());

function psf(tag: string): string {
  return `product\n tag ${tag}\n revision 1.0\n fileset\n  tag RUN\n  file a /opt/${tag}\n end\nend\n`;
}

/** Entries of a list, as swacl shows them. */
function entries(...words: string[]): string[] {
  return site
    .ok('swacl', ...words)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Runs a command as the ordinary user, who may write in D, in T and in his home. */
function asUser(command: string, ...words: string[]): [number | null, boolean] {
  const ran = site.run(command, words, { uid: UID, env: { HOME: site.path('user') } });
  return [ran.exit, flat(ran.stderr).includes('[no_access]')];
}

function give(path: string): void {
  chownSync(path, UID, UID);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) chownSync(join(path, entry), UID, UID);
}

const ALLOWED = [0, false];
const REFUSED = [1, true];

describe('the list itself', () => {
  test('without one the built-in list is shown, with its heading; the first change makes it the own one', () => {
    const shown = site.ok('swacl', '-l', 'depot', '@', './D');
    expect(shown).toMatch(
      /^# swacl Depot Access Control List\n#\n# For host: {2}\S+:\S+\/D\n#\n# Date: \w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}\n#\n# Object Ownership: {2}User=root\n# {20}Group=root\n# {20}Realm=\S+\n#\n# No list is kept: .*\n#\n# default_realm=\S+\nobject_owner:crwit\nany_other:-r---\n$/,
    );
    site.ok('swacl', '-l', 'depot', '-M', 'user:rml:rw', '-M', 'any_other:r--t', '@', './D');
    expect(entries('-l', 'depot', '@', './D')).toEqual(['object_owner:crwit', 'user:rml:-rw--', 'any_other:-r--t']);
    expect(site.read('D/catalog/dfiles/_ACL')).toMatch(
      /^# default_realm = \S+\nnum_entries = 3\nobject_owner:37\nuser:rml:14\nany_other:11\n$/,
    );
  });

  test('-M changes, -D deletes, -F replaces by what was shown; other commands leave the list alone', () => {
    site.ok('swacl', '-l', 'depot', '-M', 'group:swadm@other:a', '-M', 'other:r', '@', './D');
    site.ok('swacl', '-l', 'depot', '-M', 'other:i-t', '@', './D');
    const told = site.ok('swacl', '-x', 'verbose=2', '-l', 'depot', '-D', 'object_owner', '@', './D');
    expect(told).toContain('\ngroup:swadm@other:crwit\nother:---it\nany_other:-r---\n');
    const left = ['group:swadm@other:crwit', 'other:---it', 'any_other:-r---'];
    expect(entries('-l', 'depot', '@', './D')).toEqual(left);
    site.write('list', site.ok('swacl', '-l', 'depot', '@', './D'));
    site.ok('swacl', '-l', 'product', '-M', 'user:rml:w', 'P', '@', './D');
    site.write('psf', psf('Q'));
    site.ok('swpackage', '-s', 'psf', '@', './D');
    site.ok('swmodify', '-d', '-a', 'title=new', 'P', '@', './D');
    expect(entries('-l', 'depot', '-x', 'verbose=0', '@', './D')).toEqual(left);
    expect(entries('-l', 'product', 'P', '@', './D')).toContain('user:rml:--w--');
    site.ok('swverify', '-d', '-x', 'ipd=true', '*', '@', './D');
    // A target list, a software list and an option file say the same as operands.
    site.write('targets', './E\n');
    site.write('software', 'Q\n');
    site.write('options', `level=product\ndistribution_target_directory=${site.path('E')}\n`);
    site.ok('swcopy', '-s', './D', '*', '@', './E');
    site.ok('swacl', '-l', 'depot', '-F', 'list', '-t', 'targets');
    expect(entries('-l', 'depot', '@', './E')).toEqual(left);
    site.ok('swacl', '-X', 'options', '-M', 'other:w', '-f', 'software');
    expect(entries('-x', 'level=product', '-x', 'software=Q', '-x', `targets=${site.path('E')}`)).toContain(
      'other:--w--',
    );
    // What goes takes its list along.
    site.ok('swremove', '-d', 'Q', '@', './E');
    site.ok('swcopy', '-s', './D', 'Q', '@', './E');
    expect(entries('-l', 'product', 'Q', '@', './E')).toEqual(['object_owner:crwit', 'any_other:-r---']);
  });

  test('-D of several products takes an entry from those that have it', () => {
    for (const tag of ['Q', 'S']) {
      site.write('psf', psf(tag));
      site.ok('swpackage', '-x', 'verbose=0', '-s', 'psf', '@', './D');
    }
    const own = (tag: string) => entries('-l', 'product', tag, '@', './D');
    site.ok('swacl', '-l', 'product', '-M', 'user:rick:a', 'Q', '@', './D');
    site.ok('swacl', '-l', 'product', '-M', 'group:sys:r', 'S', '@', './D');
    site.ok('swacl', '-l', 'product', '-D', 'user:rick', '-D', 'group:sys', '*', '@', './D');
    expect([own('P'), own('Q'), own('S')]).toEqual(Array(3).fill(['object_owner:crwit', 'any_other:-r---']));
    // What had nothing to lose keeps no list of its own.
    expect(site.ok('swacl', '-l', 'product', 'P', '@', './D')).toContain('No list is kept');
    const none = site.run('swacl', ['-l', 'product', '-D', 'user:rick', '*', '@', './D']);
    expect([none.exit, flat(none.stderr).includes('[acl_no_entry]')]).toEqual([1, true]);
  });

  test('what is no entry, no level, no object is refused and changes nothing', () => {
    const refusals: [string[], string][] = [
      [['-l', 'depot', '-M', 'user:rml:q'], 'bad_acl_entry'],
      [['-l', 'depot', '-M', 'somebody:r'], 'bad_acl_entry'],
      [['-l', 'depot', '-M', 'user:r'], 'bad_acl_entry'],
      [['-l', 'depot', '-D', 'user:nobody'], 'acl_no_entry'],
      [['-l', 'depot', '-D', 'other', '-M', 'other:r'], 'bad_usage'],
      [['-l', 'shelf'], 'bad_usage'],
      [['-l', 'product'], 'bad_usage'],
      [['-l', 'product', 'NONE'], 'software_not_found'],
      [[], 'bad_usage'],
    ];
    for (const [words, code] of refusals) {
      const ran = site.run('swacl', [...words, '@', './D']);
      expect([words, ran.exit, flat(ran.stderr).includes(`[${code}]`)]).toEqual([words, 1, true]);
    }
    expect(flat(site.run('swacl', ['-l', 'depot', '@', './none']).stderr)).toContain('[acl_no_object]');
    expect(flat(site.run('swacl', ['-l', 'depot', '@', 'elsewhere:/D']).stderr)).toContain('[remote_not_supported]');
    expect(existsSync(site.path('D/catalog/dfiles/_ACL'))).toBe(false);
  });
});

describe.skipIf(process.getuid?.() !== 0)('what it allows to an ordinary user', () => {
  beforeEach(() => {
    mkdirSync(site.path('user'));
    mkdirSync(site.path('T'));
    give(site.path('user'));
    give(site.path('T'));
    site.write('psf', psf('Q'));
    site.ok('swpackage', '-s', 'psf', '@', './D');
    // The file system lets everybody do everything, so that only the list refuses.
    chmodSync(site.path('user'), 0o777);
  });
  const quiet = ['-x', 'verbose=0'];

  test('r on a depot and its products: listing, copying, installing, verifying', () => {
    const uses = [
      ['swlist', '-d', '@', './D'],
      ['swcopy', ...quiet, '-s', './D', 'P', '@', './T/D'],
      ['swinstall', ...quiet, '-s', './D', 'P', '@', './T/R'],
      ['swverify', ...quiet, '-d', 'P', '@', './D'],
    ] as const;
    site.ok('swacl', '-l', 'depot', '-D', 'any_other', '@', './D');
    for (const [command, ...words] of uses)
      expect([command, ...asUser(command, ...words)]).toEqual([command, ...REFUSED]);
    expect(readdirSync(site.path('T'))).toEqual([]);
    site.ok('swacl', '-l', 'depot', '-M', `user:${UID}:r`, '@', './D');
    site.ok('swacl', '-l', 'product', '-D', 'any_other', 'P', '@', './D');
    for (const [command, ...words] of uses.slice(1)) {
      expect([command, ...asUser(command, ...words)]).toEqual([command, ...REFUSED]);
    }
    expect(asUser('swcopy', ...quiet, '-s', './D', 'Q', '@', './T/D')).toEqual(ALLOWED);
    expect(asUser('swcopy', ...quiet, '-x', 'run_as_superuser=false', '-s', './D', 'P', '@', './T/D')).toEqual(ALLOWED);
    site.ok('swacl', '-l', 'product', '-M', `group:${UID}:r`, 'P', '@', './D');
    for (const [command, ...words] of uses)
      expect([command, ...asUser(command, ...words)]).toEqual([command, ...ALLOWED]);
  });

  test('i and w on a depot: copying, packaging, modifying, removing', () => {
    give(site.path('D'));
    const change = (command: string, ...words: string[]) => asUser(command, ...quiet, ...words, '@', './D');
    site.write('psf', psf('N'));
    // The user owns the directory, and with it is the owner of the list.
    site.ok('swacl', '-l', 'depot', '-M', 'object_owner:r', '@', './D');
    site.ok('swacl', '-l', 'product_template', '-M', 'object_owner:r', '@', './D');
    expect(change('swpackage', '-s', 'psf')).toEqual(REFUSED);
    expect(change('swmodify', '-d', '-a', 'title=x', 'P')).toEqual(REFUSED);
    expect(change('swremove', '-d', 'P')).toEqual(REFUSED);
    site.ok('swacl', '-l', 'depot', '-M', 'object_owner:ri', '@', './D');
    expect(change('swpackage', '-s', 'psf')).toEqual(ALLOWED);
    expect(change('swpackage', '-s', 'psf')).toEqual(REFUSED);
    expect(change('swcopy', '-x', 'recopy=true', '-s', './D', 'N')).toEqual(REFUSED);
    site.ok('swacl', '-l', 'product_template', '-M', 'object_owner:rw', '@', './D');
    expect(change('swcopy', '-x', 'recopy=true', '-s', './D', 'N')).toEqual(ALLOWED);
    expect(change('swremove', '-d', 'N')).toEqual(ALLOWED);
    // The last product takes the depot with it.
    expect(change('swremove', '-d', '*')).toEqual(REFUSED);
    site.ok('swacl', '-l', 'depot', '-M', 'object_owner:rw', '@', './D');
    expect(change('swremove', '-d', '*')).toEqual(ALLOWED);
  });

  test('a root: i to install, w to change what is there, r to list', () => {
    expect(asUser('swinstall', ...quiet, '-s', './D', 'P', '@', './T/R')).toEqual(ALLOWED);
    const on = (permissions: string) =>
      site.ok('swacl', '-l', 'root', '-M', `object_owner:${permissions}`, '@', './T/R');
    const uses = () => [
      asUser('swlist', '@', './T/R')[0],
      asUser('swinstall', ...quiet, '-s', './D', 'Q', '@', './T/R')[0],
      asUser('swinstall', ...quiet, '-x', 'reinstall=true', '-s', './D', 'P', '@', './T/R')[0],
      asUser('swverify', ...quiet, 'P', '@', './T/R')[0],
      asUser('swmodify', ...quiet, '-a', 'title=x', 'P', '@', './T/R')[0],
      asUser('swremove', ...quiet, '-x', 'preview=true', 'P', '@', './T/R')[0],
    ];
    on('t');
    expect(uses()).toEqual([1, 1, 1, 1, 1, 1]);
    on('ri');
    expect(uses()).toEqual([0, 0, 1, 1, 1, 1]);
    on('riw');
    expect(uses()).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('templates hold for what has no list, the host for new depots and registrations; c and t guard the list itself', () => {
    site.ok('swacl', '-l', 'global_soc_template', '-M', 'any_other:-----');
    expect(asUser('swlist', '-d', '@', './D')).toEqual(REFUSED);
    expect(site.ok('swacl', '-l', 'depot', '@', './D')).toContain('this is the global_soc_template');
    site.ok('swacl', '-l', 'global_soc_template', '-M', 'any_other:-r---');
    expect(asUser('swlist', '-d', '@', './D')).toEqual(ALLOWED);
    site.ok('swacl', '-l', 'global_product_template', '-D', 'any_other');
    expect(asUser('swverify', ...quiet, '-d', 'P', '@', './D')).toEqual(REFUSED);
    site.ok('swacl', '-l', 'product_template', '-M', 'other:r', '@', './D');
    expect(asUser('swverify', ...quiet, '-d', 'P', '@', './D')).toEqual(ALLOWED);
    site.ok('swacl', '-l', 'host', '-M', 'any_other:r');
    const made = ['swcopy', '-s', './D', 'P', '@', './T/D'] as const;
    expect(asUser(...made)).toEqual(REFUSED);
    expect(asUser('swreg', '-l', 'depot', site.path('D'))).toEqual(REFUSED);
    site.ok('swacl', '-l', 'host', '-M', `user:${UID}:ri`);
    expect(asUser(...made)).toEqual(ALLOWED);
    expect(asUser('swacl', '-l', 'depot', '@', './D')).toEqual(REFUSED);
    site.ok('swacl', '-l', 'depot', '-M', 'any_other:rt', '@', './D');
    expect(asUser('swacl', '-l', 'depot', '@', './D')).toEqual(ALLOWED);
    give(site.path('D'));
    site.ok('swacl', '-l', 'depot', '-M', 'object_owner:rwit', '@', './D');
    expect(asUser('swacl', '-l', 'depot', '-M', 'any_other:a', '@', './D')).toEqual(REFUSED);
  });
});

test.runIf(process.getuid?.() === 0)('who may change a list, but not write where it lies, is told so', () => {
  site.ok('swacl', '-l', 'depot', '-M', `user:${UID}:rct`, '@', './D');
  const before = site.read('D/catalog/dfiles/_ACL');
  const ran = site.run('swacl', ['-l', 'depot', '-M', 'any_other:a', '@', './D'], { uid: UID });
  expect([ran.exit, flat(ran.stderr)]).toEqual([
    1,
    expect.stringMatching(
      /list ".*_ACL" cannot be written\. Permission denied\. Correct the permissions, or make room\. \[acl_not_written\]/,
    ),
  ]);
  expect(site.read('D/catalog/dfiles/_ACL')).toBe(before);
});

test('a list that was cut off refuses instead of opening what it closes', () => {
  site.ok('swacl', '-l', 'depot', '-M', 'other:r', '@', './D');
  site.write('D/catalog/dfiles/_ACL', '# default_realm = x\nnum_entries = 3\nobject_owner:37\n');
  expect(flat(site.run('swacl', ['-l', 'depot', '@', './D']).stderr)).toContain('[acl_unreadable]');
});

test.runIf(process.getuid?.() === 0)(
  'a depot behind a closed directory: nobody is told of a list that may not be there',
  () => {
    site.ok('swcopy', '-s', './D', '*', '@', './shut/D');
    chmodSync(site.path('shut'), 0o700);
    chmodSync(site.path('D/catalog'), 0o700);
    for (const [depot, closed] of [
      ['./shut/D', 'shut/D'],
      ['./D', 'D/catalog/dfiles'],
    ] as const) {
      for (const words of [
        ['swlist', '-s', depot],
        ['swacl', '-l', 'depot', '@', depot],
      ] as const) {
        const ran = site.run(words[0], words.slice(1), { uid: UID });
        const said = `ERROR: "${site.path(closed)}" cannot be looked at. Permission denied. Correct the path,`;
        expect([ran.exit, flat(ran.stderr)], words.join(' ')).toEqual([1, expect.stringContaining(said)]);
      }
    }
  },
);
