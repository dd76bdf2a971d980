/** Character sets of parts: what a reader would see is there for the rules. */
import { describe, expect, it } from 'vitest';
import { partToUtf8 } from '../../../../src/stages/spam/mail/charset.js';
import { decodeUtf8, encodeLatin1 } from '../../../../src/values/bytes.js';

const read = (octets: string, label: string): string | undefined =>
  decodeUtf8(encodeLatin1(partToUtf8(encodeLatin1(octets), label).text));

describe('text that its character set does not allow', () => {
  it.each([
    ['octets beyond ASCII', 'iso-2022-jp', 'a \xe9 \x1b$B%F%9%H\x1b(B tail', 'a \ufffd \u30c6\u30b9\u30c8 tail'],
    ['octets of a wider form', 'iso-2022-jp-1', '\x1b$B%F%9%H\x1b(B', '\u30c6\u30b9\u30c8'],
    ['a shift that does not end', 'iso-2022-kr', '\x1b$)C\x0eGQ1[\x0f \x0etail', '\ud55c\uae00 \x0etail'],
    ['half a character at the end', 'gb2312', '\xd6\xd0\xce', '\u4e2d'],
    ['UTF-8 under another label', 'koi8-r', 'caf\xc3\xa9', 'caf\xe9'],
    ['neither UTF-8 nor its label', 'utf-8', 'caf\xe9', 'caf\xe9'],
    ['no label', '', 'caf\xe9', 'caf\xe9'],
    ['an unknown label', 'x-none', 'caf\x80', 'caf\u20ac'],
    ['ASCII under a label of UTF-16', 'utf-16', 'plain text', 'plain text'],
    ['ASCII under another label of UTF-16', 'iso-10646-ucs-2', 'plain text', 'plain text'],
    ['a name of Windows', 'windows-31j', '\x83e\x83X\x83g', '\u30c6\u30b9\u30c8'],
  ])('%s', (_, label, octets, expected) => {
    expect(read(octets, label)).toBe(expected);
  });

  it('leaves no state behind for the next text', () => {
    expect(read('\x1b$B%F', 'iso-2022-jp')).toBeDefined();
    expect(read('abc', 'iso-2022-jp')).toBe('abc');
    expect(read('\xd6', 'gb2312')).toBe('\xd6');
    expect(read('\xd6\xd0', 'gb2312')).toBe('\u4e2d');
  });
});
