/** What is sent to saslauthd, and what its answers mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRequest, meaningOf, ReplyReader, readReply } from '../../../src/adapters/saslauthd/protocol.js';
import { encodeCounted } from '../../../src/adapters/shared/counted-strings.js';
import { RequestReader } from '../../../src/servers/saslauthd/protocol.js';

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');

describe('encodeRequest', () => {
  it('is what the daemon reads', () => {
    const request = encodeRequest({ login: 'al', password: 'pä', service: 'smtp', realm: '' }, 256);
    const expected = Buffer.from('\0\x02al\0\x03pä\0\x04smtp\0\0', 'utf8');
    expect(request.kind === 'parsed' && Buffer.from(request.value)).toEqual(expected);
  });

  it('is what our server reads', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 4, maxLength: 4 }), (texts) => {
        const [login = '', password = '', service = '', realm = ''] = texts;
        const request = encodeRequest({ login, password, service, realm }, 256);
        if (request.kind === 'malformed') return;
        const read = new RequestReader(256).push(request.value);
        expect(read).toEqual({ kind: 'parsed', value: { login, password, service, realm } });
      }),
    );
  });

  it.each([
    ['a NUL, behind which the daemon reads nothing', 'alice\0x', /NUL/],
    ['more than it takes', 'x'.repeat(257), /over 256/],
    ['more octets than characters', 'ü'.repeat(129), /over 256/],
    ['no UTF-8', '\ud800', /surrogate/],
  ])('refuses %s', (_, word, why) => {
    for (const [login, password] of [
      [word, 'x'],
      ['x', word],
    ] as const) {
      const request = encodeRequest({ login, password, service: 'smtp', realm: '' }, 256);
      expect(request.kind === 'malformed' && request.why).toMatch(why);
    }
  });
});

describe('readReply', () => {
  it.each([
    ['OK', { kind: 'ok' }],
    ['OK remote authentication successful', { kind: 'ok' }],
    ['NO', { kind: 'no', reason: '' }],
    ['NO ', { kind: 'no', reason: '' }],
    ['NO PAM auth error', { kind: 'no', reason: 'PAM auth error' }],
  ])('%j', (said, value) => expect(readReply(said)).toEqual({ kind: 'parsed', value }));

  it.each(['', 'O', 'OKAY', 'ok', 'NOT', 'N', ' OK', 'OK\0', 'NO\0', 'OK\n', 'XX', 'YES'])(
    '%j is no answer',
    (said) => {
      expect(readReply(said).kind).toBe('malformed');
    },
  );
});

describe('ReplyReader', () => {
  it.each<[string, Uint8Array[], RegExp]>([
    ['nothing', [], /without an answer/],
    ['half a length', [new Uint8Array([0])], /cut short/],
    ['a cut reply', [text('\0\x09NO')], /cut short/],
    ['nothing in it', [text('\0\0')], /it says ""/],
    ['too much announced', [text('\x04\x01')], /a string of 1025 octets/],
    ['more than it announced', [text('\0\x02OKx')], /more than a reply/],
    ['garbage', [text('HTTP/1.1 200 OK\r\n\r\n')], /a string of/],
  ])('%s is no answer', (_, pieces, why) => {
    const reader = new ReplyReader();
    const read = pieces.map((piece) => reader.push(piece)).find((one) => one !== undefined) ?? reader.end();
    expect(read.kind === 'malformed' && read.why).toMatch(why);
  });

  it('never throws, and says yes to nothing but OK', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const said of [bytes, encodeCounted([bytes])]) {
          const read = new ReplyReader().push(said);
          if (read?.kind === 'parsed' && read.value.kind === 'ok')
            expect(Buffer.from(said.subarray(2, 4)).toString()).toBe('OK');
        }
      }),
    );
  });
});

describe('meaningOf', () => {
  it.each([
    ['Incorrect password', 'wrong-password'],
    ['Invalid username', 'no-such-account'],
    ['Password expired', 'password-expired'],
    ['Account expired', 'account-expired'],
    ['PAM acct error', 'not-permitted'],
    ['remote server rejected your credentials', 'unspecified'],
    ["[ALERT] Couldn't contact remote authentication server", undefined],
    ['saslauthd internal error', undefined],
    ['Username lookup failure: Connection refused', undefined],
    ['PAM start error', undefined],
  ])('%s', (reason, cause) => {
    expect(meaningOf(reason)).toEqual(cause === undefined ? { kind: 'failed' } : { kind: 'refused', cause });
  });

  it.each(['', 'PAM auth error', 'krb5_get_init_creds_password failed', 'constructor', 'no such reason'])(
    '%j tells nothing',
    (reason) => {
      expect(meaningOf(reason)).toBeUndefined();
    },
  );
});
