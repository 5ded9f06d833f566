// swmodify as a program (commands.md 5.5): each thing it changes, each thing it refuses with nothing changed, and that what was changed
// is consistent: the listing, the text tree and swverify agree.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { treePicture } from '../scenarios/runner/stage.ts';
import { flat, found, type Ran, rows, Site } from './site.ts';

const SUPERUSER = process.getuid?.() === 0;
let site: Site;

const PSF = `vendor
 tag Acme
 title Acme
end
category
 tag tools
 title "Tools"
 revision 1.0
end
bundle
 tag BUN
 title Bundle
 revision 1.0
 contents ACME.RUN
end
product
 tag ACME
 revision 2.0
 vendor_tag Acme
 title "Acme tools"
 directory /opt/acme
 subproduct
  tag Runtime
  contents RUN MAN
 end
 fileset
  tag RUN
  revision 2.0
  configure src/check
  file -m 0555 src/tool /opt/acme/tool
  file -v -m 0644 src/conf /opt/acme/conf
 end
 fileset
  tag MAN
  revision 2.0
  prerequisites ACME.RUN
  category_tag tools
  file -m 0444 src/conf /opt/acme/man
 end
end
`;

beforeEach(() => {
  site = new Site();
  mkdirSync(site.path('R'));
  site.write('src/tool', 'tool\n');
  site.write('src/conf', 'conf\n');
  site.write('src/check', '#!/bin/sh\nexit 0\n', 0o755);
  site.write('psf', PSF);
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swinstall', '-s', './D', 'BUN', 'ACME', '@', './R');
});
afterEach(() => site.strike());

/** swmodify on the root. */
function modify(...words: string[]): string {
  return flat(site.ok('swmodify', ...words, '@', './R'));
}

function tried(...words: string[]): Ran {
  return site.run('swmodify', [...words, '@', './R']);
}

/** Everything but sessions, logs and admin directory. */
function picture(): string {
  return treePicture(site.home)
    .split('\n')
    .filter((line) => !/^. (adm|\.sw)(\/| )/.test(line))
    .join('\n');
}

/** Must be refused with this code, exit 1, and nothing changed; returns what was said. */
function refused(code: string, words: readonly string[], target = './R'): string {
  const before = picture();
  const ran = site.run('swmodify', [...words, '@', target]);
  const said = flat(ran.stderr);
  expect([ran.exit, said.includes(`[${code}]`)], ran.stdout + ran.stderr).toEqual([1, true]);
  expect(picture()).toBe(before);
  return said;
}

/** Values of one attribute, by object, as swlist prints them. */
function listed(level: string, attribute: string, spec: string, ...where: string[]): string[] {
  const listing = site.ok('swlist', '-l', level, '-a', attribute, spec, '@', ...(where.length > 0 ? where : ['./R']));
  return rows(listing).map((row) => row.replace(/ +/g, ' '));
}

function index(path: string): string {
  return site.read(`R/var/adm/sw/products/${path}/INDEX`);
}

function clean(): void {
  const ran = site.run('swverify', ['*', '@', './R']);
  expect([ran.stderr, ran.exit], ran.stdout).toEqual(['', 0]);
}

