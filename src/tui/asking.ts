// Small dialogs of the sessions' interface: paths, options, software groups.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { registered } from '../operations/register.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { type OptionName, type OptionValues, optionsOf } from '../options/table.ts';
import { type Field, formWindow } from './form.ts';
import type { Interface } from './interface.ts';
import { pickWindow } from './pick.ts';
import { floating, type Window } from './window.ts';

/** Asks for one text. Returns it without blanks around, undefined after Cancel. */
export async function askText(
  ui: Interface,
  under: Window<unknown>,
  about: { title: string; label: string; value: string; note?: string },
): Promise<string | undefined> {
  const { title, label, value, note = '' } = about;
  const field: Field = { kind: 'text', name: 'text', label, value, note };
  const filled = await ui.askOver(under, formWindow({ title, fields: [field], buttons: ['OK', 'Cancel'] }));
  return filled.button === 'OK' ? filled.values.text!.trim() : undefined;
}

/** Asks for a text that may be picked from a list too. Returns what was typed or picked, undefined after Cancel or for nothing. */
export async function askListed(
  ui: Interface,
  under: Window<unknown>,
  about: { title: string; label: string; value: string; note: string; button: string; list: string; empty: string },
  rows: () => readonly string[],
): Promise<string | undefined> {
  const { title, label, note, button, list, empty } = about;
  let { value } = about;
  for (;;) {
    const field: Field = { kind: 'text', name: 'text', label, value, note };
    const form = { title, fields: [field], buttons: ['OK', button, 'Cancel'] };
    const filled = await ui.askOver(under, formWindow(form));
    if (filled.button === 'Cancel') return undefined;
    value = filled.values.text!.trim();
    if (filled.button === 'OK') return value === '' ? undefined : value;
    const window = floating(formWindow(form), (size) => under.draw(size));
    const offers = rows();
    const at = await ui.askOver(window, pickWindow(list, offers, offers.length === 0 ? empty : ''));
    if (at !== undefined) value = offers[at]!;
  }
}

/** Asks for a source or target; registered depots and roots can be picked. Returns what was typed or picked. */
export async function askPath(
  ui: Interface,
  under: Window<unknown>,
  about: { kind: 'source' | 'target'; text: string; admins: readonly string[]; depot: boolean },
): Promise<string | undefined> {
  const { kind, admins, depot } = about;
  const level = depot ? 'depot' : 'root';
  const asked = {
    title: `Change ${kind === 'source' ? 'Source' : 'Target'}`,
    label: kind === 'source' ? 'Source depot' : depot ? 'Target depot' : 'Target root',
    value: about.text,
    note: kind === 'source' ? 'A directory, host:/directory, or a file made by swpackage.' : '',
    button: depot ? 'Depots...' : 'Roots...',
    list: `Registered ${level}s`,
    empty: 'None is registered.',
  };
  return askListed(ui, under, asked, () => [...registered([...new Set(admins)], level)].sort());
}

/** Options that have a dialog or key of their own. */
const ELSEWHERE: ReadonlySet<OptionName> = new Set([
  'autoselect_patches',
  'patch_match_target',
  'patch_save_files',
  'match_target',
  'preview',
]);

/** The option editor: every option with a few values that has an effect. Returns those chosen, undefined after Cancel. */
export async function askOptions(
  ui: Interface,
  under: Window<unknown>,
  options: ResolvedOptions,
): Promise<Partial<OptionValues> | undefined> {
  const fields = optionsOf(options.command).flatMap(([name, option]): Field[] => {
    if (option.without !== undefined || ELSEWHERE.has(name)) return [];
    const value = options.values[name];
    const common = { name, label: name, note: option.meaning };
    if (option.type === 'boolean') return [{ ...common, kind: 'check', value: value === true }];
    return option.choices ? [{ ...common, kind: 'choice', value: String(value), choices: option.choices }] : [];
  });
  const filled = await ui.askOver(under, formWindow({ title: 'Change Options', fields, buttons: ['OK', 'Cancel'] }));
  if (filled.button !== 'OK') return undefined;
  const chosen = filled.fields.flatMap((field) => (field.kind === 'lines' ? [] : [[field.name, field.value] as const]));
  return Object.fromEntries(chosen) as Partial<OptionValues>;
}

/** Picks a software group and returns its operands; none when none is picked. Throws SdError `list_file_unreadable`. */
export async function askGroup(ui: Interface, under: Window<unknown>, home: string): Promise<string[]> {
  const names = namesIn(groupDirectory(home));
  const note = names.length === 0 ? 'No group is saved.' : '';
  const at = await ui.askOver(under, pickWindow('Software groups', names, note));
  if (at === undefined) return [];
  const lines = groupText(join(groupDirectory(home), names[at]!)).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function groupText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SdError('list_file_unreadable', { what: `Cannot read the group "${file}".`, because: reasonOf(error) });
  }
}

/** Asks for a name and saves the operands as a group. Returns what to say about it. */
export async function askSaveGroup(
  ui: Interface,
  under: Window<unknown>,
  home: string,
  operands: readonly string[],
): Promise<string> {
  if (operands.length === 0) return 'Nothing is marked that could be saved.';
  const title = 'Save Software Group';
  const name = await askText(ui, under, {
    title,
    label: 'Name',
    value: '',
    note: 'The group can be added to any later session.',
  });
  if (!name) return '';
  const file = join(groupDirectory(home), name.replaceAll('/', '_'));
  try {
    mkdirSync(groupDirectory(home), { recursive: true });
    writeFileSync(file, operands.map((operand) => `${operand}\n`).join(''));
  } catch (error) {
    throw notSaved(file, error);
  }
  return `Saved in "${file}".`;
}

/** What somebody wanted to keep could not be written. */
export function notSaved(file: string, error: unknown): SdError {
  return new SdError('session_not_saved', { what: `Cannot save "${file}".`, because: reasonOf(error) });
}

function groupDirectory(home: string): string {
  return join(home, '.sw', 'software');
}

/** Names in a directory, in order; none where there is no directory. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
