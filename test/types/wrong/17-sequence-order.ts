//= stage "dmarc" needs the finding "dkim", which a later stage of this sequence gives: swap them
import { sequence } from '../../../src/index.js';
import { dkim, dmarc } from '../stages.js';

sequence('authentication', /*!*/ dmarc, dkim);
