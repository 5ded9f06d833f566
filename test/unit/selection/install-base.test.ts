// Operands, versions, locations, match_target, bundles and dependencies on base software (commands.md 2.1, 4.1, 8; patches.md 1.7, 3.4).
import { describe, expect, test } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import { selectForInstall } from '../../../src/selection/install.ts';
import {
  acme,
  catalogOf,
  depot0,
  depot1,
  depot3,
  depotOf,
  depotP,
  installed,
  options,
  type ProductPart,
  patch,
  rootOf,
} from './catalog-builder.ts';
import { choose, show } from './choosing.ts';

const empty = emptyCatalog('root');
const plain = (tag: string, attributes: Record<string, string | string[]> = {}, revision = '1.0'): ProductPart => ({
  tag,
  attributes: { revision },
  filesets: [{ tag: 'F', attributes: { revision, ...attributes } }],
});

describe('operands', () => {
  test('one that names nothing is listed, the rest goes on', () => {
    const { names, selection, findings } = choose(depot0(), empty, 'ACME.MAN NOPE ACME,r=9');
    expect(names).toEqual(['ACME.MAN']);
    expect(selection.unmatched).toEqual(['NOPE', 'ACME,r=9']);
    expect(findings).toEqual(['error software_not_found', 'error software_not_found']);
  });
  test('enforce_selections=true stops for it', () => {
    const { names, selection } = choose(depot0(), empty, 'ACME NOPE', { enforce_selections: true });
    expect(names).toEqual([]);
    expect(selection.unmatched).toEqual(['NOPE']);
  });
  test('a misspelt one is refused with its column', () => {
    expect(() => choose(depot0(), empty, 'ACME,x=1')).toThrow(expect.objectContaining({ code: 'bad_spec' }));
  });
  test('none at all: nothing selected', () => {
    expect(choose(depot0(), empty, '').findings).toEqual(['error nothing_selected']);
  });
  test('two versions of one product are refused unless narrowed down', () => {
    const depot = depotOf(acme(), acme('3.0'));
    expect(() => choose(depot, empty, 'ACME')).toThrow(expect.objectContaining({ code: 'several_versions' }));
    expect(() => choose(depot, empty, 'ACME,r=2.0 ACME,r=3.0')).toThrow(
      expect.objectContaining({ code: 'several_versions' }),
    );
    expect(choose(depot, empty, 'ACME.RUN,r>=3').names).toEqual(['ACME.2.RUN']);
  });
  test('l= says where it goes, and is no condition', () => {
    const { names, selection } = choose(depot0(), empty, 'ACME.RUN,l=/alt/');
    expect(names).toEqual(['ACME.RUN']);
    expect(selection.locations).toEqual({ ACME: '/alt' });
  });
  test('one product goes to one location', () => {
    expect(() => choose(depot0(), empty, 'ACME.RUN,l=/a ACME.MAN,l=/b')).toThrow(
      expect.objectContaining({ code: 'several_locations' }),
    );
    expect(() => choose(depot0(), empty, 'ACME,l=/a*')).toThrow(expect.objectContaining({ code: 'bad_spec' }));
    expect(() => choose(depot0(), empty, 'ACME,l=alt')).toThrow(expect.objectContaining({ code: 'bad_spec' }));
  });
  test('bundles are told', () => {
    expect(choose(depotP(), empty, 'PBUN').selection.bundles).toEqual(['PBUN']);
  });
  test('a sticky bundle follows what it holds, unless autoselect_reference_bundles=false', () => {
    const depot = catalogOf({
      products: [acme()],
      bundles: [
        { tag: 'STICKY', attributes: { is_sticky: 'true' }, contents: ['ACME.RUN'] },
        { tag: 'LOOSE', contents: ['ACME.RUN'] },
      ],
    });
    expect(choose(depot, empty, 'ACME.RUN').selection.bundles).toEqual(['STICKY']);
    expect(choose(depot, empty, 'ACME.MAN').selection.bundles).toEqual([]);
    expect(choose(depot, empty, 'ACME.RUN', { autoselect_reference_bundles: false }).selection.bundles).toEqual([]);
  });
});

describe('match_target', () => {
  const match = { match_target: true };
  test('takes what the target has, by name and by ancestor, and its patches', () => {
    const renamed = plain('NEWNAME', { ancestor: ['OLD.F'] });
    const depot = depotOf(
      acme('3.0', ['RUN', 'MAN']),
      renamed,
      plain('OTHER'),
      patch('PN', { RUN: { ancestor: ['ACME.RUN'] } }),
    );
    const root = rootOf(installed(acme('2.0', ['RUN'])), installed(plain('OLD')));
    const { names, selection } = choose(depot, root, '', match);
    expect(names).toEqual(['ACME.RUN', 'NEWNAME.F', 'PN.RUN']);
    expect(selection.entries[1]?.reason).toEqual({ kind: 'matched', installed: 'OLD.F' });
  });
  test('overrides operands, with a warning', () => {
    const { names, findings } = choose(depot0(), rootOf(installed(acme('2.0', ['RUN']))), 'ACME', match);
    expect(names).toEqual(['ACME.RUN']);
    expect(findings).toEqual(['warning selections_overridden']);
  });
  test('two versions to match are refused', () => {
    expect(() => choose(depotOf(acme(), acme('3.0')), rootOf(installed(acme())), '', match)).toThrow(
      expect.objectContaining({ code: 'several_versions' }),
    );
  });
  test('nothing matches: an error', () => {
    expect(choose(depot3(), empty, '', match).findings).toEqual(['error nothing_selected']);
  });
});

