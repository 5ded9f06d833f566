// The child process of crash.test.ts: `driver <root> first|second|open`. Killed or failed by SW_CRASH_AT, SW_FAIL_AT.
// Prints the code of an SdError and exits 1, so that the test knows what the caller was told.

import { join } from 'node:path';
import { SdError } from '../../../src/model/error.ts';
import { rootLayout } from '../../../src/store/layout.ts';
import { openStore } from '../../../src/store/store.ts';
import { first, second } from './scenario.ts';

const [root = '', what = ''] = process.argv.slice(2);
const layout = rootLayout(root, join(root, 'var/adm/sw'));

try {
  const store = await openStore(layout, { create: true, command: 'driver', user: 'test', lockTimeout: 5 });
  try {
    if (what === 'first') await store.apply(first);
    if (what === 'second') await store.apply(second);
  } finally {
    await store.close();
  }
} catch (error) {
  process.stdout.write(error instanceof SdError ? error.code : String(error));
  process.exitCode = 1;
}
