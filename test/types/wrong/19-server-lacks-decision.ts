//= this policy makes decisions that the server cannot carry out: hold
import { type Abilities, type CanRun, definePolicy, defineStage, hold, type Policy } from '../../../src/index.js';

const abilities = { phases: ['mail', 'message'], edits: [], decides: ['quarantine'] } as const satisfies Abilities;
declare function serve<P extends Policy>(options: { policy: P & CanRun<P, typeof abilities> }): void;
const suspicious = defineStage({ name: 'suspicious', at: 'mail', decides: ['hold'], run: () => hold('moderation') });
const policy = definePolicy({ mail: [suspicious] });
serve({ /*!*/ policy });
