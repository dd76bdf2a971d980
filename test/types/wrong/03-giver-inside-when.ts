//= stage "dmarc" needs the finding "spf": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)
import { definePolicy, when } from '../../../src/index.js';
import { dkim, dmarc, spf } from '../stages.js';

definePolicy({ mail: [when((tx) => tx.session.login === undefined, spf)], message: [dkim, /*!*/ dmarc] });
