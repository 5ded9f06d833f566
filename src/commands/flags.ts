// Flags that mean the same in every command that has them (commands.md 5).

import type { FlagDeclaration } from './declaration.ts';

export const PREVIEW: FlagDeclaration = { name: '-p', meaning: 'Preview: stop after the analysis, change nothing.' };
export const VERBOSE: FlagDeclaration = { name: '-v', meaning: 'Tell more; twice: tell each file too.' };
export const ROOT: FlagDeclaration = {
  name: '-r',
  meaning: 'Work on an alternate root; a target that is a directory already says so.',
};
export const DEPOT: FlagDeclaration = { name: '-d', meaning: 'Work on a depot instead of installed software.' };
export const SOURCE: FlagDeclaration = {
  name: '-s',
  argument: 'source',
  meaning:
    'Source depot: a directory, a file made by swpackage, http://host/depot, or - for standard input; again for each further volume.',
};
export const SOFTWARE_FILE: FlagDeclaration = {
  name: '-f',
  argument: 'software_file',
  meaning: 'Read software selections from a file, one a line.',
};
export const TARGET_FILE: FlagDeclaration = {
  name: '-t',
  argument: 'target_file',
  meaning: 'Read targets from a file, one a line.',
};
const SAVE_SESSION: FlagDeclaration = {
  name: '-C',
  argument: 'session_file',
  meaning: 'Save options and selections of this session in a file.',
};
const LOAD_SESSION: FlagDeclaration = {
  name: '-S',
  argument: 'session_file',
  meaning: 'Take options and selections from a saved session.',
};
export const OPTION: FlagDeclaration = { name: '-x', argument: 'option=value', meaning: 'Set an option.' };
export const OPTION_FILE: FlagDeclaration = {
  name: '-X',
  argument: 'option_file',
  meaning: 'Read options from a file.',
};

export const JSON_ANSWER: FlagDeclaration = {
  name: '--json',
  meaning: 'Answer with one JSON document on stdout; messages go to stderr.',
};
export const YES: FlagDeclaration = {
  name: '-y',
  meaning: 'Go on without asking where a terminal would be asked.',
};
const COLOUR: FlagDeclaration = {
  name: '--color',
  argument: 'when',
  meaning: 'Use colour: auto (on a terminal, unless NO_COLOR is set), always or never.',
};

/** What nearly every command has, at the end of its synopsis. */
export const SESSION_FLAGS: readonly FlagDeclaration[] = [SAVE_SESSION, LOAD_SESSION, OPTION, OPTION_FILE, COLOUR];

export const INTERACTIVE: FlagDeclaration = {
  name: '-i',
  meaning: 'Start the user interface of the terminal; software named too is marked there.',
};
export const PROGRESS: FlagDeclaration = {
  name: '--progress',
  argument: 'style',
  meaning: 'Show progress on stderr: auto (a line, on a terminal only), json (one object a line) or none.',
};
export const SCHEDULE: FlagDeclaration = {
  name: '-Q',
  argument: 'date',
  meaning: 'Schedule the session for later, as a job that swagentd runs.',
};
export const RUN_JOB: FlagDeclaration = {
  name: '-J',
  argument: 'jobid',
  meaning: 'Run a scheduled job now.',
};
export const RESPONSES: FlagDeclaration = {
  name: '-c',
  argument: 'catalog',
  meaning: 'Keep responses to request scripts in this directory, and take them from there.',
};
