//= stage "quota" reads one recipient, which "data" does not have: move it to "rcpt" or later
import { definePolicy } from '../../../src/index.js';
import { quota } from '../stages.js';

definePolicy({ data: [/*!*/ quota] });
