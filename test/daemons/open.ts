/** The differences that are not meant and not mended yet, each with its line in KNOWN.md, "Open". Narrow; the count of each is printed. */
import { domainToASCII } from 'node:url';
import type { Difference, KnownDifference } from './compare.js';

const isCode = ({ kind }: Difference): boolean => kind === 'code';
const isText = ({ kind }: Difference): boolean => kind === 'text';
/** Of main.cf or of the second service. */
const isSet = ({ mainCf }: Difference, line: RegExp): boolean => line.test(mainCf);

const octets = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
const isWide = (text: string): boolean => /[^ -~]/.test(text);
const pathOf = ({ at }: Difference): string => /^(?:mail from|rcpt to): *<([^>]*)>/i.exec(at)?.[1] ?? '';
const refused = /^[45]\d\d /;

const list: readonly KnownDifference[] = [
  {
    name: 'no-recipient-yet',
    is: (one) =>
      isCode(one) &&
      one.at === 'DATA' &&
      /^554 5\.5\.1 Error: no valid recipients$/.test(one.postfix) &&
      /^503 5\.5\.1 Error: need RCPT command$/.test(one.postern),
  },
  {
    name: 'soft-bounce-enhanced',
    is: (one) => one.kind === 'enhanced' && isSet(one, /^soft_bounce = yes$/m) && /^4\d\d 4\.0\.0 /.test(one.postern),
  },
  {
    name: 'unauthorized-pipelining',
    is: (one) => isCode(one) && /Improper use of SMTP command pipelining$/.test(one.postfix),
  },
  {
    name: 'size-parameter',
    is: (one) =>
      isCode(one) && / SIZE=\d+$/.test(one.at) && /^552 5\.3\.4 /.test(one.postfix) && /^250 /.test(one.postern),
  },
  {
    name: 'wide-address-without-smtputf8',
    is: (one) => isWide(pathOf(one)) && /^[45]53 [45]\.6\.7 The address needs SMTPUTF8$/.test(one.postern),
  },
  {
    name: 'u-label',
    is: (one) =>
      isText(one) &&
      isWide(one.postfix) &&
      octets(one.postfix).replace(/@([^>\s]+)/g, (_, domain: string) => `@${domainToASCII(domain)}`) === one.postern,
  },
  {
    name: 'wide-reply',
    is: (one) => isText(one) && isWide(one.postfix) && octets(one.postfix).replace(/[^ -~]/gu, '?') === one.postern,
  },
  {
    name: 'smtputf8-parameter',
    is: (one) => isCode(one) && / SMTPUTF8=1$/.test(one.at) && /^[45]55 /.test(one.postfix),
  },
  {
    name: 'smtputf8-disabled',
    is: (one) =>
      isCode(one) &&
      / SMTPUTF8$/.test(one.at) &&
      isSet(one, /^smtputf8_enable = no$/m) &&
      /^(?:[45]55 [45]\.5\.4|[45]01 [45]\.1\.7) /.test(one.postfix),
  },
  {
    name: 'trailing-dot',
    is: (one) => isText(one) && one.postfix.replace(/(<[^>]*)\.>/, '$1>') === one.postern,
  },
  {
    name: 'late-data-refusal',
    is: (one) =>
      isCode(one) &&
      /^data/i.test(one.at) &&
      refused.test(one.postfix) &&
      /^354 /.test(one.postern) &&
      isSet(one, /^smtpd_data_restrictions = /m),
  },
  {
    name: 'host-name-in-421',
    is: (one) => isText(one) && one.postfix.replace(/^(421 [\d.]+ )/, '$1mx.school.example ') === one.postern,
  },
  {
    name: 'refused-client',
    is: (one) =>
      isCode(one) &&
      isSet(one, /^smtpd_delay_reject = no$/m) &&
      (/^503 5\.7\.0 Error: access denied for /.test(one.postfix) ||
        (/^(?:XCLIENT|\(connect)/.test(one.at) && refused.test(one.postfix) && refused.test(one.postern))),
  },
  {
    name: 'canonical-in-header',
    is: (one) =>
      one.kind === 'delivery' &&
      isSet(one, /^(?:sender_|recipient_)?canonical_maps = |^masquerade_domains = /m) &&
      one.postfix.replace(ADDRESS_FIELD, '') === one.postern.replace(ADDRESS_FIELD, ''),
  },
  {
    name: 'size-before-checks',
    is: (one) =>
      isCode(one) &&
      one.at === '(message)' &&
      refused.test(one.postfix) &&
      /^[45]52 [45]\.3\.4 Message size exceeds /.test(one.postern),
  },
  {
    name: 'unlisted-recipient-off',
    is: (one) =>
      isCode(one) &&
      isSet(one, /^smtpd_reject_unlisted_recipient = no$/m) &&
      /^deliverable/.test(one.fate ?? '') &&
      /^[45]5\d [45]\.1\.1 .*User unknown/.test(one.postern),
  },
  {
    name: 'dead-member',
    // An alias with some members that mail comes to and some that it does not.
    is: (one) =>
      isCode(one) &&
      /(?:^|; )deliverable.*; undeliverable/.test(one.fate ?? '') &&
      /^[45]5\d [45]\.1\./.test(one.postern),
  },
  {
    name: 'letter-case-copies',
    is: (one) => one.kind === 'delivery' && once(one.postfix) === once(one.postern),
  },
  {
    name: 'blank-before-path',
    is: (one) =>
      isCode(one) &&
      /^(?:mail from|rcpt to): </i.test(one.at) &&
      isSet(one, /^strict_rfc821_envelopes = yes$/m) &&
      /^[45]01 [45]\.1\.[37] /.test(one.postern),
  },
  {
    name: 'listed-by-canonical',
    is: (one) =>
      isCode(one) &&
      /^250 /.test(one.postfix) &&
      /Sender address rejected: User unknown in /.test(one.postern) &&
      isSet(one, /canonical_maps = /),
  },
  {
    name: 'untrusted-routing-words',
    is: (one) =>
      isText(one) &&
      /[%!]/.test(pathOf(one)) &&
      isSet(one, /^allow_untrusted_routing = yes$/m) &&
      one.postfix.replace('Relay access denied', 'Recipient address rejected: Access denied') === one.postern,
  },
  {
    name: 'failing-table-first',
    is: (one) =>
      isCode(one) &&
      isSet(one, /fail:/) &&
      /^451 4\.3\.\d .*(?:Temporary lookup failure|Server configuration error)$/.test(one.postfix),
  },
  {
    name: 'body-limit-zero',
    is: (one) => one.kind === 'delivery' && isSet(one, /^body_checks_size_limit = 0$/m),
  },
];

const ADDRESS_FIELD = /^(?:From|To|Cc|Sender|Reply-To): .*\n/gm;
const once = (deliveries: string): string =>
  [...new Set(deliveries.split('\n=====\n').map((one) => one.replace(/^--- .*/, (place) => place.toLowerCase())))].join(
    '\n',
  );

export const open: readonly KnownDifference[] = list.map(({ name, is }) => ({ name: `open: ${name}`, is }));
