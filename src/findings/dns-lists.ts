/**
 * What lists in the DNS say (RFC 5782) of the client, and of the domains that a message comes from: each list with its answer, and
 * the sum of their weights. Which stages make it: `dnsLists` (client), `domainLists` (sender, HELO name). Read by scorers.
 */
import { type FindingKey, finding } from '../core/finding.js';

/** What was looked up: the client's address, its verified host name, the name of HELO, the domain of MAIL FROM. */
export type ListSubject = 'client-address' | 'client-name' | 'helo' | 'sender';

export interface ListQuestion {
  /** `zen.example`. */
  readonly zone: string;
  readonly of: ListSubject;
  /** `192.0.2.1`, `example.com`. */
  readonly subject: string;
  /** `1.2.0.192.zen.example`. */
  readonly query: string;
}

export type ListResult =
  | (ListQuestion & {
      readonly kind: 'listed';
      /** Those that count: `127.0.0.2`. */
      readonly answers: readonly string[];
      /** Names that the operator gave to these answers. */
      readonly meanings: readonly string[];
      /** What the listing counts; negative for a list of good senders. */
      readonly weight: number;
      /** The list's own words, printable ASCII of foreign origin; undefined where nobody asked, or none came. */
      readonly reason: string | undefined;
    })
  | (ListQuestion & {
      readonly kind: 'not-listed';
      /** Listings that no rule of the operator counts. */
      readonly answers: readonly string[];
    })
  /** Never counts. */
  | (ListQuestion & {
      readonly kind: 'cannot-tell';
      /** A failure of the DNS, or the error that the list answers: `127.255.255.254 (asked through a public resolver)`. */
      readonly why: string;
    });

export interface DnsListsFinding {
  /** In the order of the lists, without those that had nothing to look up. */
  readonly results: readonly ListResult[];
  /** The weights of all listings. */
  readonly score: number;
  /** The score, and for `domainLists` that of `dnsLists` too: what the thresholds are held against. */
  readonly total: number;
  /**
   * What the total might be with the answers of the lists that could not tell: at least, and at most. Both are `total` where all
   * lists have answered, or may be silent by the options.
   */
  readonly least: number;
  readonly most: number;
}

export const dnsListsFinding: FindingKey<'dnsLists', DnsListsFinding> = finding('dnsLists');
export const domainListsFinding: FindingKey<'domainLists', DnsListsFinding> = finding('domainLists');
