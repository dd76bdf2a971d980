//= "recpt" is not a phase: connect, helo, mail, rcpt, message, deliver
import { definePolicy } from '../../../src/index.js';
import { quota } from '../stages.js';

definePolicy({ /*!*/ recpt: [quota] });
