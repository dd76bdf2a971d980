/**
 * Findings as entries of Authentication-Results: which result, reason and properties each method has (RFC 8601 section 2.7,
 * RFC 6008 for header.b, RFC 8617 section 10.2 for arc, RFC 8904 for dnswl). What was not looked at has no entry. The reasons are ours: the
 * explanation that a domain publishes for SPF is its own text and goes into no field.
 */
import type { ClientName, Session } from '../../core/session.js';
import type { ArcFinding } from '../../findings/arc.js';
import type { DkimFinding, DkimSignature } from '../../findings/dkim.js';
import type { DmarcFinding } from '../../findings/dmarc.js';
import type { DnsListsFinding } from '../../findings/dns-lists.js';
import type { ReverseDnsFinding } from '../../findings/reverse-dns.js';
import type { SpfCheck, SpfFinding } from '../../findings/spf.js';
import type { ReversePath } from '../../values/address.js';
import type { AuthenticationProperty, MethodResult } from '../../values/authentication-results.js';
import type { IpAddress } from '../../values/ip.js';

type Given = readonly [type: string, name: string, value: string | undefined];

/** An entry; properties without a value are left out. */
export function entry(method: string, result: string, given: readonly Given[], reason?: string): MethodResult {
  const properties = given.flatMap(([type, name, value]): readonly AuthenticationProperty[] =>
    value === undefined || value === '' ? [] : [{ type, name, value }],
  );
  return reason === undefined ? { method, result, properties } : { method, result, reason: quiet(reason), properties };
}

/** One entry for each identity that was checked. Of the null path the HELO name is what was checked (RFC 7208 section 2.4). */
export function spfEntries({ mailFrom, helo }: SpfFinding, sender: ReversePath): readonly MethodResult[] {
  const isNull = sender.kind === 'null-path';
  const entries: MethodResult[] = [];
  if (mailFrom !== undefined) {
    const identity: Given = isNull ? heloName(mailFrom) : ['smtp', 'mailfrom', addressWord(sender.text, '')];
    entries.push(entry('spf', mailFrom.result, [identity], spfReason(mailFrom)));
  }
  if (helo !== undefined && !(isNull && mailFrom?.domain === helo.domain)) {
    entries.push(entry('spf', helo.result, [heloName(helo)], spfReason(helo)));
  }
  return entries;
}

function heloName({ domain }: SpfCheck): Given {
  return ['smtp', 'helo', nameWord(domain)];
}

/**
 * Quotes keep readers by the grammar from taking a stranger's text for a result, and not those that search for `dkim=pass`: no value
 * or reason here holds that. Of an address with such a local part, and any that would need quotes, the domain alone stands, as a
 * pvalue may be (RFC 8601 section 2.2); `sign` stands before it.
 */
