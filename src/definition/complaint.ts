// Complaints about a text: an SdError that says where, so that an editor or a reader finds the place at once.

import { SdError } from '../model/error.ts';

/** Where something stands; line and column count from 1, the column in characters. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, as compilers print it. */
export function printPosition(position: Position): string {
  return `${position.file}:${position.line}:${position.column}`;
}

/** The error of one place: `what` begins with `file:line:column: `, `data` holds file, line and column. */
export function complaint(code: string, position: Position, what: string, because = '', todo = ''): SdError {
  const { file, line, column } = position;
  return new SdError(code, {
    what: `${printPosition(position)}: ${what}`,
    because,
    todo,
    data: { file, line, column },
  });
}
