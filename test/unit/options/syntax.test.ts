// The text of option files, read and written (commands.md 3).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEntries, printEntry, words } from '../../../src/options/syntax.ts';

const read = (text: string) => parseEntries(text, 'f').map(({ line: _, ...entry }) => entry);

test('comments, blanks around =, prefixes, quotes', () => {
  const text = [
    '# comment',
    '',
    '  reinstall = true   # trailing',
    'swcopy.recopy=true',
    'patch_filter="*.*,c=critical|security"',
    "job_title='two words'",
    'software=A B',
  ].join('\n');
  expect(read(text)).toEqual([
    { name: 'reinstall', value: 'true' },
    { command: 'swcopy', name: 'recopy', value: 'true' },
    { name: 'patch_filter', value: '*.*,c=critical|security' },
    { name: 'job_title', value: 'two words' },
    { name: 'software', value: 'A B' },
  ]);
});

test('a list in braces goes over lines, and its line is where it begins', () => {
  const [first, second] = parseEntries('software = {\n  X11,r>=1.0\n # not this one\n  "a b"\n}\nreinstall=true', 'f');
  expect(words(first!.value)).toEqual(['X11,r>=1.0', 'a b']);
  expect([first!.line, second!.line]).toEqual([1, 6]);
});

test('a line without = and an open brace are refused with their line', () => {
  expect(() => parseEntries('reinstall=true\nnonsense\n', 'f')).toThrow('"f", line 2');
  expect(() => parseEntries('nonsense', 'f')).toThrow('"nonsense" has no "="');
  expect(() => parseEntries('*.loglevel=2', 'f')).toThrow('"*.loglevel=2" names no option before its "="');
  expect(() => parseEntries('software = { A\nB', 'f')).toThrow('brace is missing');
});

test('what printEntry writes parseEntries reads back', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.,=|<>*[\]/:#' -]{1,20}$/).filter((text) => text.trim() === text);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (list) => {
      const [entry, ...more] = parseEntries(printEntry('swinstall', 'software', list), 'f');
      expect(more).toEqual([]);
      expect(words(entry!.value)).toEqual(list);
    }),
  );
  fc.assert(
    fc.property(word, (text) => {
      expect(parseEntries(printEntry('swinstall', 'job_title', text), 'f')[0]!.value).toBe(text);
    }),
  );
});
