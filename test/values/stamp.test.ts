import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mailbox } from '../../src/values/address.js';
import { formatDateTime } from '../../src/values/date-time.js';
import { type Domain, parseDomain } from '../../src/values/domain.js';
import { type IpAddress, parseIp } from '../../src/values/ip.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import { prependField } from '../../src/values/message.js';
import type { Parsed } from '../../src/values/parsed.js';
import { countReceived, HOP_LIMIT, hasDeliveredTo } from '../../src/values/received.js';
import {
  deliveredToField,
  type ReceivedOptions,
  receivedField,
  returnPathField,
  transmissionType,
} from '../../src/values/stamp.js';
import { message } from './mail.js';

function must<T>(parsed: Parsed<T>): T {
  if (parsed.kind === 'malformed') throw new Error(parsed.why);
  return parsed.value;
}
const ip = (of: string): IpAddress => must(parseIp(of));
const domain = (of: string): Domain => must(parseDomain(of));
const mailbox = (of: string): Mailbox => must(parseMailbox(of));

const base: ReceivedOptions = {
  helo: 'client.example',
  clientName: 'mail.client.example',
  clientIp: ip('192.0.2.1'),
  by: domain('mx.school.example'),
  with: 'ESMTPS',
  at: new Date('2026-11-22T10:15:00Z'),
};
const DATE = 'Sun, 22 Nov 2026 10:15:00 +0000';

