// Examples of HP's manual pages and guides that once did not do what is said of them there, each with software of its own.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flat, rows, Site } from './site.ts';

let site: Site;
beforeEach(() => {
  site = new Site();
  site.write('one', 'one\n');
});
afterEach(() => site.strike());

/** A product of one fileset with one file. */
function product(tag: string, fileset: string, attributes = ''): string {
  return `product\n tag ${tag}\n revision 1.0\n${attributes} fileset\n  tag ${fileset}\n  file one /opt/${tag}/${fileset}\n`;
}

function bundle(tag: string, contents: string): string {
  return `bundle\n tag ${tag}\n revision 1.0\n contents ${contents}\n`;
}

/** The first word of each row. */
function names(listing: string): string[] {
  return rows(listing).map((row) => row.trim().split(/ +/)[0]!);
}

function package_(psf: string): void {
  site.write('psf', psf);
  site.ok('swpackage', '-s', 'psf', '@', './D');
}

describe('bundles that share a fileset', () => {
  beforeEach(() => {
    package_(
      bundle('Pascal', 'pas Debugger.Run') +
        bundle('FORTRAN', 'ftn Debugger.Run') +
        bundle('Tools', 'Debugger') +
        product('pas', 'P') +
        product('ftn', 'F') +
        product('Debugger', 'Run'),
    );
    site.ok('swinstall', '-s', './D', 'Pascal', 'FORTRAN', 'Tools', '@', './R');
  });

  test('swremove leaves what another bundle holds, and says so, in a preview too', () => {
    const note = /NOTE: +"Debugger\.Run" stays, because the bundle "Pascal" holds it too\./;
    expect(flat(site.ok('swremove', '-p', 'FORTRAN', '@', './R'))).toMatch(note);
    expect(flat(site.ok('swremove', 'FORTRAN', '@', './R'))).toMatch(note);
    expect(names(site.ok('swlist', '-l', 'bundle', '-l', 'fileset', '@', './R'))).toEqual([
      'Pascal',
      'Tools',
      'Debugger.Run',
      'pas.P',
    ]);
  });

  test('the record of a bundle goes when nothing else of it does, but not in a preview', () => {
    site.ok('swremove', '-p', 'Tools', '@', './R');
    expect(names(site.ok('swlist', '-l', 'bundle', '@', './R'))).toEqual(['FORTRAN', 'Pascal', 'Tools']);
    expect(flat(site.ok('swremove', 'Tools', '@', './R'))).toContain('"Debugger.Run" stays');
    expect(names(site.ok('swlist', '-l', 'bundle', '@', './R'))).toEqual(['FORTRAN', 'Pascal']);
    site.ok('swverify', '*', '@', './R');
    site.ok('swremove', '-d', 'Tools', '@', './D');
    expect(names(site.ok('swlist', '-d', '-l', 'bundle', '@', './D'))).toEqual(['FORTRAN', 'Pascal']);
  });

  test('a bundle that was emptied before can still be removed', () => {
    site.ok('swremove', 'ftn', 'Debugger', '@', './R');
    site.ok('swremove', 'FORTRAN', 'Tools', '@', './R');
    expect(names(site.ok('swlist', '-l', 'bundle', '@', './R'))).toEqual(['Pascal']);
  });
});

test('swlist: a session file keeps the levels of -l and -R', () => {
  package_(product('pas', 'P'));
  site.ok('swlist', '-d', '-l', 'product', '-C', 'by-product', '@', './D');
  site.ok('swlist', '-d', '-R', '-C', 'all', '@', './D');
  expect(names(site.ok('swlist', '-d', '-S', 'by-product', 'pas'))).toEqual(['pas']);
  expect(names(site.ok('swlist', '-d', '-S', 'all'))).toEqual(['pas.P']);
});

describe('swlist -l depot', () => {
  test('tells the attributes of a depot that is named, registered or not', () => {
    package_(`depot\n title "Languages"\n${product('pas', 'P')}`);
    site.ok('swpackage', '-x', 'media_type=tape', '-s', './D', '*', '@', './tape');
    // Nobody registers a tape.
    for (const [place, said] of [
      ['D', /^NOTE: .* is not registered as a depot\./],
      ['tape', /^$/],
    ] as const) {
      const listed = (...words: string[]) => {
        const ran = site.run('swlist', words);
        expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringMatching(said)]);
        return ran.stdout;
      };
      const shown = listed('-d', '-v', '-l', 'depot', '@', `./${place}`);
      expect(shown).toContain(`# ${site.path(place)}\n`);
      expect(shown).toMatch(/^layout_version +1\.0$/m);
      expect(names(listed('-l', 'depot', '-s', `./${place}`))).toEqual([site.path(place)]);
    }
    expect(site.run('swlist', ['-l', 'depot', '-a', 'title', '@', './D']).stdout).toMatch(/D +Languages *$/m);
    expect(site.ok('swlist', '-l', 'depot')).toContain('No depot was found');
  });

  test('what is named and no depot is an error', () => {
    const ran = site.run('swlist', ['-l', 'depot', '@', './nothing']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[depot_not_found]')]);
  });
});

