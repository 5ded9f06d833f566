// Which products of a removal are one unit: a base and the patches that go with it (patches.md 5; D4).
// Such a patch gives nothing back, so between its going and the going of its base the base's files would not be what the IPD says.

import type { Catalog } from '../model/catalog.ts';
import { baseOf, isPatch, lookUp } from '../model/patches.ts';
import type { PlannedProduct } from '../model/plan.ts';
import type { Unit } from './turns.ts';

/** The products as units, in the order of their last members; within one the plan's order. */
export function goingTogether(catalog: Catalog, products: readonly PlannedProduct[]): Unit[] {
  const places = new Map(products.map((product, place) => [product.targetId, place]));
  // For each product the place of one that it goes with: itself, or a later one that leads on to the unit's last.
  const leadsTo = products.map((_, place) => place);
  const last = (place: number): number => {
    let at = place;
    while (leadsTo[at] !== at) at = leadsTo[at]!;
    return at;
  };
  for (const [place, product] of products.entries()) {
    for (const base of basesOf(catalog, product)) {
      const [one, other] = [last(place), last(places.get(base) ?? place)];
      leadsTo[Math.min(one, other)] = Math.max(one, other);
    }
  }
  const units = new Map<number, PlannedProduct[]>();
  for (const [place, product] of products.entries()) {
    const unit = units.get(last(place));
    if (unit) unit.push(product);
    else units.set(last(place), [product]);
  }
  return [...units]
    .sort(([left], [right]) => left - right)
    .map(([, unit]) => unit as [PlannedProduct, ...PlannedProduct[]]);
}

/** Products of the bases that go with patches of this product. */
function basesOf(catalog: Catalog, product: PlannedProduct): string[] {
  return product.filesets.flatMap((each) => {
    const placed = each.action === 'remove' ? lookUp(catalog, each.targetKey) : undefined;
    const base = placed && isPatch(placed.fileset) ? baseOf(catalog, placed) : undefined;
    return base ? [base.product.id] : [];
  });
}
