/** Dialogues: readable protocol sessions, run against a server. */
export { type DialogueOptions, runDialogue } from './run.js';
export { type Dialogue, parseDialogue, type Step } from './script.js';
export { openWire, type Wire } from './wire.js';
