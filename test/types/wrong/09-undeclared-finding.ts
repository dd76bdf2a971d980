//= Property 'spf' does not exist on type
import { defineStage } from '../../../src/index.js';

export const own = defineStage({ name: 'own', at: 'message', run: (tx) => void tx.findings./*!*/ spf });
