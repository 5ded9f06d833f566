// What stops a command before its session begins: one ERROR on stderr.

import type { SdError } from '../model/error.ts';
import { errorMessage } from './finding.ts';
import { layOut } from './layout.ts';
import { print } from './terminal.ts';

/** `ERROR:   what  because  todo [code]`. */
export function printError(error: SdError): void {
  print('stderr', layOut(errorMessage(error), { log_msgid: 0, gap: '' }));
}
