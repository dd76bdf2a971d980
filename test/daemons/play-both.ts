/** One configuration folder, two servers, the same sessions to both. */
import { join } from 'node:path';
import {
  type Counts,
  compareDeliveries,
  compareSession,
  type Difference,
  isKnown,
  type KnownDifference,
  transcript,
} from './compare.js';
import { type Delivered, delivered, readMaildirs } from './deliveries.js';
import { type Dialogue, type Exchange, play, withReverseName } from './dialogue.js';
import { type PosternSide, startPostern } from './postern.js';
import { Postfix, postfixFolder, writeConfiguration } from './postfix.js';
import type { PostfixFiles, PostfixFolder } from './postfix-files.js';
import type { Sink } from './sink.js';

export interface Setup {
  readonly name: string;
  readonly files: PostfixFiles;
  readonly dialogues: readonly Dialogue[];
}

export interface PlayOptions {
  readonly sinks: readonly Sink[];
  readonly nameserver?: string;
  readonly known: readonly KnownDifference[];
  readonly counts: Counts;
}

export interface Failure {
  readonly difference: Difference;
  /** For people: what differs, both transcripts, main.cf. */
  readonly report: string;
}

/** What differs and is not known. */
export async function playBoth(setup: Setup, options: PlayOptions): Promise<readonly Failure[]> {
  const folder = await postfixFolder();
  await writeConfiguration(folder, setup.files);
  const postfix = await Postfix.start(
    folder,
    options.nameserver === undefined ? {} : { nameserver: options.nameserver },
  );
  try {
    const postern = await startPostern(folder, options.nameserver).catch((error: unknown) => error);
    if (!isSide(postern)) return refused(setup, options, postern);
    try {
      const theirs = playAll(
        setup.dialogues,
        folder.ports.slice(0, setup.files.services?.length ?? 1),
        2,
        withReverseName,
      );
      const ours = playAll(setup.dialogues, postern.ports, 8);
      const [a, b] = await Promise.all([theirs, ours]);
      await postfix.settle();
      const [fatal] = postfix.fatalLines();
      if (fatal !== undefined) throw new Error(`Postfix gave up: ${fatal}`);
      const sides = {
        postfix: [...(await postfixDeliveries(postfix, folder)), ...sunk(options.sinks)],
        postern: postern.deliveries(),
      };
      const failures = await report(setup, options, { postfix: a, postern: b }, sides, postfix);
      const crashes = postern.errors.filter((text) => /crash/.test(text));
      return [...failures, ...crashes.map((text) => crash(setup, text))];
    } finally {
      await postern.stop();
    }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${postfix.lastLines()}`);
  } finally {
    await postfix.stop();
  }
}

function isSide(side: unknown): side is PosternSide {
  return typeof side === 'object' && side !== null && 'deliveries' in side;
}

function refused({ name, files }: Setup, { known, counts }: PlayOptions, error: unknown): readonly Failure[] {
  const postern = error instanceof Error ? error.message.replace(/\/\S*\/etc\//g, '') : String(error);
  const shared = { kind: 'configuration', at: 'start', postfix: 'starts', mainCf: files.mainCf } as const;
  const [lines, counted] = [postern.split('\n'), { ...shared, postern }];
  if (lines.every((line) => isKnown({ ...shared, postern: line }, known, counts))) return [];
  const report = `### ${name}: Postern refuses the configuration\n${postern}\n${configurationText(files)}`;
  return [{ difference: counted, report }];
}

/** Sessions share nothing, so some run at once; the order of results is theirs. */
async function playAll(
  dialogues: readonly Dialogue[],
  ports: readonly number[],
  atOnce: number,
  adapt?: (command: string) => string,
): Promise<readonly (readonly Exchange[])[]> {
  const results: (readonly Exchange[])[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < dialogues.length; i = next++) {
      const dialogue = dialogues[i] as Dialogue;
      const port = ports[dialogue.service ?? 0] ?? ports[0] ?? 0;
      results[i] = await play(dialogue, port, adapt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function postfixDeliveries(postfix: Postfix, { root }: PostfixFolder): Promise<readonly Delivered[]> {
  const queued = await postfix.queue();
  const held = await Promise.all(
    queued
      .filter(({ queue_name }) => queue_name === 'hold')
      .map(async ({ queue_id }) => delivered('hold', await postfix.held(queue_id))),
  );
  return [
    ...readMaildirs(join(root, 'virtual'), (name) => name),
    ...readMaildirs(join(root, 'home'), (name) => name.replace(/\/Maildir$/, '')),
    ...held.flat(),
  ];
}

function sunk(sinks: readonly Sink[]): readonly Delivered[] {
  return sinks.flatMap(({ mails }) =>
    mails.flatMap(({ port, recipients, message }) =>
      recipients.flatMap((one) => delivered(`smtp ${port} ${one}`, message)),
    ),
  );
}

async function report(
  { name, files, dialogues }: Setup,
  { known, counts }: PlayOptions,
  played: Record<'postfix' | 'postern', readonly (readonly Exchange[])[]>,
  sides: Record<'postfix' | 'postern', readonly Delivered[]>,
  postfix: Postfix,
): Promise<readonly Failure[]> {
  counts.configurations += 1;
  const failures: Failure[] = [];
  const mainCf = settingsOf(files);
  const fateOf = (address: string): Promise<string> => postfix.verify(address);
  for (const [i, dialogue] of dialogues.entries()) {
    counts.sessions += 1;
    const exchanges = { postfix: played.postfix[i] ?? [], postern: played.postern[i] ?? [] };
    const { differences, ids } = await compareSession(exchanges, { mainCf, known, counts, fateOf });
    const all = [...differences, ...compareDeliveries(ids, sides, mainCf, known, counts)];
    const made = all.map((difference) => ({
      difference,
      report: [
        `### ${name}, session ${dialogue.name}: ${difference.kind} at ${difference.at}`,
        ...differing(difference),
        ...(difference.fate === undefined ? [] : [`mail to it: ${difference.fate}`]),
        transcript(exchanges, difference),
        configurationText(files),
      ].join('\n'),
    }));
    failures.push(...made);
  }
  return failures;
}

/** Replies whole; of deliveries the lines that only one side has. */
function differing({ kind, postfix, postern }: Difference): readonly string[] {
  if (kind !== 'delivery') return [`postfix: ${postfix}`, `postern: ${postern}`];
  const [a, b] = [postfix.split('\n'), postern.split('\n')];
  const alone = (mine: readonly string[], others: readonly string[], who: string): readonly string[] =>
    mine
      .filter((line) => line.startsWith('--- ') || !others.includes(line))
      .slice(0, 20)
      .map((line) => `${who}: ${line.slice(0, 200)}`);
  return [...alone(a, b, 'postfix'), ...alone(b, a, 'postern')];
}

function crash({ name, files }: Setup, text: string): Failure {
  const difference: Difference = { kind: 'crash', at: 'log', postfix: '', postern: text, mainCf: files.mainCf };
  return { difference, report: `### ${name}: Postern crashed\n${text}\n${configurationText(files)}` };
}

/** What the predicates of known differences see: main.cf, and the options of a second service as lines like its. */
const settingsOf = ({ mainCf, services = [] }: PostfixFiles): string =>
  [
    mainCf,
    ...services
      .slice(1)
      .flat()
      .map((one) => one.replace(/^\{? ?(\w+) ?= ?/, '$1 = ')),
  ].join('\n');

/** main.cf, the options of a second service, and the maps that they name. */
export function configurationText({ mainCf, maps = {}, services = [] }: PostfixFiles): string {
  const options = services.slice(1).flat();
  const named = Object.entries(maps).filter(([name]) => `${mainCf}${options.join(' ')}`.includes(`/${name}`));
  const second = options.length > 0 ? [`second service: -o ${options.join(' -o ')}`] : [];
  return [`main.cf:\n${mainCf}`, ...second, ...named.map(([name, text]) => `${name}:\n${text}`)].join('\n');
}
