// Which question a command line of swlist asks beyond a listing, and what does not go together (list-questions.ts answers it).

import { SdError } from '../model/error.ts';
import { argument, has, type Invocation } from './declaration.ts';

const QUESTIONS = ['--why', '--diff', '--graph'] as const;
export type Question = (typeof QUESTIONS)[number];

/** The question a command line asks; undefined for a listing. Throws SdError `bad_usage` for two, or for what does not go with one. */
export function questionOf(invocation: Invocation): Question | undefined {
  const asked = QUESTIONS.filter((flag) => has(invocation, flag) || argument(invocation, flag) !== undefined);
  const [question] = asked;
  if (asked.length > 1) throw unusable(`"${asked[0]}" and "${asked[1]}" ask two things.`, 'Ask one at a time.');
  const besides = ['-l', '-a', '-R', '--owner'].find(
    (flag) => has(invocation, flag) || argument(invocation, flag) !== undefined,
  );
  if (question !== undefined && besides !== undefined) {
    throw unusable(`"${besides}" does not go with "${question}".`, `Leave out "${besides}".`);
  }
  if (question !== '--graph' && argument(invocation, '--format') !== undefined) {
    throw unusable('"--format" belongs to "--graph".', 'Write swlist --graph --format svg.');
  }
  return question;
}

/** A command line that asks for nothing that can be done. */
export function unusable(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}
