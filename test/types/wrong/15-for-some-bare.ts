//= ForSome<
import { defineStage, forSome } from '../../../src/index.js';
import { refusal, spfFinding } from '../stages.js';

export const own = defineStage({
  name: 'own',
  at: 'message',
  gives: [spfFinding],
  edits: ['reply-per-recipient'],
  run: (tx) => /*!*/ forSome({ recipients: tx.recipients, decision: refusal }),
});
