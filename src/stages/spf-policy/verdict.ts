/**
 * What the policy daemon "whitelister" says of an SPF result: version 0.6, and 0.6 with the alteration that makes every
 * result a Received-SPF field. The whole of its SPF rules as one function; the table stands at `spfPolicy`.
 */
import type { SpfResult } from '../../findings/spf.js';

export interface WhitelisterRules {
  /** 0: off. 1 to 3: what makes a mail suspicious to version 0.6; the altered program makes no difference between them. */
  readonly mode: 0 | 1 | 2 | 3;
  /** Refuse on fail and softfail. */
  readonly reject: boolean;
  /** Version 0.6 as it was. */
  readonly original: boolean;
}

/** `word`: the program's own, what stands behind `Received-SPF:`, or in the log. */
export type WhitelisterVerdict =
  | { readonly kind: 'off' }
  /** Nothing speaks against the mail. */
  | { readonly kind: 'clean' }
  | { readonly kind: 'dirty'; readonly word: string }
  | { readonly kind: 'reject'; readonly word: string };

const originalWords: Readonly<Record<'softfail' | 'fail' | 'none' | 'neutral' | 'error', string>> = {
  softfail: 'SPF soft error',
  fail: 'SPF hard error',
  none: 'no SPF record found',
  neutral: 'SPF neutral',
  error: 'SPF Internal error',
};

export function whitelisterVerdict(
  result: SpfResult,
  { mode, reject, original }: WhitelisterRules,
): WhitelisterVerdict {
  if (mode === 0) return { kind: 'off' };
  const known = result === 'temperror' || result === 'permerror' ? 'error' : result;
  if (!original) {
    const refused = reject && (known === 'fail' || known === 'softfail');
    return { kind: refused ? 'reject' : 'dirty', word: known };
  }
  if (known === 'pass') return { kind: 'clean' };
  if (known === 'none' && mode === 1) return { kind: 'clean' };
  if (known === 'neutral' && mode !== 3) return { kind: 'clean' };
  const refused = reject && (known === 'fail' || known === 'softfail');
  return { kind: refused ? 'reject' : 'dirty', word: originalWords[known] };
}
