import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RenderedHtml, renderHtml } from '../../../../../src/stages/spam/mail/html/index.js';
import { decodeLatin1, encodeLatin1, encodeUtf8 } from '../../../../../src/values/bytes.js';
import { elementCases } from './element-cases.js';
import { styleCases } from './style-cases.js';
import { type HtmlCase, textCases } from './text-cases.js';

const octets = (text: string): string => decodeLatin1(encodeUtf8(text));
const text = (from: string): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(encodeLatin1(from));
const render = (html: string): RenderedHtml => renderHtml(octets(html));

/** Without lengths, and without what is as in every document. */
function numbersOf({ facts }: RenderedHtml): Record<string, number> {
  const { html, length, html_length, ...others } = facts.numbers;
  const told = Object.entries(others).filter(([name, value]) => value !== (/^(?:min|max)_size$/.test(name) ? 3 : 0));
  return Object.fromEntries(told.map(([name, value]) => [name, Math.round(value * 1e6) / 1e6]));
}

describe('renderHtml', () => {
  it.each([...textCases, ...styleCases, ...elementCases])('$name', (expected: HtmlCase) => {
    const found = render(expected.html);
    expect(text(found.text)).toBe(expected.text);
    expect(text(found.visible)).toBe(expected.visible ?? expected.text);
    expect(text(found.invisible)).toBe(expected.invisible ?? '');
    expect(numbersOf(found)).toEqual(expected.numbers);
    const { facts } = found;
    expect(Object.fromEntries(facts.inside)).toEqual(expected.inside ?? {});
    expect(facts.titles).toEqual(expected.titles ?? []);
    expect(facts.anchors).toEqual(expected.anchors ?? []);
    expect(facts.comments).toEqual(expected.comments ?? []);
    expect(facts.scripts).toEqual(expected.scripts ?? []);
    const uris = [...facts.uris].map(([uri, { types, anchorTexts }]) => [
      text(uri),
      [...[...types].sort(), ...anchorTexts.map((anchor) => `>${text(anchor)}`)],
    ]);
    expect(Object.fromEntries(uris)).toEqual(expected.uris ?? {});
  });

  it('counts characters, and the octets before conversion for the ratio', () => {
    const { facts } = renderHtml(octets('<b>日本😀</b>'), 12);
    expect(facts.numbers).toMatchObject({ length: 10, html_length: 3, non_space_len: 3, ratio: 9 / 12 });
  });

  it('tells narrow text from wide', () => {
    expect(render('<b>&copy;</b>').wide).toBe(false);
    expect(render('<b>&mdash;</b>').wide).toBe(true);
    expect(render('<b>é</b>').wide).toBe(true);
  });

  it('takes octets that are no UTF-8 for a replacement character', () => {
    expect(text(renderHtml('a\xffb').text)).toBe('a\ufffdb');
  });

  it('keeps URIs within 8192 characters and says so', () => {
    const { facts } = render(`<a href="http://a.example/${'x'.repeat(9000)}">b</a>`);
    expect(facts.numbers.uri_truncated).toBe(1);
    expect([...facts.uris.keys()].map((uri) => uri.length)).toEqual([8192]);
  });
});

const fragments = fc.constantFrom(
  ...['<', '>', '"', "'", '&', ';', '#x', '=', '/', '-', '--', '!', '[', ']', ' ', '\n', 'a', 'é', '日', '\0'],
  ...[
    '<a href=',
    '</a>',
    '<b>',
    '<title>',
    '</title>',
    '<script>',
    '</script>',
    '<style>',
    '<![CDATA[',
    '<![IGNORE[',
    ']]>',
  ],
  ...[
    '<!--',
    '-->',
    '<!doctype',
    'style="',
    'color:',
    'rgb(',
    'background:',
    '&amp',
    '&#38',
    '<base href="',
    'http://',
    '../',
  ],
  ...[
    '<td>',
    '<tr>',
    '<font size=',
    '<p>',
    '<div>',
    '</div>',
    '<textarea>',
    '<plaintext>',
    '<img width=1 height=2>',
    '<?',
  ],
);

describe('renderHtml, whatever comes', () => {
  const html = fc.oneof(
    fc.array(fragments, { maxLength: 60 }).map((parts) => octets(parts.join(''))),
    fc.uint8Array({ maxLength: 200 }).map(decodeLatin1),
  );

  it('never throws, and gives UTF-8', () => {
    fc.assert(
      fc.property(html, (source) => {
        const found = renderHtml(source);
        for (const each of [found.text, found.visible, found.invisible, ...found.facts.uris.keys()]) text(each);
        for (const number of Object.values(found.facts.numbers)) expect(number).not.toBeNaN();
      }),
      { numRuns: 500 },
    );
  });

  it('divides the text into what is visible and what is not', () => {
    fc.assert(
      fc.property(html, (source) => {
        const { text: all, visible, invisible } = renderHtml(source);
        const sorted = (of: string) => [...of].sort().join('');
        expect(sorted(visible + invisible)).toBe(sorted(all));
      }),
    );
  });

  it('loses no word of text without markup', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        expect(render(words.join(' ')).text).toBe(words.join(' '));
      }),
    );
  });
});

describe('renderHtml, hostile documents', () => {
  const times = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length));
  it.each([
    ['<div>', '', ''],
    ['<div><span style="color:red">x', '', ''],
    ['<title>', '', ''],
    ['<title></title x>', '', ''],
    ['<script>', '', ''],
    ['</script ', '<script>', ''],
    ['<!-- ', '', ''],
    ['-- ', '<!--', ''],
    ['<', '', ''],
    ['< ', '', ''],
    ['<![CDATA[', '', ''],
    ['<![include[', '', ''],
    ['<![ -- ', '', ''],
    ['x ', '<a ', '>'],
    ['a/../', '<a href="', '">'],
    ['<a href="', '', ''],
    ['&amp', '', ''],
    ['&#', '', ''],
    ['a', '&', ''],
    [' ', '<p style="color:', 'x">y'],
    ['color:;', '<p style="', '">y'],
    ['url(', '<p style="background:', '">y'],
    [' ', '<font face="', '!">'],
    ['a ', '<font face="', '!">'],
    ['url =', '<meta http-equiv=refresh content="', '">'],
    ['<td><font>', '<table>', ''],
    ['<tr><td>', '', ''],
    ['</p>', '', ''],
    ['a<b>', '', ''],
    ['<!doctype "', '', ''],
    ['<img>', '<a>', ''],
    ['<base href="http://a/b.c/">', '', ''],
  ])('%j many times behind %j before %j costs linear time', (part, before, behind) => {
    const run = (size: number): number => {
      const source = before + times(part, size) + behind;
      const start = process.cpuUsage();
      renderHtml(source);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    // Four times as long: linear time is four times as much, quadratic sixteen times. A busy machine gets more than one try.
    const ratio = (): number => run(200_000) / Math.max(run(50_000), 5);
    let best = ratio();
    for (let tries = 1; tries < 8 && best >= 9; tries++) best = Math.min(best, ratio());
    expect(best).toBeLessThan(9);
  });
});
