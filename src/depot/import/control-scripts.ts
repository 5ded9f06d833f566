// The scripts of a package as SD control scripts: each original travels as it is, beside a short one that calls it as its own tool would.
//
//   SD              Debian                             rpm              the root is not `/`
//   preinstall      preinst install | upgrade OLD NEW  %pre 1 | 2       run inside it by chroot(8); a WARNING, and nothing runs, for
//   postinstall     postinst configure [OLD]           %post 1 | 2      ordinary users and where the interpreter is not in the root
//   unpreinstall    postrm abort-install | -upgrade    -
//   preremove       prerm remove                       %preun 0
//   postremove      postrm remove, postrm purge        %postun 0
//
// A patch (as_patch) comes and goes as an upgrade does: OLD is what it patches, rpm counts 2 and 1. Failures count as they do there.

import { cksumOf } from '../../host/digest.ts';
import type { ControlFile } from '../../model/software.ts';
import type { Occasion, OriginPackage, OriginScript } from './origin.ts';

/** A control file with its content. */
export interface MadeControlFile {
  readonly file: ControlFile;
  readonly content: Buffer;
}

interface Call {
  readonly occasion: Occasion;
  /** Arguments of every run, as sh words; `$old` is the revision that was there. `fresh` where nothing was. */
  readonly upgrade: readonly string[];
  readonly fresh?: readonly string[];
  /** Where a failure is none of the package (rpm: its files are there already). */
  readonly forgiven?: true;
}

type Calls = Readonly<Record<string, readonly Call[]>>;

const DEB: Calls = {
  preinstall: [{ occasion: 'before-install', upgrade: ['upgrade "$old" "$new"'], fresh: ['install'] }],
  postinstall: [{ occasion: 'after-install', upgrade: ['configure "$old"'], fresh: ['configure ""'] }],
  unpreinstall: [{ occasion: 'after-remove', upgrade: ['abort-upgrade "$old" "$new"'], fresh: ['abort-install'] }],
  preremove: [{ occasion: 'before-remove', upgrade: ['remove'] }],
  postremove: [{ occasion: 'after-remove', upgrade: ['remove', 'purge'] }],
};
const DEB_PATCH: Calls = {
  ...DEB,
  preremove: [{ occasion: 'before-remove', upgrade: ['upgrade "$old"'] }],
  postremove: [{ occasion: 'after-remove', upgrade: ['upgrade "$old"'] }],
};
const RPM: Calls = {
  preinstall: [{ occasion: 'before-install', upgrade: ['2'], fresh: ['1'] }],
  postinstall: [{ occasion: 'after-install', upgrade: ['2'], fresh: ['1'], forgiven: true }],
  preremove: [{ occasion: 'before-remove', upgrade: ['0'] }],
  postremove: [{ occasion: 'after-remove', upgrade: ['0'], forgiven: true }],
};
const RPM_PATCH: Calls = {
  ...RPM,
  preremove: [{ occasion: 'before-remove', upgrade: ['1'] }],
  postremove: [{ occasion: 'after-remove', upgrade: ['1'], forgiven: true }],
};

/** Control files of the fileset made of a package. `tag` is the product's; `patches` the revision that a patch replaces. */
export function controlScripts(from: OriginPackage, tag: string, patches?: string): MadeControlFile[] {
  const calls =
    from.kind === 'deb' ? (patches === undefined ? DEB : DEB_PATCH) : patches === undefined ? RPM : RPM_PATCH;
  const made: MadeControlFile[] = [];
  for (const [sdTag, group] of Object.entries(calls)) {
    const text = wrapper(from, tag, sdTag, group, patches);
    if (text !== undefined) made.push(controlFile(sdTag, Buffer.from(text), from.made));
  }
  for (const { name, interpreter, content } of Object.values(from.scripts)) {
    if (content) made.push(controlFile(fileName(name), withInterpreter(interpreter, content), from.made));
  }
  return made;
}

/** The script SD runs; undefined where it would have nothing to do. */
function wrapper(
  from: OriginPackage,
  tag: string,
  sdTag: string,
  calls: readonly Call[],
  patches: string | undefined,
): string | undefined {
  const runs = calls.flatMap((call) => {
    const script = from.scripts[call.occasion];
    return script ? callOf(script, call) : [];
  });
  const cache = from.ldconfig && (sdTag === 'postinstall' || sdTag === 'postremove');
  // What was there before is known before the load only, and postinst asks for it too.
  const notes = sdTag === 'preinstall' && patches === undefined && from.scripts['after-install'] !== undefined;
  if (runs.length === 0 && !cache && !notes) return undefined;
  return [
    '#!/bin/sh',
    `# Made by swdist of ${from.kind === 'deb' ? 'the Debian package' : 'the rpm'} ${oneLine(from.name)} ${oneLine(from.revision)}.`,
    `root=\${SW_ROOT_DIRECTORY%/}`,
    `admin=\${SW_CATALOG%/*}`,
    `new=${quoted(from.revision)}`,
    ...oldRevision(tag, sdTag, patches),
    ...(from.kind === 'deb' ? dpkgEnvironment(from, sdTag) : []),
    ...(runs.length > 0 ? [...entrance(from, sdTag), ...runs] : []),
    ...(cache ? LDCONFIG : []),
    'exit 0',
    '',
  ].join('\n');
}

