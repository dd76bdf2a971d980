/**
 * Signs in a Received field that the client had logged in: RFC 3848 and RFC 6531 protocol names, and the comments of servers that have
 * ways of their own. The answer is the text that rules see behind `auth=`; empty where there is no sign.
 */
import { addressPattern } from './address-pattern.js';

type Sign = (text: string) => string | undefined;

/** Protocols of clients that have logged in; those of webmail, which has no other clients. */
const protocols: ReadonlySet<string> = new Set([
  ...['esmtp', 'lmtp', 'utf8smtp', 'utf8lmtp'].flatMap((name) => [`${name}a`, `${name}sa`]),
  ...['asmtp', 'http', 'https', 'httpu'],
]);
const withProtocol = / with(?= ([^ ;]+))/gi;
const gmailCipher = /\(version=(?<version>[^ ]+) cipher=(?<cipher>[^)]+)\)/;
const gmx = new RegExp(
  `from [^ ]* \\((?:EHLO|HELO) [^ ]*\\) \\[${addressPattern}\\] ` +
    'by (?<host>mail\\.gmx\\.(?:com|net)) \\([^)]+\\) with (?<protocol>E?SMTP)',
);
const postfix = /\) \(Authenticated sender: [^ ]+\) by [^ ]+ \((?<program>[^)]+)\) with /;
const viaHttp = / \(via (?<protocol>HTTP.?)\)(?:[ ;]|$)/i;
const clientEnd = /(?:\](?: \([^)]{0,200}\))?\)|\)\]) /;

/** In this order: the first sign counts. */
const signs: readonly Sign[] = [
  (text) => (text.includes(' by ') ? protocolIn(text) : undefined),
  (text) => {
    const found = isOfGmailClient(text) ? gmailCipher.exec(text)?.groups : undefined;
    return found === undefined ? undefined : `GMail - transport=${found.version} cipher=${found.cipher}`;
  },
  (text) => (text.startsWith('from ') ? courierMechanism(text) : undefined),
  (text) => (text.startsWith('from ') && saysAuthenticated(text) ? 'Sendmail' : undefined),
  (text) => {
    const found = gmx.exec(text)?.groups;
    return found === undefined ? undefined : `GMX (${found.protocol} / ${found.host})`;
  },
  (text) => (isCriticalPath(text) ? 'CriticalPath' : undefined),
  (text) => {
    const program = postfix.exec(text)?.groups?.program;
    return program === undefined || program === 'Postfix' ? program : `Postfix (${program})`;
  },
  (text) =>
    /CommuniGate Pro (?:IMAP|HTTP|SMTP|XIMSS)/.test(text) && text.includes(' (account ') ? 'Communigate' : undefined,
  (text) => (/ with Microsoft Exchange Server HTTP-DAV\b/.test(text) ? 'HTTP-DAV' : undefined),
  (text) => (text.includes(' by ') ? viaHttp.exec(text)?.groups?.protocol : undefined),
];

export function authenticationIn(text: string): string {
  for (const sign of signs) {
    const found = sign(text);
    if (found !== undefined) return found;
  }
  return '';
}

function protocolIn(text: string): string | undefined {
  for (const [, word = ''] of text.matchAll(withProtocol)) if (protocols.has(word.toLowerCase())) return word;
  return undefined;
}

/** Gmail does not say `ESMTPSA`; it gives ids of one kind to what its users send. */
function isOfGmailClient(text: string): boolean {
  const [, ...ids] = text.split(' by mx.google.com with ESMTPS id ');
  return ids.some(isGmailId);
}

/** `b12sm3456789wrx.12.2024.03.31.23.59.58`: a serial number, another one, and the time, behind which may be more. */
function isGmailId(id: string): boolean {
  const [serial = '', count = '', year = '', ...time] = id.split('.', 8);
  const numbers = [...time.slice(0, 4), (time[4] ?? '').slice(0, 2)];
  return (
    /^[a-z\d]{1,4}sm\d{2,9}[a-z]{3}$/.test(serial) &&
    /^\d{1,3}$/.test(count) &&
    /^\d{4}$/.test(year) &&
    numbers.every((number) => /^[0-6]\d$/.test(number))
  );
}

const mechanisms: ReadonlySet<string> = new Set(['CRAM-MD5', 'DIGEST-MD5', 'LOGIN', 'PLAIN']);

/** Marks in one field; no program writes more than one. */
const MAX_TRIES = 16;

/** `from x ([192.0.2.1]) (AUTH: LOGIN user, more) by y`. */
function courierMechanism(text: string): string | undefined {
  let tries = 0;
  for (const { index } of text.matchAll(/ \(AUTH: /g)) {
    if (++tries > MAX_TRIES) return undefined;
    const [, mechanism = '', user = '', rest = ''] = /^([^ ]*) ([^ ]*)(.*)/.exec(text.slice(index + 8)) ?? [];
    const ends = user.endsWith(',') ? rest.includes(') by ', 1) : user.endsWith(')') && rest.startsWith(' by ');
    const behindAddress = /\]\)$|\)\]$/.test(text.slice(index - 2, index));
    if (behindAddress && mechanisms.has(mechanism) && user.length > 1 && ends) return mechanism;
  }
  return undefined;
}

/** Behind the client's address, between parentheses: `(authenticated bits=0)`. The first of each is enough: nothing follows it up. */
function saysAuthenticated(text: string): boolean {
  if (!text.includes('authenticated')) return false;
  const client = clientEnd.exec(text);
  if (client === null) return false;
  return inOrder(text, client.index + client[0].length, ['(', 'authenticated', ')', ' by']);
}

function isCriticalPath(text: string): boolean {
  const by = text.indexOf(') by ');
  const mark = ' (authenticated as ';
  for (let at = by < 0 ? -1 : text.indexOf(mark, by); at >= 0; at = text.indexOf(mark, at + 1)) {
    const blank = text.lastIndexOf(' ', at - 1);
    if (blank >= by + 6 && isVersion(text.slice(blank + 1, at))) return text.includes(') id ', at + mark.length + 1);
  }
  return false;
}

/** `(7.2.068)`, `(7.2.068.1)`. */
function isVersion(word: string): boolean {
  const numbers = /^\(([\d.]+)\)$/.exec(word)?.[1]?.split('.') ?? [];
  return /^[12] 1 3(?: [123])?$/.test(numbers.map(({ length }) => length).join(' '));
}

function inOrder(text: string, start: number, needles: readonly string[]): boolean {
  let at = start;
  for (const needle of needles) {
    const found = text.indexOf(needle, at);
    if (found < 0) return false;
    at = found + needle.length;
  }
  return true;
}
