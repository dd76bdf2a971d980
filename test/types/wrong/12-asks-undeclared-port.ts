//= Argument of type '"resolver"' is not assignable to parameter of type 'never'
import { defineStage } from '../../../src/index.js';

export const own = defineStage({
  name: 'own',
  at: 'mail',
  run: (_tx, ctx) => void ctx.ask(/*!*/ 'resolver', 'txt', 'example.com'),
});
