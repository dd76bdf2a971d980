import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConfigurationError } from '../../src/values/errors.js';
import { asciiReply, renderReply, reply, replyFromText, replyText } from '../../src/values/reply.js';
import { anyText } from './support.js';

const DENIED = reply(554, '5.7.1', 'Access denied');

describe('reply', () => {
  it('takes constants', () => {
    expect(reply(250, '2.1.0', 'Ok')).toEqual({ kind: 'reply', code: 250, enhanced: '2.1.0', lines: ['Ok'] });
    expect(reply(220, undefined, 'mx.example.com ESMTP').enhanced).toBeUndefined();
    expect(reply(354, undefined, 'End data with <CR><LF>.<CR><LF>').lines).toHaveLength(1);
    expect(reply(550, '5.7.1', ['one', 'two']).lines).toEqual(['one', 'two']);
  });

  it.each([
    [199, undefined, 'x', 'bad-reply-code'],
    [600, undefined, 'x', 'bad-reply-code'],
    [250.5, undefined, 'x', 'bad-reply-code'],
    [Number.NaN, undefined, 'x', 'bad-reply-code'],
    [550, '4.7.1', 'x', 'class-disagrees'],
    [250, '5.0.0', 'x', 'class-disagrees'],
    [354, '2.0.0', 'x', 'class-disagrees'],
    [550, '5.7', 'x', 'bad-enhanced-code'],
    [550, '5.7.1 ', 'x', 'bad-enhanced-code'],
    [550, '5.7.1000', 'x', 'bad-enhanced-code'],
    [550, '5.7.1', 'a\r\nb', 'bad-reply-text'],
    [550, '5.7.1', 'a\n', 'bad-reply-text'],
    [550, '5.7.1', 'a\0', 'bad-reply-text'],
    [550, '5.7.1', 'ü', 'bad-reply-text'],
    [550, '5.7.1', 'x'.repeat(401), 'bad-reply-text'],
    [550, '5.7.1', [], 'bad-reply-text'],
    [550, '5.7.1', Array.from({ length: 101 }, () => 'x'), 'bad-reply-text'],
  ])('refuses %s %s', (code, enhanced, text, problem) => {
    try {
      reply(code, enhanced, text);
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect([error.code, ...error.problems.map((p) => p.code)]).toEqual(['reply', problem]);
      return;
    }
    expect.unreachable('a wrong reply was accepted');
  });

  it('names all problems at once', () => {
    expect(() => reply(999, 'x', ['a\n', 'ok', 'ü'])).toThrow(
      expect.objectContaining({ problems: expect.objectContaining({ length: 4 }) }),
    );
  });
});

