/**
 * postern/spamassassin: reads SpamAssassin's rule folders for the stage `spamRules`.
 */
export { checkSpamAssassin, readSpamAssassin, type SpamAssassinFolders } from './read-spamassassin.js';
