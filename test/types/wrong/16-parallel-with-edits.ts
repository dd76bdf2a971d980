//= stage "spam" cannot run in parallel(): it makes edits (prepend-header)
import { parallel } from '../../../src/index.js';
import { dkim, spam } from '../stages.js';

parallel(/*!*/ dkim, spam);
