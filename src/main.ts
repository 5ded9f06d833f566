// The program's only entry: command name in, exit code out. Loads what the command line needs, and no more (performance.md 3).
// Every failure is told as one ERROR; a programmer's error also shows its stack, for whoever mends it.

import { homedir, hostname } from 'node:os';
import manifest from '../package.json' with { type: 'json' };
import type { Command } from './commands/declaration.ts';
import { COMMANDS } from './commands/index.ts';
import type { FrontCommand } from './fronts/declaration.ts';
import { FRONTS } from './fronts/index.ts';
import { hostName, userName } from './host/machine.ts';
import type { Caller } from './model/command-line.ts';
import { SdError, Stopped } from './model/error.ts';
import { print } from './report/terminal.ts';

/** Names of the commands; build.mjs makes one executable for each. */
export const commandNames: readonly string[] = [...Object.keys(COMMANDS), ...Object.keys(FRONTS)];

/** Runs the command `name` with the words of the command line and leaves its exit code in the process. */
export async function main(name: string): Promise<void> {
  process.exitCode = await run(name, process.argv.slice(2));
}

async function run(name: string, argv: readonly string[]): Promise<number> {
  if (argv[0] === '--version') return say([`${name} (swdist) ${manifest.version}`]);
  if (argv[0] === '-V' && WRITES_LAYOUTS.includes(name)) return say(['1.0', '0.8']);
  let command: Command | FrontCommand | undefined;
  try {
    command = await (COMMANDS[name] ?? FRONTS[name])!();
    if (argv[0] === '--complete') {
      return say(await (await import('./cli/complete.ts')).complete(command, argv.slice(1), caller()));
    }
    if (argv.includes('--help')) {
      const { help, wholeHelp } = await import('./cli/usage.ts');
      return say((argv.includes('all') ? wholeHelp : help)(command.declaration));
    }
    const { parseCommandLine, parseFrontLine } = await import('./cli/program.ts');
    if (isFront(command)) return await command.run(parseFrontLine(command.declaration, argv, caller()));
    return await command.run(parseCommandLine(command.declaration, argv, caller()));
  } catch (error) {
    // Its session has said so.
    if (error instanceof Stopped) return error.exitCode;
    return fail(error, command, argv.includes('--json'));
  }
}

function isFront(command: Command | FrontCommand): command is FrontCommand {
  return 'forms' in command.declaration;
}

/** Commands whose -V prints the layout versions of depots (commands.md 5). */
const WRITES_LAYOUTS = ['swmodify', 'swpackage'];

function caller(): Caller {
  return {
    host: hostName(),
    fullHost: hostname(),
    user: userName(),
    home: process.env.HOME || homedir(),
    cwd: process.cwd(),
  };
}

function say(lines: readonly string[]): number {
  print('stdout', lines);
  return 0;
}

async function fail(error: unknown, command: Command | FrontCommand | undefined, json: boolean): Promise<number> {
  const { printError } = await import('./report/failure.ts');
  printError(error instanceof SdError ? error : unexpected(error));
  if (error instanceof SdError) {
    if (error.code === 'bad_usage' && command) {
      const { synopsis } = await import('./cli/usage.ts');
      process.stderr.write(`${synopsis(command.declaration).join('\n')}\n`);
    }
  } else if (error instanceof Error) process.stderr.write(`${error.stack}\n`);
  const usage = error instanceof SdError && UNUSABLE.includes(error.code);
  const exitCode = (usage ? command?.declaration.usageExit : undefined) ?? 1;
  if (json) {
    const { printErrorDocument } = await import('./report/json.ts');
    printErrorDocument(error instanceof SdError ? error : unexpected(error), exitCode);
  }
  return exitCode;
}

/** Errors of the command line itself. */
const UNUSABLE = ['bad_usage', 'unknown_option', 'option_not_for_command', 'bad_option_value', 'option_file_not_found'];

function unexpected(error: unknown): SdError {
  return new SdError('internal_error', {
    what: 'The command ended in the middle of its work.',
    because: `${error instanceof Error ? error.message : String(error)}.`,
    todo: 'What was not finished is completed or undone by the next command on the same target.  Please report this with the lines below.',
  });
}
