// argv → Invocation: flags anywhere, -x in all its spellings, one @ (commands.md 2, 5; clients.md "What swpackage must accept").

import { expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/cli/program.ts';
import { swask } from '../../../src/commands/swask.ts';
import { swinstall } from '../../../src/commands/swinstall.ts';
import { swpackage } from '../../../src/commands/swpackage.ts';
import { swreg } from '../../../src/commands/swreg.ts';
import { SdError } from '../../../src/model/error.ts';

const caller = { host: 'h', fullHost: 'h.example', user: 'u', home: '/home/u', cwd: '/w' };
const parse = (command: { declaration: typeof swinstall.declaration }, ...argv: string[]) =>
  parseCommandLine(command.declaration, argv, caller);

function refusal(work: () => unknown): { code: string; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof SdError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('was not refused');
}

test('flags before, between and behind operands', () => {
  const got = parse(swinstall, '-p', '-s', '/d', 'X11', '-v', '@', '/r', '-x', 'reinstall=true');
  expect(got).toMatchObject({
    counts: { '-p': 1, '-v': 1 },
    arguments: { '-s': ['/d'] },
    operands: ['X11'],
    targets: ['/r'],
  });
  expect(got.settings).toEqual([{ kind: 'option', text: 'reinstall=true' }]);
});

test('-x with and without a blank, and -X, keep their order', () => {
  const { settings } = parse(swinstall, '-xa=b', '-X', 'f', '-x', 'c=d=e', '-Xg', '*');
  expect(settings).toEqual([
    { kind: 'option', text: 'a=b' },
    { kind: 'file', path: 'f' },
    { kind: 'option', text: 'c=d=e' },
    { kind: 'file', path: 'g' },
  ]);
});

test('flags joined and repeated', () => {
  expect(parse(swinstall, '-pvv', 'X').counts).toEqual({ '-p': 1, '-v': 2 });
  expect(parse(swreg, '-ldepot', '-l', 'root').arguments['-l']).toEqual(['depot', 'root']);
  expect(parse(swpackage, '-d', '|gzip > f', '-s', 'x.psf').arguments).toEqual({
    '-d': ['|gzip > f'],
    '-s': ['x.psf'],
  });
});

test.each([
  [['A', '@', '/t'], ['A'], ['/t']],
  [['A', '@/t'], ['A'], ['/t']],
  [['A', '\\@', '/t', './u'], ['A'], ['/t', './u']],
  [['@', '/t'], [], ['/t']],
  [['A'], ['A'], []],
])('operands and targets of %j', (argv, operands, targets) => {
  expect(parse(swinstall, ...argv)).toMatchObject({ operands, targets });
});

test('a second @, an unknown flag, a missing argument and a flag that makes no sense here are refused', () => {
  expect(refusal(() => parse(swinstall, 'A', '@', '/t', '@', '/u')).code).toBe('bad_usage');
  expect(refusal(() => parse(swinstall, '-P', 'A'))).toEqual({
    code: 'bad_usage',
    message: expect.stringContaining('Did you mean "-p"'),
  });
  expect(refusal(() => parse(swinstall, '--hepl')).message).toContain('"--help"');
  expect(refusal(() => parse(swinstall, 'A', '-s')).message).toContain('-s source');
  for (const flag of ['-Qnow', '-Jx-1']) expect(refusal(() => parse(swask, flag, 'A')).code).toBe('not_supported');
});
