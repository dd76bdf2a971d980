//= FinalOf<"accept">
import { accept, defineStage } from '../../../src/index.js';

export const own = defineStage({ name: 'own', at: 'mail', run: () => /*!*/ accept() });
