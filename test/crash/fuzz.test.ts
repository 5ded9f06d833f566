// The fuzzing of fuzz.ts in short, and option values and specs by property: whatever is written there, the answer is a value or an SdError.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SdError } from '../../src/model/error.ts';
import { parseRequisite, parseSpec, printSpec } from '../../src/model/spec.ts';
import { resolveOptions } from '../../src/options/resolve.ts';
import { type CommandName, OPTIONS } from '../../src/options/table.ts';
import { matchesPattern } from '../../src/selection/wildcards.ts';
import { fuzzed } from './fuzz.ts';

test('broken samples, read as what they are: no crash, no hang, little memory', { timeout: 300_000 }, () => {
  const results = fuzzed(
    (target) => [1, target === 'install' ? 10 : 80],
    () => undefined,
  );
  expect(results.map(({ target, crashes, hangs }) => [target, crashes, hangs])).toEqual(
    results.map(({ target }) => [target, [], 0]),
  );
  for (const { target, tried, accepted } of results) expect([target, tried > accepted], target).toEqual([target, true]);
});

/** The value, or what was thrown if that is an SdError. */
function answer<T>(ask: () => T): T | SdError {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SdError) return error;
    throw error;
  }
}

const around = { home: '/nonexistent', superuser: false, systemDefaults: '/nonexistent/defaults' };

test('any text as a software_spec, requisite or pattern', () => {
  const wild = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Z*?[\]!.,|={}<>rfavclq0-9-]{0,40}$/));
  fc.assert(
    fc.property(wild, wild, (one, other) => {
      const spec = answer(() => parseSpec(one));
      if (!(spec instanceof SdError)) expect(parseSpec(printSpec(spec))).toEqual(spec);
      answer(() => parseRequisite(one));
      answer(() => matchesPattern(one, other));
    }),
    { numRuns: 2000 },
  );
});

test('any text as the value of any option: of the right type, or refused', () => {
  const name = fc.constantFrom(...OPTIONS.keys());
  const commands = ['swinstall', 'swcopy', 'swremove', 'swverify', 'swlist', 'swpackage', 'swmodify'] as const;
  fc.assert(
    fc.property(
      name,
      fc.string({ unit: 'binary' }),
      fc.constantFrom<CommandName>(...commands),
      (option, value, command) => {
        const settings = [{ kind: 'option', text: `${option}=${value}` }] as const;
        const resolved = answer(() => resolveOptions({ command, settings }, around));
        if (resolved instanceof SdError) return;
        expect(typeof resolved.values[option]).toBe(typeof OPTIONS.get(option)!.default);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([...OPTIONS].filter(([, { type }]) => type !== 'text' && type !== 'path' && type !== 'list'))(
  'a bad value of %s is refused',
  (name, option) => {
    const command = (
      [
        'swinstall',
        'swcopy',
        'swremove',
        'swverify',
        'swlist',
        'swpackage',
        'swmodify',
        'swconfig',
        'swjob',
        'swreg',
        'swask',
      ] as const
    ).find((each) => {
      const tried = answer(() =>
        resolveOptions({ command: each, settings: [{ kind: 'option', text: `${name}=%` }] }, around),
      );
      return !(tried instanceof SdError) || tried.code !== 'option_not_for_command';
    });
    if (command === undefined) return;
    const tried = answer(() => resolveOptions({ command, settings: [{ kind: 'option', text: `${name}=%` }] }, around));
    expect([option.type, tried]).toEqual([option.type, expect.objectContaining({ code: 'bad_option_value' })]);
  },
);
