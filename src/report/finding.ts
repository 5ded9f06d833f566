// Findings and errors as messages: severity as the prefix, the code of an error behind it, so that sd(5) can be asked.

import type { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { Message } from './message.ts';

/** A finding, and for a failed control script SD's line about what that means. */
export function findingMessages(finding: Finding): Message[] {
  // The line that says "see previous lines" follows; these are the lines, without prefix and code of their own.
  const preceding = finding.code === 'requisite_unmet';
  const message: Message = {
    as: preceding ? 'plain' : finding.severity,
    text: finding.severity === 'error' && !preceding ? `${finding.text} [${finding.code}]` : finding.text,
    ...(finding.msgid === undefined ? {} : { msgid: finding.msgid }),
  };
  return finding.code === 'script_failed' || finding.code === 'script_warning'
    ? [message, aftermath(finding)]
    : [message];
}

/** An error that stopped the command before its session began. */
export function errorMessage(error: SdError): Message {
  return { as: 'error', text: `${error.message} [${error.code}]` };
}

function aftermath(finding: Finding): Message {
  const went =
    finding.severity === 'error'
      ? 'This script had errors but the execution of this product will still proceed.'
      : 'This script had warnings but the execution of this product will still proceed.';
  return { as: 'progress', text: `${went}  Check the above output from the script for further details.` };
}
