/**
 * Received fields of all other programs, behind the word `from`, in the order in which SpamAssassin 4.0.1 tries them (those that it
 * never comes to are left out): first what tells an address, then what can be ignored.
 */
import { addressPattern } from './address-pattern.js';
import { readFacts } from './programs.js';
import { qmail } from './qmail.js';
import { type Draft, ignored, type Reader, shape } from './shape.js';

const looksUp = { looksUp: true } as const;

export function hostShapes(): readonly Reader[] {
  return [
    shape('{ip} ([{#}]) by {by}', { mark: /\bwith HTTP\b/ }),
    sendmail(),
    shape('{helo} ({rdns} [{ip}]) by {by} with {_} (', looksUp),
    shape('{rdns} ([{ip}] helo={helo}) by {by} with '),
    shape('{helo} (<unknown{_?}>[{ip}]) by {by} '),
    shape('{helo} ({rdns:[^ ][^ .]*\\.[^ ]+:}[{ip}]) by {by} ', looksUp),
    shape('{helo} ({ident?}@[{ip}]{most}) by {by} (', looksUp),
    hotmail,
    shape('{rdns} ({hello} {helo?}) ({ip}) by {by} (qpsmtpd/{_}) with {smtp}'),
    shape('{rdns} (LHLO {helo?}) ({ip}) by {by} with LMTP'),
    shape('{rdns} ({hello} {helo?}) [{ip}] by {by} ({:[^)]+:}) with {smtp}'),
    shape('{helo} ([{ip}]) by {by} via smtpd (for {_}) with SMTP('),
    qmail,
    shape('{_} ( [{ip}]){any} by {by} '),
    shape('({helo} [{ip}]) by {by} '),
    shape('[{ip}] by {by} '),
    shape('([?{ip}]?) by {by} '),
    shape('{helo} [{ip}] by {by} [{#}] with ', looksUp),
    shape('{helo} [({ip})] by {by} ({#}) '),
    shape('{helo} ([{ip}]) by {by} (', looksUp),
    softError(),
    shape('{helo} ([{ip}{:(?:[.:]\\d+)?:}]){any} by {by} ', looksUp),
    (text) => (/with (?:POP3|IMAP)/.test(text) ? 'fetched' : undefined),
    shape('{rdns} ({hello} {helo:[^)]*:}) ({(}{ident?}@{)?}[?{ip}]?){most} by {by} ', looksUp),
    shape('{rdns} ({(}{ident?}@{)?}[?{ip}]?){most} by {by} ', { looksUp: true, after: heloIsName }),
    shape('{rdns}({ip}) by {by} via smap ', looksUp),
    shape('{rdns}({ip}, {hello} {helo?}) by {by} via smap ', looksUp),
    shape('{ip} by {by} ({:(?:SMTPL|InterScan)\\b:}'),
    ignored('{_} by {_} with BSMTP'),
    shape('{rdns} ({hello} {helo?}) ({(}{ident}@{)?}{ip}{any}) by {by} with ', looksUp),
    shape('[{ip}] ({(}account {_} {)?}{hello} {helo?}) by {by} ('),
    shape('{helo} ([{ip}] verified) by {by} (', { looksUp: true, mark: ' (CommuniGate Pro', after: nameIsHelo }),
    ignored('{_} ({_}) by {_} (Content Technologies '),
    shape('{helo} ([{ip}] [{_}]) by {by} with '),
    shape('{ip} by {by} with '),
    shape('{helo} ({rdns}[{ip}]) by {by} ', looksUp),
    shape('[{ip}]{_} ({hello} {helo?}) by {by} '),
    shape('{ip} ({hello} {helo?}) by {by} '),
    shape('{helo} [{ip}] by {by} '),
    shape('{rdns}({ip}) by {by} '),
    shape('{ip} ({:[A-Za-z][^)]+:}) by {by} with '),
    shape('[{ip}] ({facts:[^)]+:}) by {by} ', { after: readFacts }),
    shape('{rdns}({ip}){(}, claiming to be "{helo}"{)?} via {_} by {by},', { after: obtuse }),
    shape('{helo} ({_}@{ip} with login) by {by:[^ ]+\\.yahoo\\.com:} with SMTP'),
    shape('X-Originating-IP: {ip}{end}', { after: writtenByNobody }),
  ];
}

/** One word with `@` inside. */
const address = '{:[^ ][^ @]*@[^ ]+:}';

export function ignoredShapes(): readonly Reader[] {
  const [first, last] = ignoredTemplates();
  return [...first.map(ignored), scanner, ...last.map(ignored)];
}

/** qmail-scanner describes the hand-over of the next field once more. */
function scanner(text: string, draft: Draft): 'scanned' | undefined {
  return byScanner(text, draft) === undefined ? undefined : 'scanned';
}

