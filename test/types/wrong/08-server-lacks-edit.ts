//= this policy makes edits that the server cannot perform: prepend-header
import { type Abilities, type CanRun, definePolicy, type Policy } from '../../../src/index.js';
import { spam } from '../stages.js';

const abilities = { phases: ['message'], edits: ['remove-header'], decides: [] } as const satisfies Abilities;
declare function serve<P extends Policy>(options: { policy: P & CanRun<P, typeof abilities> }): void;
const policy = definePolicy({ message: [spam] });
serve({ /*!*/ policy });
