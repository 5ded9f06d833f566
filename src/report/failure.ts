// What a command says outside of a session: the one ERROR that stops it, and findings of a command that has no session.

import type { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { errorMessage, findingMessages } from './finding.ts';
import { layOut } from './layout.ts';
import { messageWidth } from './screen.ts';
import { print } from './terminal.ts';
import { tinted } from './tint.ts';

const plain = () => ({ log_msgid: 0, gap: '', width: messageWidth() });

/** `ERROR:   what  because  todo [code]`. */
export function printError(error: SdError): void {
  const message = errorMessage(error);
  print('stderr', tinted(message, layOut(message, plain()), 'stderr'));
}

/** Notes to `notes`, which is stdout unless that is for data alone; warnings and errors to stderr. */
export function printFindings(findings: readonly Finding[], notes: 'stdout' | 'stderr' = 'stdout'): void {
  for (const finding of findings) {
    const stream = finding.severity === 'note' ? notes : 'stderr';
    const lines = findingMessages(finding).flatMap((message) => tinted(message, layOut(message, plain()), stream));
    print(stream, lines);
  }
}
