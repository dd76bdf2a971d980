/**
 * The `postern` command as a function: arguments and surroundings in, exit status out. Each command is a file of its
 * own. Writes to the outputs it is given and to nothing else; sets no exit code, installs no handler.
 */
import { ldapTables } from '../adapters/ldap/tables.js';
import { batch } from './batch.js';
import { check } from './check.js';
import { describe } from './describe.js';
import { explain } from './explain.js';
import { type Exit, exit, exitStatus, type Io, print, usageExit } from './io.js';
import { printable } from './printable.js';
import { query } from './query.js';
import { score } from './score.js';
import { spf } from './spf.js';
import { mainHelp } from './usage.js';
import { version } from './version.js';

type Command = (args: readonly string[], io: Io) => Promise<number | Exit>;

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['explain', explain],
  ['batch', batch],
  ['check', check],
  ['describe', describe],
  ['query', query],
  ['spf', spf],
  ['score', score],
]);

/** `argv` without node and script. Resolves to a status of sysexits.h; never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  // The package for it is loaded, and a server asked, when a table needs it.
  await using ldap = ldapTables();
  const ended = await run(argv, { ldap: ldap.open, ...io }).catch((error: unknown) =>
    io.signal?.aborted === true ? interrupted : crashed(error),
  );
  if (typeof ended === 'number') return ended;
  if (ended.data !== undefined) await print(io.stdout, `${ended.data}\n`);
  await print(io.stderr, `${ended.text}\n`);
  return ended.status;
}

async function run(argv: readonly string[], io: Io): Promise<number | Exit> {
  const [name, ...args] = argv;
  if (name === '--help' || name === '-h' || name === 'help') return show(io, mainHelp);
  if (name === '--version') return show(io, `${version}\n`);
  if (name === undefined) return exit(exitStatus.usage, mainHelp.trimEnd());
  const command = commands.get(name);
  return command === undefined ? usageExit(`no such command: ${name}`) : command(args, io);
}

async function show(io: Io, text: string): Promise<number> {
  await print(io.stdout, text);
  return exitStatus.ok;
}

/** As a shell reports a process that SIGINT ended. */
const interrupted: Exit = exit(130, 'interrupted');

function crashed(error: unknown): Exit {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return exit(exitStatus.software, `this is a bug of postern:\n${what.split('\n').map(printable).join('\n')}`);
}
