//= stage "dmarc" needs the finding "spf": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)
import { definePolicy, tolerate } from '../../../src/index.js';
import { dkim, dmarc, spf } from '../stages.js';

definePolicy({ mail: [tolerate(spf, 'a test')], message: [dkim, /*!*/ dmarc] });
