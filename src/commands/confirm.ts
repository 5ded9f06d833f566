// Asks on a terminal before more happens than was named (evidence/ecosystem.md 4): a summary by action with reasons, then yes or no.
//
//   asked about                                   not asked about
//   automatic patches, what requisites bring,     what an operand names, what match_target and patch_match_target match,
//   siblings, dependents, patches that go with    configuring, verifying, packaging, modifying
//   their base, what an update drops
//
// Never: without a terminal at both ends, with -y, -p, --json, -J, or verbose=0, which is what scripts say that want silence.

import { SdError } from '../model/error.ts';
import type { Plan, Reason } from '../model/plan.ts';
import type { SessionContext } from '../model/request.ts';
import { layOut } from '../report/layout.ts';
import { planMessages, planSummary } from '../report/plan.ts';
import { answerTo, isYes } from '../report/question.ts';
import { isTerminal, messageWidth } from '../report/screen.ts';
import { print } from '../report/terminal.ts';
import { tinted } from '../report/tint.ts';
import { argument, has } from './declaration.ts';
import type { Work } from './work.ts';

const ASKING = ['swinstall', 'swcopy', 'swremove'];

/** The approval of plans for a session; nothing where nobody is to be asked. */
export function approvalFor(work: Work): Pick<SessionContext, 'approve'> {
  return mayAsk(work) ? { approve: (plan) => approve(plan) } : {};
}

function mayAsk({ invocation, options, undo }: Work): boolean {
  const { preview, verbose } = options.values;
  const silent = preview || verbose === 0 || undo !== undefined;
  if (silent || has(invocation, '-y') || has(invocation, '--json')) return false;
  if (argument(invocation, '-J') !== undefined || !ASKING.includes(invocation.command)) return false;
  return process.stdin.isTTY === true && isTerminal('stdout');
}

async function approve(plan: Plan): Promise<boolean> {
  const extra = unasked(plan);
  if (extra === 0) return true;
  for (const message of planMessages(plan, false)) {
    print('stdout', tinted(message, layOut(message, { log_msgid: 0, gap: '', width: messageWidth() }), 'stdout'));
  }
  const more = `${extra} of these ${extra === 1 ? 'was' : 'were'} not named.`;
  if (isYes(await answerTo(`\n${planSummary(plan)}; ${more}  Go on (y/n)?`))) return true;
  throw new SdError('not_confirmed', {
    what: 'Nothing was changed, because the question was not answered with yes.',
    todo: '-y answers it beforehand, -p only shows.',
  });
}

/** How many filesets come or go that nobody named. */
function unasked(plan: Plan): number {
  const drops = plan.products.reduce((sum, product) => sum + product.drops.length, 0);
  const planned = plan.products.flatMap((product) => product.filesets);
  return drops + planned.filter(({ reason }) => !isNamed(reason)).length;
}

function isNamed(reason: Reason): boolean {
  if (reason.kind === 'automatic') return reason.by === 'patch_match_target';
  return reason.kind === 'asked' || reason.kind === 'matched';
}