describe('receivedField', () => {
  it('has all clauses in the order of RFC 5321 section 4.4', () => {
    const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
    const field = receivedField({ ...base, id: '4XyZ1', for: mailbox('s001@school.example'), tls });
    expect(field).toMatchObject({ name: 'Received', origin: 'added' });
    expect(field.value).toBe(
      'from client.example (mail.client.example [192.0.2.1])' +
        ' (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)' +
        ` by mx.school.example with ESMTPS id 4XyZ1 for <s001@school.example>; ${DATE}`,
    );
  });

  it.each<[string, Partial<ReceivedOptions>, string]>([
    ['no reverse name', { clientName: undefined as never }, 'from client.example (unknown [192.0.2.1]) by'],
    ['IPv6', { clientIp: ip('2001:db8::1') }, 'from client.example (mail.client.example [IPv6:2001:db8::1]) by'],
    ['no address', { clientIp: undefined as never }, 'from client.example (mail.client.example [unknown]) by'],
    ['an address literal', { helo: '[192.0.2.7]' }, 'from [192.0.2.7] (mail.client.example [192.0.2.1]) by'],
    ['no HELO', { helo: '' }, 'from [192.0.2.1] (mail.client.example [192.0.2.1]) by'],
    [
      'HELO with a space',
      { helo: 'a by evil.example' },
      'from [192.0.2.1] (mail.client.example [192.0.2.1]) (helo a by evil.example) by mx.school.example',
    ],
    [
      'HELO that closes the comment',
      { helo: 'x) by evil.example (' },
      '(helo x? by evil.example ?) by mx.school.example',
    ],
    ['HELO that ends in a backslash', { helo: 'x y\\' }, '(helo x y?) by mx.school.example'],
    ['HELO with a line end', { helo: 'x\r\nBcc: v@example.com' }, '(helo x??Bcc: v@example.com) by mx.school.example'],
    ['8-bit HELO', { helo: 'é.example' }, '(helo ?.example) by mx.school.example'],
    ['a hostile reverse name', { clientName: 'x) by (' }, 'from client.example (unknown [192.0.2.1]) by'],
    ['a hostile id', { id: 'a; b\r\n(' }, 'with ESMTPS id a--b---; Sun'],
    ['an 8-bit recipient without SMTPUTF8', { for: mailbox('ü@school.example') }, `with ESMTPS; ${DATE}`],
    [
      'an 8-bit recipient with SMTPUTF8',
      { for: mailbox('ü@school.example'), with: 'UTF8SMTPS' },
      'with UTF8SMTPS for <ü@school.example>;',
    ],
    ['another zone', { zoneMinutes: -210 }, '; Sun, 22 Nov 2026 06:45:00 -0330'],
  ])('%s', (_, options, expected) => expect(receivedField({ ...base, ...options }).value).toContain(expected));

  it('is one field with one by-clause outside comments, whatever the client says', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: fc.constantFrom('(', ')', '\\', '"', ' ', '\r', '\n', ';', 'by', 'a') }),
    );
    fc.assert(
      fc.property(hostile, hostile, (helo, clientName) => {
        const field = receivedField({ ...base, helo, clientName });
        expect(message(field.bytes).header).toHaveLength(1);
        const outside = field.value.replace(/\([^()]*\)/g, '');
        expect(outside).toMatch(/^from (\S+) +by mx\.school\.example with ESMTPS; Sun, 22 Nov 2026 10:15:00 \+0000$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('transmissionType', () => {
  it.each([
    ['smtp', true, true, true, 'SMTP'],
    ['esmtp', false, false, false, 'ESMTP'],
    ['esmtp', true, false, false, 'ESMTPS'],
    ['esmtp', true, true, false, 'ESMTPSA'],
    ['esmtp', false, true, false, 'ESMTPA'],
    ['esmtp', true, true, true, 'UTF8SMTPSA'],
    ['lmtp', false, false, false, 'LMTP'],
    ['lmtp', true, true, false, 'LMTPSA'],
    ['lmtp', false, false, true, 'UTF8LMTP'],
  ] as const)('%s tls %s auth %s utf8 %s: %s', (protocol, tls, authenticated, utf8, expected) => {
    expect(transmissionType({ protocol, tls, authenticated, utf8 })).toBe(expected);
  });
});

describe('formatDateTime', () => {
  it.each([
    ['2026-01-05T00:00:00Z', 0, 'Mon, 5 Jan 2026 00:00:00 +0000'],
    ['2024-02-29T23:59:59Z', 60, 'Fri, 1 Mar 2024 00:59:59 +0100'],
    ['2026-12-31T23:30:00Z', 345, 'Fri, 1 Jan 2027 05:15:00 +0545'],
    ['0999-06-01T00:00:00Z', 0, 'Sat, 1 Jun 0999 00:00:00 +0000'],
  ])('%s in zone %i', (at, zone, expected) => expect(formatDateTime(new Date(at), zone)).toBe(expected));

  it('throws for no date', () => expect(() => formatDateTime(new Date(Number.NaN))).toThrow(RangeError));
});

describe('delivery fields', () => {
  it('are one line each', () => {
    expect(returnPathField({ kind: 'null-path' }).value).toBe('<>');
    expect(returnPathField(mailbox('A.b@Client.example')).value).toBe('<A.b@client.example>');
    expect(returnPathField(mailbox('"a  b"@client.example')).value).toBe('<"a  b"@client.example>');
    expect(returnPathField(mailbox('ü@client.example')).value).toBe('<ü@client.example>');
    expect(deliveredToField(mailbox('s001@school.example')).value).toBe('s001@school.example');
  });
});

describe('loops', () => {
  it('counts Received fields, well-formed or not', () => {
    const looped = message(
      `${'Received: x\r\nRECEIVED : y\r\n'.repeat(26)}X-Received: no\r\n\r\nReceived: in the body`,
    );
    expect(countReceived(looped)).toBe(52);
    expect(countReceived(looped)).toBeGreaterThan(HOP_LIMIT);
    expect(countReceived(message('A: 1\n\n'))).toBe(0);
    expect(countReceived(prependField(message('A: 1\n\n'), receivedField(base)).message)).toBe(1);
  });

  it.each([
    ['s001@school.example', true],
    ['S001@SCHOOL.example', true],
    ['<s001@school.example>', true],
    ['s002@school.example', false],
    ['xs001@school.example', false],
    ['', false],
  ])('Delivered-To: %s', (value, expected) => {
    const delivered = message(`Delivered-To: other@school.example\nDelivered-To: ${value}\n\n`);
    expect(hasDeliveredTo(delivered, mailbox('s001@school.example'))).toBe(expected);
  });

  it('sees the field that deliveredToField makes', () => {
    const box = mailbox('"a b"@school.example');
    expect(hasDeliveredTo(prependField(message('A: 1\n\n'), deliveredToField(box)).message, box)).toBe(true);
  });
});
