// Targets and sources as people write them (commands.md 2.2, 2.3; clients.md 15).

import { expect, test } from 'vitest';
import { sourcePath, targetPath } from '../../../src/commands/targets.ts';

const caller = { host: 'sheldon', fullHost: 'sheldon.example.org', user: 'u', home: '/home/u', cwd: '/w' };
const target = (text: string) => targetPath(text, caller, '/var/spool/sw');
const source = (text: string) => sourcePath(text, caller, '/var/spool/sw');

test.each([
  ['/r', '/r'],
  ['/r/', '/r'],
  ['./r', '/w/r'],
  ['../r', '/r'],
  ['sheldon:/r', '/r'],
  ['SHELDON.example.org:/r', '/r'],
  ['localhost:/r', '/r'],
  ['[::1]:/r', '/r'],
  [':/r', '/r'],
  ['sheldon', '/var/spool/sw'],
  ['localhost:', '/var/spool/sw'],
  ['dir/with:colon', '/w/dir/with:colon'],
])('target %s is %s', (text, path) => {
  expect(target(text)).toBe(path);
});

test('a bare word is a host, and other hosts are refused', () => {
  for (const text of ['depot', 'raj:/depot', 'sheldon.elsewhere.org', '10.0.0.1:/x']) {
    expect(() => target(text)).toThrow(expect.objectContaining({ code: 'remote_not_supported' }));
  }
  expect(() => target('sheldon:depot')).toThrow(expect.objectContaining({ code: 'bad_target' }));
  expect(() => target('')).toThrow(expect.objectContaining({ code: 'bad_target' }));
});

test('a source may be any path', () => {
  expect(source('x11.depot')).toBe('/w/x11.depot');
  expect(source('depots/demo')).toBe('/w/depots/demo');
  expect(source('localhost:/d')).toBe('/d');
  expect(source('sheldon')).toBe('/var/spool/sw');
  expect(() => source('raj:/d')).toThrow(expect.objectContaining({ code: 'remote_not_supported' }));
});
