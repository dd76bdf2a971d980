//= stage "quota" reads one recipient, which "message" does not have: wrap it: eachRecipient(quota(...))
import { definePolicy } from '../../../src/index.js';
import { quota } from '../stages.js';

definePolicy({ message: [/*!*/ quota] });