describe('swlist -a with what only a product has', () => {
  beforeEach(() => {
    site.write('readme', 'Read this\nbefore you begin.\n');
    package_(bundle('Langs', 'pas') + product('pas', 'P', ' readme < readme\n vendor_tag HP\n'));
  });

  test('shows the product that was named', () => {
    const shown = site.ok('swlist', '-s', './D', '-a', 'readme', 'pas');
    expect(shown).toMatch(/^ {2}pas\b.*\n?.*Read this\n/m);
    expect(shown).toContain('before you begin.');
    expect(shown).not.toContain('pas.P');
    expect(rows(site.ok('swlist', '-s', './D', '-a', 'vendor_tag', '-a', 'size', 'pas'))).toEqual([
      expect.stringMatching(/^pas +HP +\d+$/),
      expect.stringMatching(/^pas\.P +4$/),
    ]);
    expect(site.ok('swlist', '-s', './D', '-a', 'contents', 'Langs')).toMatch(/^ {2}Langs\n +pas *$/m);
  });

  test('and its filesets alone for what they can have', () => {
    expect(names(site.ok('swlist', '-s', './D', '-a', 'size', 'pas'))).toEqual(['pas.P']);
  });
});

test('swremove refuses to take everything from /, and takes it from an alternate root and a depot', () => {
  package_(product('pas', 'P').replace('/opt', site.path('opt')));
  site.ok('swinstall', '-s', './D', 'pas');
  for (const everything of ['*', '\\*', '*.*']) {
    const ran = site.run('swremove', [everything]);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[whole_root]')]);
  }
  // Nor is it advised.
  expect(flat(site.run('swremove', []).stderr)).toContain('all of it, but on "/".');
  expect(names(site.ok('swlist'))).toEqual(['pas']);
  site.ok('swremove', 'p*');
  expect(names(site.ok('swlist'))).toEqual([]);
  site.ok('swinstall', '-s', './D', 'pas', '@', './R');
  site.ok('swremove', '*', '@', './R');
  site.ok('swremove', '-d', '*', '@', './D');
});

describe('a bundle whose software is all there already', () => {
  beforeEach(() =>
    package_(bundle('Langs', 'pas') + bundle('More', 'pas ftn') + product('pas', 'P') + product('ftn', 'F')),
  );

  test('is installed by its record, but not in a preview', () => {
    site.ok('swinstall', '-s', './D', 'pas', '@', './R');
    site.ok('swinstall', '-p', '-s', './D', 'Langs', '@', './R');
    expect(names(site.ok('swlist', '-l', 'bundle', '@', './R'))).toEqual([]);
    site.ok('swinstall', '-s', './D', 'Langs', '@', './R');
    expect(names(site.ok('swlist', '-l', 'bundle', '@', './R'))).toEqual(['Langs']);
    const before = site.read('R/var/adm/sw/products/INDEX');
    site.ok('swinstall', '-s', './D', 'Langs', '@', './R');
    expect(site.read('R/var/adm/sw/products/INDEX')).toBe(before);
    site.ok('swverify', '*', '@', './R');
    site.ok('swremove', 'Langs', '@', './R');
    expect(names(site.ok('swlist', '@', './R'))).toEqual([]);
  });

  test('is copied by its record', () => {
    site.ok('swcopy', '-s', './D', 'pas', '@', './E');
    site.ok('swcopy', '-s', './D', 'Langs', '@', './E');
    expect(names(site.ok('swlist', '-d', '-l', 'bundle', '@', './E'))).toEqual(['Langs']);
    site.ok('swverify', '-d', '*', '@', './E');
  });

  test('comes not where some of it is refused', () => {
    site.write('newer', product('pas', 'P').replace('revision 1.0', 'revision 2.0'));
    site.ok('swpackage', '-s', 'newer', '@', './N');
    site.ok('swinstall', '-s', './N', 'pas', '@', './R');
    expect(site.run('swinstall', ['-s', './D', 'Langs', '@', './R']).exit).toBe(1);
    expect(names(site.ok('swlist', '@', './R'))).toEqual(['pas']);
  });
});

describe('what is said of a command line that cannot be', () => {
  test('a source that is a host name', () => {
    const { exit, stderr } = site.run('swinstall', ['-s', 'sw_server', 'cc', '@', './R']);
    expect([exit, flat(stderr)]).toEqual([1, expect.stringMatching(/No depot of another host.*\[depot_not_found\]/)]);
  });

  test("swcopy -x reinstall=true, which is recopy, and swinstall's recopy", () => {
    const copy = site.run('swcopy', ['-x', 'reinstall=true', '-s', './D', 'pas', '@', './E']);
    expect([copy.exit, flat(copy.stderr)]).toEqual([1, expect.stringContaining('The one of swcopy is "recopy".')]);
    const other = site.run('swremove', ['-x', 'reinstall=true', 'pas', '@', './R']);
    expect(flat(other.stderr)).not.toContain('The one of');
  });

  test('a patch for another version of its base says for which', () => {
    const patch = product('PHSS_1', 'P', ' is_patch true\n').replace(
      ' file one',
      ' is_patch true\n  ancestor pas.P,r=2.0\n  file one',
    );
    package_(product('pas', 'P') + patch);
    site.ok('swinstall', '-s', './D', 'pas', '@', './R');
    const { exit, stderr } = site.run('swinstall', ['-s', './D', 'PHSS_1', '@', './R']);
    expect([exit, flat(stderr)]).toEqual([1, expect.stringContaining('It is a patch for "pas.P,r=2.0".')]);
  });
});
