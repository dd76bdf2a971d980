/** Entry point: the client of ClamAV's daemon. Needs Node alone. */
export type { Endpoint as ClamdEndpoint } from '../shared/endpoint.js';
export { type Clamd, clamd } from './clamd.js';
export type { ClamdOptions } from './settings.js';
