// Values of attributes: how a keyword's text becomes one value or a list, and which values its type allows (formats.md 1, 2.6, 5).
// Promise: the same reading for PSF and INDEX; `faultOf` is the only place that knows the rules of the types.
// Must not: throw (the callers know whether a fault is an error or only odd).

import type { Attributes, AttributeValue } from '../model/attributes.ts';
import { attributesOf } from '../model/attributes.ts';
import type { Keyword } from './keywords.ts';

/** Collects the attributes of one object: a repeated list keyword adds up, of any other known keyword the last value counts. */
export class AttributeBag {
  readonly #values = new Map<string, AttributeValue>();

  /**
   * `known` is undefined for a vendor-defined keyword; such a one keeps all its values when it is repeated.
   * Gives true when another value of the keyword is lost by this one.
   */
  add(spelling: string, known: Keyword | undefined, value: AttributeValue): boolean {
    const name = known?.name ?? spelling;
    const before = this.#values.get(name);
    const accumulates = before !== undefined && (known === undefined || known.list);
    this.#values.set(name, accumulates ? [before, value].flat() : value);
    return before !== undefined && !accumulates && before !== value;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  attributes(): Attributes {
    return attributesOf(this.#values);
  }
}

/** The text of a value as the keyword's type takes it: lists are cut up, the rest stays as it is. */
export function typedValue(keyword: Keyword | undefined, text: string): AttributeValue {
  if (keyword?.type === 'specs') return splitSpecs(text);
  if (keyword?.type === 'tags') return text.split(/\s+/).filter((tag) => tag !== '');
  return text;
}

/** The text of a file named by `keyword < file`: only texts of several lines keep the newline at their end. */
export function textOfFile(keyword: Keyword | undefined, content: string): string {
  return keyword?.type === 'multi_line' ? content : content.replace(/\r?\n$/, '');
}

const ITEM = /[ \t]*,?[ \t]+(fr|fa|[ravclq])[ \t]*(==|!=|<=|>=|=<|=>|<|>|=)[ \t]*/g;
const OPEN_ITEM = /,(fr|fa|[ravclq])(==|!=|<=|>=|=<|=>|<|>)[ \t]+/g;

/**
 * Software specs of one value, one element a requirement. ` | ` joins alternatives into one element (`A | B`); a version part that
 * stands behind blanks, as Polypkg writes it (`NAME r>= REV`), is drawn to its spec (`NAME,r>=REV`).
 */
export function splitSpecs(text: string): string[] {
  const tight = text.replace(/\s+/g, ' ').replace(ITEM, ',$1$2').replace(OPEN_ITEM, ',$1$2');
  const specs: string[] = [];
  let joins = false;
  for (const word of tight.split(' ')) {
    if (word === '') continue;
    if (word === '|') joins = specs.length > 0;
    else if (joins) specs.push(`${specs.pop()} | ${word}`);
    else specs.push(word);
    if (word !== '|') joins = false;
  }
  return specs;
}

/** Why a value cannot be. `code` is a suffix behind `psf_`. */
export interface Fault {
  readonly code: 'bad_tag' | 'bad_revision' | 'bad_value' | 'value_too_long';
  readonly because: string;
}

const TAG = /^[A-Za-z0-9][!-~]*$/;
const BARRED = /[;&(){}|<>"'`\\/.,:=#]/;

/** What is wrong with one value (one element of a list); undefined when nothing is. */
export function faultOf(keyword: Keyword, text: string): Fault | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > keyword.bytes) {
    return {
      code: 'value_too_long',
      because: `It has ${bytes} bytes; ${keyword.bytes} are the most for this keyword.`,
    };
  }
  switch (keyword.type) {
    case 'tag':
      return text === '' ? undefined : tagFault(text);
    case 'tags':
      return tagFault(text);
    case 'revision':
      return /\s/.test(text) ? { code: 'bad_revision', because: 'A revision holds no blank.' } : undefined;
    case 'boolean':
      return /^(true|false)$/i.test(text) ? undefined : bad('It is "true" or "false".');
    case 'integer':
      return /^\d+$/.test(text) && Number(text) <= 2 ** 32 ? undefined : bad('It is a whole number up to 4294967296.');
    case 'octal':
      return /^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777
        ? undefined
        : bad('It is an octal mode such as 0755.');
    case 'uname':
      return /\s/.test(text)
        ? bad('It is a pattern for uname(1) without blanks; "|" separates alternatives.')
        : undefined;
    case 'one_line':
      return text.includes('\n') ? bad('It fits on one line.') : undefined;
    default:
      return undefined;
  }
}

function tagFault(text: string): Fault | undefined {
  if (TAG.test(text) && !BARRED.test(text)) return undefined;
  return {
    code: 'bad_tag',
    because:
      'A tag begins with a letter or digit and holds neither blanks nor any of ; & ( ) { } | < > " \' ` \\ / . , : = #.',
  };
}

function bad(because: string): Fault {
  return { code: 'bad_value', because };
}
