// The kinds of plans that are killed and cut, each on a small case that has everything: files, directories, links, volatile files,
// archives, other products beside it. The depots in the language of test/scenarios/runner/depot-maker.ts.

export interface PlanKind {
  readonly name: string;
  readonly target: 'root' | 'depot';
  /** Commands that set the scene. */
  readonly before: readonly string[];
  /** The command under test. */
  readonly command: string;
  /** Commands that lead to further legal states: a plan of several products stops between them. */
  readonly between?: readonly string[];
  /** Scripts are never run twice: software that one was cut off in is `transient` or `corrupt`, and this command makes it whole. */
  readonly cure?: string;
}

const MANY = Array.from({ length: 24 }, (_, n) => `  file /opt/many/f${n} 0644 content ${n}`);

export const DEPOTS: Readonly<Record<string, readonly string[]>> = {
  D1: [
    'product ACME r=1.0 v=ACME',
    ' fileset RUN fr=1.0',
    '  dir /opt/acme/spool 0750',
    '  file /opt/acme/bin/tool 0555 t0',
    '  file /opt/acme/bin/old 0555 only in 1.0',
    '  hard /opt/acme/bin/alias /opt/acme/bin/tool',
    '  link /opt/acme/etc/cur conf0',
    '  volatile /opt/acme/etc/acme.conf c0',
    '  ar /opt/acme/lib/libacme.a alpha.o=a0 beta.o=b0',
    ' fileset MAN fr=1.0',
    '  file /opt/acme/man/tool.1 m0',
    'product OTHER r=1.0',
    ' fileset ALL fr=1.0',
    '  file /opt/other/bin/other 0555 o0',
    'product MANY r=1.0',
    ' fileset ALL fr=1.0',
    ...MANY,
    'product SCRIPTED r=1.0',
    ' fileset ALL fr=1.0',
    '  file /opt/scripted/file 0644 s0',
    '  script preinstall true',
    '  script postinstall true',
    'product SECOND r=1.0',
    ' fileset ALL fr=1.0 prerequisite=OTHER',
    '  file /opt/second/file 0644 z0',
  ],
  D2: [
    'product ACME r=2.0 v=ACME',
    ' fileset RUN fr=2.0',
    '  file /opt/acme/bin/tool 0555 T0',
    '  file /opt/acme/bin/new 0555 only in 2.0',
    '  link /opt/acme/etc/cur conf2',
    '  volatile /opt/acme/etc/acme.conf c2',
    '  ar /opt/acme/lib/libacme.a alpha.o=a2 gamma.o=g2',
    ' fileset MAN fr=2.0',
    '  file /opt/acme/man/tool.1 m2',
  ],
  DP: [
    'product PT_1 patch category=defect_repair',
    ' fileset RUN patch ancestor=ACME.RUN,fr=1.0',
    '  file /opt/acme/bin/tool 0555 t1',
    '  file /opt/acme/bin/fresh 0555 n1',
    '  link /opt/acme/etc/cur conf1',
    '  volatile /opt/acme/etc/acme.conf c1',
    ' fileset MAN patch ancestor=ACME.MAN,fr=1.0',
    '  file /opt/acme/man/tool.1 m1',
    'product PT_2 patch category=defect_repair',
    ' fileset RUN patch ancestor=ACME.RUN,fr=1.0 supersedes=PT_1.RUN,fr=*',
    '  file /opt/acme/bin/tool 0555 t2',
    '  file /opt/acme/bin/fresh 0555 n2',
    ' fileset MAN patch ancestor=ACME.MAN,fr=1.0 supersedes=PT_1.MAN,fr=*',
    '  file /opt/acme/man/tool.1 m2',
    'product PX_1 patch category=special_release',
    ' fileset RUN patch ancestor=ACME.RUN,fr=1.0',
    '  member /opt/acme/lib/libacme.a beta.o=b1',
  ],
  DB: [
    'bundle SUITE r=1.0 contents=PART',
    'product PART r=1.0',
    ' fileset ALL fr=1.0',
    '  file /opt/part/file 0644 p0',
  ],
};

const BASE = 'swinstall -s D1 ACME OTHER @ ROOT';
const patch = (name: string) => `swinstall -s DP ${name} @ ROOT`;

