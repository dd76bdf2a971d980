//= stage "reader" needs the finding "spf" of another type than the stage before it gives
import { definePolicy, defineStage, type FindingKey, finding } from '../../../src/index.js';
import { spf } from '../stages.js';

const otherKey: FindingKey<'spf', { readonly score: number }> = finding('spf');
const reader = defineStage({ name: 'reader', at: 'message', needs: [otherKey], run: () => undefined });
definePolicy({ mail: [spf], message: [/*!*/ reader] });
