// The interface of swinstall, swcopy and swremove (commands.md 13.2-13.4): selection, analysis, progress, and back to the selection.
// Promise: no rule of its own. What is selected says selection, what would be done says the plan, what is done say the events.

import { SdError } from '../model/error.ts';
import { placeOf } from '../model/place.ts';
import type { Reason, Selection } from '../model/plan.ts';
import { type Browsed, browse, selectionOf, topObjects } from '../operations/browse.ts';
import { withChosen } from '../options/chosen.ts';
import { patchFilters } from '../options/patch-filters.ts';
import { surroundings } from '../options/resolve.ts';
import type { OptionValues } from '../options/table.ts';
import { shortReason } from '../report/reasons.ts';
import { print } from '../report/terminal.ts';
import type { Asked, Interactive } from './asked.ts';
import { askGroup, askOptions, askPath, askSaveGroup } from './asking.ts';
import { Interface } from './interface.ts';
import { looked } from './looking.ts';
import { type Marks, marksOf, withMark, withoutMark } from './marks.ts';
import { managePatches } from './patches.ts';
import { beginState, closed, objectAt, openedAt, type SelectionState, selectionWindow } from './selection.ts';
import { VERBS, type Verb, type Wish } from './selection-menus.ts';
import { sessionWish } from './session-files.ts';
import { type Said, SessionRun } from './session-run.ts';
import { markedText, NOTHING_MARKED, patchesText } from './session-words.ts';
import { requireTerminal } from './terminal.ts';
import { textWindow } from './viewer.ts';
import { defaultView, type View } from './views.ts';
import type { Window } from './window.ts';

/**
 * Lets somebody choose and run sessions until they leave. Returns the exit code of the last session, 0 when none was run.
 * Throws SdError `no_terminal`, what opening the source and target throws, and `Stopped`.
 */
export async function interactSession(interactive: Interactive): Promise<number> {
  requireTerminal(interactive.options.command);
  const program = new SessionProgram(interactive);
  try {
    return await Interface.run((ui) => program.run(ui));
  } finally {
    // The windows are gone; what was wrong stays on the screen.
    const lines = program.said.filter((each) => each.stream === 'stderr').map((each) => each.line);
    print('stderr', lines);
  }
}

interface Opened {
  readonly source?: Browsed;
  readonly target: Browsed;
}

const NOTHING: Selection = { entries: [], excluded: [], bundles: [], unmatched: [], locations: {}, findings: [] };

class SessionProgram {
  readonly #about: Interactive;
  readonly #verb: Verb;
  #view: View;
  #asked: Asked;
  /** Session file that was loaded or saved. */
  #file: string | undefined;
  #opened!: Opened;
  #marks: Marks;
  #selection = NOTHING;
  #state!: SelectionState;
  #ui!: Interface;
  #code = 0;
  #left = false;
  /** Of the last session. */
  said: readonly Said[] = [];

  constructor(about: Interactive) {
    this.#about = about;
    this.#verb = VERBS[about.verb];
    const { options, software, targets, source } = about;
    this.#view = this.#defaultView();
    this.#asked = this.#viewed({ options, software, targets, ...(source === undefined ? {} : { source }) });
    this.#marks = marksOf(software);
  }

