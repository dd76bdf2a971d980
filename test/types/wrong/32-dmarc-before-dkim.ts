//= stage "dmarc" needs the finding "dkim": no stage before it gives it
import { type DkimFinding, dkimFinding } from '../../../src/findings/dkim.js';
import { type SpfFinding, spfFinding } from '../../../src/findings/spf.js';
import { definePolicy, defineStage, type Resolver } from '../../../src/index.js';
import { dmarc } from '../../../src/stages/dmarc/index.js';

declare const found: { readonly spf: SpfFinding; readonly dkim: DkimFinding };
declare const resolver: Resolver;
const spf = defineStage({ name: 'spf', at: 'mail', gives: [spfFinding], run: () => ({ findings: found }) });
const dkim = defineStage({ name: 'dkim', at: 'message', gives: [dkimFinding], run: () => ({ findings: found }) });

definePolicy({ mail: [spf], message: [dkim, dmarc({ resolver })] });
definePolicy({ mail: [spf], message: [/*!*/ dmarc({ resolver }), dkim] });
