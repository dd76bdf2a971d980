import { describe, expect, it } from 'vitest';
import { dispositionName, readContentType, readParameters } from '../../../../src/stages/spam/mail/content-type.js';
import { viewOf } from './support.js';

const times = (run: () => unknown): number => {
  const before = performance.now();
  run();
  return performance.now() - before;
};

describe('parameters that are not', () => {
  it.each([
    ['boundary=', '""'],
    ['boundary =\t', ''],
    ['charset= ', '\n x'],
    ['name= ', '\n x'],
    ['name*0= ', '\n x'],
    ['name*0=;', ''],
    ['filename', ''],
    ['; a="\\', ''],
    ['; a ', ''],
  ])('%j over and over takes linear time', (piece, end) => {
    const value = `x; ${piece.repeat(Math.ceil(320_000 / piece.length))}${end}`;
    expect(times(() => [readContentType(value), readParameters(value), dispositionName(value)])).toBeLessThan(1000);
  });

  it.each([
    ['multipart/mixed; boundary="a b"', 'a b', undefined, undefined],
    ['multipart/mixed; xboundary=a; boundary=b', 'b', undefined, undefined],
    ['multipart/mixed; boundary=a"b boundary=c', 'c', undefined, undefined],
    ['text/plain; CHARSET = "utf-8"; filename=a.txt', undefined, 'utf-8', 'a.txt'],
    ["text/plain; charset='", undefined, '', undefined],
    ['text/plain; name*0="a"; name*1=b', undefined, undefined, 'ab'],
    ['text/plain; charset=a\nb; charset=c', undefined, 'c', undefined],
  ])('%j', (value, boundary, charset, name) => {
    const { type: _, missing: __, ...read } = readContentType(value);
    expect(read).toEqual({ boundary, charset, name: name ?? (value.includes('name') ? '' : undefined) });
  });
});

describe('what of the header is not looked at', () => {
  const long = 'x'.repeat(9000);
  const parts = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n';

  it.each([
    ['a field', `Subject: ${long}\n\nx\n`, ['header fields behind 8192 octets']],
    [
      'a field of a part',
      `${parts}Content-Type: text/plain; name=${long}\n\nx\n--b--\n`,
      ['header fields behind 8192 octets'],
    ],
    [
      'a field of an attached message',
      `Content-Type: message/rfc822\n\nSubject: ${long}\n\nx\n`,
      ['header fields behind 8192 octets'],
    ],
    ['many fields', `${`X-A: ${'y'.repeat(4000)}\n`.repeat(30)}\nx\n`, ['the header as one text behind 65536 octets']],
    ['nothing', 'Subject: x\n\nx\n', []],
  ])('%s', (_, message, incomplete) => {
    expect(viewOf(message).incomplete).toEqual(incomplete);
  });

  it('names the limit, not what was left of it', () => {
    const inner = 'Content-Type: multipart/mixed; boundary=c\n\n--c\n\np\n--c\n\np\n--c--\n';
    const view = viewOf(`${parts}${inner}--b\n${inner}--b--\n`, { limits: { parts: 2 } });
    expect(view.incomplete).toEqual(['more than 2 parts were not told apart']);
  });
});
