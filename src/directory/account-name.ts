/**
 * What is typed as a login, as the name of an account: `alice`, `SCHOOL\alice`, `school+alice`, `alice@school.example`,
 * `alice@SCHOOL`, of any letter case and width, are one account; a name of another domain is none of ours. smb.conf(5):
 * workgroup, winbind separator, winbind use default domain. Prepared as by UsernameCaseMapped (RFC 8265 section 3.3),
 * but for blanks within a name, which Active Directory has. Whether there is such an account is the directory's to say.
 */
import { excerpt, isLoneSurrogate, utf8Length } from '../values/characters.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { aFlag, aText, checkedOptions, texts } from '../values/given-options.js';
import { lowerName, oneSigma } from './fold.js';

export interface AccountNameOptions {
  /** The short name of the domain (workgroup): `SCHOOL`. Default none. */
  readonly domain?: string;
  /** What else may stand for it: the domain in the DNS, which is the realm, and suffixes of user principal names, where
   * the name of the account stands before them; where it need not, `directory` of directoryCredentials knows whose they
   * are. Default none. */
  readonly realms?: readonly string[];
  /** What stands between domain and name beside `\` (winbind separator); one character, none of `/`, `@` and those
   * of names. Default none. */
  readonly separator?: string;
  /** Whether a login without a domain is one of ours (winbind use default domain). Default true; Samba's is false. */
  readonly defaultDomain?: boolean;
}

export type AccountName =
  /** In lower case. */
  | { readonly kind: 'account'; readonly account: string }
  /** `name@domain` of a domain that is not ours: perhaps a mail address. */
  | { readonly kind: 'foreign'; readonly name: string; readonly domain: string }
  /** `why` is for the log, and repeats little of the login. */
  | { readonly kind: 'refused'; readonly why: string };

export type AccountNames = (login: string) => AccountName;

/** Octets of a login in UTF-8; RFC 4616 section 2 has 255 for each part. */
const LONGEST_LOGIN = 256;

/** Throws ConfigurationError `options`: `no-such-option`, and `bad-option` for a separator or a domain that could not
 * be told from a name. */
