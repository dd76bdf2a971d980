//= stage "dmarc" needs the finding "spf": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)
import { definePolicy, defineStage } from '../../../src/index.js';
import { dkim, dmarc, spf } from '../stages.js';

declare const flag: boolean;
const maybe = defineStage({ name: 'maybe', at: 'mail', accepts: flag, run: () => undefined });
definePolicy({ mail: [maybe, spf], message: [dkim, /*!*/ dmarc] });
