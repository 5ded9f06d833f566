// The order of scripts that one phase runs across products (commands.md 7.1).

import { inOrder } from '../analysis/order.ts';
import type { Catalog } from '../model/catalog.ts';
import { baseOf, isPatch, type Placed } from '../model/patches.ts';
import type { FilesetKey } from '../model/software.ts';
import { providersOf, requisitesOf } from '../selection/requisites.ts';

/** What is needed comes first, a base before its patches; otherwise catalog order. */
export function inPrerequisiteOrder(chosen: readonly Placed[], catalog: Catalog): Placed[] {
  const numbers = new Map(chosen.map((placed, index) => [placed.key, index]));
  const pool = [{ catalog, has: () => true }];
  const numbersOf = (keys: readonly FilesetKey[]) => keys.flatMap((key) => numbers.get(key) ?? []);
  const order = inOrder(chosen.length, {
    needs: (index) =>
      requisitesOf(chosen[index]!.fileset)
        .filter(({ relation }) => relation === 'prerequisite')
        .flatMap(({ alternatives }) => alternatives.flatMap((spec) => providersOf(spec, pool)))
        .flatMap(({ key }) => numbersOf([key])),
    follows: (index) => {
      const placed = chosen[index]!;
      const base = isPatch(placed.fileset) ? baseOf(catalog, placed) : undefined;
      return base ? numbersOf([base.key]) : [];
    },
  });
  return order.map((index) => chosen[index]!);
}
