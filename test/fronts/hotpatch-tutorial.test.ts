// docs/hot-patches.md and the examples of depots/fronts/hotpatch: the tutorial runs as it stands there.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN } from '../programs.ts';
import { HotpatchSite } from './hotpatch-site.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the tutorial', () => {
  const site = new HotpatchSite();
  try {
    const text = readFileSync(join(ROOT, 'docs/hot-patches.md'), 'utf8');
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
    site.write(
      'tutorial.sh',
      `set -e\n${blocks.join('')}`.replace('$PWD/dist/bin', BIN).replace('mktemp -d', `mktemp -d -p ${site.home}`),
    );
    const env = { PATH: process.env.PATH ?? '', HOME: site.home, SWDIST_DEFAULTS: site.path('defaults'), TZ: 'UTC' };
    const ran = spawnSync('sh', [site.path('tutorial.sh')], { cwd: ROOT, env, encoding: 'utf8', timeout: 120_000 });
    expect([ran.stderr, ran.status]).toEqual(['', 0]);
    for (const line of ['motd-1 applied 0', 'motd-2 applied 0', 'quiet-1 failed 3'])
      expect(ran.stdout).toMatch(new RegExp(`^${line.replaceAll(' ', ' +')} `, 'm'));
    expect(ran.stdout).toContain('    A quiet start.');
    expect(ran.stdout).toMatch(/install +completed +1\/1 +errors +hot patch quiet-1/);
  } finally {
    site.strike();
  }
});
