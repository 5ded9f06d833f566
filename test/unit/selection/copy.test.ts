// swcopy: the selection part of patches.md S56-S59 and 3.8.
import { expect, test } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import { acme, depot1, depotOf, depotP, PD_1, PT_1, PT_2, PT_3 } from './catalog-builder.ts';
import { copyFrom } from './choosing.ts';

const empty = emptyCatalog('depot');
const ACME = ['ACME.RUN', 'ACME.MAN', 'ACME.KRN'];

test('S56 the patches of what is copied come along', () => {
  expect(copyFrom(depot1(), empty, 'ACME').names).toEqual([...ACME, 'PT_3.RUN', 'PT_3.MAN', 'PX_1.RUN', 'PD_1.KRN']);
});
test('S57 patches for what the target depot holds', () => {
  const { names } = copyFrom(depotP(), depotOf(acme()), '', { patch_match_target: true });
  expect(names).toEqual(['PT_3.RUN', 'PT_3.MAN', 'PX_1.RUN', 'PD_1.KRN']);
});
test('S58 a patch needs no base in a depot, and its siblings come too', () => {
  expect(copyFrom(depotP(), empty, 'PT_1').names).toEqual(['PT_1.RUN', 'PT_1.MAN']);
  expect(copyFrom(depotP(), empty, 'PT_1.RUN').names).toEqual(['PT_1.RUN', 'PT_1.MAN']);
  expect(copyFrom(depotP(), empty, 'PT_1.RUN', { allow_split_patches: true }).names).toEqual(['PT_1.RUN']);
});
test('but a patch copied for its base brings only siblings with a base', () => {
  expect(copyFrom(depot1(), empty, 'ACME.MAN').names).toEqual(['ACME.MAN', 'PT_3.MAN']);
});
test('S59 what a dependency needs and nobody has is told', () => {
  const { names, findings } = copyFrom(depotOf(PD_1), empty, 'PD_1');
  expect(names).toEqual(['PD_1.KRN']);
  expect(findings).toEqual(['note requisite_not_in_source']);
});
test('a dependency is climbed to the head without any base', () => {
  expect(copyFrom(depotP(), empty, 'PD_1').names).toEqual(['PT_3.RUN', 'PT_3.MAN', 'PD_1.KRN']);
});
test('the target depot meets it with a superseder', () => {
  expect(copyFrom(depotP(), depotOf(PT_3), 'PD_1').names).toEqual(['PD_1.KRN']);
});
test('several versions go side by side', () => {
  const { names, findings } = copyFrom(depotOf(acme('2.0', ['RUN']), acme('3.0', ['RUN']), PT_1, PT_2), empty, 'ACME');
  expect(names).toEqual(['ACME.RUN', 'ACME.2.RUN', 'PT_2.RUN']);
  expect(findings).toEqual([]);
});
test('everything by a star, superseded patches too, unfiltered', () => {
  expect(copyFrom(depotP(), empty, '*', { patch_filter: '*.*,c=critical' }).names).toHaveLength(9);
});
test('what the target depot has already is not copied automatically', () => {
  const { names, out, findings } = copyFrom(depotOf(PT_3), depotOf(acme('2.0', ['RUN', 'MAN']), PT_3), '', {
    patch_match_target: true,
  });
  expect(names).toEqual([]);
  expect(out).toEqual({ 'PT_3.RUN': 'already in the target depot', 'PT_3.MAN': 'already in the target depot' });
  expect(findings).toEqual(['note nothing_to_do']);
});
