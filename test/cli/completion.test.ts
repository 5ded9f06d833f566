// What shells offer while a command line is typed (lib/completion, src/cli/complete.ts), tried in the shells themselves, and --help on one
// screen. Both come from the same declarations.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { FRONTS } from '../../src/fronts/index.ts';
import { BIN } from '../programs.ts';
import { DemoSite } from './demo-site.ts';

const LIB = join(import.meta.dirname, '../../lib/completion');
const NAMES = [...Object.keys(COMMANDS), ...Object.keys(FRONTS)].sort();

let site: DemoSite;
beforeAll(() => {
  site = new DemoSite();
});
afterAll(() => site.strike());

/** Proposals without their meanings. */
function proposed(command: string, ...words: string[]): string[] {
  const lines = site.ok(command, '--complete', ...words).split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split('\t')[0]!);
}

describe('proposals', () => {
  test('flags, options and their values come from the declarations', () => {
    expect(proposed('swinstall', '--')).toEqual(expect.arrayContaining(['--json', '--color', '--help']));
    expect(proposed('swinstall', '-x', 'patch_f')).toEqual(['patch_filter=']);
    expect(proposed('swlist', '-x', 'patch_f')).toEqual([]);
    expect(proposed('swinstall', '-x', 'autoselect_dependencies=')).toEqual(
      ['true', 'false', 'as_needed'].map((value) => `autoselect_dependencies=${value}`),
    );
    expect(proposed('swlist', '-l', 'sub')).toEqual(['subproduct']);
    expect(proposed('swlist', '-a', 'patch_s')).toEqual(['patch_state']);
    expect(proposed('swlist', '--graph', '--format', '')).toEqual(['text', 'dot', 'svg']);
    expect(proposed('swverify', '--progress=')).toEqual(['auto', 'json', 'none'].map((style) => `--progress=${style}`));
    expect(proposed('swlist', '--diff=')).toEqual([':files']);
  });

  test('software comes from the depot, jobs from the queue, paths from the shell', () => {
    expect(proposed('swinstall', '-s', site.depot, 'PHSS_2')).toEqual([
      'PHSS_25201',
      'PHSS_26498',
      'PHSS_27875',
      'PHSS_28681',
    ]);
    expect(proposed('swlist', '-s', site.depot, 'X11.X11-RUN')).toEqual(['X11.X11-RUN', 'X11.X11-RUN-CL']);
    site.install('-p', 'X11');
    expect(proposed('swjob', '-a', 'log', '')).toEqual([expect.stringMatching(/-0001$/)]);
    expect(proposed('swinstall', 'X11', '@', '')).toEqual([':files']);
    expect(proposed('swinstall', '-s', '')).toEqual([':files']);
  });

  test('what cannot be read offers nothing and says nothing', () => {
    expect(proposed('swinstall', '-s', '/no/such/depot', 'X')).toEqual([]);
  });
});

describe('shells', () => {
  const shell = (program: string, words: readonly string[]) =>
    spawnSync(program, words, {
      cwd: site.home,
      encoding: 'utf8',
      timeout: 30_000,
      env: {
        PATH: `${BIN}:${process.env.PATH}`,
        HOME: site.home,
        SWDIST_DEFAULTS: site.path('defaults'),
        TERM: 'dumb',
      },
    });

  /** What bash would put in the place of the last word. */
  function inBash(line: string): string[] {
    const script = `source ${LIB}/swdist.bash; COMP_LINE='${line}'; COMP_POINT=${line.length}
      compopt() { :; }; _swdist; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = shell('bash', ['-c', script]);
    expect(ran.stderr).toBe('');
    return ran.stdout.trim().split('\n');
  }

  test('bash: software, options, and values behind the equals sign', () => {
    expect(inBash('swinstall -s D PHKL')).toEqual(['PHKL_20016']);
    expect(inBash('swinstall -x patch_sav')).toEqual(['patch_save_files=']);
    expect(inBash('swinstall -x patch_save_files=f')).toEqual(['false']);
    expect(inBash('swinstall X11 @ ./de')).toEqual(['./defaults']);
    expect(inBash('swlist --diff=./de')).toEqual(['./defaults']);
    expect(inBash('swverify --progress=j')).toEqual(['json']);
  });

  test('zsh: the same, typed at a real prompt', () => {
    const typed = `PS1=; fpath=(${LIB} $fpath); autoload -U compinit; compinit -u -D\nswlist -s D PHKL_2\t\nexit\n`;
    expect(site.onTerminal('zsh -f -i', typed).stdout).toContain('PHKL_20016.CORE2-KRN');
  });

  test('fish: the same, asked by its own complete', () => {
    const ask = (line: string) =>
      shell('fish', ['--no-config', '-c', `source ${LIB}/swdist.fish; complete -C '${line}'`]);
    const ran = ask('swlist -s D PHKL');
    expect([ran.stderr, ran.stdout]).toEqual(['', 'PHKL_20016\tKernel core cumulative patch\n']);
    expect(ask('swinstall -x patch_sav').stdout).toContain('patch_save_files=');
    expect(ask('swlist --diff=de').stdout).toContain('--diff=defaults');
    expect(ask('swlist --diff de').stdout).toMatch(/^defaults/);
  });

  test.each(['swdist.bash', '_swdist', 'swdist.fish'])('%s knows every command', (file) => {
    const text = readFileSync(join(LIB, file), 'utf8').replaceAll('\\\n', ' ');
    const [, names = ''] = /^(?:complete -F _swdist|#compdef|for name in) (.*)$/m.exec(text) ?? [];
    expect(names.trim().split(/\s+/)).toEqual(NAMES);
  });
});

test.each(Object.keys(COMMANDS))('%s --help fits one screen, examples first', (command) => {
  const lines = site.ok(command, '--help').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.slice(1, 4)).toContain('Examples:');
  expect(lines.filter((line) => line.length > 80 && !line.startsWith('  sw'))).toEqual([]);
  expect(lines.at(-1)).toContain('--help all');
});
