export type { AddressPlace, RewriteOptions, RewriteTable } from './options.js';
export type { RewriteFault } from './rewrite-address.js';
export { type RewriteAddressesStage, rewriteAddresses } from './rewrite-addresses.js';
export {
  type RecipientRewriting,
  type RewriteRecipientsStage,
  recipientRewriting,
  rewriteRecipients,
} from './rewrite-recipients.js';
