// One message of a session before it is laid out. Voices (controller.ts, agent.ts ...) make them, layout.ts turns them into lines.

export type Message =
  | {
      readonly as: 'error' | 'warning' | 'note' | 'progress' | 'plain';
      readonly text: string;
      /** Number that log_msgid shows. */
      readonly msgid?: number;
      readonly detail?: Detail;
    }
  /** `text` follows `=======  `. */
  | { readonly as: 'banner'; readonly text: string }
  /** `* Label:` with its value in a column of its own (commands.md 10.3). */
  | { readonly as: 'field'; readonly label: string; readonly value: string; readonly in: 'controller' | 'agent' }
  /** Lines that are never wrapped, printed as they are: specs, options, output of scripts. */
  | {
      readonly as: 'lines';
      readonly lines: readonly string[];
      readonly detail?: Detail;
      readonly stream?: 'stderr';
      /** Lines of a plan: some begin with the word of an action, which a terminal may colour. */
      readonly actions?: true;
    }
  /** An empty message line: nine blanks in a log, an empty line on the terminal. */
  | { readonly as: 'gap' };

/** What only some want: `progress` and `options` with logdetail or verbose 2, `file` with loglevel 2 or verbose 2. */
export type Detail = 'progress' | 'options' | 'file';

export function progress(text: string, extra: { detail?: Detail; msgid?: number } = {}): Message {
  return { as: 'progress', text, ...extra };
}

export function error(text: string, extra: { msgid?: number } = {}): Message {
  return { as: 'error', text, ...extra };
}

export function note(text: string): Message {
  return { as: 'note', text };
}

/** Specs, one a line behind 13 blanks, never wrapped. */
export function specs(lines: readonly string[]): Message {
  return { as: 'lines', lines: lines.map((line) => INDENT + line) };
}

/** Column 14: software selections and options. */
export const INDENT = ' '.repeat(13);
