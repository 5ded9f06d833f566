import { describe, expect, it } from 'vitest';
import { isLanguageWord, keywordOf, keywordsOf, nearestWord } from '../../../src/definition/keywords.ts';
import { faultOf, splitSpecs } from '../../../src/definition/value.ts';

describe('the table', () => {
  it('prints a product in the order of a real INDEX (formats.md 10)', () => {
    const real =
      'tag data_model_revision instance_id control_directory revision title description mod_time create_time install_date ' +
      'architecture machine_type os_name os_release os_version install_source install_type vendor_tag directory all_filesets ' +
      'is_locatable location';
    const names = [...keywordsOf('product')].map((each) => each.name);
    const order = real.split(' ').map((name) => names.indexOf(name));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('knows singular, plural and the words of layout 0.8', () => {
    expect(keywordOf('fileset', 'prerequisite')?.name).toBe('prerequisites');
    expect(keywordOf('fileset', 'prerequisites')?.name).toBe('prerequisites');
    expect(keywordOf('product', 'category')?.name).toBe('category_tag');
    expect(keywordOf('fileset', 'timestamp')?.name).toBe('mod_time');
    expect(keywordOf('vendor', 'is_reboot')).toBeUndefined();
    expect(isLanguageWord('end')).toBe(true);
  });

  it.each([
    ['product', 'titel', 'title'],
    ['fileset', 'prerequisits', 'prerequisites'],
    ['fileset', 'postinstal', 'postinstall'],
    ['fileset', 'my_own_word', undefined],
    ['fileset', 'xyz', undefined],
    ['product', 'foo', undefined],
    ['product', 'tga', 'tag'],
  ] as const)('%s: nearest to %s is %s', (kind, word, nearest) => {
    expect(nearestWord(kind, word)).toBe(nearest);
  });
});

describe('requisites', () => {
  it.each([
    ['ProdA,r>=2.1', ['ProdA,r>=2.1']],
    ['A.B,r>=1 C', ['A.B,r>=1', 'C']],
    ['ProdA | ProdB | ProdC.F', ['ProdA | ProdB | ProdC.F']],
    ['A | B C', ['A | B', 'C']],
    ['NAME r>= 1.2', ['NAME,r>=1.2']],
    ['NAME r >= 1.2', ['NAME,r>=1.2']],
    ['NAME, r>=1.2, r<=2', ['NAME,r>=1.2,r<=2']],
    ['NAME,r>= 1.2', ['NAME,r>=1.2']],
    ['A,r=,a=,v= B,r=,a=,v=', ['A,r=,a=,v=', 'B,r=,a=,v=']],
    ['P.F,fr=<A.1.2.10', ['P.F,fr=<A.1.2.10']],
    ['P.F,c=a|b', ['P.F,c=a|b']],
  ])('%s', (text, specs) => {
    expect(splitSpecs(text)).toEqual(specs);
  });
});

describe('types', () => {
  const fault = (kind: 'product' | 'fileset' | 'file', name: string, text: string) =>
    faultOf(keywordOf(kind, name)!, text)?.code;

  it('are held to their rules', () => {
    expect(fault('product', 'tag', 'ACME-1_x')).toBeUndefined();
    for (const tag of ['a b', '-a', 'a.b', 'a,b', 'a=b', 'a:b', 'a/b', 'ä'])
      expect(fault('product', 'tag', tag)).toBe('bad_tag');
    expect(fault('product', 'tag', 'a'.repeat(65))).toBe('value_too_long');
    expect(fault('product', 'revision', 'B.11 31')).toBe('bad_revision');
    expect(fault('product', 'title', 'x'.repeat(257))).toBe('value_too_long');
    expect(fault('product', 'title', 'ä'.repeat(128))).toBeUndefined();
    expect(fault('product', 'title', 'ä'.repeat(129))).toBe('value_too_long');
    expect(fault('product', 'machine_type', '9000/7*|9000/8*')).toBeUndefined();
    expect(fault('product', 'machine_type', 'a b')).toBe('bad_value');
    expect(fault('fileset', 'is_kernel', 'yes')).toBe('bad_value');
    expect(fault('file', 'mode', '0999')).toBe('bad_value');
    expect(fault('file', 'uid', '4294967297')).toBe('bad_value');
    expect(fault('product', 'readme', 'x'.repeat(100_000))).toBeUndefined();
  });
});
