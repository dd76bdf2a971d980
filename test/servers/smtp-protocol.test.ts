/** The parts of the SMTP server that know no socket: commands, XCLIENT, the judgement of content, what is refused how. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentFault } from '../../src/servers/shared/content.js';
import { readHelloName, readMail, readRcpt } from '../../src/servers/shared/envelope.js';
import { limitProblems } from '../../src/servers/shared/limits.js';
import { mayBeFollowed } from '../../src/servers/shared/pipelining.js';
import { pathText } from '../../src/servers/shared/record.js';
import { worst } from '../../src/servers/shared/replies.js';
import { applyXclient, parseXclient } from '../../src/servers/shared/xclient.js';
import { mailboxOf, sessionOf } from '../../src/testing/builders.js';
import { encodeXtext } from '../../src/values/esmtp.js';
import { reply, replyText } from '../../src/values/reply.js';
import { streamFacts } from '../../src/values/stream-facts.js';

const rules = { strict: false, messageBytes: 1000, smtputf8: 'strict' } as const;
const postmaster = mailboxOf('postmaster@school.example');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const mail = (text: string, strict = false): string => {
  const read = readMail(bytes(text), { ...rules, strict });
  return read.kind === 'refused'
    ? replyText(read.reply).slice(0, 9)
    : read.value.sender.kind === 'mailbox'
      ? read.value.sender.text
      : '<>';
};
const rcpt = (text: string, utf8 = false): string => {
  const read = readRcpt(bytes(text), rules, utf8, postmaster);
  return read.kind === 'refused' ? replyText(read.reply).slice(0, 9) : read.value.address.text;
};

describe('envelope', () => {
  test.each([
    ['MAIL FROM:<>', '<>'],
    ['mail from:<A@Example.COM>', 'A@example.com'],
    ['MAIL  FROM: <a@example.com> ', 'a@example.com'],
    ['MAIL FROM:<"a\\"b"@example.com>', '"a\\"b"@example.com'],
    ['MAIL FROM:<a@[IPv6:2001:DB8::1]>', 'a@[IPv6:2001:db8::1]'],
    ['MAIL FROM:<@a.example:b@c.example>', 'b@c.example'],
    ['MAIL FROM:<a@xn--bcher-kva.example>', 'a@xn--bcher-kva.example'],
    ['MAIL FROM:<a@b@c>', '501 5.1.7'],
    ['MAIL FROM:<a>', '501 5.1.7'],
    ['MAIL FROM', '501 5.5.4'],
    ['MAIL TO:<a@example.com>', '501 5.5.4'],
    ['MAIL FROM:<a@example.com>SIZE=1', '501 5.1.7'],
    ['MAIL FROM:<a@example.com> =', '501 5.5.4'],
    ['MAIL FROM:<a@my_host.example>', 'a@my_host.example'],
    ['MAIL FROM:<a@example.com> SIZE=1 SIZE=2', '501 5.5.4'],
    ['MAIL FROM:<a@example.com> SIZE=1001', '552 5.3.4'],
    ['MAIL FROM:<a@example.com> SIZE', '501 5.5.4'],
    ['MAIL FROM:<a@example.com> AUTH', '501 5.5.4'],
    ['MAIL FROM:<a@example.com> X=1', '555 5.5.4'],
    ['MAIL FROM :<a@example.com>', '501 5.5.4'],
    ['MAIL FROM:<a@example.com> SIZE=1001 X=1', '555 5.5.4'],
    ['MAIL FROM:<a@example.com> SMTPUTF8=1', '555 5.5.4'],
    ['MAIL FROM:<é@example.com>', '553 5.6.7'],
    ['MAIL FROM:<é@example.com> SIZE=1001', '552 5.3.4'],
    ['MAIL FROM:<é@example.com> X=1', '555 5.5.4'],
    ['MAIL FROM:<x@exämple.example>', '501 5.1.7'],
    ['MAIL FROM:<x@exämple.example> X=1', '501 5.1.7'],
    ['MAIL FROM:<a@example.com> AUTH=é', '501 5.5.4'],
    ['MAIL FROM:<x@exämple.example> SMTPUTF8', 'x@xn--exmple-cua.example'],
    ['MAIL FROM:<é@example.com> SMTPUTF8', 'é@example.com'],
  ])('%s', (line, expected) => {
    expect(mail(line)).toBe(expected);
  });

  test.each([
    ['lenient', 'MAIL FROM:<é@example.com>', 'é@example.com', false],
    ['lenient', 'MAIL FROM:<é@example.com> SMTPUTF8', 'é@example.com', true],
    ['lenient', 'MAIL FROM:<é@exämple.example>', '501 5.1.7', false],
    ['lenient', 'MAIL FROM:<é@exämple.example> SMTPUTF8=1', '501 5.1.7', false],
    ['off', 'MAIL FROM:<é@example.com>', 'é@example.com', false],
    ['off', 'MAIL FROM:<é@example.com> SMTPUTF8', '555 5.5.4', false],
    ['off', 'MAIL FROM:<é@exämple.example> SMTPUTF8', '501 5.1.7', false],
  ] as const)('SMTPUTF8 %s: %s', (smtputf8, line, expected, utf8) => {
    const read = readMail(bytes(line), { ...rules, smtputf8 });
    const text = read.kind === 'refused' ? replyText(read.reply).slice(0, 9) : pathText(read.value.sender);
    expect(text).toBe(expected);
    if (read.kind === 'command') expect(read.value.utf8).toBe(utf8);
  });

  test('the spelling of the client is kept for replies', () => {
    const written = (line: string): string | undefined => {
      const read = readRcpt(bytes(line), rules, true, postmaster);
      return read.kind === 'command' ? read.value.address.written : undefined;
    };
    expect(written('RCPT TO:<a@example.com>')).toBeUndefined();
    expect(written('RCPT TO:<A@Example.COM.>')).toBe('A@Example.COM.');
    expect(written('RCPT TO:<@r.example:"a b"@exämple.example>')).toBe('a b@exämple.example');
  });

  test('strict: no missing brackets; spaces are read over', () => {
    expect(mail('MAIL FROM:<a@example.com>', true)).toBe('a@example.com');
    expect(mail('MAIL FROM:  <a@example.com>', true)).toBe('a@example.com');
    expect(mail('MAIL FROM: a@example.com', true)).toBe('501 5.1.7');
    expect(mail('MAIL FROM:a@example.com', true)).toBe('501 5.1.7');
  });

  test.each([
    ['RCPT TO:<postmaster>', 'postmaster@school.example'],
    ['RCPT TO:<PostMaster>', 'postmaster@school.example'],
    ['RCPT TO:<>', '501 5.1.3'],
    ['RCPT TO:<a@example.com> ORCPT=rfc822;a@b', '555 5.5.4'],
    ['RCPT TO:<a@example.com> =', '501 5.5.4'],
    ['RCPT TO:<a@example.com> NOTIFY=NEVER', '555 5.5.4'],
    ['RCPT TO:<é@example.com>', '553 5.6.7'],
    ['RCPT TO:<é@example.com> X', '555 5.5.4'],
    ['RCPT TO:<x@exämple.example>', '501 5.1.3'],
    ['RCPT TO:<x@exämple.example> X', '501 5.1.3'],
  ])('%s', (line, expected) => {
    expect(rcpt(line)).toBe(expected);
  });

  test('nothing a client sends makes it throw, and what it accepts can be sent again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (octets, strict) => {
        const line = Uint8Array.from([...bytes('MAIL FROM:<'), ...octets]);
        const read = readMail(line, { ...rules, strict });
        if (read.kind === 'refused') expect(read.reply.code).toBeGreaterThanOrEqual(500);
        else if (read.value.sender.kind === 'mailbox') {
          const again = readMail(bytes(`MAIL FROM:<${read.value.sender.text}> SMTPUTF8`), rules);
          expect(again).toMatchObject({ kind: 'command', value: { sender: { text: read.value.sender.text } } });
        }
        readRcpt(line, rules, strict, postmaster);
        readHelloName(line);
      }),
    );
  });
});

test.each([
  ['esmtp', ['MAIL', 'RCPT', 'RSET', 'QUIT', 'XCLIENT', 'AUTH', 'STARTTLS', 'HELP', 'FOO']],
  ['lmtp', ['MAIL', 'RCPT', 'RSET', 'QUIT', 'XCLIENT', 'AUTH', 'STARTTLS', 'HELP', 'FOO']],
  ['smtp', ['HELP', 'FOO']],
] as const)('with %s more may stand behind %j', (protocol, expected) => {
  const own = ['HELO', 'EHLO', 'LHLO', 'DATA', 'NOOP', 'VRFY'];
  const verbs = ['MAIL', 'RCPT', 'RSET', 'QUIT', 'XCLIENT', 'AUTH', 'STARTTLS', 'HELP', 'FOO', ...own];
  expect(verbs.filter((verb) => mayBeFollowed(verb, protocol))).toEqual(expected);
});

test.each([
  ['EHLO client.example', 'client.example'],
  ['EHLO [192.0.2.1]', '[192.0.2.1]'],
  ['HELO', undefined],
  ['HELO a b', undefined],
  [`HELO ${'x'.repeat(256)}`, undefined],
  ['HELO a\u0000b', undefined],
])('%j gives the name %s', (line, name) => {
  expect(readHelloName(bytes(line))).toBe(name);
});

describe('XCLIENT', () => {
  const session = sessionOf({ name: 'front.example', login: 'front' });

  test('values go through xtext, and a new address inherits nothing', () => {
    const read = parseXclient(`ADDR=IPV6:2001:db8::1 NAME=${encodeXtext('client.example')} PROTO=SMTP HELO=x PORT=25`);
    if (read.kind === 'malformed') throw new Error(read.why);
    const applied = applyXclient(session, read.value);
    expect(applied).toMatchObject({ protocol: 'smtp', login: undefined });
    expect(applied.client).toMatchObject({ ip: { text: '2001:db8::1' }, port: 25, name: { kind: 'verified' } });
    expect(read.value.helo).toBe('x');
  });

  test('without an address, what is not named stays', () => {
    const read = parseXclient('NAME=[UNAVAILABLE]');
    if (read.kind === 'malformed') throw new Error(read.why);
    expect(applyXclient(session, read.value)).toMatchObject({
      login: { name: 'front' },
      client: { name: { kind: 'none' } },
    });
    const login = parseXclient('LOGIN=[UNAVAILABLE] NAME=[TEMPUNAVAIL]');
    if (login.kind === 'malformed') throw new Error(login.why);
    expect(applyXclient(session, login.value)).toMatchObject({
      login: undefined,
      client: { name: { kind: 'cannot-tell' } },
    });
  });

  test('what is unavailable is taken back, and an unknown address leaves nothing of the front', () => {
    const front = sessionOf({ ip: '127.0.0.1', name: 'front.example', login: 'front' });
    const read = (text: string) => {
      const attributes = parseXclient(text);
      if (attributes.kind === 'malformed') throw new Error(attributes.why);
      return attributes.value;
    };
    for (const missing of ['[UNAVAILABLE]', '[TEMPUNAVAIL]', '[unavailable]']) {
      const applied = applyXclient({ ...front, client: { ...front.client, port: 25 } }, read(`ADDR=${missing}`));
      expect(applied.client).toEqual({ ip: undefined, port: undefined, name: { kind: 'none' } });
      expect(applied.login).toBeUndefined();
      expect(applied.protocol).not.toBe('local');
      const port = applyXclient({ ...front, client: { ...front.client, port: 25 } }, read(`PORT=${missing}`));
      expect(port.client).toMatchObject({ ip: { text: '127.0.0.1' }, port: undefined });
      expect(read(`HELO=${missing}`).helo).toBe('unavailable');
    }
    expect(applyXclient(front, read('ADDR=[UNAVAILABLE] NAME=client.example LOGIN=s009'))).toMatchObject({
      client: { name: { kind: 'verified' } },
      login: { name: 's009' },
    });
  });

  test.each([
    '',
    'ADDR',
    'ADDR=1.2.3',
    'ADDR=1.2.3.4 ADDR=1.2.3.4',
    'ADDR=2001:db8::1',
    'ADDR=::ffff:192.0.2.5',
    'ADDR=IPV6:192.0.2.5',
    'ADDR=IPV6:IPV6:::1',
    'NAME=a+0D+0Ab',
    'NAME=a b',
    'PORT=70000',
    'X=1',
    'PROTO=lmtp',
  ])('refuses %j', (text) => {
    expect(parseXclient(text).kind).toBe('malformed');
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        parseXclient(text);
        parseXclient(`ADDR=${text} LOGIN=${text}`);
      }),
    );
  });
});

test.each([
  ['a\r\n', undefined],
  ['a\n', '521 5.5.2 Bare'],
  ['a\rb\r\n', '521 5.5.2 Bare'],
  ['\0\r\n', '554 5.6.0 NUL '],
  [`${'x'.repeat(2048)}\r\n`, undefined],
  [`${'x'.repeat(2049)}\r\n`, '554 5.6.0 A li'],
])('content %#', (text, fault) => {
  const found = contentFault(streamFacts(bytes(text)), 2048);
  expect(found === undefined ? undefined : replyText(found).slice(0, 14)).toBe(fault);
});

test('of several failures a temporary one is told', () => {
  const gone = reply(550, '5.1.1', 'gone');
  const full = reply(452, '4.2.2', 'full');
  expect(worst([undefined, gone, full])).toBe(full);
  expect(worst([gone])).toBe(gone);
  expect(worst([undefined])).toBeUndefined();
});

test('limits name what is wrong with them', () => {
  expect(limitProblems({ lineBytes: Number.POSITIVE_INFINITY, errors: 1 })).toEqual([]);
  const wrong = { errors: 0, idleTime: 2 ** 31, commandBytes: 100, nonsense: 1 };
  expect(limitProblems(wrong as never).map((one) => one.construct)).toEqual([
    'errors',
    'idleTime',
    'commandBytes',
    'nonsense',
  ]);
});
