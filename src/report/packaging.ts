// swpackage's voice (commands.md 10.8): phases of its own, no agent, no mode, no job.

import type { SdEvent } from '../model/events.ts';
import { banner } from './banner.ts';
import type { Voice, VoiceParts } from './controller.ts';
import { sharedMessages } from './events.ts';
import { optionLines } from './layout.ts';
import { error, type Message, progress, specs } from './message.ts';
import { planMessages } from './plan.ts';

export function packagingVoice(parts: VoiceParts): Voice {
  return new Packager(parts);
}

class Packager implements Voice {
  private readonly parts: VoiceParts;
  /** Phase that was begun and not ended. */
  private phase: 'Selection' | 'Analysis' | 'Package' | undefined;
  private preview = false;
  private failed = false;

  constructor(parts: VoiceParts) {
    this.parts = parts;
  }

  say(event: SdEvent): readonly Message[] {
    switch (event.type) {
      case 'session.begin':
        return [
          banner(event.time, 'BEGIN', `${event.command} SESSION`),
          progress(`Session started for user "${event.user}".`),
          { as: 'gap' },
        ];
      case 'selection.begin':
        return [...asked(event), this.options(), ...this.enter('Selection')];
      case 'source.connected':
        return event.ok ? [] : [error(`The source "${event.source}" cannot be read.`)];
      case 'target.connected':
        return event.ok ? [] : [error(`The target "${event.target}" cannot be used.`)];
      case 'selection.end':
        return this.leave(event.ok);
      case 'analysis.begin':
        this.preview = event.preview;
        return this.enter('Analysis');
      case 'analysis.end':
        return [...this.leave(event.ok), ...(this.preview ? planMessages(event.plan, this.parts.explain) : [])];
      case 'execution.begin':
        return this.enter('Package');
      case 'product.begin':
        return [progress(`Packaging the product "${nameOf(event.spec)}".`)];
      case 'fileset.begin':
        return [progress(`Packaging the fileset "${nameOf(event.spec)}".`)];
      case 'execution.end':
        // What ends the packaging is told with the session's end; "above" must be true of it.
        this.failed = !event.ok;
        return event.ok ? this.leave(true) : [];
      case 'session.end':
        return [...this.leave(event.ok && !this.failed), banner(event.time, 'END', `${event.command} SESSION`)];
      default:
        return sharedMessages(event);
    }
  }

  private options(): Message {
    const dump = optionLines(this.parts.settings.map(({ name, value }) => [name, value]));
    return { as: 'lines', lines: ['       * Options:', ...dump], detail: 'options' };
  }

  private enter(phase: 'Selection' | 'Analysis' | 'Package'): Message[] {
    this.phase = phase;
    return [progress(`Beginning ${phase} Phase.`)];
  }

  private leave(ok: boolean): Message[] {
    const { phase } = this;
    this.phase = undefined;
    if (phase === undefined) return [];
    return [
      ok
        ? progress(`${phase} Phase succeeded.`)
        : error(`${phase} Phase had errors.  See the above output for details.`),
    ];
  }
}

function asked(event: Extract<SdEvent, { type: 'selection.begin' }>): Message[] {
  if (!event.asked) return [];
  const { source, target, software } = event.asked;
  const field = (label: string, value: string): Message => ({ as: 'field', label, value, in: 'controller' });
  return [
    field('Source', source),
    field('Target', target),
    progress('Software selections:'),
    specs(software.length === 0 ? ['*'] : software),
  ];
}

/** `P.F` of a spec. */
function nameOf(spec: string): string {
  return spec.split(',', 1)[0]!;
}
