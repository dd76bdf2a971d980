/** How many wrong logins are too many, checked once, all problems at once. */
import type { Credentials } from '../../ports/credentials.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { parseNetwork } from '../../values/network.js';
import { type NetworkMap, networkMap } from '../../values/network-map.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

/** Times in milliseconds. */
export interface AttemptLimit {
  /** Refused logins, those under way counted among them, before the pause. */
  readonly failures?: number;
  /** From the first of them; then they are forgotten. */
  readonly within?: number;
  /** For so long nobody is let in, nor looked at. */
  readonly pause?: number;
}

export interface LoginLimitsOptions {
  /** For one address (IPv4), or one network of 64 bits (IPv6). Default 100 within 15 minutes, then 15 minutes: a
   * school may have one address for all, and who was let in there before is not held up by others. `false`: no limit,
   * and no success clears anything. */
  readonly perAddress?: AttemptLimit | false;
  /** For one account, by any spelling. Below the directory's own threshold, and over its time, so that nobody is
   * locked out there because of what we have asked; a place where the account was let in before has as many of its
   * own, which the directory sees besides. While an account is held up, who tries one of its addresses (454, not 535)
   * learns whose it is. Default 8 within 15 minutes, then 15 minutes. `false`: no limit. */
  readonly perAccount?: AttemptLimit | false;
  /** For all clients without an address together: `saslauthdServer` knows none. The pause is one for everybody who
   * comes that way. Default `false`: no limit but that of each account; 1,000 where an object leaves it out. */
  readonly unknownClients?: AttemptLimit | false;
  /** Clients whose address does not count, in CIDR notation; the account does, and no success clears it. Default
   * `127.0.0.0/8` and `::1`: webmail on this host logs everybody in. `[]`: none. */
  readonly exempt?: readonly string[];
  /** Addresses, accounts, and places where an account was let in, that are remembered. Default 20,000 of each. */
  readonly remembered?: number;
  /** Milliseconds on a monotonic clock; for tests. */
  readonly now?: () => number;
}

export interface LoginLimitsSettings {
  readonly perAddress: Required<AttemptLimit> | undefined;
  readonly perAccount: Required<AttemptLimit> | undefined;
  readonly unknownClients: Required<AttemptLimit> | undefined;
  readonly exempt: NetworkMap<string>;
  readonly remembered: number;
  readonly now: () => number;
}

const QUARTER = 900_000;
const MOST_FAILURES = 1_000_000;

const limits = (failures: number): Readonly<Record<keyof AttemptLimit, Range>> => ({
  failures: [failures, 1, MOST_FAILURES],
  within: [QUARTER, 1, MOST_MILLISECONDS],
  pause: [QUARTER, 1, MOST_MILLISECONDS],
});
const perAddress = limits(100);
const perAccount = limits(8);
const unknownClients = limits(1000);
const ranges: Readonly<Record<'remembered', Range>> = { remembered: [20_000, 16, 10_000_000] };
const names = ['perAddress', 'perAccount', 'unknownClients', 'exempt', 'remembered', 'now'];

/** Throws ConfigurationError (code `options`, problems `bad-option`, `bad-network`, `no-such-option`). */
export function loginLimitsSettings(credentials: Credentials, options: LoginLimitsOptions): LoginLimitsSettings {
  const problems: Problem[] = [];
  if (!isCredentials(credentials)) problems.push(bad('credentials', 'has the method verify, perhaps accountOf'));
  const given = givenOptions('login-limits', options, names, problems);
  const { exempt = ['127.0.0.0/8', '::1'], now = () => performance.now() } = given;
  const settings = {
    perAddress: limitOf('perAddress', given.perAddress, perAddress, problems),
    perAccount: limitOf('perAccount', given.perAccount, perAccount, problems),
    unknownClients: limitOf('unknownClients', given.unknownClients ?? false, unknownClients, problems),
    exempt: networksOf(exempt, problems),
    ...wholeNumbers('login-limits', ranges, given, problems),
    now,
  };
  if (typeof now !== 'function') problems.push(bad('now', 'is a function'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return settings;
}

function limitOf(
  option: string,
  given: AttemptLimit | false | undefined,
  limit: Readonly<Record<keyof AttemptLimit, Range>>,
  problems: Problem[],
): Required<AttemptLimit> | undefined {
  if (given === false) return undefined;
  const of = `login-limits: ${option}`;
  return wholeNumbers(of, limit, givenOptions(of, given ?? {}, Object.keys(limit), problems), problems);
}

function networksOf(exempt: unknown, problems: Problem[]): NetworkMap<string> {
  const isList = Array.isArray(exempt) && exempt.every((one) => typeof one === 'string');
  if (!isList) problems.push(bad('exempt', 'is a list of networks'));
  const read = (isList ? (exempt as readonly string[]) : []).map((construct) => ({
    construct,
    network: parseNetwork(construct),
  }));
  for (const { construct, network } of read) {
    if (network.kind === 'malformed')
      problems.push({ code: 'bad-network', message: `login-limits: exempt: ${network.why}`, construct });
  }
  return networkMap(
    read.flatMap(({ construct, network }) =>
      network.kind === 'parsed' ? [{ network: network.value, value: construct }] : [],
    ),
  );
}

function isCredentials(given: Credentials | undefined): boolean {
  return typeof given?.verify === 'function' && ['undefined', 'function'].includes(typeof given.accountOf);
}

function bad(construct: string, what: string): Problem {
  return { code: 'bad-option', message: `login-limits: ${construct} ${what}`, construct };
}
