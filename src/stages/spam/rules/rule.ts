/**
 * Rules as the files of SpamAssassin write them (Mail::SpamAssassin::Conf(3)), read and not yet compiled. Plain data.
 */
import type { SourcePosition } from '../../../values/errors.js';
import type { Expression } from './expression.js';

/** A Perl pattern: `/text/flags` or `m{text}flags`. */
export interface PatternSource {
  /** Between the delimiters; octets as Latin-1. Tags of replace_rules are already put in. */
  readonly text: string;
  /** Of `i`, `m`, `s`, `x`, others as written. */
  readonly flags: string;
}

/** What a `header` rule looks at: `From:addr`, `ALL:raw`, `X-Spam-Relays-External`. */
export interface HeaderTarget {
  readonly name: string;
  /** `raw`, `addr`, `name`, `host`, ... in the order given, lower case. */
  readonly modifiers: readonly string[];
}

export type RuleTest =
  | {
      readonly kind: 'header';
      readonly target: HeaderTarget;
      readonly pattern: PatternSource;
      readonly negated: boolean;
      /** `[if-unset: text]`. */
      readonly ifUnset: string | undefined;
    }
  | { readonly kind: 'header-exists'; readonly name: string }
  | {
      readonly kind: 'mimeheader';
      readonly target: HeaderTarget;
      readonly pattern: PatternSource;
      readonly negated: boolean;
      readonly ifUnset: string | undefined;
    }
  | { readonly kind: 'body' | 'rawbody' | 'full' | 'uri'; readonly pattern: PatternSource }
  /** `uri_detail NAME key =~ /x/ key2 !~ /y/`: all must hold for one URI. */
  | { readonly kind: 'uri-detail'; readonly conditions: readonly UriCondition[] }
  | EvalTest
  | AskDnsTest
  | { readonly kind: 'meta'; readonly expression: Expression };

export interface UriCondition {
  readonly key: string;
  readonly pattern: PatternSource;
  readonly negated: boolean;
}

export interface EvalTest {
  readonly kind: 'eval';
  /** By which keyword the rule is written. `rbl`: a header rule of DNSEval, or a body rule of URIDNSBL. */
  readonly on: 'header' | 'body' | 'rawbody' | 'full';
  readonly call: string;
  readonly args: readonly string[];
}

export interface AskDnsTest {
  readonly kind: 'askdns';
  /** With tags: `_SENDERDOMAIN_.list.example`. */
  readonly template: string;
  /** Of records, upper case. */
  readonly types: readonly string[];
  /** Undefined: any answer. */
  readonly filter: AskDnsFilter | undefined;
}

export type AskDnsFilter =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: PatternSource }
  /** `16`, `127.0.0.2-127.0.0.9`, `127.0.0.4/255.255.255.255`. */
  | { readonly kind: 'number'; readonly text: string }
  /** RCODEs of RFC 1035 section 4.1.1, by number or name, upper case. */
  | { readonly kind: 'codes'; readonly codes: readonly string[] };

export interface SpamRule {
  readonly name: string;
  readonly test: RuleTest;
  /** Without and with network tests, then the same with Bayes. Of rules whose name begins with `__` they say only whether it is run: not for 0. */
  readonly scores: readonly [number, number, number, number];
  readonly description: string | undefined;
  /** `net`, `nice`, `multiple`, `userconf`, ... */
  readonly tflags: ReadonlySet<string>;
  /** `maxhits=N` of `multiple`; undefined: no limit. */
  readonly maxHits: number | undefined;
  readonly priority: number;
  readonly shortCircuit: 'off' | 'on' | 'ham' | 'spam';
  readonly source: SourcePosition;
}

/** Names that begin so give no points by themselves. */
export function isSubRule(name: string): boolean {
  return name.startsWith('__');
}
