/** Entry point: passwords checked by saslauthd of Cyrus SASL. Needs Node. */
export { type Saslauthd, saslauthd } from './saslauthd.js';
export type { SaslauthdOptions } from './settings.js';
