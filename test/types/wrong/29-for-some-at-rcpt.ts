//= ForSome<
import { defineStage, forSome } from '../../../src/index.js';
import { refusal } from '../stages.js';

export const own = defineStage({
  name: 'own',
  at: 'rcpt',
  edits: ['reply-per-recipient'],
  run: (tx) => /*!*/ ({ findings: {}, decision: forSome({ recipients: [tx.recipient], decision: refusal }) }),
});
