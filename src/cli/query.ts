/**
 * `postern query`: what a table says of a key, or of each line of standard input, as `postmap -q` does. With -h, -b, -m
 * standard input is a message whose header fields and body lines are the keys. Tables are read from their source text.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Table, TableEntry } from '../core/table.js';
import { filesOf, plainFiles } from '../postfix/files.js';
import { mainCfParameters } from '../postfix/main-cf-parameters.js';
import { openTableList } from '../tables/index.js';
import type { Answer } from '../values/answer.js';
import { isConfigurationError, type Problem, renderProblem } from '../values/errors.js';
import { accountsOf } from './accounts.js';
import { repeatedOption } from './arguments.js';
import { configExit, type Exit, exit, exitStatus, type Io, print, type Ready, ready, usageExit } from './io.js';
import { nativePatterns } from './load-policy.js';
import { printable } from './printable.js';
import { type Asked, askLines } from './query-lines.js';
import { type AskedMessage, askMessage, MESSAGE_LIMIT } from './query-text.js';
import { trustedFault, trustedTables } from './trusted.js';
import { queryHelp } from './usage.js';

/** postmap's status for a key that is not found. */
const NOT_FOUND = 1;
/** EX_TEMPFAIL: a table that could not tell. */
const CANNOT_TELL = 75;

interface QueryLine {
  readonly names: readonly string[];
  readonly key: string;
  readonly header: boolean;
  readonly body: boolean;
  readonly mime: boolean;
  readonly foldKeys: boolean;
  readonly aliases: boolean;
  readonly folder: string | undefined;
  readonly trusted: readonly string[];
  readonly accounts: string | undefined;
}

export async function query(args: readonly string[], io: Io): Promise<number | Exit> {
  if (args.includes('--help')) {
    await print(io.stdout, queryHelp);
    return exitStatus.ok;
  }
  const line = readLine(args);
  if (line.kind === 'exit') return line;
  const opened = await openTables(line.value, io);
  if (opened.kind === 'exit') return opened;
  const asked = await ask(line.value, opened.value, io);
  if (asked.kind === 'too-large') {
    return exit(exitStatus.data, `query: a message may have ${MESSAGE_LIMIT} octets`);
  }
  if (asked.kind === 'cannot-tell') {
    const { table, why } = asked;
    return exit(CANNOT_TELL, printable(`${table}: could not tell of ${JSON.stringify(asked.key)}: ${why}`));
  }
  return asked.found ? exitStatus.ok : NOT_FOUND;
}

const options = {
  header: { type: 'boolean', short: 'h' },
  body: { type: 'boolean', short: 'b' },
  mime: { type: 'boolean', short: 'm' },
  'no-fold': { type: 'boolean', short: 'f' },
  aliases: { type: 'boolean' },
  postfix: { type: 'string', short: 'c' },
  trusted: { type: 'string', multiple: true },
  accounts: { type: 'string' },
} as const;

function readLine(args: readonly string[]): Ready<QueryLine> | Exit {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const key = positionals.at(-1);
    const names = positionals.slice(0, -1);
    if (key === undefined || names.length === 0) return usageExit('query: TYPE:FILE and a key, or "-", are expected');
    const { header = false, body = false, mime = false, aliases = false, trusted = [] } = values;
    const fault = repeatedOption(args, options) ?? faultOf(header || body, mime, key) ?? trustedFault(trusted);
    if (fault !== undefined) return usageExit(`query: ${fault}`);
    const foldKeys = values['no-fold'] !== true;
    const { postfix: folder, accounts } = values;
    return ready({ names, key, header, body, mime, foldKeys, aliases, folder, trusted, accounts });
  } catch (error) {
    return usageExit(`query: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function faultOf(isMessage: boolean, mime: boolean, key: string): string | undefined {
  if (isMessage && key !== '-') return '-h and -b ask with a message on standard input: the key is "-"';
  return mime && !isMessage ? '-m goes with -h or -b' : undefined;
}

async function openTables(line: QueryLine, io: Io): Promise<Ready<Table> | Exit> {
  const { names, folder, foldKeys, aliases } = line;
  const warnings: Problem[] = [];
  const accounts = accountsOf(line.accounts, io.cwd);
  try {
    const inFolder = folder === undefined ? undefined : filesOf(resolve(io.cwd, folder));
    const table = openTableList(names, {
      files: inFolder ?? plainFiles(io.cwd),
      ...(inFolder !== undefined && { mainCf: mainCfParameters(inFolder) }),
      ...(io.ldap !== undefined && { ldap: io.ldap }),
      ...(await nativePatterns()),
      ...trustedTables(line.trusted, resolve(io.cwd, folder ?? ''), io.cwd),
      ...(accounts !== undefined && { unix: accounts.unix }),
      foldKeys,
      aliases: () => aliases,
      random: Math.random,
      onWarning: (warning) => warnings.push(warning),
    });
    for (const warning of warnings) await print(io.stderr, `warning: ${printable(renderProblem(warning))}\n`);
    return ready(table);
  } catch (error) {
    if (isConfigurationError(error)) return configExit(error.problems, false);
    throw error;
  }
}

async function ask({ key, header, body, mime }: QueryLine, table: Table, io: Io): Promise<AskedMessage> {
  if (header || body) return askMessage(table, { headers: header, body, mime }, io);
  return key === '-' ? askLines(table, io) : askOne(table, key, io);
}

async function askOne(table: Table, key: string, io: Io): Promise<Asked> {
  const answer: Answer<TableEntry> = await table.lookup(key);
  if (answer.kind === 'cannot-tell') return { kind: 'cannot-tell', table: table.name, key, why: answer.why };
  if (answer.kind === 'not-found') return { kind: 'asked', found: false };
  await print(io.stdout, `${answer.value.value}\n`);
  return { kind: 'asked', found: true };
}
