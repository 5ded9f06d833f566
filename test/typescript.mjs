// `node --import ./test/typescript.mjs FILE.ts`: runs TypeScript as it stands, for the scripts beside the tests; Node 20 cannot by itself.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from 'esbuild';

if (isMainThread) register(import.meta.url);

/** The loader hook of node:module, which calls it in a thread of its own. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const source = await readFile(fileURLToPath(url), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm', define: { SW_TEST_HOOKS: 'true' } });
  return { format: 'module', source: code, shortCircuit: true };
}
