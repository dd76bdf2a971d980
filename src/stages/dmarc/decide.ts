/** What the site does about a DMARC finding: the operator's rules, and the words of the replies (RFC 9989 section 7.2). */
import { defer, type FinalOf, hold, quarantine, reject } from '../../core/decision.js';
import type { DmarcFinding, DmarcPolicy, UnclearAuthor } from '../../findings/dmarc.js';
import { reply } from '../../values/reply.js';
import type { DmarcOptions, UnclearAuthorRule } from './options.js';
import { milder } from './policy.js';

export type DmarcDecision = FinalOf<'reject'> | FinalOf<'defer'> | FinalOf<'quarantine'> | FinalOf<'hold'>;

/** Why DMARC cannot be applied, for the peer. */
const unclearWords: Readonly<Record<UnclearAuthor, string>> = {
  none: 'the message has no From field',
  'several-fields': 'the message has more than one From field',
  'several-addresses': 'the From field names more than one address',
  group: 'the From field names a group',
  malformed: 'the From field has no address that can be read',
};
/** Those that RFC 5322 section 3.6 forbids; the others are against the policy alone. */
const wrong: readonly UnclearAuthor[] = ['none', 'several-fields', 'malformed'];

export function decideUnclear(
  kind: UnclearAuthor,
  why: string,
  given: DmarcOptions['onUnclearAuthor'] = 'reject',
): DmarcDecision | undefined {
  const rule: UnclearAuthorRule = typeof given === 'string' ? given : (given[kind] ?? 'reject');
  const reason = wrong.includes(kind) ? 'malformed-message' : 'sender-policy';
  const text = `DMARC policy cannot be applied: ${unclearWords[kind]}`;
  const detail = `dmarc: author unclear: ${kind}: ${why}`;
  switch (rule) {
    case 'reject':
      return reject(reason, reply(550, '5.7.1', text), detail);
    case 'defer':
      return defer(reason, reply(450, '4.7.1', text), detail);
    case 'quarantine':
      return quarantine(reason, detail);
    case 'hold':
      return hold(reason, detail);
    case 'continue':
      return undefined;
  }
}

export function decideFail(
  finding: DmarcFinding,
  author: string,
  { enforce = 'reject', onQuarantine = 'quarantine' }: DmarcOptions,
): DmarcDecision | undefined {
  if (finding.override !== undefined) return undefined;
  const { policy } = finding;
  const detail = `dmarc=fail: ${author}, ${policy?.tag}=${policy?.published} of ${policy?.domain}`;
  switch (milder(finding.requested, enforce)) {
    case 'none':
      return undefined;
    case 'quarantine':
      if (onQuarantine === 'continue') return undefined;
      return onQuarantine === 'hold' ? hold('sender-policy', detail) : quarantine('sender-policy', detail);
    case 'reject':
      return reject('sender-policy', reply(550, '5.7.1', `Refused by the DMARC policy of ${author}`), detail);
  }
}

/** False where a site does nothing to a message that fails, whatever is asked for up to that policy. */
export function hasEffect(
  asked: DmarcPolicy,
  { enforce = 'reject', onQuarantine = 'quarantine' }: DmarcOptions,
): boolean {
  const done = milder(asked, enforce);
  return done === 'reject' || (done === 'quarantine' && onQuarantine !== 'continue');
}

/** `atStake`: the strictest policy that may be asked for. `overlook`: no answer could change what is done. */
export function decideDoubt(
  author: string,
  why: string,
  atStake: DmarcPolicy,
  options: DmarcOptions,
): DmarcDecision | 'overlook' | undefined {
  // RFC 9989 section 5.4: p=none must not change how mail is handled.
  if (!hasEffect(atStake, options)) return 'overlook';
  const detail = `dmarc: ${why}`;
  switch (options.cannotTell ?? 'defer') {
    case 'defer': {
      const text = `The DMARC policy of ${author} cannot be evaluated now, try again later`;
      return defer('cannot-tell', reply(451, '4.7.1', text), detail);
    }
    case 'reject':
      return reject('cannot-tell', reply(550, '5.7.1', `The DMARC policy of ${author} cannot be evaluated`), detail);
    case 'hold':
      return hold('cannot-tell', detail);
    case 'quarantine':
      return quarantine('cannot-tell', detail);
    case 'continue':
      return undefined;
  }
}