export const KINDS: readonly PlanKind[] = [
  { name: 'first install', target: 'root', before: [], command: 'swinstall -s D1 ACME @ ROOT' },
  {
    name: 'install',
    target: 'root',
    before: ['swinstall -s D1 OTHER @ ROOT'],
    command: 'swinstall -s D1 ACME @ ROOT',
  },
  { name: 'install of many files', target: 'root', before: [BASE], command: 'swinstall -s D1 MANY @ ROOT' },
  {
    name: 'install of two products',
    target: 'root',
    before: ['swinstall -s D1 MANY @ ROOT'],
    command: 'swinstall -s D1 OTHER SECOND @ ROOT',
    between: ['swinstall -s D1 OTHER @ ROOT'],
  },
  {
    name: 'install with scripts',
    target: 'root',
    before: [BASE],
    command: 'swinstall -s D1 SCRIPTED @ ROOT',
    cure: 'swinstall -x reinstall=true -s D1 SCRIPTED @ ROOT',
  },
  { name: 'install of a bundle', target: 'root', before: [BASE], command: 'swinstall -s DB SUITE @ ROOT' },
  { name: 'update', target: 'root', before: [BASE], command: 'swinstall -s D2 ACME @ ROOT' },
  { name: 'patch with saves', target: 'root', before: [BASE], command: patch('PT_1') },
  { name: 'superseding patch', target: 'root', before: [BASE, patch('PT_1')], command: patch('PT_2') },
  { name: 'archive-member patch', target: 'root', before: [BASE], command: patch('PX_1') },
  { name: 'rollback', target: 'root', before: [BASE, patch('PT_1')], command: 'swremove PT_1 @ ROOT' },
  {
    name: 'rollback to the patch before',
    target: 'root',
    before: [BASE, patch('PT_1'), patch('PT_2')],
    command: 'swremove PT_2 @ ROOT',
  },
  {
    name: 'rollback of an archive member',
    target: 'root',
    before: [BASE, patch('PX_1')],
    command: 'swremove PX_1 @ ROOT',
  },
  { name: 'remove', target: 'root', before: [BASE], command: 'swremove ACME @ ROOT' },
  {
    name: 'remove with its patches',
    target: 'root',
    before: [BASE, patch('PT_1'), patch('PT_2')],
    command: 'swremove ACME @ ROOT',
  },
  {
    name: 'base update dropping patches',
    target: 'root',
    before: [BASE, patch('PT_1'), patch('PX_1')],
    command: 'swinstall -s D2 ACME @ ROOT',
  },
  {
    name: 'commit (swmodify)',
    target: 'root',
    before: [BASE, patch('PT_1'), patch('PT_2')],
    command: 'swmodify -x patch_commit=true PT_2 @ ROOT',
  },
  {
    name: 'swmodify -a',
    target: 'root',
    before: [BASE],
    command: "swmodify -a 'title=Other words' ACME.RUN @ ROOT",
  },
  {
    name: 'swmodify -a in a depot',
    target: 'depot',
    before: ['swcopy -s D1 ACME OTHER @ DEPOT'],
    command: "swmodify -d -a 'title=Other words' ACME @ DEPOT",
  },
  {
    name: 'swmodify -a of a bundle in a depot',
    target: 'depot',
    before: ['swcopy -s D1 ACME @ DEPOT', 'swcopy -s DB SUITE @ DEPOT'],
    command: "swmodify -d -a 'title=Other words' SUITE @ DEPOT",
  },
  { name: 'swcopy, new depot', target: 'depot', before: [], command: 'swcopy -s D1 ACME @ DEPOT' },
  {
    name: 'swcopy, existing depot',
    target: 'depot',
    before: ['swcopy -s D1 OTHER @ DEPOT'],
    command: 'swcopy -s D1 ACME @ DEPOT',
  },
  {
    name: 'swpackage, replacing',
    target: 'depot',
    before: ['swcopy -s D1 ACME OTHER @ DEPOT', 'swpackage -s psf @ DEPOT'],
    command: 'swpackage -s psf.changed @ DEPOT',
  },
  {
    name: 'swpackage, existing depot',
    target: 'depot',
    before: ['swcopy -s D1 ACME @ DEPOT'],
    command: 'swpackage -s psf @ DEPOT',
  },
  {
    name: 'swremove from a depot',
    target: 'depot',
    before: ['swcopy -s D1 ACME OTHER @ DEPOT'],
    command: 'swremove -d ACME @ DEPOT',
  },
];

/** Files of a PSF in the place, by name. */
export const SOURCES: Readonly<Record<string, string>> = {
  'src/one': 'one\n',
  'src/two': 'two\n',
  'src/three': 'two of the second making\n',
  psf: psf('src/two', 'two'),
  'psf.changed': psf('src/three', 'three'),
};

function psf(second: string, name: string): string {
  return `product
  tag PACKED
  revision 1.0
  fileset
    tag RUN
    revision 1.0
    file -m 0555 src/one /opt/packed/bin/one
    file -m 0644 ${second} /opt/packed/lib/${name}
    file -t s one /opt/packed/bin/uno
  end
end
`;
}
