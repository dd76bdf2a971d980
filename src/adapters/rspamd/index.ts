/** Entry point: the client of rspamd's worker. Needs Node alone. */
export type { Endpoint } from '../shared/endpoint.js';
export { type Rspamd, rspamd } from './rspamd.js';
export type { RspamdOptions } from './settings.js';
