export type { AddressPlace, RewriteOptions } from './options.js';
export { type RewriteAddressesStage, rewriteAddresses } from './rewrite-addresses.js';
export { type RewriteRecipientsStage, rewriteRecipients } from './rewrite-recipients.js';
