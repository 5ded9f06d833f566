// docs/gated-patches.md, run as a reader would: every block of it, in order, in one shell.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN } from '../programs.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the tutorial runs to its end', () => {
  const top = mkdtempSync('/tmp/gated-tutorial-');
  try {
    const text = readFileSync(join(ROOT, 'docs/gated-patches.md'), 'utf8');
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
    writeFileSync(join(top, 'defaults'), `admin_directory=${top}/adm\n`);
    // The one line that fails in a shell of its own is meant to: a mandatory patch is missing.
    const lines = blocks
      .join('\n')
      .replaceAll('/tmp/platform', `${top}/platform`)
      .replace('\napply-patch list .\n', '\n! apply-patch list .\n');
    const ran = spawnSync('bash', ['-c', `set -e\n${lines}`], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: `${BIN}:${process.env.PATH}`, HOME: top, SWDIST_DEFAULTS: join(top, 'defaults'), LANG: 'C' },
    });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toContain('a mandatory patch is missing');
    expect(ran.stdout).toContain('refused');
    expect(ran.stdout).toMatch(/pitrix-hyper\t4\.2\.2/);
    expect(ran.stdout).toContain('Rescue is still off');
    expect(ran.stdout).toContain('"qingcloud": "20190710"');
    expect(ran.stdout).toMatch(/web1 packages +Normal/);
    expect(ran.stdout).toMatch(/platform-upgrade +success/);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
});
