/** The differences that remain and are meant, each with its line in KNOWN.md. Narrow on purpose: the count of each is printed. */

import type { Difference, KnownDifference } from './compare.js';
import { users } from './generate/world.js';

/** Our server's own words where Postfix has its own: same code, same enhanced code. */
const words: readonly (readonly [postfix: RegExp, postern: RegExp])[] = [
  // What is missing first of two things.
  [
    /^[45]03 [45]\.5\.1 Error: need RCPT command$/,
    /^[45]03 [45]\.5\.1 Error: (?:need MAIL command|send HELO\/EHLO first)$/,
  ],
  [/^[45]03 [45]\.5\.1 Error: need MAIL command$/, /^[45]03 [45]\.5\.1 Error: send HELO\/EHLO first$/],
  [/^[45]52 [45]\.3\.4 Error: message file too big$/, /^[45]52 [45]\.3\.4 Message size exceeds /],
  [/^451 4\.3\.0 Error: queue file write error$/, /^451 4\.3\.0 Temporary system problem, try again later$/],
  [/^[45]01 [45]\.5\.4 /, /^[45]01 [45]\.5\.4 /],
  [/^[45]00 [45]\.5\.2 Error: /, /^[45]00 [45]\.5\.2 /],
];

/** The path of a MAIL or RCPT command, without its brackets. */
function pathOf({ at }: Difference): string | undefined {
  return /^(?:mail from|rcpt to): *<?([^>]*)>?/i.exec(at)?.[1];
}

const isReply = ({ kind }: Difference): boolean => kind === 'code' || kind === 'enhanced' || kind === 'text';
const isCode = (difference: Difference): boolean => difference.kind === 'code';
const ours = (difference: Difference, pattern: RegExp): boolean => pattern.test(difference.postern);
/** With 4 under soft_bounce. */
const SYNTAX = /^[45]01 [45]\.1\.[37] /;

