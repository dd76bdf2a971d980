//= stage "dmarc" needs the finding "spf": no stage before it gives it
import { type DkimFinding, dkimFinding } from '../../../src/findings/dkim.js';
import { definePolicy, defineStage, type Resolver } from '../../../src/index.js';
import { dmarc } from '../../../src/stages/dmarc/index.js';

declare const found: { readonly dkim: DkimFinding };
declare const resolver: Resolver;
const dkim = defineStage({ name: 'dkim', at: 'message', gives: [dkimFinding], run: () => ({ findings: found }) });

definePolicy({ message: [dkim, /*!*/ dmarc({ resolver, enforce: 'quarantine' })] });
