// Builds dist/: CommonJS files split by dynamic import, so that each command loads only what it needs (D11), and one executable per command of
// src/commands/index.ts in dist/bin/. `node build.mjs --test-hooks` builds dist-test/ with the crash and delay points in.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
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
  // Modules of the language are loaded in turns of the event loop, which costs a listing 10 ms.
  format: 'cjs',
  sourcemap: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // Names stay: whoever reports a stack can be helped.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: together, debugName: 'together' }] },
});
await bundle.close();

// What travels with the program and is not compiled (src/host/library.ts).
cpSync('lib', join(out, 'lib'), { recursive: true, filter: (path) => path !== join('lib', 'bin') });

mkdirSync(join(out, 'bin'));
copyFileSync('src/start.cjs', join(out, 'start.cjs'));
// Executables have no ending; this says what they are.
writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
const { commandNames } = createRequire(import.meta.url)(resolve(out, 'main.cjs'));
for (const name of commandNames) {
  const path = join(out, 'bin', name);
  // A starter of its own, for a command that is not always started by the shell.
  const own = join('lib', 'bin', name);
  if (existsSync(own)) copyFileSync(own, path);
  else writeFileSync(path, `#!/usr/bin/env node\nrequire('../start.cjs').main('${name}');\n`);
  chmodSync(path, 0o755);
}

// Tests run without: what they find must not hang on it.
if (!hooks) execFileSync(process.execPath, ['src/keep-code.cjs', out], { stdio: ['ignore', 'ignore', 'inherit'] });

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
