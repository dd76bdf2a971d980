/**
 * `postern score`: how much messages look like spam by SpamAssassin's rules, run here, and which rules say so. Asks
 * nobody: rules that need the DNS are off.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSpamAssassin, type SpamAssassinFolders } from '../spamassassin/index.js';
import { type CompiledRules, compileSpamRules } from '../stages/spam/score/compile.js';
import { type SpamScore, scoreMessage } from '../stages/spam/score/score.js';
import { concatBytes } from '../values/bytes.js';
import { isConfigurationError } from '../values/errors.js';
import { parseMessage } from '../values/message.js';
import { repeatedOption } from './arguments.js';
import { commandUsageExit, configExit, type Exit, exit, exitStatus, type Io, print, type Ready, ready } from './io.js';
import { printable } from './printable.js';
import { pluginNote, scoreLine, scoreText, skippedJson, skippedNote, skippedText } from './score-text.js';
import { scoreHelp } from './usage.js';

const options = {
  rules: { type: 'string' },
  site: { type: 'string' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
  skipped: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface ScoreLine {
  readonly folders: SpamAssassinFolders;
  readonly json: boolean;
  readonly all: boolean;
  readonly skipped: boolean;
  readonly files: readonly string[];
}

export async function score(args: readonly string[], io: Io): Promise<number | Exit> {
  if (args.includes('--help') || args.includes('-h')) {
    await print(io.stdout, scoreHelp);
    return exitStatus.ok;
  }
  const line = readLine(args, io);
  if (line.kind === 'exit') return line;
  const rules = compiled(line.value);
  if (rules.kind === 'exit') return rules;
  const { json, skipped, files } = line.value;
  if (skipped) await print(io.stdout, json ? skippedJson(rules.value) : skippedText(rules.value));
  else if (!json) {
    const notes = [skippedNote(rules.value.skipped), pluginNote(rules.value.source)];
    for (const note of notes) if (note !== undefined) await print(io.stderr, `${note}\n`);
  }
  let status: number = exitStatus.ok;
  for (const file of files) {
    const failed = await scoreFile(file, rules.value, line.value, io);
    if (failed === undefined) continue;
    await print(io.stderr, `${failed.text}\n`);
    status = failed.status;
  }
  return status;
}

function readLine(args: readonly string[], io: Io): Ready<ScoreLine> | Exit {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    const twice = repeatedOption(args, options);
    if (twice !== undefined) return commandUsageExit('score', [twice]);
    const { json = false, all = false, skipped = false } = values;
    if (positionals.length === 0 && !skipped) return commandUsageExit('score', ['a message file is expected']);
    const folders: SpamAssassinFolders = {
      localTestsOnly: true,
      ...(values.rules === undefined ? {} : { rules: resolve(io.cwd, values.rules) }),
      ...(values.site === undefined ? {} : { site: resolve(io.cwd, values.site) }),
    };
    return ready({ folders, json, all, skipped, files: positionals });
  } catch (error) {
    return commandUsageExit('score', [error instanceof Error ? error.message : String(error)]);
  }
}

function compiled({ folders, json }: ScoreLine): Ready<CompiledRules> | Exit {
  try {
    return ready(compileSpamRules(readSpamAssassin(folders)));
  } catch (error) {
    if (isConfigurationError(error)) return configExit(error.problems, json);
    throw error;
  }
}

/** What kept it from being scored. */
async function scoreFile(file: string, rules: CompiledRules, line: ScoreLine, io: Io): Promise<Exit | undefined> {
  const octets = await readOctets(file, io).catch((error: unknown) => error as Error);
  if (octets instanceof Error) return exit(exitStatus.noInput, printable(`score: ${file}: ${octets.message}`));
  const parsed = parseMessage(octets);
  if (parsed.kind === 'over-limit') {
    return exit(exitStatus.data, printable(`score: ${file}: the header is over a limit: ${parsed.limit}`));
  }
  const message = parsed.value;
  const body = message.body.bytes ?? new Uint8Array(0);
  const envelope = { sender: undefined, recipients: [] };
  const subject = rules.preparation.subject({ message, body, envelope, now: new Date() });
  const scored: SpamScore = scoreMessage(rules, subject);
  await print(io.stdout, line.json ? scoreLine(file, scored, line.all) : scoreText(file, scored, line.all));
  return undefined;
}

async function readOctets(file: string, io: Io): Promise<Uint8Array> {
  if (file !== '-') return readFile(resolve(io.cwd, file));
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(chunk);
  return concatBytes(chunks);
}
