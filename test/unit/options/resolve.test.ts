// Precedence, strictness and origins of options (commands.md 3).

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SdError } from '../../../src/model/error.ts';
import { type OptionRequest, resolveOptions } from '../../../src/options/resolve.ts';

let home: string;
let systemDefaults: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'options-'));
  systemDefaults = join(home, 'system-defaults');
});
afterEach(() => rmSync(home, { recursive: true }));

function resolve(request: Partial<OptionRequest>, superuser = true) {
  return resolveOptions({ command: 'swinstall', settings: [], ...request }, { home, superuser, systemDefaults });
}

function x(...texts: string[]): Partial<OptionRequest> {
  return { settings: texts.map((text) => ({ kind: 'option', text })) };
}

function file(name: string, content: string): string {
  const path = join(home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SdError) return error.code;
    throw error;
  }
  return 'no error';
}

test('each source wins over the one before it', () => {
  expect(resolve({}).values.loglevel).toBe(1);
  file('system-defaults', 'loglevel = 0\nreinstall=true\nallow_downdate=true\n');
  expect(resolve({}).values).toMatchObject({ loglevel: 0, reinstall: true });
  file('.swdefaults', 'loglevel=2\n');
  expect(resolve({}).values.loglevel).toBe(2);
  const sessionFile = file('s', 'swinstall.loglevel = 0\nswinstall.reinstall = false\n');
  expect(resolve({ sessionFile }).values).toMatchObject({ loglevel: 0, reinstall: false, allow_downdate: true });
  expect(resolve({ sessionFile, ...x('loglevel=1') }).values.loglevel).toBe(1);
});

test('-X and -x count in the order of the command line', () => {
  const path = file('opts', 'reinstall=true\n');
  const option = { kind: 'option', text: 'reinstall=false' } as const;
  const options = { kind: 'file', path } as const;
  expect(resolve({ settings: [options, option] }).values.reinstall).toBe(false);
  expect(resolve({ settings: [option, options] }).values.reinstall).toBe(true);
});

test('$HOME/.sw/defaults is read only where there is no .swdefaults', () => {
  file('.sw/defaults', 'reinstall=true\n');
  expect(resolve({}).values.reinstall).toBe(true);
  file('.swdefaults', '# nothing\n');
  expect(resolve({}).values.reinstall).toBe(false);
});

test('a command prefix limits a line to that command', () => {
  file('.swdefaults', 'swcopy.enforce_dsa=false\nswinstall.enforce_dependencies=false\n');
  expect(resolve({}).values).toMatchObject({ enforce_dsa: true, enforce_dependencies: false });
  expect(resolve({ command: 'swcopy' }).values).toMatchObject({ enforce_dsa: false, enforce_dependencies: true });
});

test('origins name who set an option, and only those that were set', () => {
  const path = file('.swdefaults', 'reinstall=true\n');
  const { origins } = resolve(x('loglevel=2'));
  expect(origins).toEqual({ reinstall: path, loglevel: '-x' });
});

test('unknown, foreign and wrong options are refused on the command line', () => {
  expect(code(() => resolve(x('reinstal=true')))).toBe('unknown_option');
  expect(() => resolve(x('reinstal=true'))).toThrow('Did you mean "reinstall"?');
  expect(code(() => resolve(x('recopy=true')))).toBe('option_not_for_command');
  expect(() => resolve(x('recopy=true'))).toThrow('swcopy');
  for (const wrong of [
    'reinstall=yes',
    'reinstall=',
    'loglevel=3',
    'loglevel=1.5',
    'autoselect_dependencies=maybe',
    'reinstall',
  ]) {
    expect([wrong, code(() => resolve(x(wrong)))]).toEqual([wrong, 'bad_option_value']);
  }
});

test('files named on the command line are as strict, defaults files forgive what other commands need', () => {
  file('.swdefaults', 'recopy=true\nnot_an_option=1\n');
  const { findings } = resolve({});
  expect(findings.map((finding) => [finding.severity, finding.code])).toEqual([['warning', 'unknown_option']]);
  const path = file('opts', 'not_an_option=1\n');
  expect(code(() => resolve({ settings: [{ kind: 'file', path }] }))).toBe('unknown_option');
  expect(() => resolve({ settings: [{ kind: 'file', path }] })).toThrow('opts, line 1');
  file('.swdefaults', 'loglevel=9\n');
  expect(code(() => resolve({}))).toBe('bad_option_value');
  file('.swdefaults', '');
  expect(code(() => resolve({ settings: [{ kind: 'file', path: join(home, 'none') }] }))).toBe('option_file_not_found');
});

test('an option without effect gives a NOTE for this run, not for what the defaults files always say', () => {
  file('.swdefaults', 'rpc_timeout=3\n');
  expect(resolve({}).findings).toEqual([]);
  const { findings } = resolve(x('mount_all_filesystems=false'));
  expect(findings).toMatchObject([{ severity: 'note', code: 'option_without_effect' }]);
  expect(findings[0]!.text).toContain('mount_all_filesystems');
});

test('an option file sets even what it leaves at the built-in value', () => {
  const path = file('opts', 'rpc_timeout=5\n');
  const { origins, findings } = resolve({ settings: [{ kind: 'file', path }] });
  expect([origins, findings.length]).toEqual([{ rpc_timeout: path }, 1]);
});

test('a session file that repeats a built-in value sets nothing', () => {
  const sessionFile = file('s', 'swinstall.rpc_timeout = 5\nswinstall.source =\nswinstall.software = { A B }\n');
  const { origins, findings, values } = resolve({ sessionFile });
  expect(Object.keys(origins)).toEqual(['software']);
  expect(values.software).toEqual(['A', 'B']);
  expect(findings).toEqual([]);
});

test('old names stand for the names of today', () => {
  const { values } = resolve({ command: 'swpackage', ...x('target_type=tape', 'target_tape=/tmp/t') });
  expect(values).toMatchObject({ media_type: 'tape', distribution_target_serial: '/tmp/t' });
});

test('logs and catalog of an ordinary user lie below the home directory', () => {
  expect(resolve({}).values).toMatchObject({ admin_directory: '/var/adm/sw', logfile: '/var/adm/sw/swinstall.log' });
  const own = join(home, '.sw');
  expect(resolve({}, false)).toMatchObject({
    values: { admin_directory: own, logfile: join(own, 'swinstall.log') },
    ownDirectory: own,
  });
  expect(resolve({ command: 'swlist' }, false)).toMatchObject({
    values: { admin_directory: '/var/adm/sw' },
    ownDirectory: own,
  });
  const alone = resolve({ command: 'swlist', ...x('run_as_superuser=false') }, false);
  expect(alone.values.admin_directory).toBe(own);
});

test('admin_directory carries the log along unless logfile is set', () => {
  const moved = resolve(x('admin_directory=HOME/adm'));
  expect(moved.values).toMatchObject({ admin_directory: `${home}/adm`, logfile: `${home}/adm/swinstall.log` });
  expect(resolve(x('admin_directory=/a', 'logfile=/b')).values.logfile).toBe('/b');
});

test('defaults differ by command where SD says so', () => {
  expect(resolve({ command: 'swlist' }).values.verbose).toBe(0);
  expect(resolve({ command: 'swpackage' }).values.reinstall_files).toBe(true);
});
