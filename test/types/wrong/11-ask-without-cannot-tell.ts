//= Property 'cannotTell' is missing in type
import { defineStage } from '../../../src/index.js';
import { resolver } from '../stages.js';

export const own = defineStage({ name: 'own', at: 'mail', asks: { /*!*/ resolver: { port: resolver } }, run: () => undefined });
