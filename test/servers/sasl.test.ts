import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginSasl, type SaslStep } from '../../src/servers/shared/sasl.js';
import { encodeBase64 } from '../../src/values/base64.js';
import { encodeUtf8 } from '../../src/values/bytes.js';
import { replyText } from '../../src/values/reply.js';

const b64 = (text: string): string => encodeBase64(encodeUtf8(text));

/** Lines of the client, the command first; what came of the last that was wanted. */
function exchange(...lines: readonly (string | Uint8Array)[]): SaslStep {
  const [first = '', ...others] = lines.map((line) => (typeof line === 'string' ? encodeUtf8(line) : line));
  return others.reduce<SaslStep>(
    (step, line) => {
      if (step.kind !== 'challenge') throw new Error(`it has ended with ${step.kind}`);
      return step.next(line);
    },
    beginSasl(first as Uint8Array),
  );
}

const end = (step: SaslStep): string =>
  step.kind === 'attempt' ? JSON.stringify(step.attempt) : replyText(step.reply);
const attempt = (mechanism: string, login: string, password: string, actAs = ''): string =>
  JSON.stringify({ mechanism, login, actAs, password });
const undecodable = '501 5.5.2 Error: authentication data cannot be decoded';

describe('exchanges', () => {
  it.each<[readonly string[], string]>([
    [[`AUTH PLAIN ${b64('\0alice\0rabbit')}`], attempt('PLAIN', 'alice', 'rabbit')],
    [[`auth plain ${b64('alice\0alice\0rabbit')}`], attempt('PLAIN', 'alice', 'rabbit', 'alice')],
    [['AUTH PLAIN', b64('\0alice\0rabbit')], attempt('PLAIN', 'alice', 'rabbit')],
    [['AUTH\tPLAIN', ` ${b64('\0alice\0rabbit')} `], attempt('PLAIN', 'alice', 'rabbit')],
    [[`AUTH PLAIN ${b64('\0jürgen\0pässwörd 🗝')}`], attempt('PLAIN', 'jürgen', 'pässwörd 🗝')],
    [[`AUTH PLAIN ${b64('\0\0')}`], attempt('PLAIN', '', '')],
    [['AUTH LOGIN'], '334 VXNlcm5hbWU6'],
    [['AUTH LOGIN', b64('alice')], '334 UGFzc3dvcmQ6'],
    [['AUTH LOGIN', b64('alice'), b64('rab\tbit')], attempt('LOGIN', 'alice', 'rab\tbit')],
    [[`AUTH LOGIN ${b64('alice')}`, ''], attempt('LOGIN', 'alice', '')],
    [['AUTH LOGIN =', b64('x')], attempt('LOGIN', '', 'x')],
    [['AUTH PLAIN', '*'], '501 5.7.0 Authentication aborted'],
    [['AUTH LOGIN', '*'], '501 5.7.0 Authentication aborted'],
    [['AUTH LOGIN', b64('alice'), ' * '], '501 5.7.0 Authentication aborted'],
    [['AUTH PLAIN *'], undecodable],
    [['AUTH PLAIN ='], undecodable],
    [['AUTH PLAIN', '='], undecodable],
    [['AUTH PLAIN', ''], undecodable],
    [[`AUTH PLAIN ${b64('alice\0rabbit')}`], undecodable],
    [[`AUTH PLAIN ${b64('\0a\0b\0c')}`], undecodable],
    [[`AUTH PLAIN ${b64('\0al\rice\0b')}`], undecodable],
    [[`AUTH PLAIN ${b64('x\u0085\0alice\0b')}`], undecodable],
    [['AUTH PLAIN AGFsaWNlAP8='], undecodable],
    [['AUTH PLAIN A'], undecodable],
    [['AUTH PLAIN AGFs_WNl'], undecodable],
    [['AUTH LOGIN', b64('a\0b')], undecodable],
    [['AUTH LOGIN', b64('alice'), b64('a\0b')], undecodable],
    [['AUTH'], '501 5.5.4 Syntax: AUTH mechanism'],
    [['AUTH '], '501 5.5.4 Syntax: AUTH mechanism'],
    [['AUTH PLAIN a b'], '501 5.5.4 Syntax: AUTH mechanism'],
    [['AUTH CRAM-MD5'], '504 5.5.4 Error: authentication mechanism not supported'],
    [['AUTH __proto__'], '504 5.5.4 Error: authentication mechanism not supported'],
  ])('%j', (lines, expected) => {
    expect(end(exchange(...lines))).toBe(expected);
  });

  it('the empty challenge of PLAIN has its blank', () => {
    const step = exchange('AUTH PLAIN');
    expect(step.kind === 'challenge' && step.reply).toMatchObject({ code: 334, lines: [''] });
  });
});

describe('whatever a client sends', () => {
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string().map(encodeUtf8),
    fc.string().map((t) => encodeUtf8(b64(t))),
  );

  it('ends after at most three lines, without a throw', () => {
    const first = fc.oneof(line, fc.constantFrom('AUTH PLAIN', 'AUTH LOGIN').map(encodeUtf8));
    fc.assert(
      fc.property(first, line, line, (command, second, third) => {
        let step = beginSasl(command);
        for (const next of [second, third]) if (step.kind === 'challenge') step = step.next(next);
        expect(step.kind).not.toBe('challenge');
      }),
      { numRuns: 500 },
    );
  });

  it('what was sent is what is asked for', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
    const secret = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(name, secret, (login, password) => {
        const plain = exchange(`AUTH PLAIN ${b64(`\0${login}\0${password}`)}`);
        expect(end(plain)).toBe(attempt('PLAIN', login, password));
        expect(end(exchange('AUTH LOGIN', b64(login), b64(password)))).toBe(attempt('LOGIN', login, password));
      }),
    );
  });
});
