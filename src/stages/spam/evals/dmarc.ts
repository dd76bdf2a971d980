/**
 * Mail::SpamAssassin::Plugin::DMARC(3), from the finding of the stage `dmarc`: what the author's domain asks for a message that fails. A
 * fail that a trusted forwarder explains (ARC) counts as policy `none`.
 */
import type { DmarcPolicy } from '../../../findings/dmarc.js';
import type { SpamSubject } from '../subject.js';
import type { EvalFunction, EvalModule } from './eval.js';
import { settingsModule } from './module.js';

export const dmarcEval: EvalModule = settingsModule(() => ({
  check_dmarc_pass: ({ findings }) => findings.dmarc?.result === 'pass',
  check_dmarc_reject: failsWith('reject'),
  check_dmarc_quarantine: failsWith('quarantine'),
  check_dmarc_none: failsWith('none'),
  check_dmarc_missing: ({ findings }) => findings.dmarc?.result === 'none',
}));

function failsWith(policy: DmarcPolicy): EvalFunction {
  return ({ findings: { dmarc } }: SpamSubject) =>
    dmarc?.result === 'fail' && (dmarc.override === undefined ? dmarc.requested : 'none') === policy;
}