describe('-d -a without software', () => {
  test('sets attributes of the depot itself, a text from a file too; -u takes them away', () => {
    site.write('words', 'Two lines\nof words.\n');
    site.ok('swreg', '-l', 'depot', './D');
    const own = () => site.ok('swlist', '-l', 'depot', '-a', 'title', '-a', 'description');
    const software = () => site.read('D/catalog/INDEX').split('\nmedia')[1];
    const before = software();
    const words = ['-a', "title=Manufacturing's depot", '-a', 'description=< words', '-a', 'site_owner=me'];
    const said = flat(site.ok('swmodify', '-d', ...words, '@', './D'));
    expect(said).toContain(`Change depot "${site.path('D')}": title="Manufacturing's depot".`);
    expect(own()).toMatch(/D +Manufacturing's depot +\nTwo lines\nof words\./);
    expect(site.read('D/catalog/INDEX')).toMatch(/^description "Two lines\nof words\."$/m);
    expect(site.read('D/catalog/INDEX')).toMatch(/^site_owner "?me"?$/m);
    expect(software()).toBe(before);
    site.ok('swmodify', '-d', '-u', '-a', 'title', '-a', 'description', '@', './D');
    expect(own()).not.toMatch(/Manufacturing|Two/);
    expect(site.run('swverify', ['-d', '*', '@', './D']).exit).toBe(0);
  });

  test('a depot that is named needs no -d', () => {
    site.ok('swmodify', '-a', 'title=Master Depot', '@', './D');
    expect(site.read('D/catalog/INDEX')).toMatch(/^title "Master Depot"$/m);
    refused('no_software', ['-r', '-a', 'title=x'], './D');
    refused('no_software', ['-a', 'title=x', '-x', 'files=/opt/acme/conf'], './D');
  });

  test('refuses what the catalog rests on, and everything but attributes', () => {
    const said = refused('attribute_fixed', ['-d', '-a', 'layout_version=0.8'], './D');
    expect(said.split('[attribute_fixed]')).toHaveLength(2);
    expect(flat(site.read('D/swagent.log'))).toMatch(/\[attribute_fixed\]\s+=+ [^=]* END modify AGENT/);
    refused('attribute_generated', ['-d', '-a', 'create_time=1'], './D');
    refused('attribute_elsewhere', ['-d', '-a', 'is_patch=true'], './D');
    refused('no_software', ['-d', '-u'], './D');
    refused('no_software', ['-d', '-a', 'title=x', '-x', 'files=/opt/acme/conf'], './D');
    expect(refused('list_file_unreadable', ['-a', 'description=<nowhere', 'ACME'])).toContain(site.path('nowhere'));
  });
});

describe('-s with bundles alone', () => {
  const BUNDLES = 'bundle\n tag BOX\n title Box\n contents ACME.MAN\nend\n';

  test('adds them to the products of a depot or root, and changes them', () => {
    site.write('bundles', BUNDLES);
    expect(flat(site.ok('swmodify', '-d', '-s', 'bundles', '*', '@', './D'))).toContain('Add bundle "BOX".');
    expect(site.ok('swlist', '-d', '-l', 'bundle', '-a', 'contents', '@', './D')).toMatch(/^ {2}BOX\n +ACME\.MAN$/m);
    expect(modify('-s', 'bundles', 'BOX')).toContain('Add bundle "BOX".');
    refused('software_not_found', ['-s', 'bundles', 'BOX.MAN']);
    site.write('bundles', BUNDLES.replace('Box', 'Crate'));
    expect(modify('-s', 'bundles')).toContain('Change bundle "BOX": title.');
    clean();
  });

  test('swpackage refuses them, and says what to do; a PSF of nothing is refused by both', () => {
    site.write('bundles', BUNDLES);
    const ran = site.run('swpackage', ['-s', 'bundles', '@', './D']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringMatching(/"swmodify -d -s"\. \[psf_no_product\]/)]);
    site.write('bundles', 'depot\n title Nothing\n');
    refused('psf_no_product', ['-d', '-s', 'bundles'], './D');
  });
});

