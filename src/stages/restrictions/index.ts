/** Postfix's smtpd_*_restrictions: factories of restrictions, and the stages that apply them. */
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
export { deferUnauthDestination, permitAuthDestination, rejectUnauthDestination } from './destinations.js';
export type {
  SmtpdClientRestrictionsStage,
  SmtpdHeloRestrictionsStage,
  SmtpdSenderRestrictionsStage,
} from './early-stages.js';
export type { Effect, KeptEffect, RestrictionEdit } from './effects.js';
export {
  clientRestrictionsFinding,
  dataRestrictionsFinding,
  endOfDataRestrictionsFinding,
  heloRestrictionsFinding,
  type RcptRestrictionsFinding,
  type RestrictionsFinding,
  restrictionsFinding,
  senderRestrictionsFinding,
} from './findings.js';
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
export { isHostName, type MatchEntry } from './match-list.js';
export type {
  SmtpdDataRestrictionsStage,
  SmtpdEffectsStage,
  SmtpdEndOfDataRestrictionsStage,
} from './message-stages.js';
export { checkPolicyService, type PolicyServiceOptions } from './policy-service.js';
export type { SmtpdRestrictionsStage } from './rcpt-stage.js';
export type { Grounds, Need, Restriction, RestrictionList, RestrictionOptions } from './restriction.js';
export { checkServerAccess, type ServersOf } from './server-access.js';
export type {
  Destinations,
  ReplyCodes,
  RestrictionSettings,
  TempfailAction,
} from './settings.js';
export {
  type RestrictionLists,
  type SettingsFor,
  type SmtpdRestrictionsStages,
  smtpdRestrictions,
} from './stage.js';
export { type OwnStages, type RestrictedLists, withRestrictions } from './with-restrictions.js';
export { type ReadWords, readWords, type WordContext } from './words.js';
