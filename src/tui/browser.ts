// The interface of swlist -i (commands.md 13.5): looks at installed software or a depot, down to the files. Changes nothing.

import { SdError } from '../model/error.ts';
import { placeOf } from '../model/place.ts';
import { type Browsed, browse, type Place, topObjects } from '../operations/browse.ts';
import { withChosen } from '../options/chosen.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { askPath } from './asking.ts';
import { Interface } from './interface.ts';
import { looked } from './looking.ts';
import { beginState, closed, objectAt, openedAt, type SelectionState, selectionWindow } from './selection.ts';
import { VERBS, type Wish } from './selection-menus.ts';
import { requireTerminal } from './terminal.ts';
import { counted } from './text.ts';
import { textWindow } from './viewer.ts';
import { defaultView, type View } from './views.ts';

export interface Browsing {
  readonly options: ResolvedOptions;
  readonly host: string;
  readonly home: string;
  readonly place: Place;
  /** Absolute path of a place as somebody types it. Throws SdError. */
  pathOf(text: string, depot: boolean): string;
}

const COLUMNS = ['name', 'revision', 'title', 'size', 'state', 'category'] as const;

/** Lets somebody look around. Returns 0. Throws SdError `no_terminal`, what opening the place throws, and `Stopped`. */
export async function interactListing(browsing: Browsing): Promise<number> {
  requireTerminal(browsing.options.command);
  const program = new Browser(browsing);
  await Interface.run((ui) => program.run(ui));
  return 0;
}

class Browser {
  readonly #about: Browsing;
  readonly #view: View;
  #options: ResolvedOptions;
  #place: Place;
  #opened: Browsed | undefined;
  #state!: SelectionState;
  #left = false;

  constructor(about: Browsing) {
    this.#about = about;
    this.#view = defaultView(about.home, about.options, COLUMNS);
    const { softwareView } = this.#view;
    this.#options =
      softwareView === undefined ? about.options : withChosen(about.options, { software_view: softwareView });
    this.#place = about.place;
  }

  async run(ui: Interface): Promise<void> {
    try {
      await this.#open(this.#place);
      while (!this.#left) {
        const { wish, state } = await ui.ask(selectionWindow(this.#state));
        this.#state = state;
        try {
          await this.#fulfil(wish, ui);
        } catch (error) {
          if (!(error instanceof SdError)) throw error;
          await ui.askOver(selectionWindow(this.#state), textWindow('Error', [`${error.message} [${error.code}]`]));
        }
      }
    } finally {
      this.#opened?.close();
    }
  }

  async #fulfil(wish: Wish, ui: Interface): Promise<void> {
    const about = this.#about;
    const looking = { ui, about, options: this.#options, place: this.#place, catalog: this.#opened!.catalog };
    const seen = await looked(wish, this.#state, looking);
    if (seen) {
      this.#state = seen.state;
      if (seen.view !== undefined) this.#options = withChosen(this.#options, { software_view: seen.view });
      if (seen.view !== undefined) await this.#open(this.#place);
      if (seen.wish !== undefined) await this.#fulfil(seen.wish, ui);
      return;
    }
    const object = objectAt(this.#state);
    if (wish === 'exit') this.#left = true;
    else if (wish === 'open' && object) this.#state = openedAt(this.#state, object);
    else if (wish === 'close') this.#state = closed(this.#state);
    else if (wish === 'refresh') await this.#open(this.#place);
    else if (wish === 'source' || wish === 'target') await this.#move(wish, ui);
  }

  /** A source is a depot, a target a root: what is looked at is one or the other. */
  async #move(kind: 'source' | 'target', ui: Interface): Promise<void> {
    const depot = kind === 'source';
    const text = depot === this.#place.depot ? this.#place.path : '';
    const admins = [this.#options.values.admin_directory, this.#options.ownDirectory];
    const about = { kind, text, admins, depot };
    const typed = await askPath(ui, selectionWindow(this.#state), about);
    if (typed !== undefined) await this.#open({ path: this.#about.pathOf(typed, depot), depot });
  }

  async #open(place: Place): Promise<void> {
    const { values } = this.#options;
    const opened = await browse(place, values);
    this.#opened?.close();
    this.#opened = opened;
    this.#place = place;
    const { command } = this.#options;
    const target = placeOf(this.#about.host, place.path);
    const { columns, sorting, filter } = (this.#state as SelectionState | undefined) ?? this.#view;
    const { catalog } = opened;
    const summary = `${counted(catalog.products().length, 'product')}, ${counted(catalog.bundles().length, 'bundle')}.`;
    const begun = beginState(
      { command, verb: VERBS.list, target, targetWord: place.depot ? 'Depot' : 'Root', columns },
      topObjects(opened.catalog, values.software_view),
    );
    const message = opened.findings[0]?.text ?? this.#view.complaint;
    this.#state = { ...begun, sorting, filter, summary, message };
  }
}