describe('-a', () => {
  test('sets an attribute of each level, in catalog and text tree; files stay as they are', () => {
    const files = treePicture(site.path('R/opt'));
    const said = modify('-a', 'title=New words', '-a', 'qualifier=site', 'ACME');
    expect(said).toContain('Change product "ACME,l=/,r=2.0": title="New words".');
    modify('-a', 'title=Runs', '-a', 'is_kernel=true', 'ACME.RUN');
    modify('-a', 'title=Whole', 'BUN');
    modify('-a', 'title=Part', 'ACME.Runtime');
    modify('-a', 'title=All tools', 'tools');
    expect(listed('product', 'title', 'ACME')).toEqual(['ACME New words']);
    expect(rows(site.ok('swlist', '-l', 'product', 'ACME,q=site', '@', './R'))).toHaveLength(1);
    expect(listed('fileset', 'title', 'ACME')).toEqual(['ACME.MAN MAN', 'ACME.RUN Runs']);
    expect(listed('bundle', 'title', 'BUN')).toEqual(['BUN Whole']);
    expect(listed('subproduct', 'title', 'ACME.Runtime').join()).toContain('Part');
    expect(listed('category', 'title', 'tools')).toEqual(['tools All tools']);
    expect(index('ACME/pfiles')).toMatch(/^title "New words"$/m);
    expect(index('ACME/RUN')).toMatch(/^is_kernel true$/m);
    expect(treePicture(site.path('R/opt'))).toBe(files);
    clean();
  });

  test('adds to a list and selects by it; -u takes a value, or all', () => {
    modify('-a', 'category_tag=mine', '-a', 'category_tag=yours theirs', 'ACME');
    expect(listed('product', 'category_tag', 'ACME')).toEqual(['ACME mine yours theirs']);
    expect(rows(site.ok('swlist', '-l', 'product', '*,c=yours', '@', './R'))[0]).toMatch(/^ACME/);
    modify('-u', '-a', 'category_tag=yours', 'ACME');
    expect(listed('product', 'category_tag', 'ACME')).toEqual(['ACME mine theirs']);
    modify('-u', '-a', 'category_tag', 'ACME');
    expect(index('ACME/pfiles')).not.toContain('category_tag');
    const again = tried('--json', '-u', '-a', 'category_tag=mine', 'ACME');
    expect([again.exit, found(again, 'attribute_absent')]).toEqual([
      0,
      'note: The product "ACME,l=/,r=2.0" has no "mine" in its attribute "category_tag".',
    ]);
  });

  test('-u of a single value: only where it is that value; a title leaves the tag', () => {
    expect(modify('-u', '-a', 'title=Wrong', 'ACME')).toContain('has no "Wrong" in its attribute "title"');
    modify('-u', '-a', 'title=Acme tools', 'ACME');
    expect(listed('product', 'title', 'ACME')).toEqual(['ACME ACME']);
    modify('-a', 'number=B123', 'ACME');
    modify('-u', '-a', 'number', 'ACME');
    expect(index('ACME/pfiles')).not.toContain('B123');
  });

  test('the readme is the control file README', () => {
    modify('-a', 'readme=Read this.', 'ACME');
    expect(site.read('R/var/adm/sw/products/ACME/pfiles/README')).toBe('Read this.\n');
    clean();
    modify('-u', '-a', 'readme', 'ACME');
    expect(existsSync(site.path('R/var/adm/sw/products/ACME/pfiles/README'))).toBe(false);
  });

  test('state: one that fits the target', () => {
    modify('-a', 'state=configured', 'ACME.*');
    expect(listed('fileset', 'state', 'ACME')).toEqual(['ACME.MAN configured', 'ACME.RUN configured']);
    expect(refused('bad_attribute_value', ['-a', 'state=available', 'ACME.RUN'])).toContain(
      'installed, configured, corrupt',
    );
    refused('bad_attribute_value', ['-d', '-a', 'state=installed', 'ACME.RUN'], './D');
    site.ok('swmodify', '-d', '-a', 'state=corrupt', 'ACME.RUN', '@', './D');
    expect(site.run('swverify', ['-d', 'ACME', '@', './D']).exit).toBe(1);
  });

  test.each([
    ['tag=X', 'attribute_fixed'],
    ['revision=3.0', 'attribute_fixed'],
    ['instance_id=2', 'attribute_fixed'],
    ['vendor_tag=X', 'attribute_fixed'],
    ['prerequisites=X', 'attribute_fixed'],
    ['prerequisite=X', 'attribute_fixed'],
    ['corequisites=X', 'attribute_fixed'],
    ['size=1', 'attribute_generated'],
    ['applied_patches=P.F', 'attribute_generated'],
    ['patch_state=applied', 'attribute_generated'],
    ['superseded_by=P.F', 'attribute_generated'],
    ['location=/opt', 'attribute_generated'],
    ['control_directory=x', 'attribute_generated'],
    ['is_patch=true', 'attribute_fixed'],
    ['category_tag=patch', 'category_reserved'],
    ['vendor=x', 'attribute_elsewhere'],
    ['is_reboot=perhaps', 'bad_attribute_value'],
    ['ancestor=A..B', 'bad_attribute_value'],
    ['title=', 'bad_usage'],
    ['title', 'bad_usage'],
    ['=x', 'bad_usage'],
  ])('refuses %s', (word, code) => {
    refused(code, ['-a', word, 'ACME.RUN']);
    // One bad attribute spoils the whole command.
    refused(code, ['-a', 'title=Fine', '-a', word, 'ACME.RUN']);
  });

  test.each([
    ['all_filesets=X', 'ACME', 'attribute_generated'],
    ['directory=relative', 'ACME', 'bad_attribute_value'],
    ['contents=A B,r=', 'BUN', ''],
    ['contents=A,x=1', 'BUN', 'bad_attribute_value'],
    ['revision=2', 'tools', 'attribute_fixed'],
    ['is_kernel=true', 'ACME', 'attribute_elsewhere'],
    ['exrequisites=A..B', 'ACME.RUN', 'bad_attribute_value'],
    ['exrequisites=OTHER', 'ACME.RUN', ''],
  ])('%s of %s', (word, object, code) => {
    if (code === '') modify('-a', word, object);
    else refused(code, ['-a', word, object]);
  });

  test('an unknown word is kept; one that looks misspelt is noted', () => {
    const ran = tried('--json', '-a', 'owner_team=ops', '-a', 'titel=x', 'ACME');
    const said = found(ran, 'attribute_unknown');
    expect([ran.exit, said]).toEqual([
      0,
      'note: "titel" is no attribute SD knows; it is kept as it is. Did you mean "title"?',
    ]);
    expect(ran.stdout.match(/"attribute_unknown"/g)).toHaveLength(1);
    expect(index('ACME/pfiles')).toMatch(/^owner_team "?ops"?$/m);
  });

  test('-u of what cannot be missing', () => {
    refused('attribute_fixed', ['-u', '-a', 'state', 'ACME.RUN']);
    refused('attribute_fixed', ['-u', '-a', 'tag', 'ACME.RUN']);
    refused('attribute_generated', ['-u', '-a', 'size', 'ACME.RUN']);
  });

  test('in a depot: is_patch brings the category along; architecture must leave products apart', () => {
    const depot = (...words: string[]) => site.ok('swmodify', '-d', ...words, '@', './D');
    refused('bad_attribute_value', ['-d', '-a', 'is_patch=true', 'ACME.RUN'], './D');
    depot('-a', 'ancestor=BASE.RUN', '-a', 'is_patch=true', 'ACME.RUN');
    expect(listed('fileset', 'category_tag', 'ACME.RUN', './D', '-d')[0]).toBe('ACME.RUN patch');
    refused('category_reserved', ['-d', '-u', '-a', 'category_tag', 'ACME.RUN'], './D');
    depot('-a', 'is_patch=false', 'ACME.RUN');
    expect(site.read('D/catalog/ACME/RUN/INDEX')).not.toContain('category_tag');
    site.write('psf2', PSF.replace(' directory', ' architecture other\n directory'));
    site.ok('swpackage', '-s', 'psf2', '@', './D');
    refused('identity_taken', ['-d', '-u', '-a', 'architecture', 'ACME,a=other'], './D');
    depot('-a', 'architecture=third', 'ACME,a=other');
  });
});

