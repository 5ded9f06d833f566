import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../src/analysis/order.ts';

/** Edges as `a>b`: a comes after b. */
function order(count: number, needs: string[] = [], follows: string[] = []): number[] {
  const edges = (all: string[]) => (index: number) =>
    all.map((each) => each.split('>').map(Number)).flatMap(([from, to]) => (from === index ? [to!] : []));
  return inOrder(count, { needs: edges(needs), follows: edges(follows) });
}

describe('inOrder', () => {
  it('keeps the order given where nothing is said', () => {
    expect(order(4)).toEqual([0, 1, 2, 3]);
  });
  it('puts what is needed first and moves nothing else', () => {
    expect(order(4, ['1>3'])).toEqual([0, 3, 1, 2]);
  });
  it('follows needs through several steps', () => {
    expect(order(4, ['0>1', '1>2', '2>3'])).toEqual([3, 2, 1, 0]);
  });
  it('keeps the order given inside a circle of needs, after what the circle needs', () => {
    expect(order(4, ['1>2', '2>1', '2>3'])).toEqual([0, 3, 1, 2]);
  });
  it('lets an edge that must hold win inside a circle', () => {
    // 0 needs its own patch 1, which must follow it.
    expect(order(2, ['0>1'], ['1>0'])).toEqual([0, 1]);
    expect(order(3, ['1>0', '2>0'], ['0>1', '0>2'])).toEqual([1, 2, 0]);
  });
  it('answers everything once, even where edges that must hold run in a circle', () => {
    expect(order(3, [], ['0>1', '1>0']).sort()).toEqual([0, 1, 2]);
  });
  it('takes a chain of 100,000 without running out of stack', () => {
    const count = 100_000;
    const result = inOrder(count, { needs: (index) => (index + 1 < count ? [index + 1] : []), follows: () => [] });
    expect(result[0]).toBe(count - 1);
    expect(result).toHaveLength(count);
  });
});
