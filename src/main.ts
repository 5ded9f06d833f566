// The program's only entry: command name in, exit code out.

export async function main(name: string): Promise<void> {
  process.stderr.write(`${name}\n`);
  process.exitCode = 1;
}