describe('what belongs together', () => {
  test.each([
    [['-s', 'psf', '-a', 'title=x', 'ACME']],
    [['-s', 'psf', '-u', 'ACME']],
    [['-c', 'cat', '-a', 'title=x', 'ACME']],
    [['-x', 'patch_commit=true', '-a', 'title=x', 'ACME']],
    [['-x', 'patch_commit=true', '-u', 'ACME']],
    [['-x', 'patch_commit=true', '-d', 'ACME']],
    [['-s', 'psf', '-x', 'files=/x', 'ACME']],
    [['ACME']],
  ])('%j is refused', (words) => {
    refused('bad_usage', words);
  });

  test('software, one target, found operands', () => {
    refused('no_software', ['-a', 'title=x']);
    refused('no_software', ['-u']);
    refused('software_not_found', ['-a', 'title=x', 'ACME', 'NONE']);
    const two = site.run('swmodify', ['-a', 'title=x', 'ACME', '@', './R', './D']);
    expect([two.exit, flat(two.stderr).includes('[bad_target]')]).toEqual([1, true]);
    refused('target_missing', ['-a', 'title=x', 'ACME'], './nowhere');
    refused('depot_not_found', ['-d', '-a', 'title=x', 'ACME'], './nowhere');
    const elsewhere = site.run('swmodify', ['-a', 'title=x', 'ACME', '@', 'otherhost:/']);
    expect([elsewhere.exit, flat(elsewhere.stderr).includes('[remote_not_supported]')]).toEqual([1, true]);
  });

  test('-p tells and changes nothing; a second time there is nothing to change', () => {
    const before = picture();
    const said = modify('-p', '-a', 'title=New', 'ACME');
    expect(said).toContain('Change product "ACME,l=/,r=2.0": title="New".');
    expect(picture()).toBe(before);
    modify('-p', '-u', 'ACME');
    modify('-p', '-x', 'files=/opt/acme/tool', 'ACME.RUN');
    modify('-p', '-c', 'cat', 'ACME');
    expect(picture()).toBe(before);
    modify('-a', 'title=New', 'ACME');
    const after = picture();
    expect(found(tried('--json', '-a', 'title=New', 'ACME'), 'nothing_to_modify')).toBe(
      'note: Everything is as it was asked for; there is nothing to change.',
    );
    expect(picture()).toBe(after);
  });

  test('the log names the session without mode and job; the target’s agent log has it too', () => {
    modify('-a', 'title=New', 'ACME');
    expect(site.read('adm/swmodify.log')).toMatch(/BEGIN swmodify SESSION$/m);
    expect(flat(site.read('R/var/adm/sw/swagent.log'))).toContain('Change product "ACME,l=/,r=2.0": title="New".');
    site.ok('swmodify', '-d', '-a', 'title=New', 'ACME', '@', './D');
    expect(flat(site.read('D/swagent.log'))).toContain('Change product "ACME,r=2.0": title="New".');
  });
});

