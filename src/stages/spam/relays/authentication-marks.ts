/**
 * Signs in a Received field that the client had logged in: RFC 3848 and RFC 6531 protocol names, and the comments of servers that have
 * ways of their own. The answer is the text that rules see behind `auth=`; empty where there is no sign.
 */
import { addressPattern } from './address-pattern.js';

type Sign = (text: string) => string | undefined;

const protocol = / with ((?:ES|L|UTF8S|UTF8L)MTPS?A|ASMTP|HTTP[SU]?)(?: |;|$)/i;
const gmailId =
  / by mx\.google\.com with ESMTPS id [a-z0-9]{1,4}sm[0-9]{2,9}[a-z]{3}\.[0-9]{1,3}\.[0-9]{4}\.(?:[0-6][0-9]\.){4}[0-6][0-9]/;
const gmailCipher = /\(version=([^ ]+) cipher=([^)]+)\)/;
const courier = /(?:\]\)|\)\]) \(AUTH: (LOGIN|PLAIN|DIGEST-MD5|CRAM-MD5) [^ ]+(?:, .*?)?\) by /;
const gmx = new RegExp(
  `from [^ ]* \\((?:HELO|EHLO) [^ ]*\\) \\[${addressPattern}\\] by (mail\\.gmx\\.(?:net|com)) \\([^)]+\\) with (E?SMTP)`,
);
const criticalPathVersion = / \(\d{1,2}\.\d\.\d{3}(?:\.\d{1,3})?\) \(authenticated as /g;
const postfix = /\) \(Authenticated sender: [^ ]+\) by [^ ]+ \(([^)]+)\) with /;
const viaHttp = / \(via (HTTP.?)\)(?: |;|$)/i;
const clientEnd = /(?:\](?: \([^)]{0,200}\))?\)|\)\]) /;

/** In this order: the first sign counts. */
const signs: readonly Sign[] = [
  (text) => (text.includes(' by ') ? protocol.exec(text)?.[1] : undefined),
  (text) => {
    const cipher = gmailId.test(text) ? gmailCipher.exec(text) : null;
    return cipher === null ? undefined : `GMail - transport=${cipher[1]} cipher=${cipher[2]}`;
  },
  (text) => (text.startsWith('from ') && text.includes('(AUTH: ') ? courier.exec(text)?.[1] : undefined),
  (text) => (text.startsWith('from ') && saysAuthenticated(text) ? 'Sendmail' : undefined),
  (text) => {
    const match = gmx.exec(text);
    return match === null ? undefined : `GMX (${match[2]} / ${match[1]})`;
  },
  (text) => (isCriticalPath(text) ? 'CriticalPath' : undefined),
  (text) => {
    const program = postfix.exec(text)?.[1];
    return program === undefined || program === 'Postfix' ? program : `Postfix (${program})`;
  },
  (text) =>
    /CommuniGate Pro (?:HTTP|SMTP|XIMSS|IMAP)/.test(text) && text.includes(' (account ') ? 'Communigate' : undefined,
  (text) => (/ with Microsoft Exchange Server HTTP-DAV\b/.test(text) ? 'HTTP-DAV' : undefined),
  (text) => (text.includes(' by ') ? viaHttp.exec(text)?.[1] : undefined),
];

export function authenticationIn(text: string): string {
  for (const sign of signs) {
    const found = sign(text);
    if (found !== undefined) return found;
  }
  return '';
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
  if (by < 0 || !text.includes(' (authenticated as ')) return false;
  criticalPathVersion.lastIndex = by + 6;
  const version = criticalPathVersion.exec(text);
  return version !== null && text.includes(') id ', version.index + version[0].length + 1);
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
