// Fills the generated parts of the manual pages from the declarations in src/ (D8): synopsis, flags, options, examples.
// `node man/generate.mjs` rewrites the pages, `--check` only says (exit 1) which are behind. A generated part stands between
//   .\" generated: synopsis | flags | options | examples | all-options
//   .\" end generated
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = import.meta.dirname;
const check = process.argv.includes('--check');
const { COMMANDS, FRONTS, OPTIONS, OLD_NAMES, optionsOf, defaultOf, commandsWith, printValue, accepted } = await declarations();

/** Node cannot read TypeScript of every supported version: bundle what is needed into a folder of its own, and import it. */
async function declarations() {
  const out = mkdtempSync(join(here, '..', 'node_modules', '.man-'));
  try {
    await build({
      stdin: {
        contents: [
          "export { COMMANDS } from './commands/index.ts';",
          "export { FRONTS } from './fronts/index.ts';",
          "export { OPTIONS, OLD_NAMES, optionsOf, defaultOf, commandsWith } from './options/table.ts';",
          "export { printValue, accepted } from './options/value.ts';",
        ].join('\n'),
        resolveDir: join(here, '..', 'src'),
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      define: { SW_TEST_HOOKS: 'false' },
      outfile: join(out, 'declarations.mjs'),
      logLevel: 'warning',
    });
    return await import(pathToFileURL(join(out, 'declarations.mjs')).href);
  } finally {
    rmSync(out, { recursive: true });
  }
}

async function fill(text, name) {
  const part = /^(\.\\" generated: ([\w-]+)\n)[\s\S]*?(\.\\" end generated\n)/gm;
  const command = COMMANDS[name] ?? FRONTS[name];
  const declaration = command && (await command()).declaration;
  return text.replace(part, (_, head, kind, tail) => head + PARTS[kind](declaration).map((line) => `${line}\n`).join('') + tail);
}

const PARTS = {
  synopsis: (declaration) => [
    ...(declaration.forms ?? []).flatMap((form) => ['.Nm', ...declaration.flags.map((flag) => `.Op ${flagText(flag)}`), ...formText(form)]),
    ...(declaration.forms ? [] : commandSynopsis(declaration)),
  ],
  forms: (declaration) => [
    '.Bl -tag -width Ds',
    ...declaration.forms.flatMap((form) => [['.It Nm', ...formText(form).map((part) => part.slice(1))].join(' '), sentence(form.meaning)]),
    '.El',
  ],
  flags: (declaration) => [
    '.Bl -tag -width Ds',
    ...shown(declaration).flatMap((flag) => [`.It ${flagText(flag)}`, sentence(flag.meaning)]),
    '.El',
    ...(shown(declaration).length < declaration.flags.length
      ? [
          '.Pp',
          'These flags of SD are refused in this release:',
          `${refused(declaration).map((flag) => `.Fl ${flag.name.slice(1)}`).join(' ,\n')} .`,
        ]
      : []),
  ],
  options: ({ name }) => {
    const all = optionsOf(name);
    const idle = all.filter(([, option]) => option.without);
    return [
      '.Bl -tag -width Ds',
      ...all.filter(([, option]) => !option.without).flatMap(([option, row]) => [item(option, row, name), sentence(row.meaning)]),
      '.El',
      ...(idle.length === 0
        ? []
        : [
            '.Pp',
            'Accepted without effect, for the reasons given in',
            '.Xr sd 5 :',
            `${idle.map(([option]) => `.Cm ${option}`).join(' ,\n')} .`,
          ]),
    ];
  },
  examples: (declaration) =>
    declaration.examples.flatMap(({ does, command }) => [sentence(does), '.Pp', `.Dl $ ${argued(command)}`, '.Pp']).slice(0, -1),
  'all-options': () => [
    '.Bl -tag -width Ds',
    ...[...OPTIONS].flatMap(([name, row]) => [
      item(name, row),
      sentence(row.meaning),
      `Takes ${escaped(accepted(row))}.`,
      ...oldNames(name),
      ...otherDefaults(name, row),
      ...(row.without ? [`.Em Without effect . No ${noMacro(escaped(row.without))}`] : []),
      `.br\n.Pq ${commandsWith(name).join(' , ')}`,
    ]),
    '.El',
  ],
};

function commandSynopsis(declaration) {
  return [
    '.Nm',
    ...shown(declaration).map((flag) => `.Op ${flagText(flag)}`),
    ...(declaration.operands ? [`.Op Ar ${declaration.operands}`] : []),
    ...(declaration.targets ? [`.Op @ Ar ${declaration.targets}`] : []),
  ];
}

/** Behind the name: the verb as typed, then placeholders. */
function formText({ verb, operands }) {
  return [...(verb ? [`.Cm ${verb}`] : []), ...(operands ? [`.Ar ${escaped(operands)}`] : [])];
}

function shown(declaration) {
  return declaration.flags.filter((flag) => flag.refused === undefined);
}

function refused(declaration) {
  return declaration.flags.filter((flag) => flag.refused !== undefined);
}

function flagText(flag) {
  const argument = flag.argument?.replace('=', ' Ns = Ns Ar ').replace('|', ' Ns | Ns Ar ');
  return `Fl ${flag.name.slice(1)}${argument ? ` Ar ${argument}` : ''}`;
}

/** `.It Cm name Ns =default`. */
function item(name, row, command) {
  return `.It Cm ${name} Ns =${printed(row, command === undefined ? row.default : defaultOf(name, command))}`;
}

function printed(row, value) {
  const text = printValue(row, value);
  const whole = escaped(typeof text === 'string' ? text : text.join(' '));
  return whole.includes(' ') ? ` Ns Qq ${whole}` : whole;
}

function otherDefaults(name, row) {
  return Object.entries(row.defaults ?? {}).map(
    ([command]) => `For\n.Xr ${command} 8\nthe default is\n.Ql ${printed(row, defaultOf(name, command)).replace(/^ Ns Qq /, '')} .`,
  );
}

function oldNames(name) {
  return Object.entries(OLD_NAMES)
    .filter(([, today]) => today === name)
    .map(([old]) => `Older name:\n.Cm ${old} .`);
}

/** Text on a line of its own: nothing in it may look like a request. */
function sentence(text) {
  return escaped(text).replace(/^([.'])/, '\\&$1');
}

/** A word of two letters behind a macro may be one itself (`An`). */
function noMacro(text) {
  return text.replace(/^(?=[A-Z][a-z] )/, '\\&');
}

/** Text as arguments of a macro, which takes double quotes away. */
function argued(text) {
  return escaped(text).replaceAll('"', '\\(dq');
}

function escaped(text) {
  return text.replaceAll('\\', '\\e');
}

let behind = 0;
for (const file of readdirSync(here).filter((name) => /\.[0-9]$/.test(name))) {
  const text = readFileSync(join(here, file), 'utf8');
  const made = await fill(text, basename(file).replace(/\.[0-9]$/, ''));
  if (made === text) continue;
  behind += 1;
  if (check) process.stderr.write(`man/${file} is behind the declarations; run "node man/generate.mjs"\n`);
  else writeFileSync(join(here, file), made);
}
if (check && behind > 0) process.exitCode = 1;
