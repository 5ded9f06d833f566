// What options do to software, once with each command that has them and no other test of it (issue 4, acceptance).

import { readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { done, product, typed } from './command-lines.ts';
import { rows, Site } from './site.ts';

let site: Site;
const sw = (line: string) => done(site, line);
const exit = (line: string) => typed(site, line).exit;
/** Filesets that a depot or root holds. */
const held = (line: string) => rows(sw(`swlist -l fileset ${line}`)).map((row) => row.split(/\s+/)[0]);

beforeEach(() => {
  site = new Site();
  site.write('a', 'a\n');
});
afterEach(() => site.strike());

function depot(name: string, ...products: string[]): void {
  site.write(`${name}.psf`, products.join(''));
  sw(`swpackage -x verbose=0 -s ${name}.psf @ ./${name}`);
}

/** N needs A or B; M needs A. */
function needing(): void {
  const needs = (what: string) => `  prerequisites ${what}\n`;
  depot('D', product('A'), product('B'), product('N', '', needs('A.RUN|B.RUN')), product('M', '', needs('A.RUN')));
}

test('autoselect_dependencies brings what is required, autoselect_minimum_dependencies not the leftmost too', () => {
  needing();
  sw('swcopy -x autoselect_dependencies=false -x enforce_dependencies=false -s ./D M @ ./C1');
  expect(held('-d @ ./C1')).toEqual(['M.RUN']);
  sw('swcopy -x autoselect_minimum_dependencies=true -s ./D B N @ ./C2');
  expect(held('-d @ ./C2').sort()).toEqual(['B.RUN', 'N.RUN']);
  sw('swinstall -x autoselect_minimum_dependencies=true -s ./D B N @ ./R1');
  expect(held('@ ./R1').sort()).toEqual(['B.RUN', 'N.RUN']);
  sw('swinstall -x autoselect_minimum_dependencies=false -s ./D B N @ ./R2');
  expect(held('@ ./R2').sort()).toEqual(['A.RUN', 'B.RUN', 'N.RUN']);
  expect(sw('swverify -x autoselect_dependencies=true N @ ./R2')).toContain('A.RUN,l=');
  expect(sw('swverify -x autoselect_dependencies=false N @ ./R2')).not.toContain('A.RUN,l=');
  sw('swinstall -s ./D A @ ./R1');
  expect(sw('swverify -x autoselect_minimum_dependencies=true B N @ ./R1')).not.toContain('A.RUN,l=');
  expect(sw('swverify -x autoselect_minimum_dependencies=false B N @ ./R1')).toContain('A.RUN,l=');
});

test('swconfig: autoselect_dependencies and autoselect_minimum_dependencies choose, ask runs request scripts, enforce_selections stops', () => {
  const here = (tag: string, more = '') => product(tag, '', more).replace('/opt/', `${site.path('opt')}/`);
  site.write('ask', '#!/bin/sh\necho yes > $SW_CONTROL_DIRECTORY/response\n', 0o755);
  depot('D', here('A', '  request ask\n  configure ask\n'), here('B'), here('N', '  prerequisites A.RUN|B.RUN\n'));
  const states = () => rows(sw('swlist -l fileset -a state')).map((row) => row.replace(/\s+/g, ' '));
  sw('swinstall -x defer_configure=true -s ./D *');
  sw('swconfig -x autoselect_minimum_dependencies=true B N');
  expect(states()).toContain('A.RUN installed');
  sw('swconfig -u N');
  sw('swconfig -x autoselect_minimum_dependencies=false -x autoselect_dependencies=true -x ask=true N');
  expect(states()).toEqual(['A.RUN configured', 'B.RUN configured', 'N.RUN configured']);
  expect(site.read('adm/products/A/RUN/response')).toBe('yes\n');
  sw('swconfig -u A B N');
  expect(exit('swconfig -x autoselect_dependencies=false N')).toBe(1);
  expect(exit('swconfig -x enforce_selections=true A NONE')).toBe(1);
  expect(states()).toContain('A.RUN installed');
});

test('enforce_selections stops swcopy, swremove and swverify for what is not found', () => {
  depot('D', product('A'));
  sw('swinstall -s ./D A @ ./R');
  expect(exit('swcopy -x enforce_selections=true -s ./D A NONE @ ./E')).toBe(1);
  expect(exit('swlist -d @ ./E')).toBe(1);
  expect(exit('swremove -x enforce_selections=true A NONE @ ./R')).toBe(1);
  expect(held('@ ./R')).toEqual(['A.RUN']);
  const verified = typed(site, 'swverify -x enforce_selections=true A NONE @ ./R');
  expect([verified.exit, verified.stdout.includes('Beginning Analysis')]).toEqual([1, false]);
});

test('distribution_target_directory and distribution_source_directory are the depots when none is named', () => {
  depot('D', product('A'), product('B'));
  const [D, E] = [site.path('D'), site.path('E')];
  sw(`swcopy -x distribution_source_directory=${D} -x distribution_target_directory=${E} A`);
  expect(held(`-x distribution_target_directory=${E} -d`)).toEqual(['A.RUN']);
  expect(rows(sw(`swlist -x distribution_target_directory=${E} -d`))).toHaveLength(1);
  sw(`swverify -x distribution_target_directory=${E} -d A`);
  sw(`swmodify -x distribution_target_directory=${E} -d -a title=here A`);
  expect(sw(`swacl -x distribution_target_directory=${E} -x level=depot`)).toContain(`:${E}`);
  site.write('ask', '#!/bin/sh\necho yes > $SW_CONTROL_DIRECTORY/response\n', 0o755);
  depot('Q', product('Q', '', '  request ask\n'));
  sw(`swask -x distribution_source_directory=${site.path('Q')} -s ./Q -c ./answers Q`);
  expect(site.read('answers/Q/RUN/response')).toBe('yes\n');
  sw(`swremove -x distribution_target_directory=${E} -d A`);
  expect(exit('swlist -d @ ./E')).toBe(1);
});

test('create_time_filter: later objects are not there for listing, installing and copying', () => {
  for (const [tag, seconds] of [
    ['OLD', '1000000000'],
    ['NEW', '1500000000'],
  ] as const) {
    site.write('psf', product(tag));
    const made = typed(site, 'swpackage -s psf @ ./D', { env: { SOURCE_DATE_EPOCH: seconds } });
    expect(made.exit).toBe(0);
  }
  const listed = rows(sw('swlist -x create_time_filter=1200000000 -l product -s ./D'));
  expect(listed.map((row) => row.split(' ')[0])).toEqual(['OLD']);
  sw('swinstall -x create_time_filter=1200000000 -s ./D * @ ./R');
  sw('swcopy -x create_time_filter=1200000000 -s ./D * @ ./E');
  expect([held('@ ./R'), held('-d @ ./E')]).toEqual([['OLD.RUN'], ['OLD.RUN']]);
  expect(exit('swinstall -x create_time_filter=1200000000 -s ./D NEW @ ./R')).toBe(1);
  sw('swinstall -x create_time_filter=0 -s ./D NEW @ ./R');
});

test('swask: request scripts of what comes along too; enforce_scripts=false makes their failure a WARNING', () => {
  site.write('ask', '#!/bin/sh\necho yes > $SW_CONTROL_DIRECTORY/response\n', 0o755);
  site.write('bad', '#!/bin/sh\nexit 1\n', 0o755);
  const patch = `product\n tag PH\n revision 1.0\n is_patch true\n fileset\n  tag RUN\n  revision 1.0\n  is_patch true\n  ancestor A.RUN\n  request ask\n  file a /opt/PH\n end\nend\n`;
  depot('D', product('A', '', '  request ask\n'), product('B', '', '  request ask\n'), patch);
  depot('D', product('N', '', '  prerequisites A.RUN|B.RUN\n'), product('BAD', '', '  request bad\n'));
  const asked = (line: string, at: string) => {
    sw(`${line} -s ./D -c ./${at}`);
    return ['A', 'B', 'PH'].filter(
      (tag) => typed(site, `swlist -s ./D ${tag}`).exit === 0 && isThere(`${at}/${tag}/RUN/response`),
    );
  };
  const isThere = (path: string) => {
    try {
      return readFileSync(site.path(path), 'utf8') === 'yes\n';
    } catch {
      return false;
    }
  };
  expect(asked('swask -x autoselect_dependencies=false -x autoselect_patches=false B N', 'c1')).toEqual(['B']);
  expect(asked('swask -x autoselect_minimum_dependencies=true -x autoselect_patches=false B N', 'c2')).toEqual(['B']);
  expect(asked('swask -x autoselect_minimum_dependencies=false -x autoselect_patches=true B N', 'c3')).toEqual([
    'A',
    'B',
    'PH',
  ]);
  expect(asked("swask -x 'patch_filter=*.*,r>=2' A", 'c4')).toEqual(['A']);
  expect(exit('swask -x enforce_scripts=true -s ./D -c ./c5 BAD')).toBe(1);
  expect(exit('swask -x enforce_scripts=false -s ./D -c ./c6 BAD')).toBe(0);
});

test('swverify: what is compared is a matter of options', () => {
  const other = ' os_name HP-UX\n';
  depot('D', product('A', '', '  prerequisites M.RUN\n'), product('M'), product('X', other));
  sw('swinstall -x allow_incompatible=true -s ./D * @ ./R');
  expect(exit('swverify -x allow_incompatible=false X @ ./R')).toBe(1);
  expect(exit('swverify -x allow_incompatible=true X @ ./R')).toBe(0);
  sw('swremove -x enforce_dependencies=false M @ ./R');
  expect(exit('swverify -x check_requisites=true A @ ./R')).toBe(1);
  expect(exit('swverify -x check_requisites=false A @ ./R')).toBe(0);
  site.write('R/opt/A', 'b\n');
  const compare = '-x check_requisites=false';
  expect(exit(`swverify ${compare} -x check_contents=true A @ ./R`)).toBe(1);
  expect(exit(`swverify ${compare} -x check_contents=false A @ ./R`)).toBe(0);
  // As long and as old as before: only the checksum tells.
  const mtime = Number(/path \/opt\/A\n[\s\S]*?mtime (\d+)/.exec(site.read('R/var/adm/sw/products/A/RUN/INFO'))?.[1]);
  utimesSync(site.path('R/opt/A'), mtime, mtime);
  expect(exit(`swverify ${compare} -x check_contents_use_cksum=true A @ ./R`)).toBe(1);
  expect(exit(`swverify ${compare} -x check_contents_use_cksum=false A @ ./R`)).toBe(0);
  site.write('R/opt/A', 'longer\n');
  sw('swverify -x ipd=true -x check_requisites=false -x check_contents=false A @ ./R');
});

test('swpackage: distribution_target_serial, follow_symlinks, enforce_dsa and the volumes of media_capacity', () => {
  site.write('real', 'real\n');
  symlinkSync('real', site.path('link'));
  site.write('psf', 'product\n tag P\n fileset\n  tag RUN\n  file link /opt/link\n end\nend\n');
  sw(`swpackage -x media_type=tape -x media_capacity=1 -x distribution_target_serial=${site.path('P.depot')} -s psf`);
  expect(held('-s ./P.depot')).toEqual(['P.RUN']);
  sw('swpackage -x enforce_dsa=true -x follow_symlinks=false -s psf @ ./D1');
  sw('swpackage -x enforce_dsa=false -x follow_symlinks=true -s psf @ ./D2');
  const types = ['D1', 'D2'].map((at) =>
    rows(sw(`swlist -l file -a type -s ./${at}`))[0]
      ?.split(/\s+/)
      .at(-1),
  );
  expect(types).toEqual(['s', 'f']);
});

test('swcopy: siblings of a patch, the target, its space, obsolete filesets, stored files', () => {
  const part = (tag: string) =>
    ` fileset\n  tag ${tag}\n  revision 1.0\n  is_patch true\n  ancestor A.RUN\n  file a /opt/${tag}\n end\n`;
  depot('D', product('A'), `product\n tag PH\n revision 1.0\n is_patch true\n${part('X')}${part('Y')}end\n`);
  sw('swcopy -x allow_split_patches=true -x enforce_dependencies=false -s ./D PH.X @ ./C1');
  sw('swcopy -x allow_split_patches=false -x enforce_dependencies=false -x enforce_dsa=true -s ./D A PH.X @ ./C2');
  expect([held('-d @ ./C1'), held('-d @ ./C2')]).toEqual([['PH.X'], ['A.RUN', 'PH.X', 'PH.Y']]);
  expect(exit('swcopy -x create_target_path=false -s ./D A @ ./C3')).toBe(1);
  const two =
    'product\n tag T\n revision 1.0\n fileset\n  tag F\n  file a /f\n end\n fileset\n  tag G\n  file a /g\n end\nend\n';
  depot('T2', two);
  depot('T1', two.replace(/ fileset\n {2}tag G[\s\S]*? end\n/, ''));
  sw('swcopy -s ./T2 T @ ./C4');
  sw('swcopy -x remove_obsolete_filesets=true -x recopy=true -s ./T1 T @ ./C4');
  expect(held('-d @ ./C4')).toEqual(['T.F']);
  site.write('a', 'long\n'.repeat(2000));
  depot('L', product('A'));
  sw('swcopy -x compress_files=true -s ./L A @ ./Z');
  sw('swpackage -x uncompress_files=true -s ./Z @ ./U');
  const packed = ['Z', 'U'].map((at) => site.read(`${at}/catalog/A/RUN/INFO`).includes('compression_state compressed'));
  expect(packed).toEqual([true, false]);
});

test('swmodify takes a list of paths and a catalog; swremove judges scripts; swverify accepts a second version', () => {
  site.write('bad', '#!/bin/sh\nexit 1\n', 0o755);
  depot('D', product('A', '', '  checkremove bad\n'), product('B', ' is_locatable true\n', '  is_locatable true\n'));
  sw('swinstall -s ./D A B @ ./R');
  site.write('R/opt/A', 'mine\n');
  site.write('paths', '# one a line\n/opt/A\n');
  sw('swmodify -P paths A.RUN @ ./R');
  sw('swverify A @ ./R');
  sw('swmodify -c ./exported A @ ./R');
  expect(site.read('exported/INDEX')).toContain('tag A');
  expect(exit('swremove -x enforce_scripts=true A @ ./R')).toBe(1);
  sw('swremove -x enforce_scripts=false A @ ./R');
  depot('E', product('B', ' is_locatable true\n', '  is_locatable true\n').replaceAll('revision 1.0', 'revision 2.0'));
  sw('swinstall -x allow_multiple_versions=true -s ./E B,l=/two @ ./R');
  expect(exit('swverify -x allow_multiple_versions=false B @ ./R')).toBe(1);
  expect(exit('swverify -x allow_multiple_versions=true B @ ./R')).toBe(0);
});

test('swlist: software_view, one_liner and verbose', () => {
  const bundle = 'bundle\n tag BUN\n revision 1.0\n title Bundle\n contents A\nend\ncategory\n tag tools\nend\n';
  depot('D', product('A'), product('B'), bundle);
  const tags = (line: string) => rows(sw(line)).map((row) => row.split(/\s+/)[0]);
  expect(tags('swlist -x software_view=all_bundles -s ./D').sort()).toEqual(['B', 'BUN']);
  expect(tags('swlist -x software_view=products -s ./D').sort()).toEqual(['A', 'B']);
  expect(rows(sw("swlist -s ./D -l product -x one_liner='title revision' A"))).toEqual([
    expect.stringMatching(/^A +A +1\.0$/),
  ]);
  expect(sw('swlist -x layout_version=0.8 -v -l product -s ./D A')).toMatch(/^timestamp /m);
  expect(sw('swlist -s ./D -l product -x verbose=1 A')).toMatch(/^revision +1\.0$/m);
});

test('sticky bundles go along with autoselect_reference_bundles, in and out', () => {
  const bundle = 'bundle\n tag BUN\n revision 1.0\n is_sticky true\n contents A\nend\n';
  depot('D', product('A'), bundle);
  const bundles = (line: string) =>
    rows(typed(site, `swlist -l bundle ${line}`).stdout).map((row) => row.split(/\s+/)[0]);
  sw('swinstall -x autoselect_reference_bundles=false -s ./D A @ ./R1');
  sw('swinstall -x autoselect_reference_bundles=true -s ./D A @ ./R2');
  sw('swcopy -x autoselect_reference_bundles=false -s ./D A @ ./C1');
  sw('swcopy -x autoselect_reference_bundles=true -s ./D A @ ./C2');
  expect([bundles('@ ./R1'), bundles('@ ./R2'), bundles('-d @ ./C1'), bundles('-d @ ./C2')]).toEqual([
    [],
    ['BUN'],
    [],
    ['BUN'],
  ]);
  sw('swinstall -s ./D BUN @ ./R3');
  sw('swremove -x autoselect_reference_bundles=false A @ ./R2');
  sw('swremove -x autoselect_reference_bundles=true A @ ./R3');
  expect([bundles('@ ./R2'), bundles('@ ./R3')]).toEqual([['BUN'], []]);
});

test('kernel options: the commands are run, and their paths reach the scripts', () => {
  const K = (tag: string) =>
    `product\n tag ${tag}\n fileset\n  tag RUN\n  is_kernel true\n  preinstall note\n  preremove note\n  file a ${site.path('opt')}/${tag}\n end\nend\n`;
  site.write('note', `#!/bin/sh\necho $SW_KERNEL_PATH $SW_SYSTEM_FILE_PATH >> ${site.path('ran')}\n`, 0o755);
  for (const name of ['prep', 'build', 'boot'])
    site.write(name, `#!/bin/sh\necho ${name} >> ${site.path('ran')}\nexit 1\n`, 0o755);
  depot('D', K('K'));
  const at = site.home;
  sw(
    `swinstall -x kernel_path=/boot/k1 -x system_file_path=/boot/s1 -x system_prep_cmd=/bin/true -x kernel_build_cmd=/bin/true -x reboot_cmd=${at}/boot -s ./D K`,
  );
  expect(site.read('ran')).toBe('/boot/k1 /boot/s1\n');
  expect(
    exit(
      `swremove -x autoreboot=true -x enforce_kernbld_failure=true -x kernel_build_cmd=${at}/build -x kernel_path=/k2 -x system_file_path=/s2 K`,
    ),
  ).toBe(1);
  sw('swinstall -x kernel_build_cmd=/bin/true -x system_prep_cmd=/bin/true -s ./D K');
  sw(
    `swremove -x autoreboot=true -x enforce_kernbld_failure=false -x kernel_build_cmd=${at}/build -x reboot_cmd=${at}/boot K`,
  );
  sw('swinstall -x kernel_build_cmd=/bin/true -x system_prep_cmd=/bin/true -s ./D K');
  sw(`swremove -x auto_kernel_build=false -x kernel_build_cmd=${at}/build K`);
  expect(
    site
      .read('ran')
      .split('\n')
      .filter((line) => line === 'build'),
  ).toHaveLength(2);
  expect(site.read('ran')).toContain('/k2 /s2\n');
  expect(site.read('ran')).not.toContain('boot\n');
});
