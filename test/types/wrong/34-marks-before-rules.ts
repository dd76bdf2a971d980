//= stage "spamMarks" reads the finding "spam", which only a stage behind it gives: swap them
import { definePolicy, readSpamRules, spamMarks, spamRules } from '../../../src/index.js';

const rules = readSpamRules({ files: [{ name: 'local.cf', text: 'body BUY /buy now/\n' }] });
definePolicy({ message: [/*!*/ spamMarks(), spamRules({ rules })] });
