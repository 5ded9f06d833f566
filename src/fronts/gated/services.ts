// The supervised services of the first box, as the command of gated.conf lists them: `NAME STATE ...` a line (other-systems.md QP8, QU5).

import { SdError } from '../../model/error.ts';
import { runHere } from '../../operations/here.ts';
import type { Platform } from './platform.ts';

export interface Service {
  readonly name: string;
  readonly state: string;
}

/** What the command says. Throws SdError `services_unknown` where it cannot be run or names no service. */
export async function listServices(platform: Platform): Promise<{ services: Service[]; lines: string[] }> {
  const command = platform.setting('services');
  const lines: string[] = [];
  if (command === '') return { services: [], lines };
  const exit = await runHere(command, { cwd: platform.root, root: platform.root, onLine: (line) => lines.push(line) });
  const services = lines.flatMap((line): Service[] => {
    const [, name, state] = /^(\S+)\s+([A-Z]{2,})\b/.exec(line) ?? [];
    return name && state ? [{ name, state }] : [];
  });
  // supervisorctl itself ends with 3 where a service does not run.
  if (services.length > 0) return { services, lines };
  throw new SdError('services_unknown', {
    what: 'The state of the services is not known.',
    because: `"${command}" ended with status ${exit} and named none.${lines.length > 0 ? `  It said: ${lines.at(-1)}` : ''}`,
    todo: 'Correct "services" in /pitrix/conf/gated.conf; an empty value says that there are none.',
    data: { exit },
  });
}

/** Those that do not run. */
function stopped(services: readonly Service[]): Service[] {
  return services.filter(({ state }) => state !== 'RUNNING');
}

/** Throws SdError `services_not_running` naming them. */
export function requireRunning(services: readonly Service[]): void {
  const down = stopped(services);
  if (down.length === 0) return;
  throw new SdError('services_not_running', {
    what: `${down.length === 1 ? 'A service is' : `${down.length} services are`} not running.`,
    because: `${down.map(({ name, state }) => `${name} is ${state}`).join(', ')}.`,
    todo: 'Look at the log of the service, mend it, and look again with the same command.',
    data: { services: down.map(({ name }) => name) },
  });
}
