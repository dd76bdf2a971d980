import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePolicy, type Policy } from '../../../src/core/policy.js';
import { defineStage } from '../../../src/core/stage.js';
import { type SpamFinding, spamFinding } from '../../../src/findings/spam.js';
import { type SpamMarksOptions, spamMarks } from '../../../src/stages/spam-marks/index.js';
import { decodeLatin1 } from '../../../src/values/bytes.js';
import type { Message } from '../../../src/values/message.js';
import { parseMessage } from '../../../src/values/message.js';
import { renderMessageSync } from '../../../src/values/render.js';
import { FUZZ_RUNS, problemsOf } from '../../values/support.js';
import { box, runPolicy, said, session } from '../facts.js';

const hit = (name: string, score: number | undefined = 1): SpamFinding['hits'][number] => ({
  name,
  score,
  description: undefined,
});

const finding = (score: number, over: Partial<SpamFinding> = {}): SpamFinding => ({
  result: 'scored',
  score,
  required: undefined,
  hits: [hit('BAYES_99', 3.5), hit('HTML_MESSAGE', 0.001)],
  scorer: 'rules',
  incomplete: [],
  ...over,
});

/** A stage that has found out this. */
const gives = (value: SpamFinding) =>
  defineStage({
    name: 'scored',
    at: 'message',
    gives: [spamFinding],
    run: () => ({ findings: spamFinding.of(value) }),
  });

const text = (message: Message | undefined): string =>
  message === undefined ? '' : decodeLatin1(renderMessageSync(message) as Uint8Array);

async function marked(
  value: SpamFinding | undefined,
  options: SpamMarksOptions = {},
  message = 'Subject: hello\r\n\r\nbody\r\n',
): Promise<{ readonly text: string; readonly said: string }> {
  const stage = spamMarks(options);
  const list = value === undefined ? [stage] : [gives(value), stage];
  const outcome = await runPolicy(definePolicy({ message: list }), { message });
  return { text: text(outcome.message), said: said(outcome) };
}

