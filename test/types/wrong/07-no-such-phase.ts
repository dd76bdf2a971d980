//= "recpt" is not a phase: connect, helo, mail, rcpt, data, message, deliver
import { definePolicy } from '../../../src/index.js';
import { quota } from '../stages.js';

definePolicy({ /*!*/ recpt: [quota] });
