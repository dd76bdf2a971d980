/** DMARC: evaluations per second beside mailauth's, all names in memory: mail that passes, strict and relaxed, and mail that fails. */
import { createRequire } from 'node:module';
import { type Evaluation, nextStep } from '../../src/stages/dmarc/evaluate.js';
import type { Identifier } from '../../src/stages/dmarc/identifiers.js';
import { type Knowledge, nameOf, recordIn } from '../../src/stages/dmarc/knowledge.js';
import { type Answer, found, notFound } from '../../src/values/answer.js';
import { type BenchRow, median, row } from './row.js';

const records: Readonly<Record<string, string>> = {
  '_dmarc.example.com': 'v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc@example.com',
  '_dmarc.example.net': 'v=DMARC1; p=none; adkim=s; aspf=s',
};
/** Author, domain of SPF, domain of the signature; these two passed. */
const mails: readonly (readonly [string, string, string])[] = [
  ['example.com', 'example.com', 'example.com'],
  ['news.example.com', 'bounce.example.com', 'example.com'],
  ['example.net', 'bounce.example.net', 'example.net'],
  ['news.example.com', 'example.org', 'example.net'],
  ['nobody.example.org', 'nobody.example.org', 'example.org'],
];
const TIMES = 1000;

interface Mailauth {
  dmarc(options: object): Promise<unknown>;
}

export async function benchDmarc(): Promise<readonly BenchRow[]> {
  const mailauth = createRequire(import.meta.url)('mailauth/lib/dmarc/index.js') as Mailauth;
  const ours: number[] = [];
  const theirs: number[] = [];
  // In turns, so that a busy moment of the machine is shared.
  for (let round = 0; round < 7; round++) {
    ours.push(await perSecond((mail) => evaluate(...mail)));
    theirs.push(await perSecond((mail) => rival(mailauth, ...mail)));
  }
  const figures = { ours: median(ours), against: 'mailauth', rival: median(theirs), goal: '' };
  return [row({ name: 'dmarc: evaluation', unit: 'messages/s', ...figures })];
}

async function perSecond(run: (mail: (typeof mails)[number]) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < TIMES; i++) for (const mail of mails) await run(mail);
  return (TIMES * mails.length * 1000) / (performance.now() - started);
}

async function evaluate(author: string, spf: string, dkim: string): Promise<unknown> {
  const passed = { selector: undefined, result: 'pass', use: 'pass', why: undefined } as const;
  const identifiers: readonly Identifier[] = [
    { mechanism: 'spf', domain: spf, ...passed },
    { mechanism: 'dkim', domain: dkim, ...passed },
  ];
  const evaluation: Evaluation = { author, identifiers, rfc: 9989, sample: 0 };
  const texts = new Map<string, ReturnType<typeof recordIn>>();
  const known: Knowledge = { records: texts, existence: new Map(), organizational: new Map() };
  for (;;) {
    const step = nextStep(evaluation, known);
    if (step.kind === 'done') return step.verdict;
    texts.set(step.question.domain, recordIn(await answer(nameOf(step.question))));
  }
}

async function answer(name: string): Promise<Answer<readonly string[]>> {
  const record = records[name];
  return record === undefined ? notFound('no-such-name') : found([record]);
}

function rival(mailauth: Mailauth, author: string, spf: string, dkim: string): Promise<unknown> {
  return mailauth.dmarc({ headerFrom: [`a@${author}`], spfDomains: [spf], dkimDomains: [dkim], resolver: nodeAnswer });
}

async function nodeAnswer(name: string): Promise<unknown> {
  const record = records[name];
  if (record === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
  return [[record]];
}
