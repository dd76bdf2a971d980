//= FinalOf<"hold">
import { defineStage, hold } from '../../../src/index.js';

export const own = defineStage({ name: 'own', at: 'mail', run: () => /*!*/ hold('moderation') });
