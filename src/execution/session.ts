// What every execution on one root shares: the open IPD, the machine's facts, where to report. Made by operations, used here only.

import type { Stats } from 'node:fs';
import type { Accounts } from '../host/accounts.ts';
import { lookAt } from '../host/look.ts';
import type { RootPaths } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import type { ConditionFacts } from '../model/condition.ts';
import type { Emit } from '../model/events.ts';
import type { Finding } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import type { Store } from '../store/store.ts';

export interface RootSession {
  /** Absolute path of the root. */
  readonly root: string;
  /** Directory of IPD, save area and logs: `<root>/var/adm/sw`, or admin_directory for `/`. */
  readonly admin: string;
  readonly store: Store;
  readonly paths: RootPaths;
  readonly accounts: Accounts;
  readonly options: EngineOptions;
  readonly context: SessionContext;
  readonly emit: Emit;
  /** One time for everything the session records, milliseconds since 1970. */
  readonly now: number;
  /** True when kernel filesets are loaded or removed in this session. */
  readonly kernel?: boolean;
}

/** What running a script needs of a session; a preview has no store and leaves no note. */
export type ScriptSession = Pick<RootSession, 'root' | 'admin' | 'options' | 'emit' | 'kernel'> & {
  readonly context?: RootSession['context'];
  readonly store?: Pick<RootSession['store'], 'scriptStarted' | 'scriptEnded'>;
  /** For verify and fix scripts: does the software fit this machine? */
  readonly compatible?: boolean;
  /** What conditions may know, for who evaluates many; gathered anew for each where it is absent. */
  readonly facts?: Omit<ConditionFacts, 'id'>;
};

/** Reports a finding; the frame of the session (operations/session.ts) keeps it for the outcome. */
export function tell(session: Pick<RootSession, 'emit'>, finding: Finding): void {
  session.emit({ type: 'finding', finding });
}

/** The catalog as the last commit left it. */
export function installed(session: RootSession): Catalog {
  return session.store.catalog();
}

/** Physical path of `path` below the root: symbolic links in parents resolved inside the root. */
export function physical(session: RootSession, path: string): string {
  return session.paths.resolve(path);
}

/** lstat of a root-relative physical path; undefined where nothing is. */
export function lstatIn(session: Pick<RootSession, 'root'>, relative: string): Stats | undefined {
  return lookAt(`${session.root}/${relative}`);
}

/** Root-relative path of something in the save area. */
export function inSaveArea(session: RootSession, below: string): string {
  return physical(session, `${adminInRoot(session)}/save/${below}`);
}

/** Does a root-relative physical path lie in SD's own directory? Software may not write there. */
export function isReserved(session: Pick<RootSession, 'root' | 'admin' | 'paths'>, at: string): boolean {
  const own = session.paths.resolve(`${adminInRoot(session)}/.`);
  return at.startsWith(own) && (at.length === own.length || own === '' || at[own.length] === '/');
}

/** The admin directory as a path inside the root, with a leading slash. */
export function adminInRoot(session: Pick<RootSession, 'root' | 'admin'>): string {
  return session.root === '/' ? session.admin : session.admin.slice(session.root.length);
}

/** CCYYMMDDhhmm.ss of local time, the form of install_date. */
export function installDate(milliseconds: number): string {
  const time = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  return (
    `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}${two(time.getHours())}${two(time.getMinutes())}` +
    `.${two(time.getSeconds())}`
  );
}
