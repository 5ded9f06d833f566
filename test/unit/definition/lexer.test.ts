import { describe, expect, it } from 'vitest';
import { Scanner, splitWords } from '../../../src/definition/lexer.ts';
import { SdError } from '../../../src/model/error.ts';

function statements(text: string) {
  const scanner = new Scanner(text, 'x.psf', 'psf');
  const all = [];
  for (let next = scanner.next(); next; next = scanner.next()) all.push(next);
  return all;
}

function valueIn(line: string) {
  return statements(line)[0]?.value?.text;
}

describe('values', () => {
  it.each([
    ['title Widget tools', 'Widget tools'],
    ['title\tWidget  tools \t', 'Widget  tools'],
    ['title Widget tools       # trailing comment', 'Widget tools'],
    ['title Widget\t# comment', 'Widget'],
    ['title C# compiler', 'C# compiler'],
    ['title "Sample, with # and \\"quotes\\" and \\\\"', 'Sample, with # and "quotes" and \\'],
    ['title "a" # comment', 'a'],
    ['title "a"# comment', 'a'],
    ['category "OpenSource""', 'OpenSource'],
    ['title 17" monitor', '17" monitor'],
    ['description "one\ntwo\n"', 'one\ntwo\n'],
    ['description "C:\\temp"', 'C:\\temp'],
    ['path /opt/a\\b', '/opt/a\\b'],
    ['vendor_tag ""', ''],
    ['os_name HP-UX\r\n', 'HP-UX'],
  ])('%j is %j', (line, value) => {
    expect(valueIn(line)).toBe(value);
  });

  it('names a file behind <, with and without a blank', () => {
    for (const line of ['readme < text/README', 'readme <text/README # c', 'readme < "text/README"']) {
      expect(statements(line)[0]?.value).toMatchObject({ text: 'text/README', reference: true });
    }
  });

  it('has none where only a comment stands', () => {
    expect(statements('end #&## product')).toMatchObject([{ keyword: 'end' }]);
    expect(statements('end # product')[0]).not.toHaveProperty('value');
    expect(statements('media ')[0]).not.toHaveProperty('value');
  });

  it('skips empty lines, comments and a byte order mark', () => {
    expect(statements('\uFEFF# a\n\n   \n\t# b\ndepot\n').map((each) => each.keyword)).toEqual(['depot']);
  });
});

describe('positions', () => {
  it('count lines and columns from 1, through values of several lines', () => {
    const [first, second, third] = statements('depot\n  description "a\nb\nc"\n    tag X');
    expect(first?.position).toEqual({ file: 'x.psf', line: 1, column: 1 });
    expect(second?.value?.position).toEqual({ file: 'x.psf', line: 2, column: 15 });
    expect(third?.position).toEqual({ file: 'x.psf', line: 5, column: 5 });
    expect(third?.value?.position.column).toBe(9);
  });

  it('stand in the complaint of a quote that is left open', () => {
    const error = failure('depot\n  title "open\n\n');
    expect(error.code).toBe('psf_syntax');
    expect(error.data).toEqual({ file: 'x.psf', line: 2, column: 9 });
    expect(error.what).toContain('x.psf:2:9');
  });

  it('refuse text behind a quoted value of several lines', () => {
    expect(failure('title "a\nb" c').data).toMatchObject({ line: 1, column: 7 });
  });

  it('refuse < without a file', () => {
    expect(failure('readme <  # nothing').code).toBe('psf_missing_value');
  });
});

describe('lists over several lines', () => {
  it('go on until a word that ends them', () => {
    const scanner = new Scanner('contents\n  RUN # first\n\n  "A B"\ntitle x', 'x', 'psf');
    scanner.next();
    const ends = (word: string) => word === 'title';
    expect(scanner.nextValue(ends)?.text).toBe('RUN');
    expect(scanner.nextValue(ends)?.text).toBe('A B');
    expect(scanner.nextValue(ends)).toBeUndefined();
    expect(scanner.next()?.keyword).toBe('title');
    expect(scanner.nextValue(ends)).toBeUndefined();
  });
});

describe('words', () => {
  it('are cut at blanks outside quotes, and know whether they were quoted', () => {
    expect(splitWords('-m 0644 "a b" "/opt/x \\"y\\""')).toEqual([
      { text: '-m', quoted: false },
      { text: '0644', quoted: false },
      { text: 'a b', quoted: true },
      { text: '/opt/x "y"', quoted: true },
    ]);
  });
});

function failure(text: string): SdError {
  try {
    statements(text);
  } catch (error) {
    if (error instanceof SdError) return error;
    throw error;
  }
  throw new Error('no complaint');
}
