//= stage "rewrites" makes edits that cannot be carried out at "rcpt": replace-body
import { definePolicy, defineStage } from '../../../src/index.js';

const rewrites = defineStage({ name: 'rewrites', at: 'rcpt', edits: ['replace-body'], run: () => undefined });
definePolicy({ rcpt: [/*!*/ rewrites] });
