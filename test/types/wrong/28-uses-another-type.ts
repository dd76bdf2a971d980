//= stage "reader" needs the finding "spf" of another type than the stage before it gives
import { definePolicy, defineStage, type FindingKey, finding } from '../../../src/index.js';
import { spf } from '../stages.js';

const otherKey: FindingKey<'spf', string> = finding('spf');
const reader = defineStage({ name: 'reader', at: 'message', uses: [otherKey], run: () => undefined });
definePolicy({ mail: [spf], message: [/*!*/ reader] });
