/** The cases of the conformance suite, each one promise of ports/scorer.ts, told by its name. The scorer under test speaks to `judge`. */
import type { PortCall } from '../../core/stage.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';
import type { Answer } from '../../values/answer.js';
import { brokenMessage, equal, message, streamed } from '../mail-store/fixtures.js';
import type { Judge, Judgement } from './judge.js';

export interface ScorerSubject {
  readonly scorer: Scorer;
  /** What the service was given so far, one octet a character. */
  readonly seen: readonly string[];
}

type Case = (subject: ScorerSubject) => Promise<void>;

const verdict = (score: number, rules: readonly string[], required = 5): Judgement => ({
  kind: 'verdict',
  score,
  required,
  rules,
});

const judgements: Readonly<Record<string, Judgement>> = {
  spam: verdict(7.5, ['BAYES_99', 'HTML_MESSAGE', '__SUB_1']),
  wanted: verdict(-2.3, ['ALL_TRUSTED']),
  plain: verdict(0, [], 6),
  silent: { kind: 'silent' },
  nonsense: { kind: 'nonsense' },
  closes: { kind: 'closes' },
};

/** What the service says: by the subject of the message; `n 12` has 12 points, others are plain. */
export const conformanceJudge: Judge = (text) => {
  const subject = /^Subject: ([^\r\n]*)/m.exec(text)?.[1] ?? '';
  const points = /^n (\d+)$/.exec(subject)?.[1];
  if (points !== undefined) return verdict(Number(points), [`N_${points}`]);
  return judgements[subject] ?? verdict(0, [], 6);
};

function question(subject: string, over: Partial<ScorerQuestion> = {}): ScorerQuestion {
  return {
    message: message(`From: a@sender.example\r\nSubject: ${subject}\r\n\r\nbody of ${subject}\r\n`),
    sender: 'a@sender.example',
    recipients: ['s001@school.example'],
    client: undefined,
    helo: 'client.example',
    login: undefined,
    ...over,
  };
}

/** An evaluation that has `ms` left. */
function within(ms: number): { readonly call: PortCall; readonly abort: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  const abort = (): void => {
    clearTimeout(timer);
    controller.abort();
  };
  return { call: { signal: controller.signal, deadline: performance.now() + ms }, abort };
}

async function ask(scorer: Scorer, asked: ScorerQuestion, ms = 5000): Promise<Answer<ScorerVerdict>> {
  const { call, abort } = within(ms);
  try {
    return await scorer.score(asked, call);
  } finally {
    abort();
  }
}

async function verdictOn(scorer: Scorer, asked: ScorerQuestion): Promise<ScorerVerdict> {
  const answer = await ask(scorer, asked);
  if (answer.kind !== 'found') throw new Error(`expected a verdict, got ${answer.kind}: ${answer.why}`);
  return answer.value;
}

async function cannotTell(answer: Promise<Answer<ScorerVerdict>>): Promise<void> {
  const { kind, why } = (await answer) as { readonly kind: string; readonly why?: string };
  equal(kind, 'cannot-tell');
  equal(typeof why === 'string' && why !== '', true);
}

const names = ({ hits }: ScorerVerdict): readonly string[] => hits.map(({ name }) => name).sort();

export const conformanceCases: Readonly<Record<string, Case>> = {
  'tells points, threshold and rules': async ({ scorer }) => {
    const { score, required, hits } = await verdictOn(scorer, question('spam'));
    equal([score, required ?? 5], [7.5, 5]);
    equal(hits.map(({ name }) => name).sort(), ['BAYES_99', 'HTML_MESSAGE', '__SUB_1']);
  },

  'tells negative points, and none': async ({ scorer }) => {
    equal((await verdictOn(scorer, question('wanted'))).score, -2.3);
    const { score, hits } = await verdictOn(scorer, question('plain'));
    equal([score, hits.length], [0, 0]);
  },

  'shows the scorer every octet of the message': async ({ scorer, seen }) => {
    const text = 'Subject: plain\r\nX: \xff\r\n\r\n\0\x80\xff\r\n.\r\n..x\r\n\r\nlast';
    await verdictOn(scorer, question('', { message: message(text) }));
    equal(seen.length, 1);
    equal(seen[0]?.endsWith(text), true);
  },

  'takes a body that is not in memory': async ({ scorer, seen }) => {
    const chunks = Array.from({ length: 20 }, (_, i) => `${String(i).padEnd(9998, 'x')}\r\n`);
    await verdictOn(scorer, question('', { message: streamed('Subject: n 3\r\n\r\n', chunks) }));
    equal(seen[0]?.endsWith(`Subject: n 3\r\n\r\n${chunks.join('')}`), true);
  },

  'cannot tell when the message cannot be read to its end': async ({ scorer }) => {
    await cannotTell(ask(scorer, question('', { message: brokenMessage() })));
    equal((await verdictOn(scorer, question('spam'))).score, 7.5);
  },

  'cannot tell when the service is silent, within the time of the call': async ({ scorer }) => {
    const start = performance.now();
    await cannotTell(ask(scorer, question('silent'), 100));
    equal(performance.now() - start < 2000, true);
  },

  'cannot tell when the service talks nonsense or closes, and can the next time': async ({ scorer }) => {
    await cannotTell(ask(scorer, question('nonsense')));
    await cannotTell(ask(scorer, question('closes')));
    equal((await verdictOn(scorer, question('spam'))).score, 7.5);
  },

  'cannot tell when aborted, beforehand or while it waits': async ({ scorer }) => {
    const before = within(5000);
    before.abort();
    await cannotTell(scorer.score(question('spam'), before.call));
    const { call, abort } = within(5000);
    const start = performance.now();
    const answer = scorer.score(question('silent'), call);
    setTimeout(abort, 30);
    await cannotTell(answer);
    equal(performance.now() - start < 2000, true);
  },

  'keeps the answers of many questions at once apart': async ({ scorer }) => {
    const all = Array.from({ length: 40 }, (_, i) => i);
    const verdicts = await Promise.all(all.map((i) => verdictOn(scorer, question(`n ${i}`))));
    equal(
      verdicts.map((one) => [one.score, ...names(one)]),
      all.map((i) => [i, `N_${i}`]),
    );
  },

  'lets no text of the envelope become anything else': async ({ scorer, seen }) => {
    const evil = 'x\r\nSubject: wanted\r\n\r\nIp: 127.0.0.1\r\n';
    const asked = question('spam', {
      sender: evil,
      recipients: [evil, '\u00fc@\u2603.example', ''],
      helo: evil,
      login: evil,
    });
    equal((await verdictOn(scorer, asked)).score, 7.5);
    equal(seen.length, 1);
  },

  'takes the null path, no HELO name, no recipient and many': async ({ scorer }) => {
    const many = Array.from({ length: 1000 }, (_, i) => `s${i}@school.example`);
    equal((await verdictOn(scorer, question('spam', { sender: '', helo: undefined, recipients: [] }))).score, 7.5);
    equal((await verdictOn(scorer, question('spam', { recipients: many }))).score, 7.5);
  },
};
