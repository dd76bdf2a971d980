/**
 * The cases of the conformance suite, each one promise of ports/mail-store.ts, told by its name. Messages are latin-1
 * text, one octet a character; what a store gives back is compared octet for octet.
 */
import type { DeliveryRecipient } from '../../ports/mail-store.js';
import { brokenMessage, equal, field, latin1, message, type Subject, streamed, summary } from './fixtures.js';

type Case = (subject: Subject) => Promise<void>;

const SIMPLE = 'From: a@school.example\r\nSubject: x\r\n\r\nHello\r\n';
const to = (mailbox: string, ...prepend: [string, string][]): DeliveryRecipient => ({
  mailbox,
  prepend: prepend.map(([name, value]) => field(name, value)),
});

/** Names that no store may take. */
const BAD_NAMES = [
  '',
  '.',
  '..',
  '../x',
  'a/../b',
  '/etc',
  'a//b',
  'a/',
  '.hidden',
  'a/.b',
  'a\0b',
  'a\nb',
  'a\x7f',
  '\ud800',
];

export const conformanceCases: Readonly<Record<string, Case>> = {
  'stores the message for each recipient, its own fields on top, the first one topmost': async ({ store, read }) => {
    const recipients = [to('s001', ['Return-Path', '<a@school.example>'], ['Delivered-To', 's001']), to('t01')];
    const results = await store.deliver({ message: message(SIMPLE), recipients });
    equal(summary(results), ['s001 stored', 't01 stored']);
    equal((await read('s001')).map(latin1), [
      'Return-Path: <a@school.example>\nDelivered-To: s001\nFrom: a@school.example\nSubject: x\n\nHello\n',
    ]);
    equal((await read('t01')).map(latin1), ['From: a@school.example\nSubject: x\n\nHello\n']);
  },

  'gives every stored copy an id of its own, also two copies in one mailbox': async ({ store, read }) => {
    const results = await store.deliver({ message: message(SIMPLE), recipients: [to('s001'), to('s001'), to('s002')] });
    equal(summary(results), ['s001 stored', 's001 stored', 's002 stored']);
    equal(new Set(results.map((result) => (result.kind === 'stored' ? result.id : ''))).size, 3);
    equal((await read('s001')).length, 2);
  },

  'answers in the order of recipients; a bad one does not keep the others from their mail': async ({ store, read }) => {
    const recipients = [to('s001'), to('../s002'), to('s003')];
    const results = await store.deliver({ message: message(SIMPLE), recipients });
    equal(summary(results), ['s001 stored', '../s002 failed bad-mailbox permanent', 's003 stored']);
    equal([(await read('s001')).length, (await read('s003')).length], [1, 1]);
  },

  'shows none of an all-or-none delivery when one copy cannot be stored': async ({ store, read }) => {
    const recipients = [to('s001'), to('../s002'), to('s003')];
    const results = await store.deliver({ message: message(SIMPLE), recipients, allOrNone: true });
    equal(summary(results), [
      's001 failed aborted temporary',
      '../s002 failed bad-mailbox permanent',
      's003 failed aborted temporary',
    ]);
    equal([(await read('s001')).length, (await read('s003')).length], [0, 0]);
  },

  'refuses names that leave the store, hide, or cannot be a name: permanent, with a reason': async ({ store }) => {
    const results = await store.deliver({ message: message(SIMPLE), recipients: BAD_NAMES.map((name) => to(name)) });
    equal(
      summary(results),
      BAD_NAMES.map((name) => `${name} failed bad-mailbox permanent`),
    );
    for (const result of results) equal(result.kind === 'failed' && result.why !== '', true);
  },

  'takes sub-paths, blanks and non-ASCII in names': async ({ store, read }) => {
    const names = ['school.example/t01', 'anna maria', 'jürgen', 'a.b', 'x~y'];
    const results = await store.deliver({ message: message(SIMPLE), recipients: names.map((name) => to(name)) });
    equal(
      summary(results),
      names.map((name) => `${name} stored`),
    );
    for (const name of names) equal((await read(name)).length, 1);
  },

  'keeps every octet but the CR of CRLF: NUL, 8-bit, lone CR, lone LF, no final line end': async ({ store, read }) => {
    const body = 'a\0b\r\n\xff\xfe\r\rx\r\r\ny\nz\r';
    await store.deliver({ message: message(`Subject: \xe4\r\n\r\n${body}`), recipients: [to('s001')] });
    equal((await read('s001')).map(latin1), ['Subject: \xe4\n\na\0b\n\xff\xfe\r\rx\r\ny\nz\r']);
  },

  'takes a body that is not in memory, for each recipient anew, wherever its chunks end': async ({ store, read }) => {
    const chunks = ['one\r', '\ntwo\r', 'three', '\r\n', '\r', '\n', '\r'];
    const recipients = [to('s001', ['Delivered-To', 's001']), to('s002')];
    const results = await store.deliver({ message: streamed('Subject: x\r\n\r\n', chunks), recipients });
    equal(summary(results), ['s001 stored', 's002 stored']);
    equal((await read('s001')).map(latin1), ['Delivered-To: s001\nSubject: x\n\none\ntwo\rthree\n\n\r']);
    equal((await read('s002')).map(latin1), ['Subject: x\n\none\ntwo\rthree\n\n\r']);
  },

  'takes a large message whole': async ({ store, read }) => {
    const line = `${'0123456789'.repeat(7)}\r\n`;
    await store.deliver({ message: message(`Subject: x\r\n\r\n${line.repeat(20_000)}`), recipients: [to('s001')] });
    const [stored] = await read('s001');
    equal(stored?.length, 'Subject: x\n\n'.length + 71 * 20_000);
    equal(stored === undefined || stored.includes(13), false);
  },

  'puts an empty line below fields on top of a body without header': async ({ store, read }) => {
    const recipients = [to('s001', ['Delivered-To', 's001']), to('s002')];
    await store.deliver({ message: streamed('', ['no header\r\n']), recipients });
    equal((await read('s001')).map(latin1), ['Delivered-To: s001\n\nno header\n']);
    equal((await read('s002')).map(latin1), ['no header\n']);
  },

  'takes a message of no octets, and a header without body': async ({ store, read }) => {
    await store.deliver({ message: message(''), recipients: [to('s001')] });
    await store.deliver({ message: message('Subject: x\r\n'), recipients: [to('s002')] });
    equal((await read('s001')).map(latin1), ['']);
    equal((await read('s002')).map(latin1), ['Subject: x\n']);
  },

  'shows messages in the order of delivery': async ({ store, read }) => {
    const wanted = Array.from({ length: 30 }, (_, i) => `Subject: ${i}\n\n`);
    for (const text of wanted) await store.deliver({ message: message(text), recipients: [to('s001')] });
    equal((await read('s001')).map(latin1), wanted);
  },

  'keeps all of many deliveries at once': async ({ store, read }) => {
    const wanted = Array.from({ length: 60 }, (_, i) => `Subject: ${String(i).padStart(2, '0')}\n\n`);
    const recipients = [to('s001'), to('s002')];
    const all = await Promise.all(wanted.map((text) => store.deliver({ message: message(text), recipients })));
    const ids = new Set(all.flat().map((result) => `${result.mailbox} ${result.kind === 'stored' ? result.id : ''}`));
    equal(ids.size, 120);
    for (const name of ['s001', 's002']) equal((await read(name)).map(latin1).sort(), wanted);
  },

  'stores nothing when aborted beforehand': async ({ store, read }) => {
    const recipients = [to('s001'), to('s002'), to('..')];
    const results = await store.deliver({ message: message(SIMPLE), recipients }, AbortSignal.abort());
    const last = '.. failed bad-mailbox permanent';
    equal(summary(results), ['s001 failed aborted temporary', 's002 failed aborted temporary', last]);
    equal([await read('s001'), await read('s002')], [[], []]);
  },

  'stores nothing when aborted while the message is read': async ({ store, read }) => {
    const controller = new AbortController();
    const aborting = streamed('Subject: x\r\n\r\n', ['one\r\n', 'two\r\n'], () => controller.abort());
    const results = await store.deliver({ message: aborting, recipients: [to('s001')] }, controller.signal);
    equal(summary(results), ['s001 failed aborted temporary']);
    equal(await read('s001'), []);
  },

  'ignores an abort after the delivery': async ({ store, read }) => {
    const controller = new AbortController();
    await store.deliver({ message: message(SIMPLE), recipients: [to('s001')] }, controller.signal);
    controller.abort();
    equal((await read('s001')).length, 1);
  },

  'answers, and stores no part, when the message cannot be read to its end': async ({ store, read }) => {
    const results = await store.deliver({ message: brokenMessage(), recipients: [to('s001'), to('s002')] });
    equal(summary(results), ['s001 failed storage-error temporary', 's002 failed storage-error temporary']);
    equal([await read('s001'), await read('s002')], [[], []]);
  },

  'takes a delivery to nobody': async ({ store }) => {
    equal(await store.deliver({ message: message(SIMPLE), recipients: [] }), []);
  },

  'takes any date of arrival': async ({ store, read }) => {
    for (const date of [new Date(0), new Date(-1), new Date(Number.NaN), new Date('1999-12-31T23:59:59Z')]) {
      await store.deliver({ message: message(SIMPLE), recipients: [to('s001')], receivedAt: date });
    }
    equal((await read('s001')).length, 4);
  },
};
