//= stage "headerChecks" reads the message, which "rcpt" does not have: move it to "message" or later
import { definePolicy } from '../../../src/index.js';
import { headerChecks } from '../stages.js';

definePolicy({ rcpt: [/*!*/ headerChecks] });
