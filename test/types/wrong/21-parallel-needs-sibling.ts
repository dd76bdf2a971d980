//= stage "dmarc" needs the finding "dkim", which another member of this parallel() gives: put it behind
import { parallel } from '../../../src/index.js';
import { dkim, dmarc } from '../stages.js';

parallel(/*!*/ dkim, dmarc);
