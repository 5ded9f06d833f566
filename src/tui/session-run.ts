// One session as it is watched in the interface: analysis window, its questions, progress window. Hears the events of the session and
// says whether the plan shall be carried out.

import type { SdEvent } from '../model/events.ts';
import type { Finding, Plan } from '../model/plan.ts';
import { planSummary } from '../report/plan.ts';
import { ProgressCount } from '../report/progress.ts';
import type { Watcher } from '../report/watcher.ts';
import { type AnalysedTarget, analysisWindow } from './analysis.ts';
import { START } from './box.ts';
import type { Interface } from './interface.ts';
import { spaceText, summaryText } from './plan-text.ts';
import { type ProgressState, progressWindow } from './progress-window.ts';
import type { Line } from './text.ts';
import { textWindow } from './viewer.ts';
import type { Key, Window } from './window.ts';

/** How a watched session ended for whoever looks at it. */
export type Ending = 'back' | 'again';

export interface Said {
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** Log lines kept for the windows. */
const KEPT = 5000;
const RUN = ['OK', 'Cancel', 'Product Summary', 'Logfile', 'Disk Space', 'Re-analyze'];
const LOOK = ['OK', 'Product Summary', 'Logfile', 'Disk Space', 'Re-analyze'];

export class SessionRun implements Watcher {
  readonly #ui: Interface;
  /** `swinstall - Install`. */
  readonly #title: string;
  readonly #targets: AnalysedTarget[];
  readonly #count = new ProgressCount();
  readonly said: Said[] = [];
  #at = 0;
  #stopping = false;
  #executed = false;
  /** Set by a button of the analysis window that ends the session. */
  #ending: Ending | undefined;

  /** `targets` are `host:/path`, in the order of the session. */
  constructor(ui: Interface, title: string, targets: readonly string[]) {
    this.#ui = ui;
    this.#title = title;
    this.#targets = targets.map((target) => ({ target, findings: [], stage: 'waiting' }));
    this.#show();
  }

  readonly hear = (event: SdEvent): void => {
    this.#count.hear(event, Date.now());
    this.#follow(event);
    if (event.type === 'script.begin' && event.tag === 'request') this.#ui.lend();
    if (event.type === 'script.end' && event.tag === 'request') this.#ui.reclaim();
    this.#show();
  };

  terminal(stream: 'stdout' | 'stderr', lines: readonly string[]): void {
    this.said.push(...lines.map((line) => ({ stream, line })));
    if (this.said.length > KEPT) this.said.splice(0, this.said.length - KEPT);
  }

  /** True once the plan was agreed to: something may have changed. */
  get executed(): boolean {
    return this.#executed;
  }

  /** True when somebody saw the plan and left it at that. */
  get cancelled(): boolean {
    return this.#ending !== undefined;
  }

  async approve(plan: Plan): Promise<boolean> {
    this.#set({ plan, stage: 'analysed' });
    const pressed = await this.#analysis(RUN, `${planSummary(plan)}.  OK to begin?`);
    if (pressed !== 'OK') {
      this.#ending = pressed === 'Cancel' ? 'back' : 'again';
      return false;
    }
    this.#executed = true;
    this.#set({ stage: 'working' });
    return true;
  }

  /** Shows what became of the session that has ended with `code`. */
  async end(code: number): Promise<Ending> {
    this.#ui.unshow();
    if (this.#ending) return this.#ending;
    if (this.#executed) return this.#progress(code);
    const pressed = await this.#analysis(LOOK, this.#verdict());
    return pressed === 'Re-analyze' ? 'again' : 'back';
  }

  #follow(event: SdEvent): void {
    if (event.type === 'session.begin') this.#set({ stage: 'working' });
    else if (event.type === 'finding') this.#set({ findings: [...this.#current.findings, event.finding] });
    else if (event.type === 'analysis.end') this.#set({ plan: event.plan, stage: 'analysed' });
    else if (event.type === 'session.end') this.#left();
  }

  #left(): void {
    if (this.#executed) this.#set({ stage: 'done' });
    else if (this.#current.stage === 'working') this.#set({ stage: 'analysed' });
    if (this.#at < this.#targets.length - 1) this.#at += 1;
  }

  get #current(): AnalysedTarget {
    return this.#targets[this.#at]!;
  }

  #set(change: Partial<AnalysedTarget>): void {
    this.#targets[this.#at] = { ...this.#current, ...change };
  }

  /** Shows the analysis window, and what its buttons show, until one of them ends it. */
  async #analysis(buttons: readonly string[], message: string): Promise<string> {
    let chosen = 0;
    this.#ui.unshow();
    for (;;) {
      const window = analysisWindow({
        title: `${this.#title} Analysis`,
        targets: this.#targets,
        at: this.#at,
        message,
        buttons,
        chosen,
        scroll: START,
      });
      const pressed = await this.#ui.ask(window);
      if (!(await this.#looked(pressed, window))) return pressed;
      chosen = buttons.indexOf(pressed);
    }
  }

  /** True when the button only showed something. */
  async #looked(button: string, under: Window<unknown>): Promise<boolean> {
    const { plan } = this.#current;
    const over = (title: string, text: readonly (string | Line)[], atEnd = false) =>
      this.#ui.askOver(under, textWindow(title, text, atEnd));
    if (button === 'Product Summary') await over(button, summaryText(plan));
    else if (button === 'Disk Space') await over(button, spaceText(plan?.space ?? []));
    else if (button === 'Logfile') {
      await over(
        button,
        this.said.map((each) => each.line),
        true,
      );
    } else return false;
    return true;
  }

  async #progress(code: number): Promise<Ending> {
    const buttons = ['Done', 'Product Summary', 'Logfile'];
    const status =
      code === 0
        ? { text: 'Completed', style: 'good' as const }
        : { text: 'Completed with errors', style: 'bad' as const };
    let chosen = 0;
    for (;;) {
      const window = progressWindow({ ...this.#state(), status, buttons, chosen });
      const pressed = await this.#ui.ask(window);
      if (!(await this.#looked(pressed, window))) return 'back';
      chosen = buttons.indexOf(pressed);
    }
  }

  #verdict(): string {
    const { findings, plan } = this.#current;
    if (findings.some((finding) => finding.severity === 'error'))
      return 'Nothing was changed, because of the errors above.';
    if (plan && plan.products.length > 0) return `Preview: ${planSummary(plan)}.  Nothing was changed.`;
    const note = findings.findLast((finding: Finding) => finding.severity === 'note');
    return note ? note.text : 'Nothing to do: everything is there already.';
  }

  #show(): void {
    this.#ui.show(
      () => progressWindow({ ...this.#state(), ...(this.#stopping ? { status: STOPPING } : {}) }),
      (key) => this.#key(key),
    );
  }

  #state(): ProgressState {
    return {
      title: this.#title,
      target: this.#current.target,
      view: this.#count.view(Date.now()),
      log: this.said.map((each) => each.line),
      buttons: [],
      chosen: 0,
    };
  }

  /** In raw mode Ctrl-C is a key; the session waits for a signal, like everywhere. */
  #key(key: Key): void {
    if (!(key.ctrl && key.name === 'c')) return;
    this.#stopping = true;
    this.#show();
    this.#ui.settle();
    process.kill(process.pid, 'SIGINT');
  }
}

const STOPPING = { text: 'Stopping; what is unfinished is being undone ...', style: 'doubt' } as const;
