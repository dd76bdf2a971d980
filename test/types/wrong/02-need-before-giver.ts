//= stage "dmarc" needs the finding "dkim": no stage before it gives it
import { definePolicy } from '../../../src/index.js';
import { dkim, dmarc, spf } from '../stages.js';

definePolicy({ mail: [spf], message: [/*!*/ dmarc, dkim] });