describe('replyFromText', () => {
  it.each([
    ['', 554, '5.7.1', 'Access denied'],
    ['  ', 554, '5.7.1', 'Access denied'],
    ['No thanks', 554, '5.7.1', 'No thanks'],
    ['5.1.1 Unknown user', 554, '5.1.1', 'Unknown user'],
    ['5.1.1', 554, '5.1.1', 'Access denied'],
    ['550 No thanks', 550, '5.7.1', 'No thanks'],
    ['550 5.1.1 Unknown user', 550, '5.1.1', 'Unknown user'],
    ['450 4.2.0 Come back', 450, '4.2.0', 'Come back'],
    ['450 Come back', 450, '4.7.1', 'Come back'],
    // The reply code rules over the class of the enhanced code.
    ['450 5.2.0 Come back', 450, '4.2.0', 'Come back'],
    ['4.2.0 Come back', 554, '5.2.0', 'Come back'],
    ['550', 550, '5.7.1', 'Access denied'],
    // No codes at all, or not of failures.
    ['250 2.0.0 Ok', 554, '5.7.1', '250 2.0.0 Ok'],
    ['5501 things', 554, '5.7.1', '5501 things'],
    ['550: no', 554, '5.7.1', '550: no'],
    ['5.7 no', 554, '5.7.1', '5.7 no'],
    ['5.1.1000 no', 554, '5.7.1', '5.1.1000 no'],
    ['599 5.7.1 a\r\n250 smuggled', 599, '5.7.1', 'a  250 smuggled'],
    ['a\0b\x7fc\u0085d', 554, '5.7.1', 'a b c d'],
    ['Grüße 😀', 554, '5.7.1', 'Grüße 😀'],
    ['a\ud800b\u2028c', 554, '5.7.1', 'a?b c'],
  ])('%j', (text, code, enhanced, line) => {
    expect(replyFromText(text, DENIED)).toEqual({ kind: 'reply', code, enhanced, lines: [line] });
  });

  it('keeps the class of an accepting fallback', () => {
    const ok = reply(250, '2.0.0', 'Ok');
    expect(replyFromText('550 5.7.1 No', ok)).toEqual({ ...ok, lines: ['550 5.7.1 No'] });
    expect(replyFromText('251 2.1.5 Will forward', ok)).toMatchObject({ code: 251, enhanced: '2.1.5' });
    expect(replyFromText('354 5.0.0 x', reply(354, undefined, 'Go'))).toMatchObject({ code: 354, enhanced: undefined });
  });

  it('cuts to one line', () => {
    expect(replyFromText('x'.repeat(1_000_000), DENIED).lines).toEqual(['x'.repeat(400)]);
    // Octets of UTF-8, between characters.
    expect(replyFromText('ü'.repeat(1000), DENIED).lines).toEqual(['ü'.repeat(200)]);
    expect(replyFromText(`x${'😀'.repeat(1000)}`, DENIED).lines).toEqual([`x${'😀'.repeat(99)}`]);
    expect(replyFromText(`${'x'.repeat(399)}😀`, DENIED).lines).toEqual(['x'.repeat(399)]);
  });

  it('never throws, and gives what the strict door would take', () => {
    fc.assert(
      fc.property(anyText('45.07 1\r\n-ü'), (text) => {
        const made = replyFromText(text, DENIED);
        const ascii = asciiReply(made);
        expect(reply(ascii.code, ascii.enhanced, ascii.lines)).toEqual(ascii);
        for (const line of made.lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(400);
        expect(made.code).toBeGreaterThanOrEqual(400);
        expect(replyFromText(replyText(made), DENIED)).toEqual(made);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('asciiReply', () => {
  it('hides what is not ASCII, character by character', () => {
    const wide = replyFromText('<ü😀@b.example>: no', DENIED);
    expect(asciiReply(wide).lines).toEqual(['<??@b.example>: no']);
    expect(asciiReply(wide, (one) => '.'.repeat(one.length)).lines).toEqual(['<...@b.example>: no']);
    expect(asciiReply(DENIED)).toBe(DENIED);
    expect(renderReply(wide)).toBe('554 5.7.1 <??@b.example>: no\r\n');
  });
});

describe('renderReply', () => {
  it('writes every line with both codes', () => {
    expect(renderReply(DENIED)).toBe('554 5.7.1 Access denied\r\n');
    expect(renderReply(reply(550, '5.7.1', ['one', 'two', 'three']))).toBe(
      '550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n',
    );
    expect(renderReply(reply(250, undefined, ['mx.example.com', 'SIZE 1000']))).toBe(
      '250-mx.example.com\r\n250 SIZE 1000\r\n',
    );
  });

  it('keeps below the 512 octets of RFC 5321 section 4.5.3.1.5', () => {
    expect(renderReply(reply(550, '5.999.999', 'x'.repeat(400))).length).toBeLessThanOrEqual(512);
  });

  it('writes one line for logs', () => {
    expect(replyText(reply(550, '5.7.1', ['one', 'two']))).toBe('550 5.7.1 one two');
    expect(replyText(reply(220, undefined, 'mx'))).toBe('220 mx');
    expect(replyText(reply(250, '2.0.0', ''))).toBe('250 2.0.0');
  });
});
