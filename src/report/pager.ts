// Long lists on a terminal go through a pager, as people know it from git and apt; everywhere else they are just printed.
// PAGER names it (`cat` or nothing turns it off); without PAGER it is less, where there is one.

import { rows } from './screen.ts';
import { print } from './terminal.ts';

/** Prints the lines; through the pager when stdout and stdin are a terminal and the lines do not fit on it. */
export function page(lines: readonly string[]): void {
  if (!isLong(lines) || process.stdin.isTTY !== true || !paged(lines)) print('stdout', lines);
}

function isLong(lines: readonly string[]): boolean {
  const height = rows();
  return height !== undefined && lines.reduce((sum, line) => sum + line.split('\n').length, 0) >= height;
}

/** False when there is no pager, or it could not be started. */
function paged(lines: readonly string[]): boolean {
  const pager = process.env.PAGER ?? 'less';
  if (pager.trim() === '' || pager === 'cat') return false;
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const ran = spawnSync('/bin/sh', ['-c', pager], {
    input: `${lines.join('\n')}\n`,
    stdio: ['pipe', 'inherit', 'inherit'],
    // F: leave when it fits after all, R: colours, X: do not clear the screen, S: long lines are cut, not folded.
    env: { LESS: 'FRXS', ...process.env },
  });
  // 126 and 127 are the shell's words for "cannot be run" and "not found".
  return ran.error === undefined && ran.status !== 126 && ran.status !== 127;
}
