// What a control script finds in its environment (commands.md 7.2), and nothing else: the caller's own variables stay outside.

import { writeFileSync } from 'node:fs';
import { unabridged } from '../model/spec.ts';
import { type ControlDirectory, controlUtils, type ScriptOwner } from './control-directory.ts';
import { adminInRoot, type ScriptSession } from './session.ts';

/** Locale and time zone come from outside, so that texts are in the administrator's language. */
const PASSED_ON = ['LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'LC_TIME', 'TZ', 'TMPDIR'];

/** Only request scripts read from the terminal. */
const TERMINAL = ['TERM', 'COLUMNS', 'LINES'];

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment of one script; writes the options file it names. */
export function environment(
  session: ScriptSession,
  owner: ScriptOwner,
  tag: string,
  directory: ControlDirectory,
): Record<string, string> {
  const asks = tag === 'request';
  writeFileSync(directory.optionsFile, session.context?.sessionOptions?.(asks ? 'all' : 'this') ?? '');
  return {
    ...passedOn(asks ? [...PASSED_ON, ...TERMINAL] : PASSED_ON),
    LANG: process.env.LANG ?? 'C',
    PATH,
    SW_CATALOG: `${adminInRoot(session).replace(/^\//, '')}/products`,
    SW_CONTROL_DIRECTORY: `${directory.path}/`,
    SW_CONTROL_TAG: tag,
    SW_CONTROL_UTILS: controlUtils(),
    SW_LOCATION: owner.location,
    SW_PATH: PATH,
    SW_ROOT_DIRECTORY: session.root,
    SW_SESSION_OPTIONS: directory.optionsFile,
    SW_SOFTWARE_SPEC: specOf(owner, asks),
    ...(tag === 'verify' || tag === 'fix' ? { SW_IS_COMPATIBLE: String(session.compatible ?? true) } : kernel(session)),
  };
}

/** The software as it stands, or will stand, on the target; what is only asked about has no location yet. */
function specOf(owner: ScriptOwner, asks: boolean): string {
  const { product, fileset, location } = owner;
  const located = { ...product, attributes: { ...product.attributes, location } };
  return unabridged(asks ? product : located, fileset);
}

/** SW_SESSION_IS_REBOOT always equals SW_SESSION_IS_KERNEL. On another root than `/` the kernel is left to configure scripts. */
function kernel(session: ScriptSession): Record<string, string> {
  const { options, root } = session;
  const scheduled = root === '/' && session.kernel === true ? 'true' : '';
  return {
    SW_KERNEL_PATH: options.kernel_path,
    SW_SYSTEM_FILE_PATH: options.system_file_path,
    SW_SESSION_IS_KERNEL: scheduled,
    SW_SESSION_IS_REBOOT: scheduled,
    ...(root === '/' ? {} : { SW_DEFERRED_KERNBLD: 'true' }),
  };
}

function passedOn(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