describe('-u without -a', () => {
  test('a fileset: its definition goes, its files stay, product and subproduct follow', () => {
    modify('-u', 'ACME.MAN');
    expect(listed('fileset', 'tag', 'ACME')).toEqual(['ACME.RUN']);
    expect(index('ACME/pfiles')).toMatch(/^all_filesets RUN ?$/m);
    expect(index('ACME/pfiles')).toMatch(/^contents RUN ?$/m);
    expect(existsSync(site.path('R/var/adm/sw/products/ACME/MAN'))).toBe(false);
    expect(site.read('R/opt/acme/man')).toBe('conf\n');
    clean();
  });

  test('what others require goes with a warning; the last fileset takes its product along', () => {
    const ran = tried('-u', 'ACME.RUN');
    expect([ran.exit, flat(ran.stderr)]).toEqual([
      0,
      'WARNING: The fileset "ACME.MAN,l=/,r=2.0" requires "ACME.RUN", whose definition is deleted.\n',
    ]);
    modify('-u', 'ACME.MAN');
    expect(site.run('swlist', ['ACME', '@', './R']).exit).toBe(1);
    expect(existsSync(site.path('R/opt/acme/tool'))).toBe(true);
  });

  test('product, bundle, subproduct, category', () => {
    modify('-u', 'ACME.Runtime');
    expect(index('ACME/pfiles')).not.toContain('subproduct');
    modify('-u', 'tools');
    expect(rows(site.ok('swlist', '-l', 'category', '@', './R'))).toEqual([]);
    modify('-u', 'BUN');
    expect(rows(site.ok('swlist', '-l', 'product', '@', './R'))[0]).toMatch(/^ACME/);
    modify('-u', 'ACME');
    expect(existsSync(site.path('R/var/adm/sw/products/ACME'))).toBe(false);
    expect(existsSync(site.path('R/opt/acme/tool'))).toBe(true);
    site.ok('swmodify', '-d', '-u', 'ACME', '@', './D');
    expect(existsSync(site.path('D/ACME/RUN/opt/acme/tool'))).toBe(true);
  });

  test('patches: what rests on them is refused', () => {
    const patch = (tag: string, more: string) =>
      `product\ntag ${tag}\nrevision 1.0\nis_patch true\nfileset\ntag RUN\nrevision 1.0\nis_patch true\nancestor ACME.RUN\n${more}file -m 0555 src/${tag} /opt/acme/tool\nend\nend\n`;
    site.write('src/P1', 'one\n');
    site.write('src/P2', 'two\n');
    site.write('psf', patch('P1', '') + patch('P2', 'supersedes P1.RUN,fr=*\n'));
    site.ok('swpackage', '-s', 'psf', '@', './DP');
    site.ok('swinstall', '-s', './DP', 'P1', '@', './R');
    site.ok('swinstall', '-s', './DP', 'P2', '@', './R');
    expect(refused('patches_rest_on_it', ['-u', 'ACME.RUN'])).toContain('"P1.RUN" is applied to it');
    refused('patch_not_committed', ['-u', 'P2']);
    refused('attribute_fixed', ['-a', 'architecture=x', 'ACME.RUN']);
    refused('attribute_fixed', ['-a', 'architecture=x', 'P1.RUN']);
    const commit = tried('--json', '-x', 'patch_commit=true', 'P2');
    expect([commit.exit, found(commit, 'space_reclaimed')]).toEqual([
      0,
      expect.stringMatching(/^note: The save area gave back \d+ Kbytes\.$/),
    ]);
    expect(refused('patches_rest_on_it', ['-u', 'P2'])).toContain('"P1.RUN" is superseded by it');
    modify('-u', 'P1');
    expect(listed('fileset', 'applied_patches', 'ACME.RUN')).toEqual(['ACME.RUN', 'P2.RUN']);
    modify('-u', 'P2');
    expect(index('ACME/RUN')).not.toMatch(/\bP2\b/);
    expect(site.read('R/opt/acme/tool')).toBe('two\n');
    clean();
  });
});

