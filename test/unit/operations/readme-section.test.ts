// Sections of a patch's readme (patches.md 6.3).

import { expect, test } from 'vitest';
import { readmeSection } from '../../../src/operations/readme-section.ts';

const README = `Patch Name: PHSS_30001

Patch Description: X server patch

Other Dependencies: None

Special Installation Instructions:
\t1. Stop the server:
\t   /sbin/init.d/x stop

\tNote: all clients end.
2. Install.

Supersedes:
\tPHSS_30000
`;

test('text up to the next heading that is not indented deeper, without the common indentation', () => {
  expect(readmeSection(README, 'Special Installation Instructions')).toBe(
    '        1. Stop the server:\n           /sbin/init.d/x stop\n\n        Note: all clients end.\n2. Install.',
  );
  expect(readmeSection(README, 'Supersedes')).toBe('PHSS_30000');
});

test.each(['None', 'none.', 'N/A', '', '\n\tNone\n'])('a section that says %j says nothing', (text) => {
  expect(readmeSection(`Other Dependencies: ${text}\nSupersedes: x\n`, 'Other Dependencies')).toBeUndefined();
});

test('text behind the colon, the last section, another case, a section that is not there', () => {
  expect(readmeSection('Other Dependencies: PHCO_1\r\n', 'Other Dependencies')).toBe('PHCO_1');
  expect(readmeSection('other\nOTHER DEPENDENCIES:\n  x\n    y\n', 'Other Dependencies')).toBe('x\n  y');
  expect(readmeSection(README, 'Symptoms')).toBeUndefined();
  expect(readmeSection('', 'Other Dependencies')).toBeUndefined();
});