/** Lines that set `old`: '' for a first installation. */
function oldRevision(tag: string, sdTag: string, patches: string | undefined): string[] {
  if (patches !== undefined) return [`old=${quoted(patches)}`];
  const note = `note=$root/$admin/before.${quoted(tag)}`;
  if (sdTag === 'preinstall') {
    const index = `"$root/$SW_CATALOG/"${quoted(tag)}/pfiles/INDEX`;
    return [
      note,
      `old=$(sed -n 's/^revision[[:space:]]*"\\{0,1\\}\\([^"]*\\)"\\{0,1\\}$/\\1/p' ${index} 2>/dev/null | head -n 1)`,
      'printf %s "$old" >"$note"',
    ];
  }
  if (sdTag === 'postinstall') return [note, 'old=$(cat "$note" 2>/dev/null)', 'rm -f "$note"'];
  return sdTag === 'unpreinstall' ? [note, 'old=$(cat "$note" 2>/dev/null)'] : ['old='];
}

/** Lines that go on only where the scripts can run, and define `enter`. */
function entrance(from: OriginPackage, sdTag: string): string[] {
  const scripts = Object.values(from.scripts);
  const programs = [...new Set(scripts.flatMap(({ interpreter }) => interpreter.slice(0, 1)))];
  const skip = (why: string) => `  echo "The scripts of ${oneLine(from.name)} do not run (${sdTag}): ${why}" >&2`;
  return [
    `at=\${SW_CONTROL_DIRECTORY%/}`,
    'if [ -n "$root" ]; then',
    '  if [ "$(id -u)" -ne 0 ]; then',
    `  ${skip('they must run inside $root, which only root can do.')}`,
    '    exit 2',
    '  fi',
    `  for program in ${programs.map(quoted).join(' ')}; do`,
    '    [ -e "$root$program" ] || [ -L "$root$program" ] && continue',
    `  ${skip('there is no $program in $root.')}`,
    '    exit 2',
    '  done',
    '  work=$(mktemp -d "$root/$admin/script.XXXXXX") || exit 1',
    '  trap \'rm -rf "$work"\' EXIT',
    `  for file in ${scripts.flatMap((each) => (each.content ? [quoted(fileName(each.name))] : [])).join(' ')}; do`,
    '    cp "$at/$file" "$work/$file" && chmod 755 "$work/$file" || exit 1',
    '  done',
    `  at=/\${work#"$root/"}`,
    'fi',
    'enter() { if [ -n "$root" ]; then chroot "$root" "$@"; else (cd / && "$@"); fi; }',
  ];
}

function callOf({ name, interpreter, content }: OriginScript, call: Call): string[] {
  const script = content ? ` "$at/"${quoted(fileName(name))}` : '';
  const end = call.forgiven ? 'exit 2' : 'exit 1';
  const line = (words: string) =>
    `enter${interpreter.map((word) => ` ${quoted(word)}`).join('')}${script}${content ? ` ${words}` : ''} || ${end}`;
  const upgrade = call.upgrade.map(line);
  if (call.fresh === undefined) return upgrade;
  return ['if [ -n "$old" ]; then', ...upgrade, 'else', ...call.fresh.map(line), 'fi'];
}

/** What dpkg tells its scripts (dpkg(1)); its tools find their package by these. */
function dpkgEnvironment(from: OriginPackage, sdTag: string): string[] {
  const name = { preinstall: 'preinst', postinstall: 'postinst', preremove: 'prerm' }[sdTag] ?? 'postrm';
  return [
    `export DPKG_MAINTSCRIPT_PACKAGE=${quoted(from.name)} DPKG_MAINTSCRIPT_ARCH=${quoted(from.architecture)}`,
    `export DPKG_MAINTSCRIPT_NAME=${name} DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_ROOT= DPKG_ADMINDIR=/var/lib/dpkg`,
    'export DEBIAN_FRONTEND=noninteractive',
  ];
}

const LDCONFIG = [
  'if [ "$(id -u)" -eq 0 ] && [ -x "$root/sbin/ldconfig" ]; then',
  '  if [ -n "$root" ]; then chroot "$root" /sbin/ldconfig; else /sbin/ldconfig; fi || exit 2',
  'fi',
];

/** `%post` → `post`: the name of a control file. */
function fileName(script: string): string {
  return script.replace(/^%/, '');
}

/** rpm keeps the interpreter beside the script; a `#!` line tells whoever reads the published one. */
function withInterpreter(interpreter: readonly string[], content: Buffer): Buffer {
  const bare = interpreter.length > 0 && content.toString('latin1', 0, 2) !== '#!';
  return bare ? Buffer.concat([Buffer.from(`#!${interpreter.join(' ')}\n`), content]) : content;
}

function controlFile(tag: string, content: Buffer, mtime: number): MadeControlFile {
  const facts = { mode: 0o755, mtime, size: content.length, cksum: cksumOf(content) };
  return { file: { tag, path: tag, ...facts, result: 'none' }, content };
}

/** One word of sh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** For a comment or a text in double quotes: nothing sh or a terminal would act on. */
function oneLine(text: string): string {
  return text.replace(/[^\w.+~^:@-]/g, '_');
}
