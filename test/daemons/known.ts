/** The differences that remain and are meant, each with its line in KNOWN.md. Narrow on purpose: the count of each is printed. */

import type { Difference, KnownDifference } from './compare.js';
import { users } from './generate/world.js';
import { open } from './open.js';

/** Our server's own words where Postfix has its own: same code, same enhanced code. */
const words: readonly (readonly [postfix: RegExp, postern: RegExp])[] = [
  // What is missing first of two things.
  [
    /^[45]03 [45]\.5\.1 Error: need RCPT command$/,
    /^[45]03 [45]\.5\.1 Error: (?:need MAIL command|send HELO\/EHLO first)$/,
  ],
  [/^[45]03 [45]\.5\.1 Error: need MAIL command$/, /^[45]03 [45]\.5\.1 Error: send HELO\/EHLO first$/],
  [/^[45]52 [45]\.3\.4 Error: message file too big$/, /^[45]52 [45]\.3\.4 Message size exceeds /],
  [/^[45]01 [45]\.5\.4 /, /^[45]01 [45]\.5\.4 /],
  [/^[45]00 [45]\.5\.2 Error: /, /^[45]00 [45]\.5\.2 /],
];

/** The path of a MAIL or RCPT command, without its brackets. */
function pathOf({ at }: Difference): string | undefined {
  return /^(?:mail from|rcpt to): *<?([^>]*)>?/i.exec(at)?.[1];
}

const isCode = (difference: Difference): boolean => difference.kind === 'code';
const ours = (difference: Difference, pattern: RegExp): boolean => pattern.test(difference.postern);
/** With 4 under soft_bounce. */
const SYNTAX = /^[45]01 [45]\.1\.[37] /;

const meant: readonly KnownDifference[] = [
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
    name: 'path-syntax',
    is: (one) => {
      const path = pathOf(one) ?? '';
      const odd = /^@|@$|\.\.|\.$|^\.|\.@|@[^@]*@|^<>$|^"Name"/.test(path) && !/^[^@<>: ]+$/.test(path);
      return isCode(one) && ours(one, SYNTAX) && odd;
    },
  },
  { name: 'help', is: (one) => isCode(one) && one.at === 'HELP' && ours(one, /^214 /) },
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
      /^[45]52 [45]\.3\.4 Error: message file too big$/.test(one.postfix) &&
      ours(one, /^250 /),
  },
  {
    name: 'header-cut',
    is: ({ kind, mainCf, postfix, postern }) => {
      const limit = Number(/^header_size_limit = (\d+)$/m.exec(mainCf)?.[1] ?? 102_400);
      return kind === 'delivery' && samePlaces(postfix, postern, (a, b) => isCut(a, b, limit));
    },
  },
  {
    name: 'missing-fields',
    is: ({ kind, postfix, postern }) =>
      kind === 'delivery' && samePlaces(postfix, postern, (a, b) => withoutAdded(a) === b),
  },
  {
    name: 'lists-outside-loopback',
    // A list that answers outside of 127.0.0.0/8 has records of another kind (RFC 5782 section 2.1).
    is: (one) => isCode(one) && /blocked using odd\.example/.test(one.postfix) && /odd\.example(?!=)/.test(one.mainCf),
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

/** A difference has the first name that fits. */
export const known: readonly KnownDifference[] = [...meant, ...open];

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

/** As many deliveries without repetitions, not all the same, and each pair alike. */
function samePlaces(postfix: string, postern: string, alike: (a: string, b: string) => boolean): boolean {
  const [a, b] = [[...new Set(split(postfix))], [...new Set(split(postern))]];
  const differ = a.some((one, i) => one !== b[i]);
  return differ && a.length === b.length && a.every((one, i) => one === b[i] || alike(one, b[i] ?? ''));
}

/** The same but for header fields, those of parts too, that are longer than the limit and that `a` has the beginning of. */
function isCut(a: string, b: string, limit: number): boolean {
  const fields = (message: string): readonly string[] => message.split(/\n(?![ \t])/);
  const [x, y] = [fields(a), fields(b)];
  const cut = (long = '', short = ''): boolean =>
    /^[!-9;-~]+:/.test(long) && long.length > limit && short.length >= limit && long.startsWith(short);
  return x.length === y.length && x.every((field, i) => field === y[i] || cut(y[i], field));
}

/** Without the fields that cleanup(8) adds at the end of a header that has none of them. */
function withoutAdded(message: string): string {
  const end = message.indexOf('\n\n');
  const added = /\n(?:From|Date|Message-Id): [^\n]*$/;
  return message.slice(0, end).replace(added, '').replace(added, '').replace(added, '') + message.slice(end);
}
