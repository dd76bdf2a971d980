import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldedKey,
  type Mailbox,
  mailboxOf,
  needsSmtputf8,
  sameMailbox,
  splitExtension,
} from '../../src/values/address.js';
import { parseDomain } from '../../src/values/domain.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import { anyText, expectSound, postfixData, value } from './support.js';

const mailbox = (text: string): Mailbox => value(parseMailbox(text));
const example = value(parseDomain('example.com'));

describe('mailboxOf', () => {
  it.each([
    ['user', 'user@example.com'],
    ['first.last+tag', 'first.last+tag@example.com'],
    ["!#$%&'*+-/=?^_`{|}~", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ['用户', '用户@example.com'],
    ['a b', '"a b"@example.com'],
    ['a@b', '"a@b"@example.com'],
    ['a"b\\c', '"a\\"b\\\\c"@example.com'],
    ['', '""@example.com'],
    ['.a', '".a"@example.com'],
    ['a.', '"a."@example.com'],
    ['a..b', '"a..b"@example.com'],
  ])('%j is written %s and read back', (localPart, text) => {
    const made = value(mailboxOf(localPart, example));
    expect(made.text).toBe(text);
    expect(mailbox(text)).toEqual(made);
  });

  it.each(['a\0', 'a\r\nb', 'a\x7f', 'a\x85', 'a\ud800', 'a'.repeat(65), 'ü'.repeat(33), `${'a'.repeat(63)} `])(
    'refuses %j',
    (localPart) => {
      expect(mailboxOf(localPart, example).kind).toBe('malformed');
    },
  );

  it('has limits in octets, the quotes counted', () => {
    expect(mailboxOf('a'.repeat(64), example).kind).toBe('parsed');
    expect(mailboxOf('ü'.repeat(32), example).kind).toBe('parsed');
    expect(mailboxOf(`${'a'.repeat(61)} `, example).kind).toBe('parsed');
    expect(mailboxOf('a'.repeat(65), example, 100).kind).toBe('parsed');
    const long = value(parseDomain(Array.from({ length: 4 }, () => 'b'.repeat(60)).join('.')));
    expect(long.ascii).toHaveLength(243);
    expect(mailboxOf('a'.repeat(10), long).kind).toBe('parsed');
    expect(mailboxOf('a'.repeat(11), long).kind).toBe('malformed');
  });

  it('never throws, and what it makes is read back', () => {
    fc.assert(
      fc.property(anyText('ab."\\@ <>ü\0'), (localPart) => {
        const made = mailboxOf(localPart, example);
        expectSound(made, localPart);
        if (made.kind === 'parsed') expect(mailbox(made.value.text)).toEqual(made.value);
      }),
    );
  });
});

describe('comparison', () => {
  it('minds the case of the local part only', () => {
    expect(sameMailbox(mailbox('user@EXAMPLE.com'), mailbox('user@example.COM'))).toBe(true);
    expect(sameMailbox(mailbox('User@example.com'), mailbox('user@example.com'))).toBe(false);
    expect(sameMailbox(mailbox('"user"@example.com'), mailbox('user@example.com'))).toBe(true);
    expect(sameMailbox(mailbox('user@bücher.example'), mailbox('user@xn--bcher-kva.example'))).toBe(true);
    expect(sameMailbox(mailbox('"a@b"@c.example'), mailbox('a@b.example'))).toBe(false);
  });

  it('folds keys of tables', () => {
    expect(foldedKey(mailbox('"User Name"@Example.com'))).toBe('"user name"@example.com');
    expect(foldedKey(mailbox('USER@[IPv6:2001:DB8::1]'))).toBe('user@[ipv6:2001:db8::1]');
  });

  it('knows what needs SMTPUTF8', () => {
    expect(needsSmtputf8(mailbox('üser@example.com'))).toBe(true);
    expect(needsSmtputf8(mailbox('user@bücher.example'))).toBe(false);
  });
});

describe('splitExtension', () => {
  it.each([
    ['user+tag', '+', 'user', '+', 'tag'],
    ['user+tag+more', '+', 'user', '+', 'tag+more'],
    ['user+', '+', 'user', '+', ''],
    ['user-a+b', '+-', 'user', '-', 'a+b'],
    ['user+a-b', '-+', 'user', '+', 'a-b'],
    ['foo bar+ext', '+', 'foo bar', '+', 'ext'],
    ['owner-list+x', '+', 'owner-list', '+', 'x'],
    ['-request', '-+', undefined, '', ''],
    ['a-request', '+', undefined, '', ''],
    ['user', '+', undefined, '', ''],
    ['+tag', '+', undefined, '', ''],
    ['user+tag', '', undefined, '', ''],
    // Reserved by split_addr(3) of Postfix.
    ['owner-list', '-', undefined, '', ''],
    ['Owner-list', '+-', undefined, '', ''],
    ['list-REQUEST', '-', undefined, '', ''],
    ['mailer-daemon', '-', undefined, '', ''],
    ['Double-Bounce', '-', undefined, '', ''],
    ['postmaster', 'o', undefined, '', ''],
  ])('%s at %s', (localPart, delimiters, base, delimiter, extension) => {
    const expected = base === undefined ? undefined : { base, delimiter, extension };
    expect(splitExtension(localPart, delimiters)).toEqual(expected);
  });

  it('has the two parameters of Postfix', () => {
    expect(splitExtension('owner-list', '-', { ownerRequestSpecial: false })?.base).toBe('owner');
    expect(splitExtension('list-request', '-', { ownerRequestSpecial: false })?.base).toBe('list');
    expect(splitExtension('double-bounce', '-', { doubleBounceSender: 'other' })?.base).toBe('double');
    expect(splitExtension('ot-her', '-', { doubleBounceSender: 'OT-her' })).toBeUndefined();
  });

  it('gives what strip_addr of Postfix gives', (ctx) => {
    const lines = [...postfixData(ctx, 'global/strip_addr.ref').matchAll(/wanted: {4}(.*) -> (.*)/g)];
    expect(lines).toHaveLength(6);
    for (const [, address = '', wanted] of lines) {
      const [localPart = '', domain] = address.split('@');
      const split = splitExtension(localPart, '+-');
      const base = `${split?.base}${domain === undefined ? '' : `@${domain}`}`;
      expect([base, `${base} ${split?.delimiter}${split?.extension}`]).toContain(wanted);
    }
  });
});