describe('file entries', () => {
  test('an edited file is read again, and verifies', () => {
    writeFileSync(site.path('R/opt/acme/tool'), 'edited by hand\n');
    chmodSync(site.path('R/opt/acme/tool'), 0o750);
    if (SUPERUSER) chownSync(site.path('R/opt/acme/tool'), 1, 2);
    expect(site.run('swverify', ['ACME', '@', './R']).exit).toBe(1);
    const said = modify('-x', 'files=/opt/acme/tool', 'ACME.RUN');
    expect(said).toContain('Change fileset "ACME.RUN,l=/,r=2.0": +/opt/acme/tool.');
    clean();
    const info = site.read('R/var/adm/sw/products/ACME/RUN/INFO');
    expect(info).toMatch(/path \/opt\/acme\/tool\n(?:(?!^file$).*\n)*?size 15\n/m);
    if (SUPERUSER) expect(info).toMatch(/owner daemon/);
  });

  test('new files of every type; the fileset’s size follows; swremove takes them', () => {
    const before = Number(/^size (\d+)$/m.exec(index('ACME/RUN'))![1]);
    const at = (name: string) => site.path('R/opt/acme', name);
    writeFileSync(at('new'), '12345');
    mkdirSync(at('dir'), { mode: 0o700 });
    symlinkSync('tool', at('link'));
    execFileSync('mkfifo', [at('fifo')]);
    site.write('list', '# these\n/opt/acme/new\n\n/opt/acme/dir/\n/opt/acme/link\n/opt//acme/fifo\n');
    modify('-P', 'list', 'ACME.RUN');
    const files = rows(site.ok('swlist', '-l', 'file', '-a', 'type', 'ACME.RUN', '@', './R')).map((row) =>
      row
        .split(/[\s:]+/)
        .slice(-2)
        .join(' '),
    );
    for (const each of ['/opt/acme/new f', '/opt/acme/dir d', '/opt/acme/link s', '/opt/acme/fifo p'])
      expect(files).toContain(each);
    expect(index('ACME/RUN')).toMatch(new RegExp(`^size ${before + 5}$`, 'm'));
    clean();
    rmSync(at('link'));
    expect(site.run('swverify', ['ACME', '@', './R']).exit).toBe(1);
    site.ok('swremove', 'ACME', '@', './R');
    expect(existsSync(at('new')) || existsSync(at('fifo'))).toBe(false);
  });

  test('a volatile file stays volatile', () => {
    writeFileSync(site.path('R/opt/acme/conf'), 'mine\n');
    modify('-x', 'files=/opt/acme/conf', 'ACME.RUN');
    expect(site.read('R/var/adm/sw/products/ACME/RUN/INFO')).toContain('is_volatile true');
    site.ok('swverify', '-x', 'check_volatile=true', 'ACME', '@', './R');
  });

  test('-u takes entries from the catalog and leaves the files', () => {
    modify('-u', '-x', 'files=/opt/acme/tool', 'ACME.RUN');
    expect(site.read('R/var/adm/sw/products/ACME/RUN/INFO')).not.toContain('/opt/acme/tool');
    expect(site.read('R/opt/acme/tool')).toBe('tool\n');
    clean();
  });

  test('several filesets: each path where it is listed', () => {
    writeFileSync(site.path('R/opt/acme/man'), 'new page\n');
    writeFileSync(site.path('R/opt/acme/tool'), 'new tool\n');
    modify('-x', "files='/opt/acme/man /opt/acme/tool'", 'ACME.*');
    clean();
    writeFileSync(site.path('R/opt/acme/more'), '');
    expect(refused('which_fileset', ['-x', 'files=/opt/acme/more', 'ACME.RUN', 'ACME.MAN'])).toContain(
      'not exactly one fileset',
    );
  });

  test.each([
    ['file_unreadable', ['-x', 'files=/opt/acme/none', 'ACME.RUN']],
    ['file_unreadable', ['-x', "files='/opt/acme/tool /opt/acme/none'", 'ACME.RUN']],
    ['file_not_listed', ['-u', '-x', 'files=/opt/acme/none', 'ACME.RUN']],
    ['bad_path', ['-x', 'files=opt/acme/tool', 'ACME.RUN']],
    ['which_fileset', ['-x', 'files=/opt/acme/tool', 'ACME']],
    ['list_file_unreadable', ['-P', 'nowhere', 'ACME.RUN']],
  ])('%s: %j', (code, words) => {
    refused(code, words);
  });

  test('a path does not lead out of the root', () => {
    symlinkSync('/etc', site.path('R/opt/acme/etc'));
    expect(refused('file_unreadable', ['-x', 'files=/opt/acme/etc/passwd', 'ACME.RUN'])).toContain('It is not there.');
  });

  test('in a depot the stored file is read', () => {
    chmodSync(site.path('D/ACME/RUN/opt/acme/tool'), 0o644);
    writeFileSync(site.path('D/ACME/RUN/opt/acme/tool'), 'mended\n');
    expect(site.run('swverify', ['-d', 'ACME', '@', './D']).exit).toBe(1);
    site.ok('swmodify', '-d', '-x', 'files=/opt/acme/tool', 'ACME.RUN', '@', './D');
    site.ok('swverify', '-d', 'ACME', '@', './D');
    mkdirSync(site.path('R2'));
    site.ok('swinstall', '-s', './D', 'ACME', '@', './R2');
    expect([
      readFileSync(site.path('R2/opt/acme/tool'), 'utf8'),
      statSync(site.path('R2/opt/acme/tool')).mode & 0o777,
    ]).toEqual(['mended\n', 0o555]);
    refused('file_unreadable', ['-d', '-x', 'files=/opt/acme/none', 'ACME.RUN'], './D');
  });
});

