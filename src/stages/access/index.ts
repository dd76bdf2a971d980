export type { AccessAction } from '../../tables/access-action.js';
export { type ClientAccessStage, clientAccess, clientAccessFinding } from './client-access.js';
export { type HeloAccessStage, heloAccess, heloAccessFinding } from './helo-access.js';
export type { AccessFinding, AccessOptions, MailAccessOptions } from './judge.js';
export { type RecipientAccessStage, recipientAccess, recipientAccessFinding } from './recipient-access.js';
export { type SenderAccessStage, senderAccess, senderAccessFinding } from './sender-access.js';
