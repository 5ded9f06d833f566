// Print (commands.md 13.1): asks where the list goes, and sends it there.

import { resolve } from 'node:path';
import { printByCommand, printToFile } from '../operations/print.ts';
import { timeText } from '../report/job.ts';
import { formWindow } from './form.ts';
import type { Interface } from './interface.ts';
import { question } from './viewer.ts';
import type { Window } from './window.ts';

/** HP's, and what a print system brings everywhere. */
const PRINTER = 'lp';

/** Asks for a command or a file and prints the lines; the first one is a title and gets the time. Returns what to say about it. Throws SdError `not_printed`. */
export async function askPrint(ui: Interface, under: Window<unknown>, lines: readonly string[]): Promise<string> {
  const text = (name: string, label: string, value: string, note: string) =>
    ({ kind: 'text', name, label, value, note }) as const;
  const fields = [
    text('command', 'Command', PRINTER, 'Any shell command that reads the list, as "lp -d lj4".'),
    text('file', 'or file', '', 'Writes the list to this file instead.'),
  ];
  const filled = await ui.askOver(under, formWindow({ title: 'Print', fields, buttons: ['OK', 'Cancel'] }));
  if (filled.button !== 'OK') return '';
  const [title = '', ...rest] = lines;
  const list = [`${title}   ${timeText(Date.now())}`, ...rest].map((line) => `${line}\n`).join('');
  const file = filled.values.file!.trim();
  if (file !== '') return writeTo(ui, under, list, resolve(file));
  const command = filled.values.command!.trim() || PRINTER;
  const said = await printByCommand(list, command);
  return said.at(-1) ?? `Printed with "${command}".`;
}

async function writeTo(ui: Interface, under: Window<unknown>, list: string, file: string): Promise<string> {
  if (!printToFile(list, file, false)) {
    const asked = question('Print', [`"${file}" is there already.`], ['Replace', 'Cancel']);
    if ((await ui.askOver(under, asked)) !== 'Replace') return '';
    printToFile(list, file, true);
  }
  return `Written to "${file}".`;
}
