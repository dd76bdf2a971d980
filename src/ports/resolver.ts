/**
 * Questions to the DNS (RFC 1034, RFC 1035). The answers that matter to mail stay apart: records; none, because there is no
 * such name (NXDOMAIN) or no record of the type; and could not tell (SERVFAIL, REFUSED, time-out, a reply that makes no
 * sense), which never counts as "no such name". Names are ASCII (A-labels) without a final dot, of any case; one that cannot be in
 * the DNS (empty, too long, NUL) is "no such name" too, never an error. Aliases (CNAME) are followed. The suite that a resolver must
 * pass: `resolverConformance` of postern/testing.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';
import type { IpAddress } from '../values/ip.js';

/** What `not-found` says under `why`. */
export type NoRecords = 'no-such-name' | 'no-data';

export interface MailExchanger {
  /** 0 to 65,535; lower is tried first. */
  readonly preference: number;
  /** '' for the null MX of RFC 7505. */
  readonly exchange: string;
}

/** A found answer is never empty. */
export interface Resolver {
  /** A (family 4) or AAAA (family 6) records. */
  addresses(name: string, family: 4 | 6, call?: PortCall): MaybePromise<Answer<readonly IpAddress[]>>;
  /** MX records, in order of preference; those of equal preference in no order. */
  mailExchangers(name: string, call?: PortCall): MaybePromise<Answer<readonly MailExchanger[]>>;
  /** TXT records: the strings of each joined without space (RFC 7208 section 3.3), as octets in Latin-1. */
  texts(name: string, call?: PortCall): MaybePromise<Answer<readonly string[]>>;
  /** NS records: host names. */
  nameServers(name: string, call?: PortCall): MaybePromise<Answer<readonly string[]>>;
  /** PTR records of the address's reverse name (`reverseName`). */
  names(ip: IpAddress, call?: PortCall): MaybePromise<Answer<readonly string[]>>;
}
