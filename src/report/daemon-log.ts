// What swagentd writes into swagentd.log (commands.md 10.1, 16): a banner at its beginning and end, and a dated line for each event.

import { banner } from './banner.ts';
import { timeText } from './job.ts';
import { layOut } from './layout.ts';
import { LogFile } from './log.ts';
import type { Message } from './message.ts';

export class DaemonLog {
  readonly #file: LogFile;
  readonly #user: string;

  constructor(path: string, caller: { readonly user: string; readonly host: string }) {
    this.#file = new LogFile(path, (_, reason) =>
      process.stderr.write(`swagentd: cannot write "${path}": ${reason}\n`),
    );
    this.#user = `${caller.user}@${caller.host}`;
  }

  begin(admin: string): void {
    this.#write(banner(Date.now(), 'BEGIN', `swagentd (pid=${process.pid})`));
    this.say(`The daemon runs jobs of "${admin}" for user "${this.#user}".`);
  }

  say(text: string): void {
    this.#write({ as: 'progress', text: `${timeText(Date.now())}  ${text}` });
  }

  /** `signal` ended it; `running` jobs go on. */
  end(signal: string, running: number): void {
    this.say(`Ended by ${signal}${running === 0 ? '' : `; ${running} running jobs go on`}.`);
    this.#write(banner(Date.now(), 'END', `swagentd (pid=${process.pid})`));
  }

  #write(message: Message): void {
    this.#file.add(layOut(message, { log_msgid: 0, gap: ' '.repeat(9) }));
    this.#file.flush();
  }
}
