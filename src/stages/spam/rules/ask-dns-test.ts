/**
 * `askdns NAME template types filter` (Mail::SpamAssassin::Plugin::AskDNS(3)): a question to the DNS with tags in it, and what an answer
 * must be.
 */
import { readPattern } from './pattern-source.js';
import type { AskDnsFilter, AskDnsTest } from './rule.js';

const types: ReadonlySet<string> = new Set(
  `A AAAA ANY CAA CERT CNAME CSYNC DHCID DNAME GPOS HINFO HIP IPSECKEY KX LOC MINFO MX NAPTR NS OPENPGPKEY PTR RP SOA SPF SRV SSHFP
  TLSA TXT URI`.split(/\s+/),
);

/** Characters of a question with its tags. */
const TEMPLATE_LIMIT = 1000;

/** A text says what is wrong. */
export function askDnsTest(text: string): AskDnsTest | string {
  const match = /^(\S+)(?:\s+([a-z\d,]+)(?:\s+(.+))?)?$/is.exec(text);
  if (match === null) return 'a question, the type of the records and what an answer must be are expected';
  const [, template = '', type = 'A', written] = match;
  if (template.length > TEMPLATE_LIMIT) return `a question of more than ${TEMPLATE_LIMIT} characters`;
  const wanted = type.toUpperCase().split(',');
  const unknown = wanted.find((one) => !types.has(one));
  if (unknown !== undefined) return `${unknown} is no type of records`;
  const filter = written === undefined ? undefined : filterOf(written);
  return typeof filter === 'string' ? filter : { kind: 'askdns', template, types: wanted, filter };
}

function filterOf(text: string): AskDnsFilter | string {
  const quoted = /^(["'])(.*)\1$/s.exec(text)?.[2];
  if (quoted !== undefined) return { kind: 'text', text: quoted };
  if (/^\/.+\/[a-z]*$|^m\W/s.test(text)) {
    const read = readPattern(text);
    return read.kind === 'malformed' ? read.why : { kind: 'pattern', pattern: read.pattern };
  }
  const codes = /^\[\s*((?:[A-Za-z]+|\d+)(?:\s*,\s*(?:[A-Za-z]+|\d+))*)\s*\]$/.exec(text)?.[1];
  if (codes !== undefined) return { kind: 'codes', codes: codes.toUpperCase().split(/\s*,\s*/) };
  return { kind: 'number', text };
}
