// Pseudo-products for the doors: what a root says of its versions, whether a requisite on them holds, and how they are set together with
// the file that is rendered from them (execution/pseudo-products.ts).

import { executePseudo, type PseudoValues, pseudoProduct, pseudoValues } from '../execution/pseudo-products.ts';
import { installedCatalog } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import { emptyCatalog } from '../model/catalog.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import { meets } from '../selection/requisites.ts';
import { openRoot } from './root-target.ts';
import { runSession } from './session.ts';

export type { PseudoValues } from '../execution/pseudo-products.ts';
export { LEVEL } from '../execution/pseudo-products.ts';

export interface PseudoRequest {
  readonly context: SessionContext;
  readonly options: EngineOptions;
  /** Absolute path of the root. */
  readonly root: string;
  /** All of them: a pseudo-product that is not named leaves. */
  readonly values: PseudoValues;
  /** The rendered file: absolute path seen from the root, and its new content. */
  readonly view?: { readonly path: string; readonly text: string };
  /** Ids of products whose records leave in the same transaction. */
  readonly drop?: readonly string[];
}

/** The pseudo-products of a root, without opening its database. Throws what installedCatalog throws. */
export function installedPseudo(root: string, adminOption: string): PseudoValues {
  return pseudoValues(installedCatalog(root, adminDirectory(root, adminOption)).catalog);
}

/** True when a requisite such as `qingcloud,r==20190318` holds for these values. */
export function holdsFor(requisite: string, values: PseudoValues): boolean {
  const products = Object.entries(values).map(([tag, revision]) => pseudoProduct(tag, revision));
  const catalog = {
    ...emptyCatalog('root'),
    products: () => products,
    product: (id: string) => products.find((each) => each.id === id),
  };
  return meets(requisite, [{ catalog, has: () => true }]);
}

/** Sets them in one session and one transaction. Never rejects for what a user can cause: the outcome says it. */
export async function setPseudoProducts(request: PseudoRequest, emit: Emit): Promise<Outcome> {
  const { context, options, root, values } = request;
  return runSession(context, `${context.host}:${root}`, emit, async (session) => {
    const target = await openRoot(root, { session, options, preview: false, create: true });
    try {
      const { view, drop = [] } = request;
      await executePseudo(await target.change(), values, { view, drop });
      return { generation: target.catalog().generation };
    } finally {
      await target.close();
    }
  });
}
