/** Stages that do nothing but have types: what the wrong uses are made of. */
import {
  type AnyStage,
  defineStage,
  type FindingKey,
  finding,
  makeField,
  prependHeader,
  reject,
  reply,
} from '../../src/index.js';

export interface SpfFinding {
  readonly result: 'pass' | 'fail' | 'none';
}
export const spfFinding: FindingKey<'spf', SpfFinding> = finding('spf');
export const dkimFinding: FindingKey<'dkim', { readonly ok: boolean }> = finding('dkim');
export const dmarcFinding: FindingKey<'dmarc', { readonly ok: boolean }> = finding('dmarc');
export const quotaFinding: FindingKey<'quota', { readonly used: number }> = finding('quota');

export const resolver = {
  txt: async (_name: string) => ({ kind: 'found', value: ['v=spf1'] }) as const,
};
export const refusal = reject('content', reply(550, '5.7.1', 'No'));

export const spf = defineStage({
  name: 'spf',
  at: 'mail',
  gives: [spfFinding],
  run: () => ({ findings: spfFinding.of({ result: 'pass' }) }),
});
export const dkim = defineStage({
  name: 'dkim',
  at: 'message',
  gives: [dkimFinding],
  run: async () => ({ findings: dkimFinding.of({ ok: true }) }),
});
export const dmarc = defineStage({
  name: 'dmarc',
  at: 'message',
  needs: [spfFinding, dkimFinding],
  gives: [dmarcFinding],
  run: (tx) => ({ findings: dmarcFinding.of({ ok: tx.findings.spf.result === 'pass' && tx.findings.dkim.ok }) }),
});
export const headerChecks = defineStage({
  name: 'headerChecks',
  at: 'message',
  run: (tx) => (tx.message.header.some((field) => field.value.endsWith('.exe')) ? refusal : undefined),
});
export const spam = defineStage({
  name: 'spam',
  at: 'message',
  uses: [spfFinding],
  edits: ['prepend-header'],
  run: (tx) => ({ edits: [prependHeader(makeField('X-Spam', tx.findings.spf?.result ?? 'none'))], findings: {} }),
});
export const quota = defineStage({
  name: 'quota',
  at: 'rcpt',
  gives: [quotaFinding],
  run: (tx) => ({ findings: quotaFinding.of({ used: tx.recipient.id }) }),
});
export const readPrefs = defineStage({
  name: 'readPrefs',
  at: 'rcpt',
  needs: [quotaFinding],
  run: (tx) => (tx.findings.quota.used > 100 ? refusal : undefined),
});
export const permit = defineStage({
  name: 'permit',
  at: 'mail',
  accepts: true,
  run: () => undefined,
});
export const erased: AnyStage[] = [spf];
