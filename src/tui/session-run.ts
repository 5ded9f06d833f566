// One session as it is watched in the interface: analysis window, its questions, progress window. Hears the events of the session and
// says whether the plan shall be carried out.

import type { SdEvent } from '../model/events.ts';
import type { Finding, Plan } from '../model/plan.ts';
import { planSummary } from '../report/plan.ts';
import { ProgressCount } from '../report/progress.ts';
import type { Watcher } from '../report/watcher.ts';
import { type AnalysedTarget, analysisWindow, statusOf } from './analysis.ts';
import { START } from './box.ts';
import { nextButton, pressedButton } from './buttons.ts';
import type { Interface } from './interface.ts';
import { Pause } from './pause.ts';
import { spaceText, summaryText } from './plan-text.ts';
import { type ProgressState, progressWindow } from './progress-window.ts';
import type { Line, Size } from './text.ts';
import { helpWindow, question, textWindow } from './viewer.ts';
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
  readonly #pause = new Pause();
  #at = 0;
  /** Of the buttons while it works. */
  #chosen = 0;
  /** What somebody looks at while it works; over when they close it. */
  #looking: Promise<unknown> = Promise.resolve();
  #stopping = false;
  #executed = false;
  /** Set by a button of the analysis window that ends the session. */
  #ending: Ending | undefined;

  /** `targets` are `host:/path`, in the order of the session. */
  constructor(ui: Interface, title: string, targets: readonly string[]) {
    this.#ui = ui;
    this.#title = title;
    this.#targets = targets.map((target) => ({ target, findings: [], stage: 'waiting' }));
    ui.sayWhenStopped('Stopped in the middle of a session: the target stays locked until "fg" goes on.');
    this.#show();
  }

  readonly hear = (event: SdEvent): void => {
    this.#count.hear(event, this.#pause.now());
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
    // Who left one target's plan has left those of the targets behind it.
    if (this.#ending) return false;
    this.#set({ plan, stage: 'analysed' });
    const pressed = await this.#analysis(RUN, `${planSummary(plan)}.  OK to begin?`);
    if (pressed !== 'OK') {
      this.#ending = pressed === 'Cancel' ? 'back' : 'again';
      return false;
    }
    this.#executed = true;
    this.#set({ stage: 'approved' });
    return true;
  }

  /** Where somebody suspended the session it rests until they resume it. */
  rest(): Promise<void> | undefined {
    const resting = this.#pause.rest();
    if (resting) this.#repaint();
    return resting;
  }

  /** Nothing of it is on the screen any more; what somebody reads they close first. */
  async leave(): Promise<void> {
    await this.#looking;
    this.#ui.unshow();
    this.#ui.sayWhenStopped('');
  }

  /** Shows what became of the session that has ended with `code`. */
  async end(code: number): Promise<Ending> {
    await this.leave();
    if (this.#executed) return this.#progress(code);
    if (this.#ending) return this.#ending;
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
    this.#set({ stage: this.#current.stage === 'approved' ? 'done' : 'analysed' });
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
      const state = { ...this.#state(), targets: this.#became(), working: false, status, buttons, chosen };
      const window = progressWindow(state);
      const pressed = await this.#ui.ask(window);
      if (!(await this.#looked(pressed, window))) return 'back';
      chosen = buttons.indexOf(pressed);
    }
  }

  #became(): NonNullable<ProgressState['targets']> {
    return this.#targets.map((each) => {
      const [text, style] = statusOf(each);
      return { target: each.target, status: { text, style } };
    });
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
      () => this.#working(),
      (key) => this.#key(key),
    );
  }

  #repaint(): void {
    this.#show();
    this.#ui.settle();
  }

  #working(): Window<string> {
    const buttons = [this.#pause.wanted ? 'Resume' : 'Suspend', ...WORKING];
    const status = this.#stopping ? STOPPING : this.#suspended();
    return progressWindow({
      ...this.#state(),
      working: true,
      buttons,
      chosen: this.#chosen,
      ...(status ? { status } : {}),
    });
  }

  #suspended(): ProgressState['status'] {
    if (!this.#pause.wanted) return undefined;
    if (!this.#pause.resting) return { text: 'Suspending behind what is in work ...', style: 'doubt' };
    return { text: 'Suspended; the target stays locked.  R resumes.', style: 'doubt' };
  }

  #state(): Omit<ProgressState, 'working' | 'buttons' | 'chosen'> {
    return {
      title: this.#title,
      target: this.#current.target,
      view: this.#count.view(this.#pause.now()),
      log: this.said.map((each) => each.line),
    };
  }

  /** Keys reach it wherever the session may stop. */
  #key(key: Key): void {
    const buttons = [this.#pause.wanted ? 'Resume' : 'Suspend', ...WORKING];
    const chosen = nextButton(buttons, this.#chosen, key);
    if (chosen !== undefined) this.#chosen = chosen;
    else if (key.ctrl && key.name === 'c') this.#abort();
    else if (key.text === '?' || key.name === 'f1')
      this.#overlay(async (under) => this.#ui.askOver(under, helpWindow(under.help)));
    else this.#press(pressedButton(buttons, this.#chosen, key));
    this.#repaint();
  }

  #press(button: string | undefined): void {
    if (button === 'Suspend' && !this.#stopping) this.#pause.begin();
    else if (button === 'Resume') this.#pause.end();
    else if (button === 'Abort') this.#overlay((under) => this.#askAbort(under));
    else if (button !== undefined) this.#overlay((under) => this.#looked(button, under));
  }

  /** Something to read over the window while the session goes on below it. */
  #overlay(show: (under: Window<unknown>) => Promise<unknown>): void {
    const under = this.#working();
    const live = { help: under.help, press: under.press, draw: (size: Size) => this.#working().draw(size) };
    // A signal closes it; the session answers that.
    this.#looking = show(live).catch(() => undefined);
  }

  async #askAbort(under: Window<unknown>): Promise<void> {
    const text = ['What is in work is put back as it was; products that were finished stay.', 'Then the command ends.'];
    if ((await this.#ui.askOver(under, question('Abort', text, ['Abort', 'Cancel']))) === 'Abort') this.#abort();
  }

  /** In raw mode Ctrl-C is a key; the session waits for a signal, like everywhere. */
  #abort(): void {
    this.#stopping = true;
    this.#repaint();
    process.kill(process.pid, 'SIGINT');
  }
}

const WORKING = ['Product Summary', 'Logfile', 'Abort'];
const STOPPING = { text: 'Stopping; what is unfinished is being undone ...', style: 'doubt' } as const;
