import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerAddresses } from '../../../src/stages/rewriting/header-addresses.js';
import { anyText, expectLinear, postfixData } from '../../values/support.js';

const read = (text: string): readonly string[] =>
  headerAddresses(text).map(({ localPart, domain }) => (domain === undefined ? localPart : `${localPart}@${domain}`));
const spans = (text: string): readonly string[] =>
  headerAddresses(text).map(({ start, end }) => text.slice(start, end));

describe('headerAddresses', () => {
  it.each<[string, readonly string[], (readonly string[])?]>([
    ['a@b.example', ['a@b.example']],
    ['a@b.example, c', ['a@b.example', 'c']],
    ['Name <a@b.example>', ['a@b.example'], ['a@b.example']],
    ['"Last, First" <a@b.example>, x@y', ['a@b.example', 'x@y'], ['a@b.example', 'x@y']],
    ['=?utf-8?q?J=C3=B6rg?= <a@b.example>', ['a@b.example']],
    ['a@b.example (Name, (nested) x@y)', ['a@b.example'], ['a@b.example']],
    ['team: a@b.example, <c@d.example>;, e', ['a@b.example', 'c@d.example', 'e']],
    ['undisclosed-recipients:;', []],
    ['"a b"@c.example', ['a b@c.example'], ['"a b"@c.example']],
    ['a . b @ c . example', ['a.b@c.example'], ['a . b @ c . example']],
    ['a@\r\n b.example', ['a@b.example'], ['a@\r\n b.example']],
    ['<@r.example,@s.example:a@b.example>', ['a@b.example'], ['@r.example,@s.example:a@b.example']],
    ['a@[192.0.2.1]', ['a@[192.0.2.1]']],
    ['a\\ b@c.example', ['a b@c.example']],
    ['<>', []],
    ['two words', []],
    ['<a@b> <c@d>', []],
    ['<a@b> x', []],
    ['a@', []],
    ['@b', []],
    ['"open', ['open']],
    ['a)b@c', ['a)b@c']],
    [')))', [')))']],
  ])('%j', (text, addresses, places) => {
    expect(read(text)).toEqual(addresses);
    if (places !== undefined) expect(spans(text)).toEqual(places);
  });

  it("finds the addresses of Postfix's tok822_parse test where each entry has one", (ctx) => {
    const reference = postfixData(ctx, 'global/tok822_parse.ref');
    let tried = 0;
    let left = 0;
    for (const block of reference.split('>>>').slice(1)) {
      const input = block.slice(0, block.indexOf('<<<\n'));
      const tree = block.slice(block.indexOf('Parse tree:'), block.indexOf('Internalized:'));
      const wanted = addressesOf(tree);
      const found = read(input);
      // Entries that it takes apart, or repairs, have more than one reading; ours leave them as they are.
      if (isAmbiguous(input)) {
        left++;
        continue;
      }
      tried++;
      expect([input, found]).toEqual([input, wanted]);
    }
    expect([tried, left]).toEqual([14, 5]);
  });

  it('never throws, and its spans are in order', () => {
    fc.assert(
      fc.property(anyText('a@,;:<>()"[]\\. \r\n'), (text) => {
        let at = 0;
        for (const { start, end } of headerAddresses(text)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          at = end;
        }
      }),
    );
  });

  it('is linear', () => {
    for (const piece of ['a@b, ', '(', '"', '<', 'a:', '[', '\\', ')', '@', '. ']) {
      expectLinear(20_000, (size) => piece.repeat(size), headerAddresses);
    }
  });
});

/** The reference's `address` nodes, put together. */
function addressesOf(tree: string): readonly string[] {
  const addresses: string[] = [];
  let inside = false;
  for (const line of tree.split('\n')) {
    if (line === ' address') {
      addresses.push('');
      inside = true;
    } else if (!line.startsWith('   ')) inside = false;
    const text = /^ {3}(?:atom|OP|quoted string|domain literal) "(.*)"$/.exec(line)?.[1];
    if (!inside || text === undefined) continue;
    addresses.push(`${addresses.pop()}${line.includes('domain literal') ? `[${text}]` : text}`);
  }
  return addresses;
}

function isAmbiguous(input: string): boolean {
  return (
    input.includes(') venema') ||
    /, x+ y+ \(|, x+ x+/.test(input) ||
    input.startsWith('<1111') ||
    /\[[^\]]*$/.test(input)
  );
}