describe('the fields', () => {
  it('mark spam as SpamAssassin does', async () => {
    const { text, said } = await marked(finding(7.25));
    expect(text).toBe(
      [
        'X-Spam-Flag: YES',
        'X-Spam-Score: 7.25',
        'X-Spam-Level: *******',
        'X-Spam-Status: Yes, score=7.25 required=5.0 tests=BAYES_99,HTML_MESSAGE',
        'Subject: hello',
        '',
        'body',
        '',
      ].join('\r\n'),
    );
    expect(said).toBe('continue');
  });

  it.each([
    [finding(4.999), {}, ['X-Spam-Score: 4.999', 'X-Spam-Level: ****', 'X-Spam-Status: No, score=4.999 required=5.0']],
    [finding(-2.3), {}, ['X-Spam-Score: -2.3', 'X-Spam-Level:', 'X-Spam-Status: No, score=-2.3 required=5.0']],
    [finding(5), {}, ['X-Spam-Flag: YES', 'X-Spam-Status: Yes, score=5.0 required=5.0']],
    [finding(5, { required: 6.5 }), {}, ['X-Spam-Status: No, score=5.0 required=6.5']],
    [finding(5, { required: 6.5 }), { required: 4 }, ['X-Spam-Status: Yes, score=5.0 required=4.0']],
    [finding(0, { hits: [] }), {}, ['X-Spam-Status: No, score=0.0 required=5.0 tests=none']],
    [finding(0, { hits: [] }), { points: true }, ['required=5.0 tests=[none]']],
    [finding(9), { points: true }, ['tests=[BAYES_99=3.5,\r\n\tHTML_MESSAGE=0.001]\r\n']],
    [finding(1e9), {}, [`X-Spam-Level: ${'*'.repeat(50)}\r\n`]],
  ])('%#', async (value, options, expected) => {
    const { text } = await marked(value, options);
    for (const part of expected) expect(text).toContain(part);
  });

  it('are those that were asked for', async () => {
    const { text } = await marked(finding(9), { fields: ['flag'] });
    expect(text).toBe('X-Spam-Flag: YES\r\nSubject: hello\r\n\r\nbody\r\n');
  });

  it('say Unknown, and never No, where nobody could judge', async () => {
    const { text, said } = await marked(finding(0, { result: 'cannot-tell' }), { reject: { from: 0 }, required: -1 });
    expect(text).toBe('X-Spam-Status: Unknown, required=-1.0\r\nSubject: hello\r\n\r\nbody\r\n');
    expect(said).toBe('continue');
  });

  it('fold the rules behind commas', async () => {
    const names = ['GTUBE', 'MSGID_SHORT', 'NO_RECEIVED', 'NO_RELAYS', 'TVD_SPACE_RATIO', 'A'.repeat(100)];
    const { text } = await marked(finding(1000, { hits: names.map((name) => hit(name)) }));
    expect(text).toContain(
      `X-Spam-Status: Yes, score=1000.0 required=5.0 tests=GTUBE,MSGID_SHORT,\r\n\tNO_RECEIVED,NO_RELAYS,TVD_SPACE_RATIO,\r\n\t${'A'.repeat(100)}\r\n`,
    );
  });

  it('take no line end, no fold and no separator from names', async () => {
    const hits = [hit('A\r\nX-Evil: 1'), hit('B,C=D [E]'), hit('\u00fc')];
    const { text } = await marked(finding(1, { hits }));
    expect(text).toContain('tests=A??X-Evil:?1,B?C?D??E?,?\r\n');
    expect(text.split('\r\n\r\n')[0]).not.toMatch(/^X-Evil/m);
  });

  it('hold any number of rules of any name, each line short', async () => {
    const names = fc.array(fc.string({ maxLength: 120 }), { maxLength: 700 });
    await fc.assert(
      fc.asyncProperty(names, fc.boolean(), async (all, points) => {
        const { text } = await marked(finding(1, { hits: all.map((name) => hit(name)) }), { points });
        const [header = ''] = text.split('\r\n\r\n');
        expect(header.split('\r\n').every((line) => line.length <= 120 || /^\t\S+$/.test(line))).toBe(true);
        expect(header).not.toMatch(/[^\t\r\n -~]/);
      }),
      { numRuns: Math.min(FUZZ_RUNS, 50) },
    );
  });
});

describe('fields from outside', () => {
  const forged = [
    'X-Spam-Status: No, score=-100',
    'x-spam-FLAG : NO',
    'X-Spam-Anything:\r\n folded',
    'X-Note: a\rX-Spam-Status: No',
  ];
  it.each(forged)('go: %j', async (line) => {
    const message = `To: a\r\n${line}\r\nSubject: hello\r\n\r\nX-Spam-Status: body\r\n`;
    expect((await marked(undefined, {}, message)).text).toBe('To: a\r\nSubject: hello\r\n\r\nX-Spam-Status: body\r\n');
    expect((await marked(finding(9), { fields: ['flag'] }, message)).text).toBe(
      'X-Spam-Flag: YES\r\nTo: a\r\nSubject: hello\r\n\r\nX-Spam-Status: body\r\n',
    );
  });

  it('stay under other names', async () => {
    const message = 'X-Spammer: x\r\nX-Spam: y\r\nX: X-Spam-Flag: YES\r\n\r\n';
    expect((await marked(undefined, {}, message)).text).toBe(message);
  });
});