function addressWord(text: string, sign: '' | '@'): string | undefined {
  const at = text.lastIndexOf('@');
  const isPlain = at < 0 || /^[^\s"(),:;<=>@[\\\]]*$/.test(text.slice(0, at));
  return nameWord(isPlain ? text : sign + text.slice(at + 1));
}

/** No domain, selector or algorithm has an equals sign. */
function nameWord(text: string | undefined): string | undefined {
  return text?.includes('=') === true ? undefined : text;
}

/** A reason of ours may cite a stranger's record. */
function quiet(text: string): string {
  return text.replace(/=(?=\s*(?:pass|fail|softfail|neutral|none|policy|temperror|permerror)\b)/gi, ': ');
}

function spfReason({ result, problem }: SpfCheck): string | undefined {
  return result === 'permerror' || result === 'temperror' ? problem : undefined;
}

/** One entry for each signature; `none` for a message without. */
export function dkimEntries({ result, signatures, limit }: DkimFinding): readonly MethodResult[] {
  if (signatures.length === 0) return [entry('dkim', result, [], limit)];
  return signatures.map(dkimEntry);
}

function dkimEntry(one: DkimSignature): MethodResult {
  const properties: readonly Given[] = [
    ['header', 'd', nameWord(one.domain)],
    ['header', 'i', one.identity === undefined ? undefined : addressWord(one.identity, '@')],
    ['header', 's', nameWord(one.selector)],
    ['header', 'a', nameWord(one.algorithm)],
    ['header', 'b', one.signatureStart],
  ];
  return entry('dkim', one.result, properties, one.result === 'pass' ? unsigned(one) : one.why);
}

/** `l=` with something behind it: anybody may have appended that (RFC 6376 section 8.2). */
function unsigned({ unsignedBody }: DkimSignature): string | undefined {
  if (unsignedBody === undefined || unsignedBody.signed >= unsignedBody.total) return undefined;
  return `signed ${unsignedBody.signed} of ${unsignedBody.total} octets of the body`;
}

/** RFC 8617 section 10.2. A chain that passes has `oldest-pass=0` (section 5.2). */
export function arcEntry({ result, why }: ArcFinding, { client }: Session): MethodResult {
  const properties: readonly Given[] = [
    ['smtp', 'remote-ip', client.ip?.text],
    ['header', 'oldest-pass', result === 'pass' ? '0' : undefined],
  ];
  return entry('arc', result, properties, result === 'pass' || result === 'none' ? undefined : why);
}

/** RFC 7489 section 11.1. Of an author who is not clear no domain is told; the policy is what the domain asks for. */
export function dmarcEntries({ result, author, policy, why, override }: DmarcFinding): readonly MethodResult[] {
  if (result === 'not-evaluated') return [];
  const properties: readonly Given[] = [
    ['header', 'from', author.kind === 'one' ? author.domain : undefined],
    ['policy', 'dmarc', policy?.evaluated],
  ];
  const excuse = override === undefined ? undefined : `arc: ${override.sealer} (i=${override.instance}) saw it pass`;
  return [entry('dmarc', result, properties, excuse ?? why)];
}

/** RFC 8601 section 2.7.3. */
const iprevResult: Readonly<Record<Exclude<ClientName['kind'], 'not-looked-up'>, string>> = {
  verified: 'pass',
  unverified: 'fail',
  none: 'permerror',
  'cannot-tell': 'temperror',
};

/** Whether the client's address has a name that leads back to it, as a stage or else the server found out; nothing where nobody asked. */
export function iprevEntries(
  { client: { ip, name } }: Session,
  found: ReverseDnsFinding | undefined,
): readonly MethodResult[] {
  if (ip === undefined) return [];
  if (found !== undefined) {
    const known = found.verified[0] ?? found.names[0];
    return found.result === 'none' ? [] : [iprevEntry(ip, found.result, known)];
  }
  if (name.kind === 'not-looked-up') return [];
  const known = name.kind === 'verified' || name.kind === 'unverified' ? name.name.ascii : undefined;
  return [iprevEntry(ip, iprevResult[name.kind], known)];
}

function iprevEntry(ip: IpAddress, result: string, name: string | undefined): MethodResult {
  const one = entry('iprev', result, [['policy', 'iprev', ip.text]]);
  const comment = nameWord(name);
  return comment === undefined ? one : { ...one, comment };
}

/** RFC 8904: one entry for each list of good senders that has the client, which are those whose listing counts below 0. */
export function dnswlEntries({ results }: DnsListsFinding): readonly MethodResult[] {
  return results.flatMap((one): readonly MethodResult[] => {
    if (one.kind !== 'listed' || one.weight >= 0) return [];
    const properties: readonly Given[] = [
      ['dns', 'zone', one.zone],
      ['policy', 'ip', one.answers.join(',')],
      ['policy', 'txt', one.reason === undefined ? undefined : quiet(one.reason)],
    ];
    return [entry('dnswl', 'pass', properties)];
  });
}

/** RFC 4954. The name is not told unless `named`: it may be half of what a thief of accounts needs. */
export function authEntries({ login }: Session, named: boolean): readonly MethodResult[] {
  if (login === undefined) return [];
  return [entry('auth', 'pass', [['smtp', 'auth', named ? login.name : undefined]])];
}
