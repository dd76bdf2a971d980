/** What the operator of `dmarc` decides, and what is wrong with it. */
import type { CannotTellRule } from '../../core/decision.js';
import type { DmarcPolicy, UnclearAuthor } from '../../findings/dmarc.js';
import type { PublicSuffix } from '../../ports/public-suffix.js';
import type { Resolver } from '../../ports/resolver.js';
import { parseDomain } from '../../values/domain.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';

export type DmarcMode =
  /** The DNS Tree Walk; `np`, `psd`, `t`. */
  | { readonly rfc: 9989 }
  /** As before 2026: a public suffix list and `pct`; `np`, `psd` and `t` are ignored. */
  | {
      readonly rfc: 7489;
      readonly publicSuffix: PublicSuffix;
      /**
       * From 0 up to 1, evenly: whether a message is in the sample of `pct` (section 6.6.4). Called once a message. Left out,
       * every message is in the sample, but for `pct=0`.
       */
      readonly random?: () => number;
    };

export type UnclearAuthorRule = 'reject' | 'defer' | 'quarantine' | 'hold' | 'continue';

export interface DmarcOptions {
  readonly resolver: Resolver;
  /**
   * The most that is done to a message that fails; what the domain asks beyond it comes down to it. Default `reject`. RFC 9989
   * section 7.4 wants no rejection for `p=reject` alone: mailing lists break signatures. See `trustedSealers`, or set `quarantine`.
   */
  readonly enforce?: DmarcPolicy;
  /** What `quarantine` means here; `continue` leaves it to stages that read the finding. Default `quarantine`. */
  readonly onQuarantine?: 'quarantine' | 'hold' | 'continue';
  /**
   * A message without exactly one author: no policy applies to it, and that is what spoofers want (RFC 9989 section 11.5). One rule,
   * or one for each kind. Default `reject`, whatever `enforce` says.
   */
  readonly onUnclearAuthor?: UnclearAuthorRule | Readonly<Partial<Record<UnclearAuthor, UnclearAuthorRule>>>;
  /** Several addresses of one domain count as one author, as RFC 9989 section 5.3.1 has it; up to 50. Default false. */
  readonly sameDomainAuthors?: boolean;
  /**
   * Evaluate mail of clients that have logged in. Default false, as for `spf`, whose option of that name this one needs: without, no
   * SPF speaks for such mail. A login may send from any address; which ones it may use is another stage's question.
   */
  readonly logins?: boolean;
  /** Default `{ rfc: 9989 }`. */
  readonly mode?: DmarcMode;
  /** A passing signature whose key says `t=y`. RFC 6376 section 3.6.1: test mode; others count it. Default `count`. */
  readonly testingKeys?: 'count' | 'ignore';
  /** A passing signature with octets of the body unsigned (`l=`), where anybody may have added them. Default `ignore`. */
  readonly appendedBody?: 'count' | 'ignore';
  /**
   * Domains whose ARC seal is believed: a message that fails here, and passed there, goes on, with an `override` in the finding.
   * Needs the stage `arc` before this one. Subdomains are not included. Default none.
   */
  readonly trustedSealers?: readonly string[];
  /**
   * When the DNS, SPF or DKIM could not tell, and the answer might be that the message is to be refused. Default `defer`, with 451
   * 4.7.1. A domain that asks for nothing (`p=none`) is never the reason, nor is anything that would be let through in any case: all when
   * `enforce` is `none`, `p=quarantine` when `onQuarantine` is `continue`.
   */
  readonly cannotTell?: CannotTellRule;
}

const choices: Readonly<Record<string, readonly unknown[]>> = {
  enforce: ['none', 'quarantine', 'reject'],
  onQuarantine: ['quarantine', 'hold', 'continue'],
  testingKeys: ['count', 'ignore'],
  appendedBody: ['count', 'ignore'],
  sameDomainAuthors: [true, false],
  logins: [true, false],
  cannotTell: ['defer', 'reject', 'hold', 'quarantine', 'continue'],
};
const rules: readonly unknown[] = ['reject', 'defer', 'quarantine', 'hold', 'continue'];
const kinds: readonly string[] = ['none', 'several-fields', 'several-addresses', 'group', 'malformed'];

/** The trusted sealers as they are compared. Throws ConfigurationError `options` with all that is wrong. */
export function checkOptions(options: DmarcOptions): ReadonlySet<string> {
  const problems: Problem[] = [];
  for (const [name, allowed] of Object.entries(choices)) {
    const value = (options as unknown as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !allowed.includes(value)) problems.push(notOf(name, value, allowed));
  }
  problems.push(...authorProblems(options.onUnclearAuthor), ...modeProblems(options.mode));
  const sealers = (options.trustedSealers ?? []).map((text) => ({ text, domain: parseDomain(text) }));
  for (const { text, domain } of sealers) {
    if (domain.kind === 'malformed') problems.push({ code: 'bad-domain', message: domain.why, construct: text });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return new Set(sealers.flatMap(({ domain }) => (domain.kind === 'parsed' ? [domain.value.ascii] : [])));
}

function authorProblems(given: DmarcOptions['onUnclearAuthor']): readonly Problem[] {
  if (given === undefined) return [];
  if (typeof given === 'string') return rules.includes(given) ? [] : [notOf('onUnclearAuthor', given, rules)];
  return Object.entries(given).flatMap(([kind, rule]) => {
    if (!kinds.includes(kind)) return [notOf('onUnclearAuthor', kind, kinds)];
    return rules.includes(rule) ? [] : [notOf(`onUnclearAuthor.${kind}`, rule, rules)];
  });
}

function modeProblems(mode: DmarcMode | undefined): readonly Problem[] {
  if (mode === undefined || mode.rfc === 9989) return [];
  if (mode.rfc !== 7489) return [notOf('mode.rfc', (mode as { readonly rfc: unknown }).rfc, [9989, 7489])];
  if (typeof mode.publicSuffix?.organizationalDomain === 'function') return [];
  return [{ code: 'missing', message: 'RFC 7489 needs a public suffix list: mode.publicSuffix' }];
}

function notOf(name: string, value: unknown, allowed: readonly unknown[]): Problem {
  return { code: 'bad-option', message: `${name} is one of ${allowed.join(', ')}`, construct: String(value) };
}