describe('the tag of the subject', () => {
  const subjectTag = '***SPAM*** ';
  const fields: SpamMarksOptions['fields'] = [];
  const run = async (message: string, tag = subjectTag, score = 9) =>
    (await marked(finding(score), { subjectTag: tag, fields }, message)).text;

  it.each([
    ['Subject: hello\r\n\r\n', 'Subject: ***SPAM*** hello\r\n\r\n'],
    ['Subject:hello\r\n\r\n', 'Subject: ***SPAM*** hello\r\n\r\n'],
    ['SUBJECT: =?utf-8?q?=C3=BC?=\r\n =?x?\r\n\r\n', 'SUBJECT: ***SPAM*** =?utf-8?q?=C3=BC?=\r\n =?x?\r\n\r\n'],
    ['Subject: ***SPAM*** hello\r\n\r\n', 'Subject: ***SPAM*** hello\r\n\r\n'],
    ['Subject: a\r\nTo: x\r\nSubject: b\r\n\r\n', 'Subject: ***SPAM*** a\r\nTo: x\r\nSubject: ***SPAM*** b\r\n\r\n'],
    ['To: x\r\n\r\n', 'Subject: ***SPAM***\r\nTo: x\r\n\r\n'],
    ['Subject:\r\nTo: x\r\n\r\n', 'Subject: ***SPAM*** \r\nTo: x\r\n\r\n'],
    ['Subject: \xfc\nTo: x\n\n', 'Subject: ***SPAM*** \xfc\nTo: x\n\n'],
  ])('%j', async (message, expected) => {
    const bytes = Uint8Array.from(message, (character) => character.charCodeAt(0));
    const parsed = parseMessage(bytes);
    const stage = spamMarks({ subjectTag, fields });
    if (parsed.kind !== 'parsed') throw new Error('no message');
    const outcome = await definePolicy({ message: [gives(finding(9)), stage] }).evaluate({
      session: (await import('../../../src/testing/builders.js')).sessionOf(),
      sender: box('a@sender.example'),
      recipients: [box('t01@school.example')],
      message: parsed.value,
    });
    expect(text(outcome.message)).toBe(expected);
  });

  it('is written as encoded word with its blank inside', async () => {
    expect(await run('Subject: =?utf-8?q?x?=\r\n\r\n', '\u26a0 ')).toBe(
      'Subject: =?utf-8?B?4pqgIA==?= =?utf-8?q?x?=\r\n\r\n',
    );
  });

  it('is not for what is no spam', async () => {
    expect(await run('Subject: x\r\n\r\n', subjectTag, 4)).toBe('Subject: x\r\n\r\n');
  });
});

describe('actions', () => {
  const options: SpamMarksOptions = {
    quarantine: { from: 10 },
    reject: { from: 15, text: 'No spam here' },
    redirect: { from: 20, to: box('spam@school.example') },
    discard: { from: 50 },
  };
  it.each([
    [9.9, 'continue'],
    [10, 'quarantine spam 250 2.0.0 Ok'],
    [15, 'reject spam 550 5.7.1 No spam here'],
    [20, 'redirect spam 250 2.0.0 Ok to spam@school.example'],
    [50, 'discard spam 250 2.0.0 Ok'],
  ])('%d: %s', async (score, expected) => {
    expect((await marked(finding(score), options)).said).toBe(expected);
  });

  it('keep the marks', async () => {
    expect((await marked(finding(12), options)).text).toContain('X-Spam-Flag: YES');
  });
});

