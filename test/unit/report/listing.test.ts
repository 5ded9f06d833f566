import { expect, test } from 'vitest';
import type { Listing, ListingRow } from '../../../src/model/listing.ts';
import { contactLines, listingLines } from '../../../src/report/listing.ts';

const target = { host: 'nzlhp05', path: '/' };

function row(name: string, revision: string, title: string, more: Partial<ListingRow> = {}): ListingRow {
  const columns = [
    { keyword: 'revision', value: revision },
    { keyword: 'title', value: title },
  ];
  return { role: 'object', class: 'product', name, columns, ...more };
}

function lines(...rows: ListingRow[]): string[] {
  return listingLines({ of: 'software', sections: [{ rows }] }, target);
}

test('clients.md 3: five heading lines on # and an empty one', () => {
  expect(lines()).toEqual([
    '# Initializing...',
    '# Contacting target "nzlhp05"...',
    '#',
    '# Target:  nzlhp05:/',
    '#',
    '',
  ]);
  expect(contactLines(target)).toEqual(lines().slice(0, 2));
});

test('clients.md 4 and 1: the two sections of a plain listing, line by line', () => {
  const listing: Listing = {
    of: 'software',
    sections: [
      { heading: 'Bundle(s)', rows: [row('B2491BA', 'B.11.23', 'MirrorDisk/UX (Server)', { class: 'bundle' })] },
      {
        heading: 'Product(s) not contained in a Bundle',
        rows: [row('MCPS-AVC', 'A.02.06.00.00214', 'HP Availability Collector'), row('X', '1.0', 'short')],
      },
    ],
  };
  expect(listingLines(listing, target).slice(6)).toEqual([
    '#',
    '# Bundle(s):',
    '#',
    '',
    '  B2491BA               B.11.23        MirrorDisk/UX (Server) ',
    '#',
    '# Product(s) not contained in a Bundle:',
    '#',
    '',
    '  MCPS-AVC              A.02.06.00.00214 HP Availability Collector ',
    '  X                     1.0            short          ',
  ]);
});

test('clients.md 2: every other line begins with # or is empty', () => {
  const listed = lines(
    row('ACME', '1', 't', { role: 'parent' }),
    row('ACME.RUN', '1', 't'),
    row('B', '', '', { role: 'parent' }),
  );
  expect(listed.filter((line) => !/^( {2}\S|#|$)/.test(line))).toEqual([]);
});

test.each([
  [1, 24],
  [21, 24],
  [22, 32],
  [29, 32],
  [30, 40],
  [37, 40],
  [45, 48],
  [46, 56],
])(
  'clients.md 19: behind a longest name of %i characters the revision starts at %i in every line',
  (length, column) => {
    const listed = lines(row('P', '1.0', 'x', { role: 'parent' }), row('N'.repeat(length), '1.0', 'y')).slice(6);
    expect(listed.map((line) => line.indexOf('1.0'))).toEqual([column, column]);
  },
);

test('clients.md 19: revision and title are padded to 14 and one blank; what overflows is followed by one blank', () => {
  expect(lines(row('P', '1.0', 'Title'))[6]!.slice(24)).toBe(`${'1.0'.padEnd(14)} ${'Title'.padEnd(14)} `);
  expect(lines(row('P', 'A.02.06.00.00214', 'A title of many characters'))[6]!.slice(24)).toBe(
    'A.02.06.00.00214 A title of many characters ',
  );
});

test('commands.md 12.4: an object without values is only its name; an empty revision keeps its column', () => {
  expect(lines(row('patches_01.acme-RUN', '', ''))[6]).toBe('  patches_01.acme-RUN');
  expect(lines(row('ACME.MAN', '', 'Manual'))[6]).toBe(`  ACME.MAN${' '.repeat(14)}${' '.repeat(15)}Manual         `);
});

test('a new parent begins a new group behind an empty line', () => {
  const listed = lines(
    row('A', '', '', { role: 'parent' }),
    row('A.F', '', '', { role: 'parent' }),
    row('/x', '', '', { class: 'file' }),
    row('B', '', '', { role: 'parent' }),
  );
  expect(listed.slice(6)).toEqual(['# A', '# A.F', '  /x', '', '# B']);
});

test('commands.md 12.6: specs of a list stand on lines of their own, tags of a list on one', () => {
  const applied = { keyword: 'applied_patches', value: ['P1.F,fa=x', 'P2.F'] };
  const tags = { keyword: 'category_tag', value: ['patch', 'critical'] };
  const listed = lines({ role: 'object', class: 'fileset', name: 'A.F', columns: [applied, tags] });
  expect(listed.slice(6)).toEqual(['  A.F                   patch critical ', '    P1.F,fa=x', '    P2.F']);
});

test('commands.md 12.6: a text of several lines follows the name as it is', () => {
  const readme = { keyword: 'readme', value: 'Patch Name: P\n\n  Symptoms: none' };
  const listed = lines({ role: 'object', class: 'product', name: 'P', columns: [readme] });
  expect(listed.slice(6).join('\n')).toBe('  P\nPatch Name: P\n\n  Symptoms: none');
});

test('one very long path does not push the columns of a listing away', () => {
  const file = (name: string): ListingRow => ({
    role: 'object',
    class: 'file',
    name,
    columns: [{ keyword: 'cksum', value: '7' }],
  });
  const listed = lines(file('/short'), file(`/${'l'.repeat(300)}`));
  expect(listed[6]!.indexOf('7')).toBe(64);
  expect(listed[7]).toMatch(/l 7 +$/);
});

test('commands.md 12.8: depots have a heading of their own and the path as the last word', () => {
  const depot: ListingRow = { role: 'object', class: 'depot', name: '/var/spool/sw', columns: [] };
  expect(listingLines({ of: 'depot', sections: [{ rows: [depot] }] }, target)).toEqual([
    '# Initializing...',
    '# Target "nzlhp05" has the following depot(s):',
    '  /var/spool/sw',
  ]);
  expect(listingLines({ of: 'root', sections: [{ rows: [] }] }, target)).toEqual([
    '# Initializing...',
    '# WARNING: No root was found for "nzlhp05:".',
  ]);
});

test('commands.md 12.7: -v is the definition-file form', () => {
  const attributes = {
    tag: 'RUN',
    revision: '1.0',
    title: 'Run "time"',
    description: 'two\nlines',
    size: '556',
    mod_date: 'Mon Jun 14 13:01:19 2001',
    category_tag: ['patch', 'critical'],
    supersedes: ['P1.RUN,fr=*', 'P2.RUN,fr=*'],
  };
  const listed = lines({ role: 'object', class: 'fileset', name: 'ACME.RUN', columns: [], attributes });
  expect(listed.slice(6)).toEqual([
    '# ACME.RUN',
    'fileset',
    'tag RUN',
    'revision 1.0',
    'title "Run \\"time\\""',
    'description "two',
    'lines"',
    'size 556',
    'mod_date "Mon Jun 14 13:01:19 2001"',
    'category_tag patch critical',
    'supersedes P1.RUN,fr=*',
    'supersedes P2.RUN,fr=*',
  ]);
});
