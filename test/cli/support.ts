/** Runs the command in this process, with outputs that are kept. */

import { main } from '../../src/cli/main.js';
import { eachRecipient, sequence, tolerate, when } from '../../src/core/combine.js';
import { accept, reject } from '../../src/core/decision.js';
import { prependHeader } from '../../src/core/edit.js';
import { type FindingKey, finding } from '../../src/core/finding.js';
import { definePolicy, type Policy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import { testTable } from '../../src/testing/index.js';
import { zoneResolver } from '../../src/testing/ports/zone-resolver.js';
import { makeField } from '../../src/values/make-field.js';
import { firstField } from '../../src/values/message.js';
import { reply } from '../../src/values/reply.js';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd = process.cwd(), stdin = '', isTTY, env = {}, signal } = options;
  let out = '';
  let err = '';
  const stdout = {
    write: (text: string) => {
      out += text;
    },
    isTTY,
  };
  const stderr = {
    write: (text: string) => {
      err += text;
    },
  };
  async function* input() {
    yield new TextEncoder().encode(stdin);
  }
  const status = await main(argv, {
    stdout,
    stderr,
    stdin: input(),
    env,
    cwd,
    // Nobody is known, and the network is not asked.
    resolver: zoneResolver({}),
    ...(signal !== undefined && { signal }),
  });
  return { status, out, err };
}

const subjectFinding: FindingKey<'subject', { readonly text: string }> = finding('subject');

const helloAgain = defineStage({
  name: 'helloAgain',
  at: 'helo',
  accepts: true,
  run: ({ helo }) => (helo === 'friend.example' ? accept('access', 'a friend') : undefined),
});

const noSpam = defineStage({
  name: 'noSpam',
  at: 'message',
  gives: [subjectFinding],
  edits: ['prepend-header'],
  run: ({ message }, ctx) => {
    const text = firstField(message, 'Subject')?.value ?? '';
    const matched = text.includes('spam');
    const source = { file: 'rules', line: 7 };
    ctx.note({ kind: 'rule', source: { file: 'rules', line: 6 }, text: '/ham/', matched: false, on: text });
    ctx.note({ kind: 'rule', source, text: '/spam/ REJECT', matched, on: text, ...(matched && { result: 'REJECT' }) });
    const findings = subjectFinding.of({ text });
    if (matched) return { findings, decision: reject('content', reply(550, '5.7.1', 'No spam'), `subject ${text}`) };
    return { findings, edits: [prependHeader(makeField('X-Checked', 'yes'))] };
  },
});

const asks = defineStage({
  name: 'asks',
  at: 'rcpt',
  asks: { table: { port: testTable({ 's001@school.example': 'yes' }), cannotTell: 'defer' } },
  run: async ({ recipient }, ctx) => {
    const answer = await ctx.ask('table', 'lookup', recipient.address.text);
    return answer.kind === 'found'
      ? undefined
      : reject('unknown-recipient', reply(550, '5.1.1', 'No such user'), 'not in the table');
  },
});

const crashes = defineStage({
  name: 'crashes',
  at: 'message',
  run: () => {
    throw new Error('boom \x1b[31m');
  },
});

const perMessage = defineStage({ name: 'perMessage', at: 'message', run: () => undefined });
const perRecipient = defineStage({ name: 'perRecipient', at: 'rcpt', run: () => undefined });

export function testPolicy(): Policy {
  return definePolicy({
    helo: [helloAgain],
    rcpt: [asks],
    message: [
      noSpam,
      sequence('extras', when(false, perMessage), tolerate(crashes, 'for the test')),
      eachRecipient(perRecipient),
    ],
  });
}

export function publishTestPolicy(): void {
  (globalThis as { posternTestPolicy?: () => Policy }).posternTestPolicy = testPolicy;
}
