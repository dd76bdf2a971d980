/**
 * What the stages over DNS lists can be told: lists with weights, which answers of each count and for how much, thresholds. A list is
 * an object, or text as Postfix's postscreen_dnsbl_sites has it.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { ListSubject } from '../../findings/dns-lists.js';
import type { Resolver } from '../../ports/resolver.js';

/** An answer that counts: by pattern, by bits, or both. */
export interface ListAnswer {
  /** `127.0.0.2`, `127.0.0.[2..11;20]`. */
  readonly match?: string;
  /** Any of these bits of the answer's last three octets, 1 to 0xffffff: 0x10 is in `127.0.0.16` and `127.0.0.24`. */
  readonly mask?: number;
  /** Default: that of the list. */
  readonly weight?: number;
  /** What the answer means, for the finding: `phishing`. */
  readonly name?: string;
}

export interface DnsList<S extends ListSubject = ListSubject> {
  /** `zen.example`. */
  readonly zone: string;
  /** What is looked up. Default: the client's address at `dnsLists`, the sender's domain at `domainLists`. */
  readonly of?: S;
  /** What a listing counts; negative for a list of good senders (DNSWL). Default 1. */
  readonly weight?: number;
  /** The answers that count, each once, all weights together. Default: any that is no error. */
  readonly answers?: readonly ListAnswer[];
  /**
   * Answers of this list that are errors, `127.0.0.255`. Always errors: what is outside of 127.0.0.0/8, 127.255.255.0/24, and
   * 127.0.0.1.
   */
  readonly errors?: readonly string[];
  /** `continue`: where this list cannot tell it counts nothing, whatever is said of the others. */
  readonly cannotTell?: 'continue';
}

interface Options {
  readonly resolver: Resolver;
  /** The total from which a message is refused. Above 0. Default: never, the stage gives its finding alone. */
  readonly rejectAt?: number;
  /** The total from which the client is told to come again. Above 0, below `rejectAt`. Default: never. */
  readonly deferAt?: number;
  /**
   * What happens when lists cannot tell whose answers might change the decision: one that could reach a threshold, or take the
   * total below it. `domainLists` minds those of `dnsLists` as well. Default `defer`; `continue`: they count nothing, in later
   * stages neither.
   */
  readonly cannotTell?: Exclude<CannotTellRule, 'hold' | 'quarantine'>;
  /** Ask for the reason (TXT records) of the listings: of those that a client is refused for, of all, or never. Default `refused`. */
  readonly reasons?: 'refused' | 'listed' | 'never';
}

export interface DnsListsOptions extends Options {
  /** At most 100. Text: `zen.example`, `zen.example=127.0.0.[2..11]*3`. */
  readonly lists: readonly (string | DnsList<'client-address' | 'client-name'>)[];
  /** Clients that no list is asked about, in CIDR notation. Default: addresses of private use, loopback and link-local ones. */
  readonly except?: readonly string[];
}

export interface DomainListsOptions extends Options {
  /** At most 100. Text: `dbl.example`, `dbl.example=127.0.1.[2..99]*2`. */
  readonly lists: readonly (string | DnsList<'sender' | 'helo' | 'client-name'>)[];
  /** Add the total of `dnsLists`, and what its silent lists leave open. Default true. */
  readonly withClient?: boolean;
}
