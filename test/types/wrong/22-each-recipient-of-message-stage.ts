//= stage "headerChecks" cannot run for each recipient: it reads the message, eachRecipient() takes a stage at "rcpt" or earlier
import { eachRecipient } from '../../../src/index.js';
import { headerChecks } from '../stages.js';

eachRecipient(/*!*/ headerChecks);
