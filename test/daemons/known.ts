/** The differences that remain and are meant, each with its line in KNOWN.md. Narrow on purpose: the count of each is printed. */

import type { Difference, KnownDifference } from './compare.js';
import { users } from './generate/world.js';

/** Our server's own words where Postfix has its own: same code, same enhanced code. */
const words: readonly (readonly [postfix: RegExp, postern: RegExp])[] = [
  [/^554 5\.5\.1 Error: no valid recipients$/, /^554 5\.5\.1 No valid recipients$/],
  [/^503 5\.5\.1 Error: need MAIL command$/, /^503 5\.5\.1 (?:Need MAIL first|Error: send HELO\/EHLO first)$/],
  [
    /^503 5\.5\.1 Error: need RCPT command$/,
    /^503 5\.5\.1 (?:Need MAIL first|Need RCPT first|Error: send HELO\/EHLO first)$/,
  ],
  // What is missing first of two things.
  [/^[45]03 [45]\.5\.1 Error: need RCPT command$/, /^[45]03 [45]\.5\.1 Error: need MAIL command$/],
  [/^503 5\.5\.1 Error: nested MAIL command$/, /^503 5\.5\.1 Nested MAIL command$/],
  [/^552 5\.3\.4 Message size exceeds fixed limit$/, /^552 5\.3\.4 Message size exceeds the limit$/],
  [/^552 5\.3\.4 Error: message file too big$/, /^552 5\.3\.4 Message (?:size exceeds the limit|too big|is too large)/],
  [/^555 5\.5\.4 Unsupported option: /, /^555 5\.5\.4 Unsupported parameter$/],
  [/^501 5\.5\.4 /, /^501 5\.5\.4 Bad command parameters$/],
  [/^501 5\.5\.4 Syntax: /, /^501 5\.5\.4 /],
  [/^500 5\.5\.2 Error: /, /^500 5\.5\.2 /],
  [/^452 4\.5\.3 Error: too many recipients$/, /^452 4\.5\.3 /],
  [/^421 4\.7\.0 .* Error: too many errors$/, /^421 4\.7\.0 /],
];

/** The path of a MAIL or RCPT command, without its brackets. */
function pathOf({ at }: Difference): string | undefined {
  return /^(?:mail from|rcpt to): *<?([^>]*)>?/i.exec(at)?.[1];
}

const isCode = (difference: Difference): boolean => difference.kind === 'code';
const ours = (difference: Difference, pattern: RegExp): boolean => pattern.test(difference.postern);
/** With 4 under soft_bounce. */
const SYNTAX = /^[45]01 [45]\.1\.[37] /;

export const known: readonly KnownDifference[] = [
  {
    name: 'own-words',
    is: ({ kind, postfix, postern }) =>
      kind === 'text' && words.some(([theirs, own]) => theirs.test(postfix) && own.test(postern)),
  },
  {
    name: 'bare-address',
    is: (one) => isCode(one) && ours(one, SYNTAX) && /^[^@<>: ]+$/.test(pathOf(one) ?? '@'),
  },
  {
    name: 'postmaster',
    is: (one) => isCode(one) && /^rcpt to: *<postmaster>$/i.test(one.at) && ours(one, /postmaster@/),
  },
  {
    name: 'path-syntax',
    is: (one) => {
      const path = pathOf(one) ?? '';
      const odd = /^@|@$|\.\.|\.$|^\.|\.@|@[^@]*@|^<>$|^"Name"/.test(path) && !/^[^@<>: ]+$/.test(path);
      return isCode(one) && ours(one, SYNTAX) && odd;
    },
  },
  {
    name: 'syntax-code',
    is: ({ kind, postfix, postern }) =>
      kind === 'enhanced' && /^[45]01 [45]\.5\.4 (?:Syntax|Bad)/.test(postfix) && SYNTAX.test(postern),
  },
  {
    name: 'no-recipient-yet',
    is: (one) => isCode(one) && one.at === 'DATA' && /^554 5\.5\.1/.test(one.postfix) && ours(one, /^503 5\.5\.1/),
  },
  {
    name: 'body-parameter',
    is: (one) =>
      isCode(one) && /BODY=9BIT$/.test(one.at) && /^555 5\.5\.4/.test(one.postfix) && ours(one, /^501 5\.5\.4/),
  },
  { name: 'help', is: (one) => isCode(one) && one.at === 'HELP' && ours(one, /^214 /) },
  {
    name: 'data-argument',
    is: (one) =>
      isCode(one) && one.at === 'DATA now' && /^50[13] 5\.5\.[14]/.test(one.postfix) && ours(one, /^501 5\.5\.4/),
  },
  {
    // What Postfix would bounce or defer after it took it is refused at once, with the class of that verdict.
    name: 'refused-at-once',
    is: (one) => isCode(one) && /^undeliverable/.test(one.fate ?? '') && ours(one, /^[45]5\d [45]\.[13]\.\d+ /),
  },
  {
    name: 'domain-case',
    is: ({ kind, postfix, postern }) =>
      (kind === 'text' || kind === 'delivery') && lowerDomains(postfix) === lowerDomains(postern),
  },
  {
    name: 'quoted-local-part',
    is: ({ kind, postfix, postern }) => kind === 'text' && postfix === postern.replace(/<"([^"]*)"@/, '<$1@'),
  },
  {
    name: 'queue-file-size',
    is: (one) =>
      isCode(one) &&
      one.at === '(message)' &&
      /^message_size_limit = \d{1,5}$/m.test(one.mainCf) &&
      /^552 5\.3\.4 Error: message file too big$/.test(one.postfix) &&
      ours(one, /^250 /),
  },
  {
    name: 'header-cut',
    is: ({ kind, mainCf, postfix, postern }) =>
      kind === 'delivery' && /^header_size_limit = \d{1,3}$/m.test(mainCf) && isCut(postfix, postern),
  },
  {
    name: 'after-end-of-data',
    is: (one) => isCode(one) && /^mail from/i.test(one.at) && /^503 5\.5\.1 Error: nested/.test(one.postfix),
  },
  {
    name: 'system-accounts',
    is: ({ kind, mainCf, postfix, postern }) =>
      kind === 'delivery' && /^local_recipient_maps =$/m.test(mainCf) && postfix === withoutStrangers(postern),
  },
  {
    name: 'one-copy-per-mailbox',
    is: ({ kind, postfix, postern }) =>
      kind === 'delivery' && once(postfix) === once(postern) && copies(postfix) > copies(postern),
  },
];

const split = (deliveries: string): readonly string[] => deliveries.split('\n=====\n');
const once = (deliveries: string): string => [...new Set(split(deliveries))].join('\n=====\n');
const copies = (deliveries: string): number => split(deliveries).length;

/** Domains of addresses in lower case. */
const lowerDomains = (text: string): string => text.replace(/@[\w.-]+/g, (domain) => domain.toLowerCase());

/** Without mailboxes of local names that have no account: Postfix asks the system, which is not in the folder. */
const withoutStrangers = (deliveries: string): string =>
  split(deliveries)
    .filter((one) => {
      const place = /^--- (.*)$/m.exec(one)?.[1] ?? '';
      return /[ /]|^hold$/.test(place) || (users as readonly string[]).includes(place);
    })
    .join('\n=====\n');

/** Line by line the same, or shorter on the left. */
function isCut(postfix: string, postern: string): boolean {
  const [a, b] = [postfix.split('\n'), postern.split('\n')];
  return a.length === b.length && a.every((line, i) => line === b[i] || (line !== '' && b[i]?.startsWith(line)));
}
