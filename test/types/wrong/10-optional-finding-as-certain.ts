//= 'tx.findings.spf' is possibly 'undefined'
import { defineStage } from '../../../src/index.js';
import { spfFinding } from '../stages.js';

export const own = defineStage({ name: 'own', at: 'message', uses: [spfFinding], run: (tx) => void /*!*/ tx.findings.spf.result });
