// The depot contract on packages of other systems: a Debian package, an rpm and a tar archive in one directory, and each alone.

import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDepot } from '../../src/depot/open.ts';
import { makeDeb, makeRpm } from '../cli/import.ts';
import { Site } from '../cli/site.ts';
import { depotSuite, type Expected } from './depot-suite.ts';

const site = new Site();
const SPEC = `
Name: gadget
Version: 3
Release: 1
Summary: A gadget
License: MIT
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/opt/gadget
echo gadget > %{buildroot}/opt/gadget/a
%post
true
%files
/opt/gadget
`;

beforeAll(() => {
  mkdirSync(site.path('S'));
  makeDeb(site, 'demo.deb', {
    fields: { Package: 'demo', Version: '1.0-1', Description: 'demo' },
    files: { '/etc/demo.conf': 'conf\n', '/opt/demo/a': 'a\n', '/opt/demo/empty': '' },
    control: { conffiles: '/etc/demo.conf\n', prerm: '#!/bin/sh\n' },
    shape: (tree) => linkSync(join(tree, 'opt/demo/a'), join(tree, 'opt/demo/b')),
  });
  copyFileSync(site.path('demo.deb'), site.path('S/1.deb'));
  copyFileSync(makeRpm(site, 'build', SPEC), site.path('S/2.rpm'));
  site.write('tree/file', 'of a tar archive\n');
  execFileSync('tar', ['-cJf', site.path('S/plain-0.9.tar.xz'), '-C', site.path('tree'), 'file']);
  writeFileSync(site.path('S/README'), 'no package\n');
});
afterAll(() => site.strike());

const DEMO: Expected = {
  filesets: ['demo.FILES,r=1.0-1,a=all,fr=1.0-1,fa=all'],
  contents: { 'demo/FILES/opt/demo/a': 'a\n', 'demo/FILES/opt/demo/empty': '', 'demo/FILES/etc/demo.conf': 'conf\n' },
  records: {
    '/etc/demo.conf': { type: 'f', is_volatile: true, owner: 'root', mode: 0o644 },
    '/opt/demo/b': { type: 'h', link_source: '/opt/demo/a' },
    '/opt/demo': { type: 'd', mode: 0o755 },
  },
  controlFiles: { 'demo/FILES': { prerm: '#!/bin/sh\n' } },
};
const GADGET: Expected = {
  filesets: ['gadget.FILES,r=3-1,a=noarch,fr=3-1,fa=noarch'],
  contents: { 'gadget/FILES/opt/gadget/a': 'gadget\n' },
  records: { '/opt/gadget/a': { type: 'f', owner: 'root', group: 'root' } },
  controlFiles: { 'gadget/FILES': { post: '#!/bin/sh\ntrue\n' } },
};
const PLAIN: Expected = {
  filesets: ['plain.FILES,r=0.9,fr=0.9'],
  contents: { 'plain/FILES/file': 'of a tar archive\n' },
  records: { '/file': { type: 'f' } },
  controlFiles: {},
};

describe('a Debian package', () => depotSuite(() => openDepot(site.path('S/1.deb')), DEMO));
describe('an rpm', () => depotSuite(() => openDepot(site.path('S/2.rpm')), GADGET));
describe('a tar archive', () => depotSuite(() => openDepot(site.path('S/plain-0.9.tar.xz')), PLAIN));
describe('a directory of packages', () =>
  depotSuite(() => openDepot(site.path('S')), {
    filesets: [DEMO, GADGET, PLAIN].flatMap((each) => each.filesets),
    contents: { ...DEMO.contents, ...GADGET.contents, ...PLAIN.contents },
    records: { ...DEMO.records, ...GADGET.records, ...PLAIN.records },
    controlFiles: { ...DEMO.controlFiles, ...GADGET.controlFiles },
  }));
