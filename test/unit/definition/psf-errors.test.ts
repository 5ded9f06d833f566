import { describe, expect, it } from 'vitest';
import { parsePsf } from '../../../src/definition/psf.ts';
import { SdError } from '../../../src/model/error.ts';

function failure(content: string): SdError {
  const read = (name: string) => {
    if (name === 'loop') return 'file < loop';
    throw new Error(`ENOENT: no such file, open '${name}'`);
  };
  try {
    parsePsf(content, { file: 'x.psf', read });
  } catch (error) {
    if (error instanceof SdError) return error;
    throw error;
  }
  throw new Error('no complaint');
}

const P = 'product\ntag P\n';
const F = 'fileset\ntag F\n';

describe('each fault has its own code, and its place', () => {
  it.each([
    ['psf_misplaced', `${F}`, 1],
    ['psf_misplaced', `${P}${F}end\nend\n${F}`, 7],
    ['psf_misplaced', `${P}${F}end\nend\ntitle x`, 7],
    ['psf_misplaced', `vendor\ntag V\ndepot\n`, 3],
    ['psf_misplaced', `vendor\ntag V\nend\ndepot\n`, 4],
    ['psf_misplaced', 'root\n', 1],
    ['psf_misplaced', `vendor\ntag V\nfile a /b\n`, 3],
    ['psf_misplaced', `${P}file a /b\n`, 3],
    ['psf_unexpected_end', `${P}${F}end\nend\nend\n`, 7],
    ['psf_unexpected_end', 'end\n', 1],
    ['psf_syntax', `${P}${F}"quoted" x\n`, 5],
    ['psf_syntax', 'product P\n', 1],
    ['psf_syntax', `${P}${F}end F\n`, 5],
    ['psf_syntax', `${P}${F}file a b c\n`, 5],
    ['psf_syntax', `${P}${F}directory a b c\n`, 5],
    ['psf_syntax', `${P}${F}directory a=relative\n`, 5],
    ['psf_syntax', `${P}${F}file < loop\n`, 1],
    ['psf_missing_value', `${P}title\n${F}`, 3],
    ['psf_missing_value', `${P}${F}ancestor\nfile a /b\n`, 5],
    ['psf_missing_value', `${P}${F}postinstall\n`, 5],
    ['psf_missing_value', `${P}filset\ntag F\n`, 3],
    ['psf_missing_tag', `product\n${F}`, 1],
    ['psf_missing_tag', `${P}fileset\ntitle x\n`, 3],
    ['psf_missing_tag', `vendor\ntitle x\n${P}${F}`, 1],
    ['psf_missing_contents', `bundle\ntag B\n${P}${F}`, 1],
    ['psf_missing_contents', `${P}subproduct\ntag S\n${F}`, 3],
    ['psf_bad_tag', 'product\ntag a.b\n', 2],
    ['psf_bad_tag', `product\ntag "a b"\n`, 2],
    ['psf_value_too_long', `product\ntag ${'a'.repeat(65)}\n`, 2],
    ['psf_bad_revision', `${P}revision 1 0\n`, 3],
    ['psf_bad_value', `${P}is_locatable maybe\n`, 3],
    ['psf_bad_value', `${P}directory opt/x\n${F}`, 3],
    ['psf_bad_value', `${P}${F}file\ntype a\nsource m.o\narchive_path lib.a\nend\nend\n`, 5],
    ['psf_bad_value', `${P}${F}ancestor A.B,zz=1\n`, 5],
    ['psf_bad_value', `${P}${F}supersedes A.B C/D\n`, 5],
    ['psf_layout_version', `depot\nlayout_version 2.0\n${P}${F}`, 2],
    ['psf_reserved_category', `${P}category_tag patch\n${F}`, 3],
    ['patch_without_ancestor', `${P}${F}is_patch true\n`, 3],
    ['psf_duplicate_fileset', `${P}${F}end\n${F}`, 6],
    ['psf_duplicate_product', `${P}${F}${P}${F}`, 5],
    ['psf_duplicate_bundle', `bundle\ntag B\ncontents P\nbundle\ntag B\ncontents P\n${P}${F}`, 4],
    ['psf_no_fileset', `${P}end\n`, 1],
    ['psf_no_product', 'depot\ntag D\n', 1],
    ['psf_bad_option', `${P}${F}file -x a /b\n`, 5],
    ['psf_bad_option', `${P}${F}file -m 0999 a /b\n`, 5],
    ['psf_bad_option', `${P}${F}file -t c a /b\n`, 5],
    ['psf_wildcard', `${P}${F}file dm*\n`, 5],
    ['source_missing', `${P}readme < nowhere\n`, 3],
    ['source_missing', `${P}${F}file < nowhere\n`, 5],
  ])('%s', (code, content, line) => {
    const error = failure(content);
    expect(error.code).toBe(code);
    expect(error.data.line).toBe(line);
    expect(error.what).toContain(`${error.data.file}:${line}:`);
  });

  it('a misspelt object keyword is guessed', () => {
    expect(failure(`${P}filset\ntag F\n`).todo).toContain('"fileset"');
  });
});

describe('no fault', () => {
  const reads = (content: string) => expect(() => parsePsf(content, { file: 'x', read: () => '' })).not.toThrow();

  it('is one tag with two revisions or architectures', () => {
    reads(`${P}${F}architecture a\n${F}architecture b\n${F}revision 2\n`);
    reads(`${P}revision 1\n${F}${P}revision 2\n${F}`);
  });

  it('is the category patch on a patch, nor an empty fileset', () => {
    reads(`${P}is_patch true\ncategory_tag patch\n${F}is_patch true\nancestor A.B\n`);
  });
});