export function accountNames(options: AccountNameOptions = {}): AccountNames {
  const problems: Problem[] = [];
  const right = checkedOptions('accountNames', options, RULES, problems);
  const { domain, realms = [], separator, defaultDomain = true } = right;
  const given = [...(domain === undefined ? [] : [domain]), ...realms];
  problems.push(...given.flatMap(domainProblems), ...separatorProblems(separator));
  if (!defaultDomain && given.length === 0 && problems.length === 0)
    problems.push(problem('defaultDomain', 'false needs a domain or realms: no login would be ours'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const ours = new Set(given.map(comparable));
  const separators = separator === undefined ? ['\\'] : ['\\', separator];
  return (login) => {
    const prepared = prepareName(login);
    if (prepared.kind === 'refused') return prepared;
    const parts = splitLogin(prepared.name, separators);
    if (parts === undefined) return refused('two domains, or none where one is expected');
    const fault = nameFault(parts.name);
    if (fault !== undefined) return refused(fault);
    const { name, domain: of, form } = parts;
    if (of === undefined) return defaultDomain ? { kind: 'account', account: name } : refused('without a domain');
    if (ours.has(comparable(of))) {
      // `school+root@school.example` would be read once more by whoever is asked next.
      const again = separators.some((one) => name.includes(one));
      return again ? refused('two domains') : { kind: 'account', account: name };
    }
    return form === 'suffix' ? { kind: 'foreign', name, domain: of } : refused(`of the domain ${excerpt(of)}`);
  };
}

const RULES = { domain: aText, realms: texts, separator: aText, defaultDomain: aFlag } as const;

export type PreparedName =
  | { readonly kind: 'prepared'; readonly name: string }
  | Extract<AccountName, { kind: 'refused' }>;

/** RFC 8265 section 3.3: width, case and composition mapped; refused is what has no place in a name, what looks like
 * another by compatibility (RFC 8264 section 9.17), and what a directory may pass over when it compares (RFC 4518
 * sections 2.2 and 2.6.1). */
export function prepareName(text: string): PreparedName {
  if (text === '') return refused('an empty name');
  if (text.length > LONGEST_LOGIN || utf8Length(text) > LONGEST_LOGIN) return refused(`over ${LONGEST_LOGIN} octets`);
  for (let at = 0; at < text.length; at++) if (isLoneSurrogate(text, at)) return refused('half of a surrogate pair');
  const name = lowerName(text.replace(WIDE, (letters) => letters.normalize('NFKC')));
  if (NO_PART_OF_A_NAME.test(name)) return refused('a character that is no part of a name');
  if (name.normalize('NFKC') !== name) return refused('a character that stands for another');
  if (name.startsWith(' ') || name.endsWith(' ') || name.includes('  '))
    return refused('blanks around the name, or two within');
  return utf8Length(name) > LONGEST_LOGIN ? refused(`over ${LONGEST_LOGIN} octets`) : { kind: 'prepared', name };
}

/** In lower case; what is not a name at all as it stands. */
export function canonicalName(text: string): string {
  const prepared = prepareName(text);
  return prepared.kind === 'prepared' ? prepared.name : text;
}

/** For comparisons and counts alone. */
export function comparable(text: string): string {
  return oneSigma(canonicalName(text));
}

/** Full-width and half-width forms (RFC 8265 section 3.3.1, rule 1). */
const WIDE = /[\u3000\uff01-\uffee]+/gu;
/** Controls, format characters, unassigned ones, and what is shown as nothing. */
const NO_PART_OF_A_NAME = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;

interface Parts {
  readonly name: string;
  readonly domain: string | undefined;
  readonly form: 'bare' | 'prefix' | 'suffix';
}

/** Undefined for a login with two domains, or with an empty one. */
function splitLogin(login: string, separators: readonly string[]): Parts | undefined {
  const cut = separators.map((one) => login.indexOf(one)).filter((at) => at >= 0);
  const sign = login.lastIndexOf('@');
  // An address may hold any separator but the backslash: `alice+news@school.example` names a mailbox, not a domain.
  const prefix = login.includes('\\') || sign < 0 ? Math.min(...cut) : Number.POSITIVE_INFINITY;
  if (prefix === Number.POSITIVE_INFINITY && sign < 0) return { name: login, domain: undefined, form: 'bare' };
  if (prefix !== Number.POSITIVE_INFINITY && sign >= 0) return undefined;
  const at = sign >= 0 ? sign : prefix;
  const [front, back] = [login.slice(0, at), login.slice(at + 1)];
  if (front === '' || back === '') return undefined;
  return sign >= 0 ? { name: front, domain: back, form: 'suffix' } : { name: back, domain: front, form: 'prefix' };
}

/** What would name another account, a path, or a domain once more. */
function nameFault(name: string): string | undefined {
  if (/[/\\@]/.test(name)) return 'a slash, a backslash or an at sign within the name';
  if (name === '.' || name === '..') return 'dots alone';
  return name.startsWith(' ') || name.endsWith(' ') ? 'blanks around the name' : undefined;
}

function domainProblems(domain: string): readonly Problem[] {
  const good = prepareName(domain).kind === 'prepared' && !/[/\\@+ ]/.test(domain);
  return good ? [] : [problem('domain', 'and realms are names of domains, without separators', domain)];
}

function separatorProblems(separator: string | undefined): readonly Problem[] {
  if (separator === undefined || /^[!#$%&*+,:;=?^|~\\]$/.test(separator)) return [];
  return [problem('separator', 'is one character such as + or \\', separator)];
}

function problem(option: string, what: string, construct: string = option): Problem {
  return { code: 'bad-option', message: `${option} ${what}`, construct };
}

function refused(why: string): { readonly kind: 'refused'; readonly why: string } {
  return { kind: 'refused', why };
}
