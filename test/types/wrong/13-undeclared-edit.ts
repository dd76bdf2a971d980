//= is not assignable to type 'never'
import { defineStage, makeField, prependHeader } from '../../../src/index.js';

export const own = defineStage({
  name: 'own',
  at: 'message',
  run: () => /*!*/ ({ findings: {}, edits: [prependHeader(makeField("X-Own", "yes"))] }),
});