/** A difference has the first name that fits. */
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
    is: (one) => {
      const why = /^undeliverable \((.*)\)$/.exec(one.fate ?? '')?.[1];
      const isVerdict =
        ours(one, /^[45]5\d [45]\.[13]\.\d+ /) || (why !== undefined && one.postern.endsWith(`: ${why}`));
      return isCode(one) && /^undeliverable/.test(one.fate ?? '') && isVerdict;
    },
  },
  {
    // An alias domain has no addresses at all where a service asks for no aliases; whoever is verified comes by another service.
    name: 'refused-at-once',
    is: (one) =>
      isCode(one) &&
      /^receive_override_options = .*no_address_mappings/m.test(one.mainCf) &&
      /^virtual_alias_domains = /m.test(one.mainCf) &&
      ours(one, /^[45]50 [45]\.1\.1 .*: Recipient address rejected: User unknown$/),
  },
  {
    name: 'unlisted-sender-once',
    is: (one) =>
      isCode(one) &&
      /^rcpt /i.test(one.at) &&
      /^smtpd_delay_reject = no$/m.test(one.mainCf) &&
      /^smtpd_(?:relay|recipient)_restrictions = [^=]*reject_unlisted_sender/m.test(one.mainCf) &&
      ours(one, /^[45]50 [45]\.1\.0 .*: Sender address rejected: User unknown/),
  },
  {
    name: 'luser-relay-words',
    is: (one) =>
      isCode(one) &&
      /^rcpt to: *<"[^"]* [^"]*"@/i.test(one.at) &&
      /^luser_relay = .*\$(?:user|local)/m.test(one.mainCf) &&
      ours(one, /^[45]50 [45]\.3\.5 /),
  },
  {
    name: 'null-sender-canonical',
    is: (one) =>
      isCode(one) &&
      one.at === '(message)' &&
      /^sender_canonical_maps = fail:/m.test(one.mainCf) &&
      /^451 4\.3\.0 Error: queue file write error$/.test(one.postfix) &&
      ours(one, /^250 /),
  },
  {
    name: 'canonical-circle',
    is: (one) =>
      isCode(one) &&
      ours(one, /^451 4\.6\.0 Address rewriting error$/) &&
      /^250 /.test(one.postfix) &&
      /^(?:recipient_)?canonical_maps = /m.test(one.mainCf),
  },
  {
    // A copy that Postfix keeps in its queue; rules with BCC may stand in maps.
    name: 'copy-puts-off',
    is: (one) =>
      isCode(one) &&
      one.at === '(message)' &&
      /^250 /.test(one.postfix) &&
      (/_bcc(?:_maps)? = ./.test(one.mainCf) ||
        (/(?:_checks = |_access )./.test(one.mainCf) && ours(one, /^451 4\.3\.5 /))) &&
      ours(
        one,
        /^451 4\.3\.[05] (?:Mail cannot be delivered now|(?:Mail system configuration|Temporary system) problem), try again later$/,
      ),
  },
  {
    name: 'redirect-through-filter',
    is: ({ kind, mainCf, postern }) => {
      const port = /^content_filter = smtp:\[127\.0\.0\.1\]:(\d+)$/m.exec(mainCf)?.[1];
      return kind === 'delivery' && /\bREDIRECT /.test(mainCf) && allSentTo(postern, port);
    },
  },
  {
    // An alias with some members that mail comes to and some that it does not.
    name: 'dead-member',
    is: (one) =>
      isCode(one) &&
      /(?:^|; )deliverable.*; undeliverable/.test(one.fate ?? '') &&
      ours(one, /^[45]5\d [45]\.[13]\.\d+ /),
  },
  {
    name: 'domain-case',
    is: ({ kind, postfix, postern }) => kind === 'delivery' && lowerDomains(postfix) === lowerDomains(postern),
  },
  {
    // The SIZE of a MAIL that was refused is still there.
    name: 'size-of-refused-mail',
    is: (one) =>
      isCode(one) &&
      /^mail from(?!.* SIZE=)/i.test(one.at) &&
      /^[45]52 [45]\.3\.4 Message size exceeds fixed limit$/.test(one.postfix),
  },
  {
    name: 'dot-evades-lists',
    is: (one) =>
      isReply(one) &&
      ours(one, /\.>: (?:Sender|Recipient) address rejected: /) &&
      /check_(?:sender|recipient)_(?:mx|ns)_access/.test(one.mainCf),
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
      kind === 'delivery' && samePlaces(postfix, postern, (a, b) => withoutAdded(a).includes(b)),
  },
  {
    name: 'lists-outside-loopback',
    // A list that answers outside of 127.0.0.0/8 has records of another kind (RFC 5782 section 2.1).
    // What stands behind it then answers.
    is: (one) =>
      isReply(one) &&
      ((/blocked using odd\.example/.test(one.postfix) && /odd\.example(?!=)/.test(one.mainCf)) ||
        // A whitelist that cannot tell before it puts the refusal off.
        (/^450 4\.7\.1 .*: Client host rejected: Service unavailable$/.test(one.postfix) &&
          /permit_dnswl_client broken\.example,.* reject_rbl_client odd\.example(?!=)/.test(one.mainCf))),
  },
  {
    name: 'after-end-of-data',
    is: (one) => isCode(one) && /^mail from/i.test(one.at) && /^[45]03 [45]\.5\.1 Error: nested/.test(one.postfix),
  },
  {
    name: 'system-accounts',
    is: ({ kind, mainCf, postfix, postern }) =>
      kind === 'delivery' && /^local_recipient_maps =$/m.test(mainCf) && postfix === withoutStrangers(postern),
  },
  {
    // Of mail that is sent on, and of nothing else.
    name: 'letter-case-copies',
    is: ({ kind, postfix, postern }) =>
      kind === 'delivery' && copies(postfix) < copies(postern) && onceSent(postfix) === onceSent(postern),
  },
  {
    name: 'one-copy-per-mailbox',
    is: ({ kind, postfix, postern }) =>
      kind === 'delivery' && once(postfix) === once(postern) && copies(postfix) > copies(postern),
  },
];

const split = (deliveries: string): readonly string[] => deliveries.split('\n=====\n');
const allSentTo = (deliveries: string, port: string | undefined): boolean =>
  port !== undefined && split(deliveries).every((one) => one.startsWith(`--- smtp ${port} `));
const once = (deliveries: string): string => [...new Set(split(deliveries))].join('\n=====\n');
/** Each next hop's address once, letter case ignored. */
const onceSent = (deliveries: string): string =>
  once(
    split(deliveries)
      .map((one) => one.replace(/^--- smtp .*/, (place) => place.toLowerCase()))
      .sort()
      .join('\n=====\n'),
  );
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

/** Without one, two, three of the fields that cleanup(8) adds at the end of a header that has none of them. */
function withoutAdded(message: string): readonly string[] {
  const end = message.indexOf('\n\n');
  const shorter = (header: string): string => header.replace(/\n(?:From|Date|Message-Id): [^\n]*$/, '');
  const one = shorter(message.slice(0, end));
  return [one, shorter(one), shorter(shorter(one))].map((header) => header + message.slice(end));
}
