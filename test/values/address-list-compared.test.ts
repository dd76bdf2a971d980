import fc from 'fast-check';
import addressparser from 'nodemailer/lib/addressparser';
import { describe, expect, it } from 'vitest';
import { mailboxesOf, parseAddressList } from '../../src/values/address-list.js';
import { addresses, flat } from './address-lists.js';
import { postfixData } from './support.js';

describe('tok822_parse of Postfix', () => {
  /** Where Postfix, which never refuses, reads something that is no address list. */
  const refused = [
    '"wietse venema"@porcupine.org ( ("wietse ) venema") )', // a parenthesis too many
    'wietse\\ venema@porcupine.org', // a backslash outside quotes
    '"wietse venema', // no closing quote
    'wietse@[stuff', // no closing bracket
    'wietse@["stuff]', // no address literal
  ];

  it('sees the same addresses', (ctx) => {
    const sections = postfixData(ctx, 'global/tok822_parse.ref').split(/^>>>/m).slice(1);
    expect(sections.length).toBeGreaterThan(13);
    let compared = 0;
    for (const section of sections) {
      const [text = '', rest = ''] = section.split('<<<\n');
      const tree = rest.slice(0, rest.indexOf('Internalized:'));
      const theirs = tree
        .split(/^ address\n/m)
        .slice(1)
        .map(readAddress);
      const list = parseAddressList(text);
      if (refused.includes(text)) {
        expect([text, list.kind]).toEqual([text, 'malformed']);
      } else if (theirs.every((address) => address.includes('@'))) {
        const ours = mailboxesOf(addresses(text).entries).map(
          ({ mailbox }) => `${mailbox.localPart}@${mailbox.text.split('@').pop()}`,
        );
        expect([text, ours]).toEqual([text, theirs]);
        compared++;
      } else {
        // Postfix completes an address without domain; a header of a stranger is not ours to complete.
        expect([text, list.kind]).toEqual([text, text.startsWith('<1') ? 'ambiguous' : 'malformed']);
      }
    }
    expect(compared).toBeGreaterThan(6);
  });

  /** Atoms, quoted strings and operators behind one "address" line, as one text. */
  function readAddress(lines: string): string {
    let text = '';
    for (const line of lines.split('\n')) {
      const [, token] = /^ {3}(?:atom|quoted string|OP|domain literal) "(.*)"$/.exec(line) ?? [];
      if (token === undefined) break;
      text += token;
    }
    return text;
  }
});

describe('beside the addressparser of nodemailer', () => {
  const theirs = (text: string): string[] =>
    addressparser(text, { flatten: true }).map(({ name, address }) => `${name}|${address}`);

  it('agrees on lists without oddities', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-'), minLength: 1, maxLength: 6 });
    const address = fc.tuple(word, word).map(([local, label]) => `${local}@d${label}d.example`);
    const name = fc.oneof(
      word,
      fc.tuple(word, word).map((words) => words.join(' ')),
      word.map((w) => `"${w}, ${w}"`),
    );
    const entry = fc.oneof(
      address,
      address.map((a) => `<${a}>`),
      fc.tuple(name, address).map(([n, a]) => `${n} <${a}>`),
    );
    const members = fc.array(entry, { minLength: 1, maxLength: 4 }).map((entries) => entries.join(', '));
    const list = fc.oneof(
      members,
      fc.tuple(word, members).map(([n, m]) => `${n}: ${m};`),
    );
    fc.assert(
      fc.property(list, (text) => {
        expect(flat(text).map((line) => line.toLowerCase())).toEqual(theirs(text).map((line) => line.toLowerCase()));
      }),
    );
  });

  it('does not take the first of two, as it does', () => {
    expect(theirs('<a@b.example> <c@d.example>')).toHaveLength(1);
    expect(parseAddressList('<a@b.example> <c@d.example>').kind).toBe('ambiguous');
  });
});