describe('thresholds of each recipient', () => {
  const required = ({ address }: { readonly address: { readonly text: string } }): number =>
    address.text.startsWith('strict') ? 3 : 8;
  const facts = { to: ['strict@school.example', 'calm@school.example'], message: 'Subject: x\r\n\r\nbody\r\n' };

  /** The message of each recipient. */
  const delivered = async (policy: Policy): Promise<readonly string[]> => {
    const conversation = policy.open(session({ ip: '192.0.2.1' }));
    await conversation.connect();
    await conversation.hello('client.example');
    await conversation.mail(box('a@sender.example'));
    for (const to of facts.to) await conversation.rcpt(box(to));
    const parsed = parseMessage(new TextEncoder().encode(facts.message));
    if (parsed.kind !== 'parsed') throw new Error('no message');
    await conversation.message(parsed.value);
    const { recipients } = await conversation.deliver();
    return recipients.map(({ message }) => text(message));
  };

  it('give each a message of his own', async () => {
    const marks = spamMarks({ required, subjectTag: '[spam] ', fields: ['flag', 'status'] });
    expect(marks.at).toBe('deliver');
    expect(marks.edits).toContain('split');
    const policy = definePolicy({ message: [gives(finding(5, { hits: [] }))], deliver: [marks] });
    expect(await delivered(policy)).toEqual([
      'X-Spam-Flag: YES\r\nX-Spam-Status: Yes, score=5.0 required=3.0 tests=none\r\nSubject: [spam] x\r\n\r\nbody\r\n',
      'X-Spam-Status: No, score=5.0 required=8.0 tests=none\r\nSubject: x\r\n\r\nbody\r\n',
    ]);
  });

  it('decide for each', async () => {
    const policy = definePolicy({
      message: [gives(finding(5))],
      deliver: [spamMarks({ discard: { from: required } })],
    });
    const { recipients } = await runPolicy(policy, facts);
    expect(recipients.map(({ decision }) => decision.kind)).toEqual(['discard', 'continue']);
  });

  it('of one recipient take the place of those of all', async () => {
    const policy = definePolicy({
      message: [gives(finding(5)), spamMarks({ required: 10 })],
      deliver: [spamMarks({ required: () => 3 })],
    });
    const statuses = (await delivered(policy)).map((one) => one.match(/^X-Spam-Status: \w+/gm));
    expect(statuses).toEqual([['X-Spam-Status: Yes'], ['X-Spam-Status: Yes']]);
  });

  it('that are no number let nothing through', async () => {
    const policy = definePolicy({
      message: [gives(finding(5))],
      deliver: [spamMarks({ required: () => Number.NaN })],
    });
    expect(said(await runPolicy(policy, facts))).toContain('defer stage-crashed');
  });
});

describe('options', () => {
  it('are checked, all at once', () => {
    const options = {
      required: Number.NaN,
      subjectTag: 'a\nb',
      fields: ['flags'],
      reject: { from: 'x' },
      quarantine: {},
      redirect: { from: 9 },
      discard: { from: 9 },
      tag: 'x',
    };
    const constructs = (given: object) => problemsOf(() => spamMarks(given as never)).map(({ construct }) => construct);
    expect(constructs(options)).toEqual([
      'tag',
      'required',
      'fields',
      'subjectTag',
      'reject.from',
      'quarantine',
      'redirect.from',
      'redirect',
    ]);
    expect(constructs({ required: 5, reject: { from: 4 } })).toEqual(['reject.from']);
    expect(constructs({ reject: { from: 15, text: 'überflüssig' } })).toEqual(['reject.text']);
    expect(constructs({ reject: { from: 15, form: 3 } })).toEqual(['reject.form']);
    expect(constructs({ redirect: { from: 15, to: 'x@y.example' } })).toEqual(['redirect']);
    expect(constructs({ subjectTag: 5, fields: 'flag', points: 'yes', reject: null })).toEqual([
      'fields',
      'points',
      'subjectTag',
      'reject',
    ]);
    for (const given of [5, [], null])
      expect(constructs(given as never)).toEqual(given === null ? [] : ['its argument']);
  });

  it('that were not looked at whole say so, and the log has the points', async () => {
    const policy = definePolicy({ message: [gives(finding(1, { incomplete: ['a part'] })), spamMarks()] });
    const { message, trace } = await runPolicy(policy, { message: 'Subject: x\r\n\r\nbody\r\n' });
    const status = message?.header.find(({ lowerName }) => lowerName === 'x-spam-status')?.value;
    expect(status).toMatch(/^ ?No, score=1\.0 .* incomplete=yes$/);
    expect(JSON.stringify(trace)).toContain('spam: no, score=1.0 required=5.0');
  });

  it('tell the compiler what the stage is', () => {
    const each: 'deliver' = spamMarks({ reject: { from: (recipient) => recipient.id } })['~type']?.at ?? 'deliver';
    const all: 'message' = spamMarks({ required: 5 })['~type']?.at ?? 'message';
    expect([each, all]).toEqual(['deliver', 'message']);
    // @ts-expect-error: no such option
    expect(() => spamMarks({ require: 5 })).toThrow();
  });
});
