/** Entry point: the client of SpamAssassin's spamd. Needs Node alone. */
export type { Endpoint } from '../shared/endpoint.js';
export type { SpamdReply } from './protocol.js';
export type { SpamdOptions } from './settings.js';
export { type Spamd, spamd } from './spamd.js';
