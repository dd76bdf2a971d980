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
import { Postfix, type PostfixFiles, type PostfixFolder, postfixFolder, writeConfiguration } from './postfix.js';
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
      const theirs = playAll(setup.dialogues, folder.port, 2, withReverseName);
      const ours = playAll(setup.dialogues, postern.port, 8);
      const [a, b] = await Promise.all([theirs, ours]);
      await postfix.settle();
      const [fatal] = postfix.fatalLines();
      if (fatal !== undefined) throw new Error(`Postfix gave up: ${fatal}`);
      const sides = {
        postfix: [...(await postfixDeliveries(postfix, folder)), ...sunk(options.sinks)],
        postern: postern.deliveries(),
      };
      const failures = await report(setup, options, a, b, sides, postfix);
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
  port: number,
  atOnce: number,
  adapt?: (command: string) => string,
): Promise<readonly (readonly Exchange[])[]> {
  const results: (readonly Exchange[])[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < dialogues.length; i = next++)
      results[i] = await play(dialogues[i] as Dialogue, port, adapt);
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
  a: readonly (readonly Exchange[])[],
  b: readonly (readonly Exchange[])[],
  sides: Record<'postfix' | 'postern', readonly Delivered[]>,
  postfix: Postfix,
): Promise<readonly Failure[]> {
  counts.configurations += 1;
  const failures: Failure[] = [];
  for (const [i, dialogue] of dialogues.entries()) {
    counts.sessions += 1;
    const exchanges = { postfix: a[i] ?? [], postern: b[i] ?? [] };
    const { differences, diverged } = await compareSession(exchanges, files.mainCf, known, counts, (address) =>
      postfix.verify(address),
    );
    const ids = diverged ? [] : idsOf(dialogue, exchanges.postfix);
    const all = [...differences, ...compareDeliveries(ids, sides, files.mainCf, known, counts)];
    const made = all.map((difference) => ({
      difference,
      report: [
        `### ${name}, session ${dialogue.name}: ${difference.kind} at ${difference.at}`,
        `postfix: ${difference.postfix}`,
        `postern: ${difference.postern}`,
        ...(difference.fate === undefined ? [] : [`mail to it: ${difference.fate}`]),
        transcript(dialogue, exchanges),
        configurationText(files),
        ...(difference.kind === 'delivery' ? [`postfix log:\n${postfix.lastLines()}`] : []),
      ].join('\n'),
    }));
    failures.push(...made);
  }
  return failures;
}

/** The messages that were taken: the field X-Case of each content that had a 2yz reply. */
function idsOf(dialogue: Dialogue, exchanges: readonly Exchange[]): readonly string[] {
  const contents = dialogue.steps.flatMap((step) => (step.kind === 'content' ? [step.message] : []));
  const taken = exchanges.some(({ sent, reply }) => sent === '(message)' && reply.code < 300);
  return taken ? contents.flatMap((text) => /^X-Case: *(\S+)/m.exec(text)?.[1] ?? []) : [];
}

function crash({ name, files }: Setup, text: string): Failure {
  const difference: Difference = { kind: 'crash', at: 'log', postfix: '', postern: text, mainCf: files.mainCf };
  return { difference, report: `### ${name}: Postern crashed\n${text}\n${configurationText(files)}` };
}

/** main.cf and the maps that it names. */
export function configurationText({ mainCf, maps = {} }: PostfixFiles): string {
  const named = Object.entries(maps).filter(([name]) => mainCf.includes(`/${name}`));
  return [`main.cf:\n${mainCf}`, ...named.map(([name, text]) => `${name}:\n${text}`)].join('\n');
}
