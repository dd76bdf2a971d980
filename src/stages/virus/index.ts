export type { InfectedAction, UnscannableAction, VirusOptions } from './options.js';
export { type VirusStage, virus } from './virus.js';
