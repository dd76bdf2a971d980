/**
 * Rules as the files of SpamAssassin write them (Mail::SpamAssassin::Conf(3)), read and not yet compiled. Plain data.
 */
import type { SourcePosition } from '../../../values/errors.js';

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
  | { readonly kind: 'meta'; readonly expression: string };

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
