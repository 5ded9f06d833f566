// Lines of a PSF that bring files and control files (formats.md 6, 7): options, mappings, both dialects, the long forms.
// Must not: touch the file system or know which object a line stands in.

import { basename } from 'node:path';
import type { Attributes } from '../model/attributes.ts';
import { attributesOf, flag, text } from '../model/attributes.ts';
import type { FileType } from '../model/software.ts';
import type { Position } from './complaint.ts';
import { complaint } from './complaint.ts';
import { CONTROL_SCRIPTS, keywordOf } from './keywords.ts';
import type { Value, Word } from './lexer.ts';
import { splitWords } from './lexer.ts';
import type { ControlDirective, FileDirective, FileOptions } from './psf-value.ts';

interface OptionLine {
  readonly options: FileOptions;
  readonly is_volatile: boolean;
  readonly operands: readonly Word[];
}

/** `file [options] source [destination]` or `file *`. Throws SdError `psf_syntax`, `psf_bad_option`, `psf_wildcard`. */
export function parseFile(value: Value, position: Position): FileDirective {
  const { options, is_volatile, operands } = readOptions(value);
  const [source, destination, ...rest] = operands;
  if (source === undefined || rest.length > 0) {
    throw complaint(
      'psf_syntax',
      value.position,
      '"file" takes a source and at most one destination.',
      `It has ${operands.length}.`,
      QUOTE,
    );
  }
  if (!source.quoted && source.text === '*') {
    if (destination)
      throw complaint('psf_syntax', value.position, '"file *" takes no destination.', '', 'Name it with "directory".');
    return { kind: 'tree', options, is_volatile, position };
  }
  if (!source.quoted && /[*?]/.test(source.text)) {
    throw complaint(
      'psf_wildcard',
      value.position,
      `"${source.text}" is no file name.`,
      'The only pattern is a lone "*".',
      'Name each file, or quote a name that holds such a character.',
    );
  }
  const directive = { kind: 'file', options, is_volatile, source: source.text, position } as const;
  return destination === undefined ? directive : { ...directive, destination: destination.text };
}

/** `file_permissions options`. Throws SdError `psf_syntax`, `psf_bad_option`. */
export function parsePermissions(value: Value, position: Position): FileDirective {
  const { options, operands } = readOptions(value);
  if (operands.length > 0) {
    throw complaint(
      'psf_syntax',
      value.position,
      '"file_permissions" takes options only.',
      `It has "${operands[0]!.text}".`,
    );
  }
  return { kind: 'permissions', options, position };
}

/** `directory a = b`, `a=b` (HP), `a b` (POSIX) or `a`. Throws SdError `psf_syntax`. */
export function parseDirectory(value: Value, position: Position): FileDirective {
  const words = splitWords(value.raw).flatMap(splitAtEquals);
  const [source, second, third, ...rest] = words;
  const destination = second?.text === '=' && !second.quoted ? third : second;
  const equals = destination === third && third !== undefined;
  const tooMany = rest.length > 0 || (third !== undefined && !equals);
  if (
    source === undefined ||
    tooMany ||
    (second && !destination) ||
    (destination && !destination.text.startsWith('/'))
  ) {
    throw complaint(
      'psf_syntax',
      value.position,
      '"directory" takes a source and an absolute destination: directory SOURCE=DESTINATION.',
      '',
      QUOTE,
    );
  }
  return destination === undefined
    ? { kind: 'directory', source: source.text, position }
    : { kind: 'directory', source: source.text, destination: destination.text, position };
}

/** A script keyword with its file, or `control_file PATH[=tag] [filename]`. Throws SdError `psf_syntax`. */
export function parseControlFile(keyword: string, value: Value, position: Position): ControlDirective {
  if (keyword !== 'control_file') return { tag: keyword, source: value.text, filename: keyword, position };
  const [first, second, ...rest] = splitWords(value.raw);
  if (first === undefined || rest.length > 0) {
    throw complaint(
      'psf_syntax',
      value.position,
      '"control_file" takes a path, and a name to store it under.',
      '',
      QUOTE,
    );
  }
  const equals = first.quoted ? -1 : first.text.lastIndexOf('=');
  const source = equals < 0 ? first.text : first.text.slice(0, equals);
  const name = equals < 0 ? basename(source) : first.text.slice(equals + 1);
  // swbis writes `control_file PATH tag`; HP's second word is the stored name. A standard script keeps HP's meaning.
  const tag = equals < 0 && second !== undefined && !CONTROL_SCRIPTS.has(name) ? second.text : name;
  return checkedTag({ tag, source, filename: second?.text ?? tag, position });
}

/** The long form of `control_file`. Throws SdError `psf_missing_value`. */
export function controlFileOf(attributes: Attributes, position: Position): ControlDirective {
  const source = text(attributes, 'source') || text(attributes, 'path');
  if (source === '')
    throw complaint('psf_missing_value', position, 'This control_file names no source.', '', 'Add "source PATH".');
  const tag = text(attributes, 'tag') || basename(source);
  const interpreter = text(attributes, 'interpreter');
  const filename =
    text(attributes, 'filename') || (text(attributes, 'source') && basename(text(attributes, 'path'))) || tag;
  return checkedTag({ tag, source, filename, position, ...(interpreter && { interpreter }) });
}

