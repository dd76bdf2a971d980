import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isControl } from '../../src/values/characters.js';
import {
  decodeXtext,
  encodeXtext,
  parseEsmtpParameters,
  parseMailCommandArguments,
  parseRcptCommandArguments,
} from '../../src/values/esmtp.js';
import { anyText, expectLinear, expectSound, value } from './support.js';

describe('parseEsmtpParameters', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['SIZE=1000', [['SIZE', '1000']]],
    [
      ' size=1000  body=8BITMIME SMTPUTF8 ',
      [
        ['SIZE', '1000'],
        ['BODY', '8BITMIME'],
        ['SMTPUTF8', true],
      ],
    ],
    [
      'ENVID=a+2Bb AUTH=<> X-1=:;"',
      [
        ['ENVID', 'a+2Bb'],
        ['AUTH', '<>'],
        ['X-1', ':;"'],
      ],
    ],
    ['ORCPT=utf-8;ü@b', [['ORCPT', 'utf-8;ü@b']]],
    ['__proto__=1'.replaceAll('_', 'X'), [['XXPROTOXX', '1']]],
  ])('%j', (text, entries) => {
    expect([...value(parseEsmtpParameters(text))]).toEqual(entries);
  });

  it.each([
    ...['=1', 'A=', 'A==', 'A=b=c', '-A', 'A_B', 'A\tB', 'A=1\0', 'A=1\r\nDATA', 'Ü', 'A=\ud800', 'A B a', 'A=1 a=1'],
    `A=${'x'.repeat(5000)}`,
    Array.from({ length: 33 }, (_, i) => `A${i}`).join(' '),
  ])('refuses %j', (text) => {
    const result = parseEsmtpParameters(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });
});

describe('parseMailCommandArguments', () => {
  it('reads the path and the parameters', () => {
    const { path, parameters } = value(parseMailCommandArguments('FROM:<"a >b"@c> SIZE=1 BODY=7BIT'));
    expect(path).toMatchObject({ kind: 'mailbox', localPart: 'a >b' });
    expect(Object.fromEntries(parameters)).toEqual({ SIZE: '1', BODY: '7BIT' });
    expect(value(parseMailCommandArguments('from:<>')).path).toEqual({ kind: 'null-path' });
    expect(value(parseMailCommandArguments('FROM:<@x,@y:a@b> ')).path).toMatchObject({ text: 'a@b' });
    expect(value(parseRcptCommandArguments('TO:<Postmaster> NOTIFY=NEVER')).path).toEqual({ kind: 'postmaster' });
  });

  it.each([
    ...['', 'FROM', 'FROM:', 'FROM: <a@b>', 'FROM <a@b>', 'FROM:a@b', 'FROM:<a@b>SIZE=1', 'FROM:<a@b>  =', 'TO:<a@b>'],
    ...['FROM:<a@b> <c@d>', 'FROM:<a@b>\tSIZE=1', 'FROM:<a@b>\r\n', 'FROM:<a b@c>', 'FROM:<postmaster>'],
  ])('refuses %j', (text) => {
    const result = parseMailCommandArguments(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });

  it('is as tolerant as it is told to be', () => {
    const optional = { angleBrackets: 'optional' } as const;
    expect(value(parseMailCommandArguments('FROM: a@b SIZE=1', optional)).path).toMatchObject({ text: 'a@b' });
    expect(value(parseRcptCommandArguments('TO:  <a@b>', optional)).path).toMatchObject({ text: 'a@b' });
    expect(parseRcptCommandArguments('TO:<>', optional).kind).toBe('malformed');
    const spaces = { leadingSpaces: true } as const;
    expect(value(parseMailCommandArguments('FROM:  <a@b>', spaces)).path).toMatchObject({ text: 'a@b' });
    expect(parseMailCommandArguments('FROM: a@b', spaces).kind).toBe('malformed');
    expect(parseMailCommandArguments('FROM: a@b', { ...optional, leadingSpaces: false }).kind).toBe('malformed');
  });

  it('counts positions from the start of the arguments', () => {
    expect(parseMailCommandArguments('FROM:<a@b> SIZE=1 =x')).toMatchObject({ at: 18 });
  });

  it('never throws, in no more than linear time', () => {
    const text = fc.tuple(fc.constantFrom('FROM:', 'TO:', ''), anyText('<>@ab."\\ =+1\0'));
    fc.assert(
      fc.property(text, ([word, rest]) => {
        for (const parse of [parseMailCommandArguments, parseRcptCommandArguments])
          expectSound(parse(word + rest), word + rest);
        expectSound(parseEsmtpParameters(rest), rest);
      }),
    );
    for (const piece of ['a', ' ', 'A ', '"', '@a,', '<']) {
      expectLinear(50_000, (n) => `FROM:<a@b> ${piece.repeat(n)}`, parseMailCommandArguments);
      expectLinear(
        50_000,
        (n) => `FROM:${piece.repeat(n)}`,
        (t) => parseMailCommandArguments(t, { angleBrackets: 'optional' }),
      );
    }
  });
});

describe('xtext', () => {
  it.each([
    ['a+2Bb', 'a+b'],
    ['rfc822;user+3Dx@example.com', 'rfc822;user=x@example.com'],
    ['+C3+BC', 'ü'],
    ['a+20b', 'a b'],
    ['+2b', '+'],
    ['', ''],
  ])('%s decodes to %s', (encoded, text) => {
    expect(value(decodeXtext(encoded))).toBe(text);
  });

  it.each(['+', '+2', '+GG', '+ 2', 'a=b', 'a b', 'ü', 'a\0', '+0D+0A', '+00', '+7F', '+C2+85', '+FF', '+C3'])(
    'refuses %j',
    (text) => {
      expect(decodeXtext(text).kind).toBe('malformed');
    },
  );

  it('encodes as RFC 3461 section 4 writes it', () => {
    expect(encodeXtext('a+b=c dü')).toBe('a+2Bb+3Dc+20d+C3+BC');
  });

  it('never throws, and decodes what it encodes', () => {
    fc.assert(
      fc.property(anyText('+2Bab=\0 '), (text) => {
        expectSound(decodeXtext(text), text);
        const encoded = encodeXtext(text);
        expect(encoded).toMatch(/^[!-~]*$/);
        const back = decodeXtext(encoded);
        if ([...text].some((c) => isControl(c.codePointAt(0) ?? 0))) expect(back.kind).toBe('malformed');
        else
          expect(value(back)).toBe(
            new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)),
          );
      }),
    );
  });
});
