// Small dialogs of the sessions' interface: paths, options, software groups, session files.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { registered } from '../operations/register.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { type SessionSelections, sessionPath, writeSession } from '../options/session.ts';
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

/** Asks for a source or target; registered depots can be picked. Returns what was typed or picked. */
export async function askPath(
  ui: Interface,
  under: Window<unknown>,
  about: { kind: 'source' | 'target'; text: string; admins: readonly string[]; depot: boolean },
): Promise<string | undefined> {
  const { kind, admins, depot } = about;
  const level = depot ? 'depot' : 'root';
  const list = depot ? 'Depots...' : 'Roots...';
  let value = about.text;
  for (;;) {
    const label = kind === 'source' ? 'Source depot' : depot ? 'Target depot' : 'Target root';
    const note = 'A directory, host:/directory, or a file made by swpackage.';
    const field: Field = { kind: 'text', name: 'path', label, value, note: kind === 'source' ? note : '' };
    const form = {
      title: `Change ${kind === 'source' ? 'Source' : 'Target'}`,
      fields: [field],
      buttons: ['OK', list, 'Cancel'],
    };
    const filled = await ui.askOver(under, formWindow(form));
    if (filled.button === 'Cancel') return undefined;
    value = filled.values.path!.trim();
    if (filled.button === 'OK') return value === '' ? undefined : value;
    const window = floating(formWindow(form), (size) => under.draw(size));
    const places = [...registered([...new Set(admins)], level)].sort();
    const at = await ui.askOver(
      window,
      pickWindow(`Registered ${level}s`, places, places.length === 0 ? 'None is registered.' : ''),
    );
    if (at !== undefined) value = places[at]!;
  }
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

/** Picks a software group and returns its operands; none when none is picked. */
export async function askGroup(ui: Interface, under: Window<unknown>, home: string): Promise<string[]> {
  const names = namesIn(groupDirectory(home));
  const note = names.length === 0 ? 'No group is saved.' : '';
  const at = await ui.askOver(under, pickWindow('Software groups', names, note));
  if (at === undefined) return [];
  const lines = readFileSync(join(groupDirectory(home), names[at]!), 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
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
  return saved(file, () => {
    mkdirSync(groupDirectory(home), { recursive: true });
    writeFileSync(file, operands.map((operand) => `${operand}\n`).join(''));
  });
}

/** Asks for a name and saves the session. Returns what to say about it. */
export async function askSaveSession(
  ui: Interface,
  under: Window<unknown>,
  about: { home: string; options: ResolvedOptions; asked: SessionSelections },
): Promise<string> {
  const { home, options, asked } = about;
  const title = 'Save Session As';
  const name = await askText(ui, under, {
    title,
    label: 'Name',
    value: '',
    note: `${options.command} -S NAME takes it up again.`,
  });
  if (!name) return '';
  const file = sessionPath(home, options.command, name);
  return saved(file, () => writeSession(file, options, asked, new Date()));
}

function saved(file: string, write: () => void): string {
  try {
    write();
    return `Saved in "${file}".`;
  } catch (error) {
    throw new SdError('session_not_saved', { what: `Cannot save "${file}".`, because: reasonOf(error) });
  }
}

function groupDirectory(home: string): string {
  return join(home, '.sw', 'software');
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