/** The long form of `file`. Throws SdError `psf_missing_value`, `psf_bad_value`, `psf_bad_option`. */
export function fileOf(attributes: Attributes, position: Position): FileDirective {
  const get = (keyword: string) => text(attributes, keyword);
  const number = (keyword: string, base: number) =>
    get(keyword) === '' ? {} : { [keyword]: Number.parseInt(get(keyword), base) };
  const path = get('path');
  const source = get('link_source') || get('source') || get('source_path') || path;
  if (source === '')
    throw complaint('psf_missing_value', position, 'This file names neither source nor path.', '', 'Add "path PATH".');
  if (get('archive_path') !== '' && !get('archive_path').startsWith('/'))
    throw complaint('psf_bad_value', position, `The archive_path "${get('archive_path')}" is not an absolute path.`);
  const options: FileOptions = {
    ...(get('type') && { type: fileType(get('type'), position) }),
    ...number('mode', 8),
    ...number('umask', 8),
    ...(get('owner') && { owner: get('owner') }),
    ...number('uid', 10),
    ...(get('group') && { group: get('group') }),
    ...number('gid', 10),
  };
  const extra = attributesOf(
    Object.entries(attributes).filter(([keyword]) => keywordOf('file', keyword) === undefined),
  );
  return {
    kind: 'file',
    options,
    is_volatile: flag(attributes, 'is_volatile'),
    source,
    ...(path !== '' && path !== source && { destination: path }),
    ...(get('archive_path') && { archive_path: get('archive_path') }),
    ...(get('revision') && { revision: get('revision') }),
    ...(Object.keys(extra).length > 0 && { extra }),
    position,
  };
}

const QUOTE = 'Quote a name that holds blanks.';

function readOptions(value: Value): OptionLine {
  const words = splitWords(value.raw);
  let options: FileOptions = {};
  let is_volatile = false;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (word.quoted || !/^-[A-Za-z]/.test(word.text)) break;
    const letter = word.text[1]!;
    if (word.text === '-v') {
      is_volatile = true;
      continue;
    }
    const argument = word.text.length > 2 ? word.text.slice(2) : words[++at]?.text;
    options = { ...options, ...readOption(letter, argument, value.position) };
  }
  return { options, is_volatile, operands: words.slice(at) };
}

function readOption(letter: string, argument: string | undefined, position: Position): FileOptions {
  if (!'tmuog'.includes(letter)) {
    throw complaint(
      'psf_bad_option',
      position,
      `"-${letter}" is no option of a file.`,
      '',
      'They are -t, -m, -u, -o, -g and -v.',
    );
  }
  if (argument === undefined) throw complaint('psf_missing_value', position, `"-${letter}" has no value.`);
  if (letter === 't') return { type: fileType(argument, position) };
  if (letter === 'o') return names(argument, 'owner', 'uid');
  if (letter === 'g') return names(argument, 'group', 'gid');
  const bits = /^[0-7]{1,5}$/.test(argument) ? Number.parseInt(argument, 8) : 0o10000;
  if (bits > 0o7777) {
    throw complaint(
      'psf_bad_option',
      position,
      `"-${letter} ${argument}" is no mode.`,
      '',
      'Write it in octal, as in 0755.',
    );
  }
  return letter === 'm' ? { mode: bits } : { umask: bits };
}

/** `name`, `id` or `name,id`; a lone number is an id. */
function names(argument: string, name: 'owner' | 'group', id: 'uid' | 'gid'): FileOptions {
  if (/^\d+$/.test(argument)) return { [id]: Number(argument) };
  const both = /^(.*),(\d+)$/.exec(argument);
  if (!both) return { [name]: argument.replace(/,$/, '') };
  return { ...(both[1] && { [name]: both[1] }), [id]: Number(both[2]) };
}

function fileType(letter: string, position: Position): FileType {
  if (/^[adfhs]$/.test(letter)) return letter as FileType;
  throw complaint(
    'psf_bad_option',
    position,
    `A file of type "${letter}" cannot be packaged.`,
    'Types are f (file), d (directory), s (symbolic link), h (hard link) and a (archive member).',
  );
}

function checkedTag(directive: ControlDirective): ControlDirective {
  if (/^[^\s/]+$/.test(directive.tag) && /^[^\s/]+$/.test(directive.filename) && directive.source !== '')
    return directive;
  throw complaint(
    'psf_bad_tag',
    directive.position,
    `"${directive.tag}" cannot name a control file.`,
    'It holds a blank or a slash, or is empty.',
  );
}

/** `a=b` → a, =, b. The equals sign of a quoted word belongs to the name. */
function splitAtEquals(word: Word): Word[] {
  const at = word.quoted ? -1 : word.text.indexOf('=');
  if (at < 0) return [word];
  const plain = (part: string): Word => ({ text: part, quoted: false });
  return [word.text.slice(0, at), '=', word.text.slice(at + 1)].filter((part) => part !== '').map(plain);
}
