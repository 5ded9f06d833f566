// A terminal for tests: tmux with a server of its own. Keys go in, pictures of the screen come out and are compared with files that people
// can read (pictures/NAME.txt); `UPDATE_PICTURES=1 npx vitest run test/tui` writes them anew, to be looked at before they are committed.
// Names of the machine, the site, jobs and times are masked; a masked line has its runs of blanks drawn together, and so has the line above.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Site } from '../cli/site.ts';
import { BIN } from '../programs.ts';

const PICTURES = join(import.meta.dirname, 'pictures');

export interface ScreenOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

const open = new Set<Screen>();

/** A screen on which the line is typed, `./` in it being the site; `exit N` follows when it is done. */
export function screenWith(site: Site, line: string, options?: ScreenOptions): Screen {
  const screen = new Screen(site, options);
  open.add(screen);
  screen.type(`${line.replaceAll('./', `${screen.place}/s/`)}; echo "exit $?"`);
  return screen;
}

/** Closes what `screenWith` has opened; for afterEach. */
export function closeScreens(): void {
  for (const screen of open) screen.close();
  open.clear();
}

/** A product of one fileset with all files of src. */
export function productPsf(tag: string, title = `Product ${tag}`): string {
  return `product\n tag ${tag}\n revision 1.0\n title "${title}"\n fileset\n  tag RUN\n  revision 1.0\n  directory src=/opt/${tag}\n  file *\n end\nend\n`;
}

export class Screen {
  readonly #socket: string;
  readonly #site: Site;
  /** A short name for the site's directory, so that paths fit on the screen. */
  readonly place: string;

  /** A shell in the site's directory, with the suite's commands on its path. */
  constructor(site: Site, { env = {}, columns = 80, rows = 24 }: ScreenOptions = {}) {
    this.#site = site;
    this.place = mkdtempSync('/tmp/sd');
    symlinkSync(site.home, join(this.place, 's'));
    this.#socket = join(this.place, 'tmux');
    const environment = {
      PATH: `${BIN}:${process.env.PATH ?? ''}`,
      HOME: site.home,
      SWDIST_DEFAULTS: site.path('defaults'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      PS1: '$ ',
      TERM: 'screen',
      ...env,
    };
    const size = ['-x', String(columns), '-y', String(rows)];
    const words = ['-u', '-f', '/dev/null', 'new-session', '-d', ...size, 'sh'];
    execFileSync('tmux', ['-S', this.#socket, ...words], { cwd: this.place, env: environment });
    this.type('cd s; clear');
  }

  /** Types a line and Return. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', line);
    this.#tmux('send-keys', 'Enter');
  }

  /** Presses keys by tmux's names (`Enter`, `Down`, `C-c`, `a`). */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** The screen's text, trailing blanks left out; `styled` with its escape sequences. */
  text(styled = false): string {
    const captured = this.#tmux('capture-pane', '-p', ...(styled ? ['-e'] : []));
    return captured
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** What tmux knows of the terminal, e.g. `alternate_on`, `cursor_flag`. */
  fact(name: string): string {
    return this.#tmux('display-message', '-p', `#{${name}}`).trim();
  }

  /** Waits until the screen shows something; returns its text. */
  async until(wanted: string | RegExp): Promise<string> {
    const shows = (text: string) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
    let text = this.text();
    for (let n = 0; n < 400 && !shows(text); n++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      text = this.text();
    }
    if (!shows(text)) expect(text).toContain(String(wanted));
    return text;
  }

  /** Waits for `wanted`, then compares the screen, or its lines `from` to before `to`, with a picture. */
  async picture(name: string, wanted: string | RegExp, from = 0, to = 100): Promise<void> {
    await this.until(wanted);
    const file = join(PICTURES, `${name}.txt`);
    const taken = () => `${this.#masked(this.text().split('\n').slice(from, to).join('\n'))}\n`;
    // What is waited for may be there while the rest is still on its way.
    if (process.env.UPDATE_PICTURES) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      writeFileSync(file, taken());
    }
    const right = existsSync(file) ? readFileSync(file, 'utf8') : '';
    for (let n = 0; n < 400 && taken() !== right; n++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(taken(), `picture ${name}`).toBe(right);
  }

  /** The terminal goes away. */
  hangUp(): void {
    this.#tmux('kill-server');
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.place, { recursive: true, force: true });
  }

  #masked(text: string): string {
    const places = [this.place, this.#site.home].map((place) => place.replaceAll('.', '\\.')).join('|');
    const masks: [RegExp, string][] = [
      [new RegExp(`[^\\s"]*(?:${places})(?:/s)?`, 'g'), 'HOST:SITE'],
      [/[^\s(="]+-(\d{4})\b/g, 'JOB-$1'],
      [/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d UTC/g, 'TIME'],
      [/_time \d+/g, '_time SECONDS'],
    ];
    const lines = text.split('\n');
    const masked = lines.map((line) => masks.reduce((result, [mask, by]) => result.replace(mask, by), line));
    const differs = (at: number) => masked[at] !== lines[at];
    // Columns are as wide as what was masked, so the heading above is too.
    const drawn = (line: string) => line.replace(/(\S) {2,}/g, '$1  ');
    return masked.map((line, at) => (differs(at) || differs(at + 1) ? drawn(line) : line)).join('\n');
  }

  #tmux(...words: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...words], { encoding: 'utf8' });
  }
}
