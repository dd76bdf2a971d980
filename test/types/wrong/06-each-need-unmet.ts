//= stage "readPrefs" needs the finding "quota" of each recipient: nothing at "rcpt" and no stage before it gives it
import { definePolicy, eachRecipient } from '../../../src/index.js';
import { readPrefs } from '../stages.js';

definePolicy({ message: [/*!*/ eachRecipient(readPrefs)] });
