// Builds dist/: ES modules split by dynamic import, so that each command loads only what it needs (D11), and one executable per command of
// src/commands/index.ts in dist/bin/. `node build.mjs --test-hooks` builds dist-test/ with the crash and delay points in.
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

// A second word names another place than dist-test/, so that test runs at one time do not take each other's program away.
const [flag, place = 'dist-test'] = process.argv.slice(2);
const hooks = flag === '--test-hooks';
const out = hooks ? place : 'dist';

/**
 * Each file of a program costs its start half a millisecond, so what is loaded together stands in one: by name, the modules whose static
 * imports are loaded with it. A module goes to the first that has it.
 */
const TOGETHER = {
  first: ['src/main.ts'],
  crew: ['src/host/crew-work.ts'],
  listing: ['src/cli/program.ts', 'src/commands/swlist.ts'],
  session: [
    'src/commands/swinstall.ts',
    'src/commands/swremove.ts',
    'src/commands/session.ts',
    'src/operations/install.ts',
    'src/operations/remove.ts',
  ],
};

const places = new Map();
const bundle = await rolldown({
  input: { main: 'src/main.ts', 'crew-worker': 'src/host/crew-worker.ts' },
  platform: 'node',
  // One is native; the other is 80 kB that every listing would read and few patterns need.
  external: ['classic-level', 'minimatch'],
  transform: { define: { SW_TEST_HOOKS: String(hooks) }, target: 'node20' },
  preserveEntrySignatures: 'allow-extension',
  // What TOGETHER puts into one file is still imported late where that reads better.
  checks: { ineffectiveDynamicImport: false },
});
rmSync(out, { recursive: true, force: true });
await bundle.write({
  dir: out,
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
  // Names stay: whoever reports a stack can be helped.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: together, debugName: 'together' }] },
});
await bundle.close();

// What travels with the program and is not compiled (src/host/library.ts).
cpSync('lib', join(out, 'lib'), { recursive: true, filter: (path) => path !== join('lib', 'bin') });

mkdirSync(join(out, 'bin'));
const { commandNames } = await import(pathToFileURL(resolve(out, 'main.mjs')).href);
for (const name of commandNames) {
  const path = join(out, 'bin', name);
  // A starter of its own, for a command that is not always started by the shell.
  const own = join('lib', 'bin', name);
  if (existsSync(own)) copyFileSync(own, path);
  else writeFileSync(path, `#!/usr/bin/env node\nimport('../main.mjs').then((program) => program.main('${name}'));\n`);
  chmodSync(path, 0o755);
}

/** Name of the file that a module goes to; null leaves it to the bundler. */
function together(id, bundler) {
  if (places.size === 0) {
    for (const [name, roots] of Object.entries(TOGETHER)) {
      const open = roots.map((root) => resolve(root));
      for (let module = open.pop(); module !== undefined; module = open.pop()) {
        if (places.has(module)) continue;
        places.set(module, name);
        open.push(...(bundler.getModuleInfo(module)?.importedIds ?? []));
      }
    }
  }
  return places.get(id) ?? null;
}
