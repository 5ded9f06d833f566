// The session in the File menu (commands.md 13.1): clear, load, recall, save, save as. What a file means is the command's affair.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sessionPath, writeSession } from '../options/session.ts';
import type { CommandName } from '../options/table.ts';
import type { Asked, Interactive } from './asked.ts';
import { askListed, askText, namesIn, notSaved } from './asking.ts';
import type { Interface } from './interface.ts';
import type { Wish } from './selection-menus.ts';
import type { Window } from './window.ts';

/** What there is to do about it. */
export interface SessionAnswer {
  /** A session to take up in place of this one; `anew` with the view of the defaults. */
  readonly takeUp?: Asked;
  readonly anew?: boolean;
  /** The file that Save Session writes from now on. */
  readonly file: string | undefined;
  readonly message: string;
}

/** Fulfils a wish about session files; undefined after Cancel and for any other wish. Throws SdError for files that cannot be used. */
export async function sessionWish(
  ui: Interface,
  under: Window<unknown>,
  wish: Wish,
  { about, asked, file }: { about: Interactive; asked: Asked; file: string | undefined },
): Promise<SessionAnswer | undefined> {
  const { home } = about;
  const { command } = asked.options;
  const last = sessionPath(home, command);
  switch (wish) {
    case 'clear_session':
      return cleared(about, asked);
    case 'recall_session':
      return { ...takenUp(about, last), file: undefined };
    case 'load_session': {
      const chosen = await askSession(ui, under, home, command);
      return chosen === undefined ? undefined : takenUp(about, chosen);
    }
    case 'save_session':
    case 'save_session_as': {
      const here = wish === 'save_session' ? file : undefined;
      const chosen = here ?? (await askSessionName(ui, under, home, command));
      return chosen === undefined ? undefined : saved(chosen, asked);
    }
    default:
      return undefined;
  }
}

/** Nobody who clears a session wants to be on another machine's root for it: source and target stay. */
function cleared(about: Interactive, { source, targets }: Asked): SessionAnswer {
  const takeUp = { ...about.restored(), targets, ...(source === undefined ? {} : { source }) };
  return {
    takeUp,
    anew: true,
    file: undefined,
    message: 'Cleared: marks, options and view are as the defaults have them.',
  };
}

function takenUp(about: Interactive, file: string): SessionAnswer {
  return { takeUp: about.restored(file), file, message: `Session loaded from "${file}".` };
}

function saved(file: string, { options, ...asked }: Asked): SessionAnswer {
  try {
    writeSession(file, options, asked, new Date());
  } catch (error) {
    throw notSaved(file, error);
  }
  return { file, message: `Saved in "${file}".` };
}

async function askSession(
  ui: Interface,
  under: Window<unknown>,
  home: string,
  command: CommandName,
): Promise<string | undefined> {
  const about = {
    title: 'Load Session',
    label: 'Name or path',
    value: '',
    note: 'Its options, software, source and target take the place of those here.',
    button: 'Sessions...',
    list: `Sessions of ${command}`,
    empty: 'None is saved.',
  };
  const name = await askListed(ui, under, about, () => sessionsOf(home, command));
  return name === undefined ? undefined : sessionPath(home, command, name);
}

async function askSessionName(
  ui: Interface,
  under: Window<unknown>,
  home: string,
  command: CommandName,
): Promise<string | undefined> {
  const note = `${command} -S NAME takes it up again.`;
  const name = await askText(ui, under, { title: 'Save Session As', label: 'Name', value: '', note });
  return name ? sessionPath(home, command, name) : undefined;
}

/** Names of the saved sessions that say they are of this command. */
function sessionsOf(home: string, command: CommandName): string[] {
  const directory = dirname(sessionPath(home, command));
  return namesIn(directory).filter((name) => {
    try {
      return readFileSync(join(directory, name), 'utf8').startsWith(`# ${command} session file\n`);
    } catch {
      // A directory, or not for us to read.
      return false;
    }
  });
}
