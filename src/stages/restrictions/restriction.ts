/**
 * What a restriction is: one element of Postfix's smtpd_*_restrictions as a value. Made by the factories of this folder alone,
 * which say what the element needs (a resolver, our domains ...), which tables it asks, and what it says of a mail.
 */
import type { CannotTellRule, FinalOf, Reason } from '../../core/decision.js';
import type { MaybePromise } from '../../core/stage.js';
import type { Table } from '../../core/table.js';
import type { PolicyService } from '../../ports/policy-service.js';
import type { Problem, SourcePosition } from '../../values/errors.js';
import type { Check } from './check.js';

/** Lists of restrictions, in the order in which smtpd applies them. */
export type RestrictionList = 'client' | 'helo' | 'sender' | 'relay' | 'recipient' | 'data' | 'endOfData';

/** What a restriction may need of the settings beside it: the names of their fields. */
export type Need =
  | 'resolver'
  | 'networks'
  | 'destinations'
  | 'recipients'
  | 'senderLogins'
  | 'ownAddresses'
  | 'clientCertificates';

/** `next`: the restriction says nothing (DUNNO). `permit` ends its list, `discard` all lists, a refusal ends all. */
export type Verdict = 'next' | 'permit' | 'discard' | Refusal;
export type Refusal = FinalOf<'reject'> | FinalOf<'defer'>;

/** In whose words a refusal is put: `<subject>: what rejected: ...`. */
export interface Place {
  readonly subject: string;
  readonly what: What;
}

export type What =
  | 'Client host'
  | 'Unverified Client host'
  | 'Helo command'
  | 'Sender address'
  | 'Recipient address'
  | 'Data command'
  | 'End-of-data'
  | 'Client certificate'
  | 'SASL login name';

/** A refusal before its codes are settled. */
export interface Grounds {
  readonly code: number;
  /** Its class becomes that of the code. */
  readonly enhanced: string;
  /** Whole: `<a@b.example>: Sender address rejected: Domain not found`. */
  readonly text: string;
  readonly reason: Reason;
  /** For the log alone. */
  readonly detail?: string | undefined;
  /** A fault of ours (a table, a setting): warn_if_reject does not soften it. */
  readonly fault?: boolean;
}

/** The outside abilities that a restriction brings along. */
export type Asked =
  | { readonly kind: 'table'; readonly table: Table; readonly access: boolean }
  | { readonly kind: 'service'; readonly service: PolicyService; readonly cannotTell: CannotTellRule };

export interface Restriction<N extends Need = Need> {
  readonly kind: 'restriction';
  /** In Postfix's words: `reject_rbl_client zen.example`. */
  readonly text: string;
  readonly source: SourcePosition | undefined;
  readonly needs: readonly N[];
  readonly asked: readonly Asked[];
  /** Whether it looks up the sender's or the recipient's address (AddressResolver). */
  readonly resolves: boolean;
  /** The members of a class, or what only warns. */
  readonly inner: readonly Restriction[];
  readonly form: 'plain' | 'class' | 'warn';
  /** What the trace says that it was held against: the client, or what its list is about. */
  readonly about: 'client' | 'list';
  /** What is wrong with its arguments; the stage refuses to be built with it. */
  readonly problems: readonly Problem[];
  readonly apply: (check: Check, place: Place) => MaybePromise<Verdict>;
}

/** What every factory takes last. */
export interface RestrictionOptions {
  /** Where it is written, for problems and the trace. */
  readonly source?: SourcePosition;
}

type Parts<N extends Need> = Partial<
  Pick<Restriction<N>, 'needs' | 'asked' | 'resolves' | 'inner' | 'form' | 'about' | 'problems'>
>;

/** What these are needed for begins with the address. */
const resolving: ReadonlySet<Need> = new Set<Need>(['destinations', 'senderLogins']);

export function restriction<N extends Need = never>(
  text: string,
  options: RestrictionOptions | undefined,
  apply: Restriction['apply'],
  parts: Parts<N> = {},
): Restriction<N> {
  const { needs = [], asked = [], inner = [], form = 'plain', about = 'list', problems = [] } = parts;
  const { resolves = needs.some((need) => resolving.has(need)) } = parts;
  const source = options?.source;
  const placed = problems.map((one) => ({ construct: text, ...(source !== undefined && { source }), ...one }));
  return Object.freeze({
    kind: 'restriction',
    text,
    source,
    needs,
    asked,
    resolves,
    inner,
    form,
    about,
    problems: placed,
    apply,
  } as const);
}

/** `then` for each until one says something. Linear, and without waiting as long as nothing is outstanding. */
export function firstWord(
  items: readonly Restriction[],
  step: (item: Restriction) => MaybePromise<Verdict>,
  stop: () => boolean,
): MaybePromise<Verdict> {
  for (let at = 0; at < items.length && !stop(); at++) {
    const word = step(items[at] as Restriction);
    if (typeof word === 'object' && 'then' in word) return rest(items, at + 1, step, stop, word);
    if (word !== 'next') return word;
  }
  return 'next';
}

async function rest(
  items: readonly Restriction[],
  from: number,
  step: (item: Restriction) => MaybePromise<Verdict>,
  stop: () => boolean,
  pending: Promise<Verdict>,
): Promise<Verdict> {
  let word = await pending;
  for (let at = from; word === 'next' && at < items.length && !stop(); at++)
    word = await step(items[at] as Restriction);
  return word;
}