describe('control files', () => {
  const script = (name: string) => site.path('R/var/adm/sw/products/ACME/RUN', name);

  test('an edited one is taken over, a new one added, with -u they go', () => {
    writeFileSync(script('configure'), '#!/bin/sh\nexit 2\n');
    expect(site.run('swverify', ['ACME', '@', './R']).exit).toBe(1);
    writeFileSync(script('helper'), 'data\n');
    modify('-x', "control_files='configure helper'", 'ACME.RUN');
    expect(readFileSync(script('configure'), 'utf8')).toContain('exit 2');
    expect(readFileSync(script('helper'), 'utf8')).toBe('data\n');
    clean();
    modify('-a', 'title=Anything', 'ACME.RUN');
    expect(readFileSync(script('configure'), 'utf8')).toContain('exit 2');
    modify('-u', '-x', "control_files='configure helper'", 'ACME.RUN');
    expect(existsSync(script('configure')) || existsSync(script('helper'))).toBe(false);
    expect(site.read('R/var/adm/sw/products/ACME/RUN/INFO')).not.toContain('configure');
    clean();
  });

  test('of a product, and in a depot', () => {
    writeFileSync(site.path('D/catalog/ACME/pfiles/preinstall'), '#!/bin/sh\necho from the depot\n');
    site.ok('swmodify', '-d', '-x', 'control_files=preinstall', 'ACME', '@', './D');
    mkdirSync(site.path('R2'));
    site.ok('swinstall', '-s', './D', 'ACME', '@', './R2');
    expect(site.read('R2/var/adm/sw/swagent.log')).toContain('from the depot');
    site.ok('swmodify', '-d', '-u', '-x', 'control_files=preinstall', 'ACME', '@', './D');
    site.ok('swverify', '-d', 'ACME', '@', './D');
  });

  test.each([
    ['control_file_missing', ['-x', 'control_files=none', 'ACME.RUN']],
    ['control_file_missing', ['-u', '-x', 'control_files=none', 'ACME.RUN']],
    ['bad_control_file', ['-x', 'control_files=INFO', 'ACME.RUN']],
    ['bad_control_file', ['-x', 'control_files=../x', 'ACME.RUN']],
    ['which_fileset', ['-x', 'control_files=configure', 'BUN']],
  ])('%s: %j', (code, words) => {
    refused(code, words);
  });
});

