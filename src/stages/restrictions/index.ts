/** Postfix's smtpd_*_restrictions: factories of restrictions, and the two stages that apply them. */
export {
  checkCcertAccess,
  checkClientAccess,
  checkHeloAccess,
  checkListAccess,
  checkRecipientAccess,
  checkReverseClientHostnameAccess,
  checkSaslAccess,
  checkSenderAccess,
} from './access.js';
export {
  rejectAuthenticatedSenderLoginMismatch,
  rejectKnownSenderLoginMismatch,
  rejectNonFqdnRecipient,
  rejectNonFqdnSender,
  rejectSenderLoginMismatch,
  rejectUnauthenticatedSenderLoginMismatch,
  rejectUnknownRecipientDomain,
  rejectUnknownSenderDomain,
  rejectUnlistedRecipient,
  rejectUnlistedSender,
} from './addresses.js';
export {
  permitDnswlClient,
  permitRhswlClient,
  rejectRblClient,
  rejectRhsblClient,
  rejectRhsblHelo,
  rejectRhsblRecipient,
  rejectRhsblReverseClient,
  rejectRhsblSender,
} from './block-lists.js';
export {
  permitInetInterfaces,
  permitMynetworks,
  permitNakedIpAddress,
  permitSaslAuthenticated,
  permitTlsAllClientcerts,
  permitTlsClientcerts,
  rejectUnknownClientHostname,
  rejectUnknownReverseClientHostname,
} from './client.js';
export {
  type DataRestrictionLists,
  type DataRestrictionsFinding,
  dataRestrictionsFinding,
  type SmtpdDataRestrictionsStage,
  smtpdDataRestrictions,
} from './data-stage.js';
export { deferUnauthDestination, permitAuthDestination, rejectUnauthDestination } from './destinations.js';
export type { RestrictionEdit } from './effects.js';
export {
  deferAll,
  deferIfPermit,
  deferIfReject,
  permitAll,
  rejectAll,
  rejectMultiRecipientBounce,
  rejectPlaintextSession,
  rejectUnauthPipelining,
  restrictionClass,
  warnIfReject,
} from './generic.js';
export { rejectInvalidHeloHostname, rejectNonFqdnHeloHostname, rejectUnknownHeloHostname } from './helo.js';
export { checkPolicyService, type PolicyServiceOptions } from './policy-service.js';
export type { Need, Restriction, RestrictionList, RestrictionOptions } from './restriction.js';
export { checkServerAccess, type ServersOf } from './server-access.js';
export type {
  Destinations,
  MatchEntry,
  ReplyCodes,
  RestrictionSettings,
  TempfailAction,
} from './settings.js';
export {
  type RestrictionLists,
  type RestrictionsFinding,
  restrictionsFinding,
  type SettingsFor,
  type SmtpdRestrictionsStage,
  smtpdRestrictions,
} from './stage.js';
export { type ReadWords, readWords, type WordContext } from './words.js';
