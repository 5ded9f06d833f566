import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accountsOf } from '../../../src/host/accounts.ts';
import { scratch } from './fixtures.ts';

const directory = scratch();

test("a root's own files decide; the first of two equal entries wins", () => {
  const root = join(directory, 'own');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\nbin:x:2:2:NO LOGIN:/usr/bin:/sbin/sh\n# note\n+::::::\nalias:x:2:2\nbin:x:99:1\nbad:x:y\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root::0:root\nother::1:root,hpdb\nbin::2:root,bin\n');
  const accounts = accountsOf(root);
  expect(accounts.uid('bin')).toBe(2);
  expect(accounts.user(2)).toBe('bin');
  expect(accounts.uid('alias')).toBe(2);
  expect(accounts.uid('bad')).toBeUndefined();
  expect(accounts.gid('other')).toBe(1);
  expect(accounts.group(2)).toBe('bin');
  expect(accounts.group(77)).toBeUndefined();
});

test('a root without them is judged by the running system', () => {
  const accounts = accountsOf(join(directory, 'empty'));
  expect(accounts.uid('root')).toBe(0);
  expect(accounts.group(0)).toBe('root');
});
