// Builds dist/: one ES module bundle split by dynamic import, so that each command loads only what it needs (D11), and one
// executable per command of src/commands/index.ts in dist/bin/. `node build.mjs --test-hooks` builds dist-test/ with the crash and delay points in.
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// A second word names another place than dist-test/, so that test runs at one time do not take each other's program away.
const [flag, place = 'dist-test'] = process.argv.slice(2);
const hooks = flag === '--test-hooks';
const out = hooks ? place : 'dist';

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts', 'src/host/crew-worker.ts'],
  entryNames: '[name]',
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['classic-level'],
  define: { SW_TEST_HOOKS: String(hooks) },
  minifySyntax: true,
  sourcemap: true,
  outExtension: { '.js': '.mjs' },
  banner: {
    // commander and tar's dependencies are CommonJS inside and call require() for node's own modules.
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

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
