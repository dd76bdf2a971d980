//= stage "reader" needs the finding "quota", which belongs to each recipient: read it in a stage at "rcpt", wrapped: eachRecipient(...)
import { definePolicy, defineStage } from '../../../src/index.js';
import { quota, quotaFinding } from '../stages.js';

const reader = defineStage({ name: 'reader', at: 'message', needs: [quotaFinding], run: () => undefined });
definePolicy({ rcpt: [quota], message: [/*!*/ reader] });
