//= this policy has stages at "message", which the server never reaches
import { type Abilities, type CanRun, definePolicy, type Policy } from '../../../src/index.js';
import { headerChecks } from '../stages.js';

const abilities = { phases: ['mail', 'rcpt'], edits: [], decides: [] } as const satisfies Abilities;
declare function serve<P extends Policy>(options: { policy: P & CanRun<P, typeof abilities> }): void;
const policy = definePolicy({ message: [headerChecks] });
serve({ /*!*/ policy });
