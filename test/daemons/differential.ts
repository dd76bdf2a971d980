/** Generated configurations and sessions, played to both; failures by kind, the first of each made small. */
import { type Counts, type Difference, type KnownDifference, noCounts } from './compare.js';
import type { Dialogue } from './dialogue.js';
import { startDovecotAuth } from './dovecot-auth.js';
import { chosen, configuration } from './generate/configuration.js';
import { records } from './generate/dns.js';
import type { Feature, Surroundings } from './generate/feature.js';
import { seedFor } from './generate/random.js';
import { policyAnswer } from './generate/restrictions.js';
import { startNameServer } from './name-server.js';
import { configurationText, type Failure, type PlayOptions, playBoth } from './play-both.js';
import { startPolicyService } from './policy-service.js';
import { startSink } from './sink.js';

/** What the configurations name: sinks, a policy service, a name server. */
export interface Around extends AsyncDisposable {
  readonly surroundings: Surroundings;
  readonly play: Pick<PlayOptions, 'sinks' | 'nameserver'>;
}

export async function startAround(): Promise<Around> {
  const sinks = [await startSink(), await startSink()];
  const policy = await startPolicyService(policyAnswer);
  const logins = await startDovecotAuth();
  const names = await startNameServer(records);
  return {
    surroundings: { sinks: sinks.map(({ port }) => port), policyPort: policy.port, loginPort: logins.port },
    play: { sinks, nameserver: names.address },
    async [Symbol.asyncDispose]() {
      await Promise.all([names.stop(), policy.close(), logins.close(), ...sinks.map((sink) => sink.close())]);
    },
  };
}

export interface Plan {
  readonly seed: number;
  readonly configurations: number;
  /** Of each configuration. */
  readonly sessions: number;
  readonly features: readonly Feature[];
  readonly known: readonly KnownDifference[];
  /** One session, from its seed; `has` tells of the features of its configuration. */
  readonly session: (seed: number, name: string, has: (feature: string) => boolean) => Dialogue;
  /** Milliseconds for making failures small. Default 45,000. */
  readonly shrinkTime?: number;
  /** Configurations under way at once. */
  readonly atOnce: number;
}

export interface Found {
  /** What failures of one kind have in common. */
  readonly signature: string;
  readonly times: number;
  /** Of the first one, made small where there was time. */
  readonly report: string;
}

interface One {
  readonly seed: number;
  readonly features: readonly Feature[];
  readonly failure: Failure;
  times: number;
}

export async function differential(plan: Plan, around: Around, counts: Counts): Promise<readonly Found[]> {
  const found = new Map<string, One>();
  const { configurations, features, known } = plan;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < configurations; i = next++) {
      const seed = plan.seed + i;
      const chosenOnes = chosen(seed, features);
      const failures = await playSeed(seed, chosenOnes, dialogues(seed, chosenOnes, plan), around, known, counts);
      for (const failure of failures) {
        const signature = signatureOf(failure.difference);
        const before = found.get(signature);
        if (before === undefined) found.set(signature, { seed, features: chosenOnes, failure, times: 1 });
        else before.times += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, worker));
  const sorted = [...found].sort(([, a], [, b]) => b.times - a.times);
  const results: Found[] = [];
  const end = performance.now() + (plan.shrinkTime ?? 45_000);
  for (const [signature, one] of sorted) {
    const small =
      performance.now() < end && one.failure.difference.at !== 'harness'
        ? await shrink(signature, one, plan, around)
        : undefined;
    results.push({ signature, times: one.times, report: small ?? one.failure.report });
  }
  return results;
}

function dialogues(seed: number, features: readonly Feature[], { sessions, session }: Plan): readonly Dialogue[] {
  const has = (name: string): boolean => features.some((one) => one.name === name);
  return Array.from({ length: sessions }, (_, i) => session(seedFor(seed, `session ${i}`), `${seed}-${i}`, has));
}

async function playSeed(
  seed: number,
  features: readonly Feature[],
  sessions: readonly Dialogue[],
  { surroundings, play }: Around,
  known: readonly KnownDifference[],
  counts: Counts,
): Promise<readonly Failure[]> {
  const files = configuration(seed, features, surroundings);
  const name = `POSTERN_SEED=${seed} POSTERN_CONFIGURATIONS=1 (${features.map((one) => one.name).join(', ')})`;
  try {
    return await playBoth({ name, files, dialogues: sessions }, { ...play, known, counts });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const difference: Difference = { kind: 'crash', at: 'harness', postfix: '', postern: why, mainCf: files.mainCf };
    return [{ difference, report: `### ${name}\n${why}\n${configurationText(files)}` }];
  }
}

/** The same failure with the session that shows it and as few features as it needs. */
async function shrink(signature: string, one: One, plan: Plan, around: Around): Promise<string | undefined> {
  const all = dialogues(one.seed, one.features, plan);
  const mine = all.filter(({ name }) => one.failure.report.includes(`session ${name}`));
  let { features } = one;
  let best: string | undefined;
  const stillFails = async (fewer: readonly Feature[]): Promise<string | undefined> => {
    const failures = await playSeed(one.seed, fewer, mine, around, plan.known, noCounts());
    return failures.find(({ difference }) => signatureOf(difference) === signature)?.report;
  };
  for (const feature of one.features) {
    const fewer = features.filter((other) => other !== feature);
    const report = await stillFails(fewer);
    if (report === undefined) continue;
    features = fewer;
    best = report;
  }
  return best;
}

/** Alike for failures that have, most likely, one cause. */
function signatureOf({ kind, at, postfix, postern }: Difference): string {
  const plain = (text: string): string =>
    text
      .replace(/<[^>]*>/g, '<>')
      .replace(/\b\d+-\d+-\d+\b/g, 'ID')
      .replace(/\b[0-9A-F]{9,}\b|\b[a-z0-9]{16,}\b/g, 'ID')
      .replace(/[\w.]*(?:main\.cf|_[a-z_]+\d?):\d+/g, 'FILE')
      .replace(/smtp \d+/g, 'smtp');
  if (kind === 'delivery')
    return `delivery | ${placesOf(postfix)} | ${placesOf(postern)} | ${firstChange(postfix, postern)}`;
  return [kind, plain(at).split(/[: ]/)[0], plain(postfix).slice(0, 160), plain(postern).slice(0, 160)].join(' | ');
}

const placesOf = (text: string): string =>
  [...text.matchAll(/^--- (?:smtp \d+ )?(.*)$/gm)].map(([, place]) => place).join(', ') || 'nowhere';

/** The first line that differs, of the same place. */
function firstChange(postfix: string, postern: string): string {
  const [a, b] = [postfix.split('\n'), postern.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  const name = (line: string | undefined): string =>
    (line ?? '(end)').replace(/[:].*/, '').slice(0, 40).replace(/\d+/g, 'N');
  return at < 0 ? '' : `${name(a[at])} / ${name(b[at])}`;
}
