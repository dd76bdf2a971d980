/** Uses that must compile, and what their types come to. */
import {
  type AnyStage,
  definePolicy,
  defineStage,
  discard,
  eachRecipient,
  forSome,
  type Outcome,
  type Policy,
  parallel,
  reject,
  reply,
  sequence,
  tolerate,
  when,
} from '../../src/index.js';
import {
  dkim,
  dmarc,
  dmarcFinding,
  erased,
  headerChecks,
  permit,
  quota,
  quotaFinding,
  readPrefs,
  refusal,
  resolver,
  type SpfFinding,
  spam,
  spf,
  spfFinding,
} from './stages.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(equal: Equal<A, B>): void;

// A stage of one's own, in six lines.
export const noPrograms = defineStage({
  name: 'noPrograms',
  at: 'message',
  run: (tx) =>
    tx.message.header.some((f) => f.value.endsWith('.exe'))
      ? reject('content', reply(550, '5.7.1', 'No programs by mail'))
      : undefined,
});

export const policy = definePolicy({
  mail: [spf],
  rcpt: [quota, readPrefs],
  message: [parallel(dkim, headerChecks), dmarc, headerChecks, spam, eachRecipient(readPrefs)],
});
export const wide: readonly Policy[] = [policy];

export async function read(outcome: Outcome<(typeof policy)['~type']>): Promise<void> {
  same<typeof outcome.findings.spf, SpfFinding | undefined>(true);
  if (outcome.complete) {
    same<typeof outcome.findings.spf, SpfFinding>(true);
    same<typeof outcome.findings.spf.result, 'pass' | 'fail' | 'none'>(true);
    outcome.recipients[0]?.findings.quota.used.toFixed();
  }
  const [first] = outcome.recipients;
  if (first?.complete) first.findings.quota.used.toFixed();
  else same<typeof first extends undefined ? never : number | undefined, number | undefined>(true);
}

// A constant keeps the list readable to the compiler; a giver behind an acceptor serves its own list.
export const conditional = definePolicy({ mail: [permit, spf, when(true, spf)], message: [when(false, headerChecks)] });
const needsSpf = defineStage({ name: 'needsSpf', at: 'mail', needs: [spfFinding], run: () => undefined });
export const sameList = definePolicy({ mail: [permit, spf, needsSpf] });

// A predicate on other findings than its stage's.
export const onFindings = definePolicy({
  mail: [spf],
  message: [when({ uses: [spfFinding] }, (tx) => tx.findings.spf?.result === 'fail', headerChecks)],
});

// A sequence needs what its members do not give one another.
export const authentication = sequence('authentication', dkim, dmarc);
export const nested = definePolicy({ mail: [spf], message: [authentication] });
same<keyof (typeof authentication)['~type']['needs'], 'spf'>(true);
same<keyof (typeof authentication)['~type']['gives'], 'dkim' | 'dmarc'>(true);

// Erased lists: the walk stops judging, construction decides.
export const dynamic: Policy = definePolicy({ mail: erased, message: [dkim, dmarc] });
export const spread = definePolicy({ mail: [...(erased.length > 0 ? erased : [])], message: [dkim, dmarc] });

// tolerate gives sometimes; the finding is then optional.
export const tolerated = definePolicy({ mail: [tolerate(spf, 'SPF is advice here')] });
same<(typeof tolerated)['~type']['transaction'], { readonly spf?: SpfFinding }>(true);

// Declared ports are typed: name, method, arguments, answer.
export const asks = defineStage({
  name: 'asks',
  at: 'mail',
  gives: [spfFinding],
  asks: { resolver: { port: resolver, cannotTell: 'defer' } },
  async run(_tx, ctx) {
    const answer = await ctx.ask('resolver', 'txt', 'school.example');
    return { findings: spfFinding.of({ result: answer.value[0] === 'v=spf1' ? 'pass' : 'none' }) };
  },
});

// Decisions for some, beside the findings.
export const split = defineStage({
  name: 'split',
  at: 'message',
  gives: [dmarcFinding],
  edits: ['reply-per-recipient'],
  run: (tx) => ({
    findings: dmarcFinding.of({ ok: true }),
    decision: forSome(
      { recipients: tx.recipients.slice(1), decision: refusal },
      { recipients: [], decision: discard('spam') },
    ),
  }),
});

// A deliver stage sees the message and its recipient.
export const atDelivery = defineStage({
  name: 'atDelivery',
  at: 'deliver',
  needs: [quotaFinding],
  run: (tx) => (tx.message.size > tx.findings.quota.used && tx.recipient.id > 0 ? refusal : undefined),
});
export const delivered = definePolicy({ rcpt: [quota], deliver: [atDelivery] });
export const anything: readonly AnyStage[] = [spf, dkim, authentication, eachRecipient(quota), parallel(dkim)];

// Conditional spreads, wherever they stand: construction decides.
declare const flag: boolean;
export const spreads = definePolicy({
  mail: [...(flag ? [spf] : []), spf],
  message: [...erased, headerChecks, ...(flag ? [spam] : [])],
});

// A stage written in its place declares what it says, no more.
export const inPlace = definePolicy({
  rcpt: [
    defineStage({
      name: 'inPlace',
      at: 'rcpt',
      gives: [quotaFinding],
      run: () => ({ findings: quotaFinding.of({ used: 1 }) }),
    }),
  ],
});
same<(typeof inPlace)['~type']['edits'], never>(true);

// A member of parallel() may need what it gives itself, if something before gives it.
const refines = defineStage({
  name: 'refines',
  at: 'message',
  needs: [dmarcFinding],
  gives: [dmarcFinding],
  run: (tx) => ({ findings: dmarcFinding.of(tx.findings.dmarc) }),
});
export const refined = definePolicy({ mail: [spf], message: [dkim, dmarc, parallel(refines, headerChecks)] });