describe('-s', () => {
  test('changes what the PSF says, keeps the rest, adds filesets, subproducts, bundles, categories and products', () => {
    modify('-a', 'number=B123', 'ACME');
    site.write('src/extra', 'extra\n');
    site.write('R/opt/acme/extra', 'extra\n');
    site.write(
      'change',
      `category
 tag site
 title "Our own"
end
bundle
 tag NEWBUN
 contents ACME
end
product
 tag ACME
 revision 2.0
 title "Changed"
 subproduct
  tag Extra
  contents EXTRA
 end
 fileset
  tag RUN
  corequisites ACME.MAN
  verify src/check
 end
 fileset
  tag EXTRA
  revision 2.0
  file -m 0644 src/extra /opt/acme/extra
 end
end
product
 tag OTHER
 revision 1.0
 fileset
  tag F
 end
end
`,
    );
    const said = modify('-s', 'change');
    for (const line of [
      'Add category "site".',
      'Add bundle "NEWBUN".',
      'Change product "ACME,l=/,r=2.0": title.',
      'Add fileset "ACME.EXTRA',
    ])
      expect(said).toContain(line);
    expect(index('ACME/pfiles')).toMatch(/^title Changed$|^title "Changed"$/m);
    expect(index('ACME/pfiles')).toMatch(/^number "?B123"?$/m);
    expect(index('ACME/pfiles')).toMatch(/^all_filesets RUN MAN EXTRA ?$/m);
    expect(index('ACME/RUN')).toMatch(/^corequisites ACME.MAN$/m);
    expect(listed('fileset', 'state', 'OTHER')).toEqual(['OTHER.F installed']);
    expect(existsSync(site.path('R/var/adm/sw/products/ACME/RUN/verify'))).toBe(true);
    expect(site.read('R/var/adm/sw/products/ACME/RUN/INFO')).toContain('/opt/acme/tool');
    execFileSync('touch', ['-r', site.path('src/extra'), site.path('R/opt/acme/extra')]);
    clean();
    const after = index('ACME/pfiles');
    modify('-s', 'change', 'OTHER');
    expect(index('ACME/pfiles')).toBe(after);
  });

  test.each([
    ['product_exists', 'product\ntag ACME\nrevision 3.0\nfileset\ntag RUN\nend\nend\n'],
    ['fileset_exists', 'product\ntag ACME\nrevision 2.0\nfileset\ntag RUN\nrevision 3.0\nend\nend\n'],
    ['patch_definition', 'product\ntag P\nfileset\ntag RUN\nis_patch true\nancestor ACME.RUN\nend\nend\n'],
    ['psf_no_fileset', 'product\ntag ACME\n'],
    ['psf_not_found', undefined],
  ])('refuses with %s', (code, text) => {
    if (text !== undefined) site.write('change', text);
    refused(code, ['-s', 'change']);
  });

  test('operands choose among what the PSF defines', () => {
    refused('software_not_found', ['-s', 'psf', 'NONE']);
  });

  test('in a depot: files without content are warned of', () => {
    site.write('change', PSF.replace('tag MAN', 'tag NEW').replace('/opt/acme/man', '/opt/acme/new'));
    const ran = site.run('swmodify', ['-d', '-s', 'change', '@', './D']);
    expect(
      [
        ran.exit,
        flat(ran.stderr).startsWith('WARNING: The depot has no content for "/opt/acme/new" of "ACME.NEW,r=2.0".'),
      ],
      ran.stderr,
    ).toEqual([0, true]);
    expect(listed('fileset', 'state', 'ACME', './D', '-d')).toContain('ACME.NEW available');
  });
});

describe('-c', () => {
  test('writes an exported catalog where there is none, reads an edited one', () => {
    const before = picture();
    modify('-c', 'cat', 'ACME');
    expect(
      picture()
        .split('\n')
        .filter((line) => !/^. cat(\/| )/.test(line))
        .join('\n'),
    ).toBe(before);
    const text = site.read('cat/INDEX');
    expect(text).toContain('tag ACME');
    site.write('cat/INDEX', text.replace('title "Acme tools"', 'title "By hand"').replace(/^directory .*\n/m, ''));
    rmSync(site.path('cat/ACME/RUN/configure'));
    modify('-c', 'cat', 'ACME');
    expect(listed('product', 'title', 'ACME')).toEqual(['ACME By hand']);
    expect(index('ACME/pfiles')).not.toMatch(/^directory/m);
    expect(listed('fileset', 'state', 'ACME.RUN')).toEqual(['ACME.RUN installed']);
  });

  test('brings deleted definitions back', () => {
    modify('-c', 'cat');
    modify('-u', 'ACME');
    expect(site.run('swlist', ['ACME', '@', './R']).exit).toBe(1);
    modify('-c', 'cat', 'ACME');
    clean();
    site.ok('swremove', 'ACME', '@', './R');
    expect(existsSync(site.path('R/opt/acme/tool'))).toBe(false);
  });

  test('a directory with other things is neither written nor read', () => {
    expect(refused('not_a_catalog', ['-c', 'src', 'ACME'])).toContain('holds other things');
  });
});

test('-V prints the layout versions', () => {
  expect(site.ok('swmodify', '-V')).toBe('1.0\n0.8\n');
});

test('an ordinary user may not', () => {
  if (!SUPERUSER) return;
  const how = { uid: 65534, env: { HOME: site.path('nobody') } };
  mkdirSync(how.env.HOME);
  chownSync(how.env.HOME, 65534, 65534);
  const before = treePicture(site.path('R'));
  const ran = site.run('swmodify', ['-a', 'title=x', 'ACME', '@', './R'], how);
  expect([ran.exit, flat(ran.stderr).includes('[no_permission]')], ran.stderr).toEqual([1, true]);
  expect(treePicture(site.path('R'))).toBe(before);
});
