// install∘remove = identity (patches.md 4.6, 5): random bases, patch chains (merged, parallel, with gaps) and files; random legal and illegal
// orders of installing and removing. Whatever happened in between, taking every patch away gives the base's tree back exactly, and taking
// the base away the tree that was there before. 25 worlds of 20 sequences: 500 sequences a run.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outcome } from '../../src/model/plan.ts';
import type { EngineOptions } from '../../src/model/request.ts';
import { install } from '../../src/operations/install.ts';
import { packageSoftware } from '../../src/operations/package.ts';
import { remove } from '../../src/operations/remove.ts';
import { resolveOptions } from '../../src/options/resolve.ts';
import { treePicture } from '../scenarios/runner/stage.ts';

const SEQUENCES = 20;
const WORLDS = 25;
const PATHS = ['/o/a', '/o/b', '/o/d/c', '/o/d/e', '/p/q/r/s'];

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sd-property-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

interface FileChoice {
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly mode: string;
}

interface World {
  readonly base: readonly FileChoice[];
  readonly patches: readonly { readonly files: readonly FileChoice[]; readonly supersedes: readonly number[] }[];
  readonly before: readonly string[];
  readonly sequences: readonly (readonly { readonly install: boolean; readonly patch: number }[])[];
}

const choice = (least: number): fc.Arbitrary<FileChoice[]> =>
  fc
    .uniqueArray(
      fc.record({
        path: fc.constantFrom(...PATHS),
        kind: fc.constantFrom<'file' | 'link'>('file', 'file', 'file', 'link'),
        mode: fc.constantFrom('0644', '0555', '0600'),
      }),
      { selector: (each) => each.path, minLength: least, maxLength: PATHS.length },
    )
    .map((files) => files.sort((left, right) => (left.path < right.path ? -1 : 1)));

const world: fc.Arbitrary<World> = fc.integer({ min: 1, max: 5 }).chain((count) =>
  fc.record({
    base: choice(1),
    patches: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          files: choice(1),
          supersedes: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 2 }),
        }),
      ),
    ),
    before: fc.subarray(['/o', '/o/d', '/p', '/p/q']),
    sequences: fc.array(
      fc.array(fc.record({ install: fc.boolean(), patch: fc.nat(count - 1) }), { minLength: 2, maxLength: 7 }),
      { minLength: SEQUENCES, maxLength: SEQUENCES },
    ),
  }),
);

test(`${WORLDS * SEQUENCES} random sequences of patches leave no trace`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const work = mkdtempSync(join(scratch, 'world-'));
      const depot = await makeDepot(work, drawn);
      for (const [index, sequence] of drawn.sequences.entries()) {
        const root = join(work, `root${index}`);
        await play(work, root, depot, drawn, sequence);
        rmSync(root, { recursive: true, force: true });
      }
      rmSync(work, { recursive: true, force: true });
    }),
    { numRuns: WORLDS },
  );
});

async function play(
  work: string,
  root: string,
  depot: string,
  drawn: World,
  sequence: World['sequences'][number],
): Promise<void> {
  mkdirSync(root);
  for (const directory of drawn.before) mkdirSync(join(root, directory), { recursive: true });
  const empty = picture(root);
  const call = (software: string, installing: boolean) =>
    installing ? put(work, root, depot, software) : take(work, root, software);
  expect((await call('BASE', true)).exitCode).toBe(0);
  const base = picture(root);
  for (const step of sequence) {
    const before = picture(root);
    const outcome = await call(`P${step.patch}`, step.install);
    if (outcome.exitCode !== 0) expect(picture(root), 'a refused command changes nothing').toBe(before);
  }
  for (let round = 0; round < drawn.patches.length; round += 1) {
    for (let patch = drawn.patches.length - 1; patch >= 0; patch -= 1) await call(`P${patch}`, false);
  }
  expect(picture(root), 'all patches rolled back').toBe(base);
  expect(saves(root)).toEqual([]);
  expect((await call('BASE', false)).exitCode).toBe(0);
  expect(picture(root), 'the base removed').toBe(empty);
}

/** The root without SD's own directory. */
function picture(root: string): string {
  return treePicture(root)
    .split('\n')
    .filter((line) => !/^. var(\/| )/.test(line))
    .join('\n');
}

function saves(root: string): string[] {
  const save = join(root, 'var/adm/sw/save');
  return existsSync(save) ? readdirSync(save) : [];
}

async function makeDepot(work: string, drawn: World): Promise<string> {
  const lines: string[] = [];
  const fileset = (name: string, files: readonly FileChoice[]) => {
    for (const file of files) {
      const source = join(work, `${name}-${file.path.replaceAll('/', '_')}`);
      writeFileSync(source, `${name} ${file.path}\n`);
      if (file.kind === 'link') lines.push(`    file -t s to-${name} ${file.path}`);
      else lines.push(`    file -m ${file.mode} ${source} ${file.path}`);
    }
  };
  lines.push('product', '  tag BASE', '  revision 1.0', '  fileset', '    tag F', '    revision 1.0');
  fileset('BASE', drawn.base);
  lines.push('  end', 'end');
  for (const [index, patch] of drawn.patches.entries()) {
    lines.push(
      'product',
      `  tag P${index}`,
      '  revision 1.0',
      '  is_patch true',
      '  fileset',
      '    tag F',
      '    revision 1.0',
      '    is_patch true',
      '    ancestor BASE.F',
    );
    for (const older of closure(drawn, index)) lines.push(`    supersedes P${older}.F,fr=*`);
    fileset(`P${index}`, patch.files);
    lines.push('  end', 'end');
  }
  const psf = join(work, 'psf');
  writeFileSync(psf, `${lines.join('\n')}\n`);
  symlinkSync('psf', join(work, 'psf.link'));
  const depot = join(work, 'depot');
  const request = {
    context: context('swpackage'),
    options: options(work, 'swpackage', {}),
    software: [],
    preview: false,
  };
  const outcome = await packageSoftware({ ...request, source: psf, target: depot, serial: false }, () => undefined);
  expect(outcome.exitCode, JSON.stringify(outcome.findings)).toBe(0);
  return depot;
}

/** HP patches list everything they supersede, however far back. */
function closure(drawn: World, index: number): number[] {
  const found = new Set<number>();
  const add = (each: number) => {
    for (const older of drawn.patches[each]!.supersedes) {
      found.add(older);
      add(older);
    }
  };
  add(index);
  return [...found];
}

function put(work: string, root: string, depot: string, software: string): Promise<Outcome> {
  const request = {
    context: context('swinstall'),
    options: options(work, 'swinstall', { autoselect_patches: false }),
    software: [software],
    preview: false,
  };
  return install({ ...request, source: depot, target: root }, () => undefined);
}

function take(work: string, root: string, software: string): Promise<Outcome> {
  const request = {
    context: context('swremove'),
    options: options(work, 'swremove', {}),
    software: [software],
    preview: false,
  };
  return remove({ ...request, target: root, depot: false }, () => undefined);
}

function options(
  work: string,
  command: 'swinstall' | 'swremove' | 'swpackage',
  more: Partial<EngineOptions>,
): EngineOptions {
  const around = { home: work, superuser: true, systemDefaults: '/dev/null' };
  const resolved = resolveOptions({ command, settings: [] }, around);
  return { ...resolved.values, admin_directory: join(work, 'adm'), register_new_root: false, ...more };
}

function context(command: string) {
  return { command, user: 'root@test', host: 'test' };
}
