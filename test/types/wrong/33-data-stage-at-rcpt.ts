//= stage "crowd" reads all recipients, which "rcpt" does not have: move it to "data" or later
import { definePolicy, defineStage } from '../../../src/index.js';

const crowd = defineStage({ name: 'crowd', at: 'data', run: (tx) => void tx.recipients.length });
definePolicy({ rcpt: [/*!*/ crowd] });