const byScanner = ignored('{_} by {_} ({:.{0,100}:}) with qmail-scanner');

function ignoredTemplates(): readonly [readonly string[], readonly string[]] {
  const first = [
    '{_} ({:[^ @]+:}@{local}) by {_} (',
    '{_} {_} by {_} with local-{:e?:}smtp ',
    '127.0.0.1 (AVG SMTP {_} [{_}])',
    `${address} by {_} `,
    'Unknown/Local (',
    '{local} ({(}{_}@{)?}{local}{:[)[]:}',
    '{_} ({(}{_}@{)?}{local}) ',
    `{_} (${address} [{local}]) `,
    '(AUTH: {_}) by {_} with ',
    'localhost (localhost [[UNIX: localhost]]) by ',
    '{:[^.]+:} by {_} with Novell_GroupWise',
    '{_} ([unix socket]) by {_} (Cyrus v{:[0-9]*\\.[0-9]*\\.[0-9]*:}) with LMTPA',
  ];
  const last = [
    '{_} by {_} {:(?:with|via|for|\\():}',
    '{_} {:(?:(?:with|via|for) [^ ]+|\\(unverified\\)) by\\b:}',
    '{_} (unknown) by {_} (SG) with {:\\b:}',
    '{_} ({_} [local]) by {_} (OpenSMTPD) with {:\\b:}',
    '{any}(LSMTP for',
    '([{local}]) with MailEnable ',
    'facebook.com ({:[^)]+:}) by facebook.com with Thrift id {_}{end}',
    '{_} named {_} by gmailapi.google.com with HTTPREST{end}',
    '{_} id {_}{end}',
    '[<{any} (Jetsend',
  ];
  return [first, last];
}

/** `FROM x (y [192.0.2.1]) BY z ID i`: simta, Rockliffe. */
export function upperCaseShapes(): readonly Reader[] {
  const end = '{:(?:\\([^)]+\\) WITH SMTP )?ID <?:}{id:[^ ]+?:}{:>?(?: FOR <[^>]+>)?$:}';
  return [shape(`{helo} ({rdns} [{ip}]) BY {by} ${end}`, { looksUp: true, after: unverifiedIsNone })];
}

/** `(from x [192.0.2.1]) by y`. */
export function inParenthesesShapes(): readonly Reader[] {
  return [
    shape('{helo?} [{ip}]) by {by} (NAVGW {any}) with '),
    ignored('{_}@localhost) by {_} '),
    ignored('{:[^ @]+@[^)]+:}) by {_}(jqueuemail) id {:[^ ;]+:}'),
  ];
}

/** qmail-ldap writes something alike, which is not to be read so. */
function sendmail(): Reader {
  const usual = shape('{helo} ({rdns} [{ip}]{most}) by {by} (', { looksUp: true, after: takeIdent });
  return (text, draft) => (/ by [^ ]+ \(qmail-[^ ]+\) with /.test(text) ? undefined : usual(text, draft));
}

function takeIdent(draft: Draft): void {
  for (const mark of [/^IDENT:([^@]*)@/, /^([^@]*)@/]) {
    const match = mark.exec(draft.rdns);
    if (match === null) continue;
    draft.ident = match[1] ?? '';
    draft.rdns = draft.rdns.slice(match[0].length);
  }
}

/** Webmail of Hotmail: read also where no address is told. */
function hotmail(text: string, draft: Draft): 'relay' | undefined {
  const by = /by ([^ ]+\.hotmail\.msn\.com) /.exec(text)?.[1];
  if (by === undefined) return undefined;
  draft.by = by;
  draft.ip = addressFirst.exec(text)?.[1] ?? draft.ip;
  return 'relay';
}

const addressFirst = new RegExp(`^(${addressPattern}) `);

/** Courier's `softdnserr` is no name, and says that nobody knows. */
function softError(): Reader {
  const known = shape('{helo} ({rdns} [{ip}]){any} by {by:[^ ]+:}{:\\b:}', looksUp);
  const unknown = shape('{helo} (softdnserr [{ip}]){any} by {by:[^ ]+:}{:\\b:}');
  return (text, draft) => unknown(text, draft) ?? known(text, draft);
}

function heloIsName(draft: Draft): void {
  draft.helo = draft.rdns;
}

function nameIsHelo(draft: Draft): void {
  draft.rdns = draft.helo;
}

function obtuse(draft: Draft, text: string): void {
  if (!text.includes('claiming to be')) draft.helo = '';
  draft.looksUp = draft.rdns !== 'UNKNOWN';
}

function writtenByNobody(draft: Draft): void {
  draft.by = '';
}

function unverifiedIsNone(draft: Draft): void {
  if (draft.rdns === 'unverified') draft.rdns = '';
}
