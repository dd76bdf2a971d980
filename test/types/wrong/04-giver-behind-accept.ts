//= stage "dmarc" needs the finding "spf": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)
import { definePolicy } from '../../../src/index.js';
import { dkim, dmarc, permit, spf } from '../stages.js';

definePolicy({ mail: [permit, spf], message: [dkim, /*!*/ dmarc] });
