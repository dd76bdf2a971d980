/** What the client of saslauthd can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { LONGEST_COUNTED } from '../shared/counted-strings.js';
import { endpointProblems } from '../shared/endpoint.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';
import { encodeRequest } from './protocol.js';

export interface SaslauthdOptions {
  /** The socket of the daemon, `mux` in the folder of its option -m. Default `/run/saslauthd/mux`. */
  readonly path?: string;
  /** What logs in: the name of the file in /etc/pam.d for one. Default `smtp`. */
  readonly service?: string;
  /** The realm of every login. Default: none. */
  readonly realm?: string;
  /** `alice@school.example` is sent as the login `alice` of the realm `school.example`. Default false: as it is. */
  readonly splitRealm?: boolean;
  /**
   * An account that always is and its password. A NO without a telling reason is a refusal only when the witness is let
   * in: the mechanisms ldap, sasldb and pam say just NO also when what they ask is down. Not where the daemon has a
   * cache (saslauthd -c, which Debian's OPTIONS have): that lets the witness in for 8 hours, whatever is down, and every
   * NO would be a refusal. There `onNo: 'cannot-tell'` alone is safe. Default: none, and `onNo` counts.
   */
  readonly witness?: { readonly login: string; readonly password: string };
  /** What a NO without a telling reason is where there is no witness. `cannot-tell`: every wrong password of most
   * mechanisms is then answered with 454, and counts nowhere. Default `refused`. */
  readonly onNo?: 'refused' | 'cannot-tell';
  /** Milliseconds for one login, its wait in line and the witness included. Default 15,000. */
  readonly timeout?: number;
  /** Logins at once; saslauthd has 5 processes unless told otherwise (-n). Default 5. */
  readonly atOnce?: number;
  /** Logins that may wait; more are "could not tell". Default 200. */
  readonly waiting?: number;
  /** Octets of a login and of a password; a longer one is refused unasked. Default 256, which is all that saslauthd
   * takes. */
  readonly maxBytes?: number;
}

type Numbers = 'timeout' | 'atOnce' | 'waiting' | 'maxBytes';

export interface SaslauthdSettings extends Readonly<Record<Numbers, number>> {
  /** `saslauthd /run/saslauthd/mux`, for the log. */
  readonly name: string;
  readonly path: string;
  readonly service: string;
  readonly realm: string;
  readonly splitRealm: boolean;
  readonly witness: { readonly login: string; readonly password: string } | undefined;
  readonly onNo: 'refused' | 'cannot-tell';
}

const ranges: Readonly<Record<Numbers, Range>> = {
  timeout: [15_000, 1, MOST_MILLISECONDS],
  atOnce: [5, 1, 1000],
  waiting: [200, 0, 100_000],
  maxBytes: [256, 1, LONGEST_COUNTED],
};
const others: readonly string[] = ['path', 'service', 'realm', 'splitRealm', 'witness', 'onNo'];

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function saslauthdSettings(options: SaslauthdOptions): SaslauthdSettings {
  const problems: Problem[] = [];
  const given = givenOptions('saslauthd', options, [...Object.keys(ranges), ...others], problems);
  const { path = '/run/saslauthd/mux', service = 'smtp', realm = '', splitRealm = false, witness } = given;
  const { onNo = 'refused' } = given;
  const numbers = wholeNumbers('saslauthd', ranges, given, problems);
  problems.push(...endpointProblems('saslauthd', { path }));
  const mayBeSent = (login: unknown, password: unknown): boolean => {
    const texts = [login, password, service, realm];
    if (!texts.every((text) => typeof text === 'string')) return false;
    const [one = '', two = ''] = texts;
    return encodeRequest({ login: one, password: two, service, realm }, numbers.maxBytes).kind === 'parsed';
  };
  if (!mayBeSent('', '')) problems.push(bad('service', 'and realm are short texts without NUL'));
  else if (witness !== undefined && !(witness?.password && witness.login && mayBeSent(witness.login, witness.password)))
    problems.push(bad('witness', 'is { login, password }, neither of them empty'));
  if (typeof splitRealm !== 'boolean') problems.push(bad('splitRealm', 'is true or false'));
  if (onNo !== 'refused' && onNo !== 'cannot-tell') problems.push(bad('onNo', 'is "refused" or "cannot-tell"'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { ...numbers, name: `saslauthd ${path}`, path, service, realm, splitRealm, witness, onNo };
}

function bad(construct: string, what: string): Problem {
  return { code: 'bad-option', message: `saslauthd: ${construct} ${what}`, construct };
}
