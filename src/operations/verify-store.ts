// swverify -x ipd=true: is the catalog itself whole? Before the software is verified, which a damaged catalog would describe wrongly.
// Promise: opens the store as a changing session does, so that it is proved, recovered or mended, loudly; else nothing is changed
// without -F, which writes again what is published.

import { openDepotToChange } from '../depot/change.ts';
import { openIpd } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import type { Finding } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import type { Session } from './session.ts';

/**
 * Reports an ERROR for each disagreement, else a NOTE; what -F has mended is a WARNING. Throws what opening the store throws, and the
 * errno error where nothing can be written.
 */
export async function verifyStore(
  request: TargetRequest & { readonly fix?: boolean },
  session: Session,
): Promise<void> {
  const { target, depot, options, context } = request;
  const how = {
    create: false,
    command: context.command,
    user: context.user,
    lockTimeout: options.lock_timeout,
    onRecovered: (recovery: { how: 'undone' | 'redone' | 'rebuilt'; what: string }) =>
      session.emit({ type: 'recovered', ...recovery }),
  };
  const store = depot
    ? await openDepotToChange(target, how)
    : await openIpd(target, adminDirectory(target, options.admin_directory), how);
  try {
    let found = store.check();
    if (request.fix && found.length > 0) {
      store.publishAnew();
      const left = new Set(store.check());
      session.report(found.filter((text) => !left.has(text)).map(mended));
      found = [...left];
    }
    session.report(found.map((text): Finding => ({ severity: 'error', code: 'store_differs', text })));
    const { generation } = store.catalog();
    const whole = `The catalog of "${target}" is whole: generation ${generation}, its indices, what is published, and its text agree.`;
    if (found.length === 0) session.report([{ severity: 'note', code: 'store_whole', text: whole }]);
  } finally {
    await store.close();
  }
}

function mended(text: string): Finding {
  return { severity: 'warning', code: 'store_differs', text: `${text}  It was written again.` };
}
