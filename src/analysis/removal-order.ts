// The order in which installed software is taken away, or unconfigured; the other way round it is configured (commands.md 6.4, 7.1).
//
//   what needs another as a prerequisite      before it
//   patch                                     before its base
//   superseding patch                         before the superseded
//   otherwise                                 the reverse of the catalog's order

import type { Catalog } from '../model/catalog.ts';
import { isPatch, type Placed } from '../model/patches.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import { providersOf, requisitesOf } from '../selection/requisites.ts';
import { addTo } from './groups.ts';
import type { Applied } from './installed.ts';
import { inOrder } from './order.ts';
import type { Standing } from './rollback.ts';

/** Product after product, filesets within: the reverse of an order of loading. */
export function removalOrder<Goer extends Placed>(
  goers: readonly Goer[],
  target: Catalog,
  applied: Applied,
  standing: Standing,
): Goer[] {
  const byKey = new Map(goers.map((each) => [each.key, each]));
  const known = (keys: readonly FilesetKey[]) => keys.flatMap((key) => byKey.get(key) ?? []);
  const pool = [{ catalog: target, has: (key: FilesetKey) => byKey.has(key) }];
  const requisites = memo((goer: Placed) => {
    const wanted = requisitesOf(goer.fileset).filter((each) => each.relation === 'prerequisite');
    return known(
      wanted.flatMap((each) => each.alternatives.flatMap((spec) => providersOf(spec, pool).map((found) => found.key))),
    );
  });
  const follows = memo((goer: Placed) => {
    if (!isPatch(goer.fileset)) return [];
    const base = applied.baseOf(goer.key);
    return known([...(base ? [base.key] : []), ...standing.older(goer.key).map((each) => each.key)]);
  });
  const arranged = <Thing>(things: readonly Thing[], members: (thing: Thing) => readonly Goer[]): Thing[] => {
    const place = new Map(things.flatMap((thing, index) => members(thing).map((each) => [each.key, index] as const)));
    const edges = (of: (goer: Goer) => readonly Goer[]) => (index: number) =>
      members(things[index]!).flatMap((each) =>
        of(each)
          .flatMap((other) => place.get(other.key) ?? [])
          .filter((other) => other !== index),
      );
    return inOrder(things.length, { needs: edges(requisites), follows: edges(follows) }).map((index) => things[index]!);
  };
  const products = arranged([...byProduct(goers).values()], (group) => group);
  return products.flatMap((group) => arranged(group, (each) => [each])).reverse();
}

/** In order of each product's first fileset. */
export function byProduct<Goer extends Placed>(goers: readonly Goer[]): Map<Product, Goer[]> {
  const products = new Map<Product, Goer[]>();
  for (const each of goers) addTo(products, each.product, each);
  return products;
}

function memo<Value>(ask: (goer: Placed) => Value): (goer: Placed) => Value {
  const known = new Map<FilesetKey, Value>();
  return (goer) => {
    let value = known.get(goer.key);
    if (value === undefined) {
      value = ask(goer);
      known.set(goer.key, value);
    }
    return value;
  };
}
