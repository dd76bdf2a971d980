/** What one evaluation may cost (RFC 7208 section 4.6.4 and 11.1). */
import { ConfigurationError, type Problem } from '../../values/errors.js';

export interface SpfLimits {
  /** Terms that ask the DNS: include, a, mx, ptr, exists, redirect. One more is permerror. Default 10. */
  readonly lookups: number;
  /** Terms of a, mx, ptr and exists whose questions find nothing. One more is permerror. Default 2. */
  readonly voidLookups: number;
  /** Hosts of one mx whose addresses are asked. One more is permerror. Default 10. */
  readonly mxHosts: number;
  /** Names of the client that are looked at by ptr and `%{p}`; more are passed over. Default 10. */
  readonly ptrNames: number;
  /** Records inside one another by include. One more is permerror. Default 10, at most 100. */
  readonly nesting: number;
  /** Octets of a record; a longer one is permerror. Default 8,192. */
  readonly recordLength: number;
  /** Milliseconds for all of it; then temperror. Default 20,000. */
  readonly time: number;
}

export const DEFAULT_SPF_LIMITS: SpfLimits = Object.freeze({
  lookups: 10,
  voidLookups: 2,
  mxHosts: 10,
  ptrNames: 10,
  nesting: 10,
  recordLength: 8192,
  time: 20_000,
});

/** What each may be: recursion costs stack, and a timer cannot wait longer. */
const RANGES: Readonly<Partial<Record<string, readonly [least: number, most: number]>>> = {
  nesting: [0, 100],
  time: [1, 2_147_483_647],
};

/** Throws ConfigurationError (code `options`, problems `bad-limit`, `unknown-limit`). */
export function spfLimits(limits: Partial<SpfLimits> = {}): SpfLimits {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(limits)) {
    const [least, most] = RANGES[name] ?? [0, Number.MAX_SAFE_INTEGER];
    if (!Object.hasOwn(DEFAULT_SPF_LIMITS, name)) {
      problems.push({ code: 'unknown-limit', message: `limits: there is no ${name}` });
    } else if (!Number.isSafeInteger(value) || value < least || value > most) {
      const message = `limits: ${name} is a whole number from ${least} to ${most}`;
      problems.push({ code: 'bad-limit', message, construct: String(value) });
    }
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { ...DEFAULT_SPF_LIMITS, ...limits };
}
