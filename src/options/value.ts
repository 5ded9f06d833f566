// Text ⇄ value of one option, by its declared type. A wrong value is refused here, before anything starts.

import { SdError } from '../model/error.ts';
import { LARGEST, type OptionDeclaration } from './declaration.ts';
import { words } from './syntax.ts';

/**
 * The value that `text` stands for. `where` says who set it (`-x`, `file, line 3`).
 * Throws SdError `bad_option_value` naming the accepted values.
 */
export function parseValue(name: string, option: OptionDeclaration, text: string, where: string): unknown {
  const refuse = () => badValue(name, text, accepted(option), where);
  switch (option.type) {
    case 'boolean': {
      const word = text.toLowerCase();
      if (word !== 'true' && word !== 'false') throw refuse();
      return word === 'true';
    }
    case 'tristate': {
      const word = text.toLowerCase();
      if (!option.choices!.includes(word)) throw refuse();
      return word;
    }
    case 'choice':
      if (!option.choices!.includes(text)) throw refuse();
      return text;
    case 'integer': {
      const [least, most] = option.range!;
      const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      if (!(number >= least && number <= most)) throw refuse();
      return number;
    }
    case 'octal':
      if (!/^[0-7]{1,5}$/.test(text)) throw refuse();
      return Number.parseInt(text, 8);
    case 'list':
      return words(text);
    case 'text':
    case 'path':
      return text;
  }
}

/** The value as parseValue reads it: lists as lists, all else as one text. */
export function printValue(option: OptionDeclaration, value: unknown): string | readonly string[] {
  if (Array.isArray(value)) return value as readonly string[];
  return option.type === 'octal' ? (value as number).toString(8).padStart(4, '0') : String(value);
}

/** What may stand behind the `=`, in words: `true or false`, `a number from 0 to 9`. */
export function accepted(option: OptionDeclaration): string {
  switch (option.type) {
    case 'boolean':
      return 'true or false';
    case 'tristate':
    case 'choice':
      return `${option.choices!.slice(0, -1).join(', ')} or ${option.choices!.at(-1)}`;
    case 'integer': {
      const [least, most] = option.range!;
      return most === LARGEST ? `a number, at least ${least}` : `a number from ${least} to ${most}`;
    }
    case 'octal':
      return 'permission bits in octal, such as 0022';
    case 'list':
      return 'words separated by blanks';
    case 'path':
      return 'a path';
    case 'text':
      return 'a text';
  }
}

function badValue(name: string, value: string, want: string, where: string): SdError {
  return new SdError('bad_option_value', {
    what: `The value "${value}" is not accepted for the option "${name}" (${where}).`,
    todo: `Give ${want}.`,
    data: { option: name, value },
  });
}
