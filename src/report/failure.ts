// What a command says outside of a session: the one ERROR that stops it, and findings of a command that has no session.

import type { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { errorMessage, findingMessages } from './finding.ts';
import { layOut } from './layout.ts';
import { print } from './terminal.ts';

const PLAIN = { log_msgid: 0, gap: '' } as const;

/** `ERROR:   what  because  todo [code]`. */
export function printError(error: SdError): void {
  print('stderr', layOut(errorMessage(error), PLAIN));
}

/** Notes to stdout, warnings and errors to stderr. */
export function printFindings(findings: readonly Finding[]): void {
  for (const finding of findings) {
    const lines = findingMessages(finding).flatMap((message) => layOut(message, PLAIN));
    print(finding.severity === 'note' ? 'stdout' : 'stderr', lines);
  }
}