  async run(ui: Interface): Promise<number> {
    this.#ui = ui;
    await this.#open(this.#asked);
    try {
      await this.#choose(this.#view.complaint);
      for (;;) {
        const { wish, state } = await ui.ask(selectionWindow(this.#state));
        this.#state = state;
        await this.#guarded(() => this.#fulfil(wish));
        if (this.#left) return this.#code;
      }
    } finally {
      this.#close();
    }
  }

  /** What a user can cause is shown, and the window goes on as it was. */
  async #guarded(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      await this.#tell('Error', `${error.message} [${error.code}]`);
    }
  }

  async #fulfil(wish: Wish): Promise<void> {
    if (wish === 'exit') {
      this.#left = true;
      return;
    }
    const seen = await looked(wish, this.#state, {
      ui: this.#ui,
      about: this.#about,
      options: this.#asked.options,
      place: this.#shownPlace(),
      catalog: this.#shown().catalog,
      target: { path: this.#asked.targets[0]!, depot: this.#about.depot },
    });
    if (seen) {
      const { software_view } = this.#asked.options.values;
      this.#state = seen.state;
      if (seen.wish !== undefined) await this.#fulfil(seen.wish);
      if (seen.view !== undefined && seen.view !== software_view) await this.#change({ software_view: seen.view });
      return;
    }
    const object = objectAt(this.#state);
    switch (wish) {
      case 'open':
        if (object) this.#state = openedAt(this.#state, object);
        return;
      case 'close':
        this.#state = closed(this.#state);
        return;
      case 'mark':
        if (object) await this.#remark(withMark(this.#marks, object));
        return;
      case 'unmark':
        return this.#unmark();
      case 'analyse':
        return this.#analyse();
      case 'refresh':
        return this.#reopen(this.#asked);
      default:
        return this.#changeSomething(wish);
    }
  }

  async #changeSomething(wish: Wish): Promise<void> {
    const under = selectionWindow(this.#state);
    const { options } = this.#asked;
    if (wish === 'patches') {
      const filters = patchFilters(options.command, surroundings(this.#about.home));
      const about = { source: this.#shown().catalog, filters, saves: this.#about.verb === 'install' };
      const chosen = await managePatches(this.#ui, under, options.values, about);
      if (chosen) await this.#change(chosen);
    } else if (wish === 'match') await this.#change({ match_target: !options.values.match_target });
    else if (wish === 'options') {
      const chosen = await askOptions(this.#ui, under, options);
      if (chosen) await this.#change(chosen);
    } else if (wish === 'source' || wish === 'target') await this.#move(wish);
    else if (wish === 'add_group') {
      const operands = await askGroup(this.#ui, under, this.#about.home);
      await this.#remark(new Map([...this.#marks, ...operands.map((operand) => [operand, undefined] as const)]));
    } else if (wish === 'save_group') {
      this.#say(await askSaveGroup(this.#ui, under, this.#about.home, [...this.#marks.keys()]));
    } else if (wish === 'save_patches') {
      await this.#change({ patch_save_files: !options.values.patch_save_files });
    } else await this.#changeSession(wish, under);
  }

  async #changeSession(wish: Wish, under: Window<unknown>): Promise<void> {
    const asked = { ...this.#asked, software: [...this.#marks.keys()] };
    const answer = await sessionWish(this.#ui, under, wish, { about: this.#about, asked, file: this.#file });
    if (!answer) return;
    const { takeUp, message, anew } = answer;
    if (takeUp) await this.#takeUp(takeUp, message, anew);
    else this.#say(message);
    this.#file = answer.file;
  }

  /** Another session in place of this one; where that cannot be, this one stays. `anew`: with the default view too. */
  async #takeUp(asked: Asked, message: string, anew = false): Promise<void> {
    const [marks, before] = [this.#marks, this.#asked];
    this.#marks = marksOf(asked.software);
    if (anew) this.#view = this.#defaultView();
    try {
      await this.#open(anew ? this.#viewed(asked) : asked, anew);
      await this.#choose(message);
    } catch (error) {
      this.#marks = marks;
      if (this.#asked !== before) await this.#open(before);
      throw error;
    }
  }

  /** The catalog that is shown: what can be had, or what is there. */
  #shown(): Browsed {
    return this.#opened.source ?? this.#opened.target;
  }

  #shownPlace(): { path: string; depot: boolean } {
    const { source, targets } = this.#asked;
    return source === undefined ? { path: targets[0]!, depot: this.#about.depot } : { path: source, depot: true };
  }

  #defaultView(): View {
    const { home, options, verb, depot } = this.#about;
    return defaultView(home, options, verb === 'remove' && !depot ? REMOVED : CHOSEN);
  }

  /** With the software view that belongs to the default view. */
  #viewed(asked: Asked): Asked {
    const { softwareView } = this.#view;
    if (softwareView === undefined) return asked;
    return { ...asked, options: withChosen(asked.options, { software_view: softwareView }) };
  }

  /** `anew` begins with the default view instead of that of the window. */
  async #open(asked: Asked, anew = false): Promise<void> {
    const { values } = asked.options;
    const { depot, verb, host } = this.#about;
    const source = asked.source === undefined ? undefined : await browse({ path: asked.source, depot: true }, values);
    let target: Browsed;
    try {
      target = await browse({ path: asked.targets[0]!, depot }, values, verb !== 'remove');
    } catch (error) {
      source?.close();
      throw error;
    }
    if (this.#opened) this.#close();
    this.#opened = { ...(source ? { source } : {}), target };
    this.#asked = asked;
    const places = asked.targets.map((path) => `${host}:${path}`);
    const { columns, sorting, filter } = (anew ? undefined : (this.#state as SelectionState | undefined)) ?? this.#view;
    const begun = beginState(
      {
        command: asked.options.command,
        verb: this.#verb,
        target: places.join(' '),
        targetWord: 'Target',
        columns,
        ...(asked.source === undefined ? {} : { source: placeOf(host, asked.source) }),
      },
      topObjects(this.#shown().catalog, values.software_view),
    );
    this.#state = { ...begun, sorting, filter };
  }

  #close(): void {
    const { source, target } = this.#opened;
    source?.close();
    target.close();
    const close = () => undefined;
    this.#opened = { ...(source ? { source: { ...source, close } } : {}), target: { ...target, close } };
  }

  /** As `#open`, with the selection made anew. */
  async #reopen(asked: Asked): Promise<void> {
    await this.#open(asked);
    await this.#choose('');
  }

  async #move(kind: 'source' | 'target'): Promise<void> {
    const { source, targets, options } = this.#asked;
    const text = kind === 'source' ? source! : targets.join(' ');
    const admins = [options.values.admin_directory, options.ownDirectory];
    const typed = await askPath(this.#ui, selectionWindow(this.#state), {
      kind,
      text,
      admins,
      depot: kind === 'source' || this.#about.depot,
    });
    if (typed === undefined) return;
    const paths = typed.split(/\s+/).map((word) => this.#about.pathOf(kind, word));
    await this.#reopen({ ...this.#asked, ...(kind === 'source' ? { source: paths[0]! } : { targets: paths }) });
  }

  async #change(chosen: Partial<OptionValues>): Promise<void> {
    const before = this.#asked;
    try {
      const asked = { ...before, options: withChosen(before.options, chosen) };
      if ('software_view' in chosen) await this.#open(asked);
      else this.#asked = asked;
      await this.#choose('');
    } catch (error) {
      this.#asked = before;
      throw error;
    }
  }

  async #remark(marks: Marks): Promise<void> {
    const before = this.#marks;
    this.#marks = marks;
    try {
      await this.#choose('');
    } catch (error) {
      this.#marks = before;
      throw error;
    }
  }

  async #unmark(): Promise<void> {
    const object = objectAt(this.#state);
    if (!object) return;
    await this.#remark(withoutMark(this.#marks, object, reasonsOf(this.#selection)));
    if (object.filesets().some((key) => this.#state.selected.has(key))) {
      this.#say(
        `It stays marked: ${[...object.filesets()].map((key) => this.#state.selected.get(key)).find((each) => each !== undefined)}`,
      );
    }
  }

  /** Makes the selection of what is marked; a new problem is told. */
  async #choose(message: string): Promise<void> {
    const before = new Set(this.#selection.findings.map((finding) => finding.text));
    this.#selection = this.#select();
    const { findings } = this.#selection;
    this.#state = {
      ...this.#state,
      selected: selectedOf(this.#selection),
      summary: markedText(this.#selection),
      patches: this.#about.verb === 'remove' ? '' : patchesText(this.#asked.options.values, this.#about.verb),
      message,
    };
    const fresh = findings.filter((finding) => finding.severity !== 'note' && !before.has(finding.text));
    if (fresh.length > 0)
      await this.#tell(
        'Selection',
        ...fresh.map((finding) => `${finding.severity.toUpperCase()}: ${finding.text} [${finding.code}]`),
      );
  }

  #select(): Selection {
    const software = [...this.#marks.keys()];
    const { values } = this.#asked.options;
    const matching = this.#about.verb !== 'remove' && (values.match_target || values.patch_match_target);
    if (software.length === 0 && !matching) return NOTHING;
    const { source, target } = this.#opened;
    return selectionOf({
      verb: this.#about.verb,
      ...(source ? { source: source.catalog } : {}),
      target: target.catalog,
      software,
      options: values,
    });
  }

  async #analyse(): Promise<void> {
    if (this.#selection.entries.length === 0) {
      this.#say(NOTHING_MARKED);
      return;
    }
    const does = TITLES[this.#about.verb];
    const targets = this.#asked.targets.map((path) => `${this.#about.host}:${path}`);
    // The session opens what it works on itself, and may have to recover it first.
    this.#close();
    for (;;) {
      const run = new SessionRun(this.#ui, `${this.#asked.options.command} - ${does}`, targets);
      try {
        const code = await this.#about.perform({ ...this.#asked, software: [...this.#marks.keys()] }, run);
        if (run.executed || !run.cancelled) this.#code = code;
        if ((await run.end(code)) === 'again') continue;
      } finally {
        await run.leave();
        this.said = run.said;
      }
      if (run.executed) this.#marks = new Map();
      break;
    }
    await this.#reopen(this.#asked);
  }

  #say(message: string): void {
    this.#state = { ...this.#state, message };
  }

  async #tell(title: string, ...text: string[]): Promise<void> {
    await this.#ui.askOver(selectionWindow(this.#state), textWindow(title, text));
  }
}

const CHOSEN = ['marked', 'name', 'revision', 'title', 'size', 'category'] as const;
const REMOVED = ['marked', 'name', 'revision', 'title', 'size', 'state'] as const;
const TITLES = { install: 'Install', copy: 'Copy', remove: 'Remove' } as const;

function reasonsOf(selection: Selection): ReadonlyMap<string, Reason> {
  return new Map(selection.entries.map((entry) => [entry.key, entry.reason]));
}

function selectedOf(selection: Selection): ReadonlyMap<string, string> {
  return new Map(selection.entries.map((entry) => [entry.key, shortReason(entry.reason)]));
}