describe('dependencies', () => {
  test('the newest version that fits the machine', () => {
    const depot = depotOf(
      plain('A', { prerequisites: ['LIB,r>=1'] }),
      plain('LIB', {}, '1.9'),
      plain('LIB', {}, '1.10'),
      plain('LIB', {}, '2'),
    );
    const input = { source: depot, target: empty, software: ['A'], options: options(), into: 'root' as const };
    expect(show(selectForInstall(input)).names).toEqual(['A.F', 'LIB.3.F']);
    const compatible = (product: { attributes: Record<string, unknown> }) => product.attributes.revision !== '2';
    expect(show(selectForInstall({ ...input, compatible })).names).toEqual(['A.F', 'LIB.2.F']);
  });
  test('the version that was named, though it is older', () => {
    const depot = depotOf(plain('A', { prerequisites: ['LIB'] }), plain('LIB', {}, '1'), plain('LIB', {}, '2'));
    expect(choose(depot, empty, 'A LIB,r=1').names).toEqual(['A.F', 'LIB.F']);
    const needs2 = depotOf(plain('A', { prerequisites: ['LIB,r>=2'] }), plain('LIB', {}, '1'), plain('LIB', {}, '2'));
    const { names, findings } = choose(needs2, empty, 'A LIB,r=1');
    expect(names).toEqual(['A.F', 'LIB.F']);
    expect(findings).toEqual(['note requisite_not_in_source']);
  });
  test('alternatives: the leftmost the source has', () => {
    const depot = depotOf(plain('A', { corequisites: ['GONE | B | C'] }), plain('C'), plain('B'));
    const { names, selection } = choose(depot, empty, 'A');
    expect(names).toEqual(['A.F', 'B.F']);
    expect(selection.entries[1]?.reason).toEqual({
      kind: 'requisite',
      relation: 'corequisite',
      of: 'A.F',
      spec: 'GONE | B | C',
    });
  });
  test('autoselect_minimum_dependencies spares the leftmost when another was named', () => {
    const depot = depotOf(plain('A', { prerequisites: ['B|C'] }), plain('B'), plain('C'));
    expect(choose(depot, empty, 'A C').names).toEqual(['A.F', 'B.F', 'C.F']);
    expect(choose(depot, empty, 'A C', { autoselect_minimum_dependencies: true }).names).toEqual(['A.F', 'C.F']);
  });
  test('8.7.5 an alternative the target has: nothing comes', () => {
    const depot = depotOf(plain('A', { prerequisites: ['B|C'] }), plain('B'), plain('C', {}, '2'));
    expect(choose(depot, rootOf(installed(plain('C'))), 'A').names).toEqual(['A.F']);
  });
  test('what an update takes away does not count', () => {
    const depot = depotOf(plain('LIB', {}, '2'), plain('A', { prerequisites: ['LIB,r=1'] }));
    const { findings } = choose(depot, rootOf(installed(plain('LIB', {}, '1'))), 'A LIB');
    expect(findings).toEqual(['note requisite_not_in_source']);
  });
  test('half loaded software on the target does not count', () => {
    const depot = depotOf(plain('A', { prerequisites: ['LIB'] }), plain('LIB'));
    const root = rootOf(installed(plain('LIB'), { F: { state: 'corrupt' } }));
    expect(choose(depot, root, 'A').names).toEqual(['A.F', 'LIB.F']);
  });
  test('dependencies of dependencies, circles, a whole bundle, and patches for what comes', () => {
    const depot = catalogOf({
      products: [
        plain('A', { prerequisites: ['BUN'] }),
        plain('B', { prerequisites: ['C.F'] }),
        plain('C', { prerequisites: ['A.F'] }),
        patch('PB', { F: { ancestor: ['B.F'] } }),
      ],
      bundles: [{ tag: 'BUN', contents: ['B'] }],
    });
    expect(choose(depot, empty, 'A').names).toEqual(['A.F', 'B.F', 'C.F', 'PB.F']);
  });
  test('exrequisites bring nothing', () => {
    expect(choose(depotOf(plain('A', { exrequisites: ['B'] }), plain('B')), empty, 'A').names).toEqual(['A.F']);
  });
});

test('patches that are each other’s ancestors, or are named though they go round, leave with an error', () => {
  const depot = depotOf(
    patch('Q1', { RUN: { ancestor: ['Q2.RUN'] } }),
    patch('Q2', { RUN: { ancestor: ['Q1.RUN'] } }),
    patch('S1', { RUN: {} }, { supersedes: ['S2'] }),
    patch('S2', { RUN: {} }, { supersedes: ['S1'] }),
    patch('OK', { RUN: {} }),
  );
  const { names, findings, out } = choose(depot, empty, '*');
  expect(names).toEqual(['OK.RUN']);
  expect(findings).toEqual(['error supersedes_cycle', 'error ancestor_cycle']);
  expect(Object.keys(out).sort()).toEqual(['Q1.RUN', 'Q2.RUN', 'S1.RUN', 'S2.RUN']);
});

test('the whole depot by a star: every version but one is refused, so a depot of single versions goes', () => {
  expect(choose(depot1(), empty, '*').names).toHaveLength(12);
});
