/**
 * The message size limit: RFC 1870. `declaredSize` refuses at MAIL what the client says is too large (section 6.1),
 * `sizeLimit` at the message what is too large in fact (section 6.3); a policy wants both. A server has its own limit
 * besides, above which it does not read on.
 */
import { reject } from '../../core/decision.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { Parameters } from '../../core/transaction.js';
import { ConfigurationError } from '../../values/errors.js';
import { reply } from '../../values/reply.js';

export interface SizeLimitOptions {
  /** Octets of a message, header and body, as it was received. */
  readonly maxBytes: number;
}

export interface SizeFinding {
  /** Octets; undefined where the client declared none. */
  readonly octets: number | undefined;
  readonly maxBytes: number;
}

export const sizeFinding: FindingKey<'size', SizeFinding> = finding('size');
export const declaredSizeFinding: FindingKey<'declaredSize', SizeFinding> = finding('declaredSize');

export interface SizeLimitStage
  extends Stage<{
    readonly name: 'sizeLimit';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly size: SizeFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

export interface DeclaredSizeStage
  extends Stage<{
    readonly name: 'declaredSize';
    readonly at: 'mail';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly declaredSize: SizeFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Refuses a message of more octets than `maxBytes`. Throws ConfigurationError `options` for a limit that is none. */
export function sizeLimit(options: SizeLimitOptions): SizeLimitStage {
  const maxBytes = checked(options);
  const refusal = reply(552, '5.3.4', `Message size exceeds the limit of ${maxBytes} octets`);
  return defineStage({
    name: 'sizeLimit',
    at: 'message',
    gives: [sizeFinding],
    run: ({ message: { size } }) => {
      const findings = sizeFinding.of({ octets: size, maxBytes });
      if (size <= maxBytes) return { findings };
      return { findings, decision: reject('size', refusal, `${size} octets`) };
    },
  });
}

/** Refuses a SIZE parameter of MAIL above `maxBytes`, and one that is no number. Throws as `sizeLimit` does. */
export function declaredSize(options: SizeLimitOptions): DeclaredSizeStage {
  const maxBytes = checked(options);
  const refusal = reply(552, '5.3.4', `Message size exceeds the limit of ${maxBytes} octets`);
  // RFC 1870 section 6.1 (5), with the enhanced code of RFC 3463 section 3.6 for parameters.
  const syntax = reply(501, '5.5.4', 'SIZE wants 1 to 20 digits');
  return defineStage({
    name: 'declaredSize',
    at: 'mail',
    gives: [declaredSizeFinding],
    run: ({ mailParameters }) => {
      const octets = declaredOctets(mailParameters);
      if (octets === 'malformed') {
        const findings = declaredSizeFinding.of({ octets: undefined, maxBytes });
        return { findings, decision: reject('size', syntax, `SIZE=${mailParameters.SIZE ?? ''}`.slice(0, 120)) };
      }
      const findings = declaredSizeFinding.of({ octets, maxBytes });
      if (octets === undefined || octets <= maxBytes) return { findings };
      return { findings, decision: reject('size', refusal, `${octets} octets declared`) };
    },
  });
}

/** `size-value ::= 1*20DIGIT` (RFC 1870 section 5). 20 digits are more than a number holds exactly, and enough to compare. */
function declaredOctets(parameters: Parameters): number | undefined | 'malformed' {
  if (!Object.hasOwn(parameters, 'SIZE')) return undefined;
  const value = parameters.SIZE;
  return value !== undefined && /^[0-9]{1,20}$/.test(value) ? Number(value) : 'malformed';
}

function checked({ maxBytes }: SizeLimitOptions): number {
  if (Number.isSafeInteger(maxBytes) && maxBytes > 0) return maxBytes;
  const message = 'maxBytes is a whole number of octets above 0';
  throw new ConfigurationError('options', [{ code: 'bad-limit', message, construct: String(maxBytes) }]);
}
