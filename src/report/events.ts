// What events say the same way to everybody: findings, recovery, registration, progress of filesets and files.

import type { SdEvent, Task } from '../model/events.ts';
import type { ObjectChange } from '../model/plan.ts';
import { findingMessages } from './finding.ts';
import { type Message, progress } from './message.ts';

/** What a task does to a fileset, as `Installing fileset ...`. */
export const DOING: Record<Task, string> = {
  install: 'Installing',
  copy: 'Copying',
  remove: 'Removing',
  verify: 'Verifying',
  configure: 'Configuring',
  unconfigure: 'Unconfiguring',
  modify: 'Modifying',
  package: 'Packaging',
  ask: 'Asking for',
  register: 'Registering',
  list: 'Listing',
};

const NOTHING: readonly Message[] = [];

/** Messages of an event that controller and agent word alike; nothing for the others. */
export function sharedMessages(event: SdEvent): readonly Message[] {
  switch (event.type) {
    case 'finding':
      return findingMessages(event.finding);
    case 'recovered':
      return [recovery(event.how, event.what)];
    case 'registered':
      return [progress(`The ${event.level} "${event.path}" is ${event.on ? 'now' : 'no longer'} registered.`)];
    case 'script.begin':
      return [progress(scriptText(event), { detail: 'progress', msgid: 20255 })];
    case 'object.change':
      return [progress(changeText(event.change))];
    case 'file.done':
      return [progress(`${FILE[event.action]} ${event.path}`, { detail: 'file' })];
    default:
      return NOTHING;
  }
}

/** `Change product "ACME,r=1.0": title="Tools".` */
function changeText({ action, level, spec, words }: ObjectChange): string {
  const verb = `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
  return `${verb} ${level} "${spec}"${words.length === 0 ? '' : `: ${words.join(' ')}`}.`;
}

/** `Running "checkinstall" script for fileset "P.F".` */
export function scriptText(event: Extract<SdEvent, { type: 'script.begin' }>): string {
  return `Running "${event.tag}" script for ${event.level} "${event.owner}".`;
}

/** `X of Y filesets ...`, with the word in the right number. */
export function ofFilesets(some: number, all: number): string {
  return `${some} of ${all} fileset${all === 1 ? '' : 's'}`;
}

const FILE = {
  place: 'Placed',
  save: 'Saved',
  restore: 'Restored',
  remove: 'Removed',
  keep: 'Kept',
  verify: 'Verified',
} as const;

function recovery(how: 'undone' | 'redone' | 'rebuilt', what: string): Message {
  if (how === 'rebuilt') return { as: 'warning', text: `Damage was found and mended: ${what}.` };
  return {
    as: 'note',
    text: `An interrupted session (${what}) was ${how === 'undone' ? 'undone' : 'completed'} first.`,
  };
}
