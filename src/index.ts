/** The pure library, in reading order. No socket, no file. */

// The policy
export { definePolicy, type EvaluateInput, type Policy, type PolicyType } from './core/policy.js';
export {
  type AnyStage,
  type Ask,
  type Asks,
  type Context,
  defineStage,
  type EachType,
  type MaybePromise,
  type PortCall,
  type Result,
  type ResultOf,
  type Stage,
  type StageDefinition,
  type StageForm,
  type StageInfo,
  type StageResult,
  type StageType,
  type TimeSpan,
} from './core/stage.js';
export { eachRecipient, parallel, sequence, tolerate, when } from './core/combine.js';
export { type AnyFindingKey, type FindingKey, type FindingsOf, finding } from './core/finding.js';
export {
  accept,
  type CannotTellRule,
  type Continue,
  type Decision,
  defer,
  discard,
  type Final,
  type FinalKind,
  type FinalOf,
  type ForSome,
  forSome,
  type Group,
  hold,
  quarantine,
  type Reason,
  type Redirect,
  redirect,
  reject,
  type SpecialKind,
  type Verdict,
} from './core/decision.js';
export type * from './core/edit.js';
export {
  addRecipient,
  allEdits,
  appendHeader,
  expandRecipient,
  insertHeader,
  prependAll,
  prependHeader,
  removeHeader,
  removeRecipient,
  replaceBody,
  replaceHeader,
  rewriteRecipient,
  rewriteSender,
  setNextHop,
} from './core/edit.js';
export { type Fits, fits, type Life, lifeOf, type Phase, phases } from './core/phase.js';
export type * from './core/session.js';
export type * from './core/transaction.js';
export type { Conversation, ConversationOptions, NewId, RcptOptions } from './core/conversation.js';
export type { EvaluationOptions, Host, Interpose, Question } from './core/evaluation.js';
export type * from './core/outcome.js';
export type { FailureRow, PolicyDescription, StageDescription } from './core/describe.js';
export { type Abilities, beyond, type CanRun } from './core/abilities.js';
export type { Note, RemarkNote, RuleNote } from './core/note.js';
export { type AskLine, finalOf, type PhaseTrace, type Trace, type TracedEdit, type TraceLine } from './core/trace.js';
export type { Table, TableEntry } from './core/table.js';
export type * from './core/check.js';
export type * from './core/combine-types.js';
export type * from './core/sentences.js';

// Findings that stages share
export * from './findings/arc.js';
export * from './findings/dkim.js';
export * from './findings/dmarc.js';
export * from './findings/dns-lists.js';
export * from './findings/reverse-dns.js';
export * from './findings/spam.js';
export * from './findings/spf.js';
export * from './findings/virus.js';

// Stages
export * from './stages/access/index.js';
export * from './stages/authentication-results/index.js';
export * from './stages/content-checks/index.js';
export * from './stages/dkim-arc/index.js';
export * from './stages/dmarc/index.js';
export * from './stages/dns-lists/index.js';
export * from './stages/loop-detection/index.js';
export * from './stages/relay-control/index.js';
export * from './stages/restrictions/index.js';
export * from './stages/reverse-dns/index.js';
export * from './stages/rewriting/index.js';
export * from './stages/routing/index.js';
export * from './stages/sender-login/index.js';
export * from './stages/size-limit/index.js';
export * from './stages/spam/index.js';
export * from './stages/spam-marks/index.js';
export * from './stages/spam-score/index.js';
export * from './stages/spf/index.js';
export * from './stages/spf-policy/index.js';
export * from './stages/virus/index.js';

// Tables
export * from './tables/index.js';
export * from './tables/regex/index.js';

// What a directory's answers mean for mail
export * from './directory/index.js';

// Ports
export type * from './ports/public-suffix.js';
export type * from './ports/dkim-crypto.js';
export type * from './ports/address-resolver.js';
export type * from './ports/authenticator.js';
export type * from './ports/backtracking-regex.js';
export type * from './ports/credentials.js';
export type * from './ports/directory.js';
export type * from './ports/ldap-search.js';
export type * from './ports/mail-store.js';
export type * from './ports/policy-service.js';
export type * from './ports/recipient-validator.js';
export type * from './ports/regex-engine.js';
export type * from './ports/resolver.js';
export type * from './ports/scanner.js';
export type * from './ports/scorer.js';

// Values: answers and errors
export * from './values/answer.js';
export * from './values/errors.js';
export * from './values/parsed.js';

// Values: domains, networks, addresses, replies
export * from './values/address.js';
export * from './values/address-list.js';
export { type Domain, type DomainOptions, isSubdomain, parentDomains, parseDomain } from './values/domain.js';
export * from './values/esmtp.js';
export { type IpAddress, ipFromBytes, type Network, parseIp, reverseLabels, reverseName, sameIp } from './values/ip.js';
export { type MailboxOptions, parseAddressLiteral, parseMailbox } from './values/mailbox.js';
export { type NetworkOptions, networkContains, parseNetwork } from './values/network.js';
export { type NetworkEntry, type NetworkMap, networkMap } from './values/network-map.js';
export { type PathOptions, parseForwardPath, parseReversePath } from './values/path.js';
export { asciiReply, type Reply, renderReply, reply, replyFromText, replyText } from './values/reply.js';

// Values: what was found out, in header fields
export * from './values/authentication-results.js';
export { parseAuthenticationResults, sameAuthservId } from './values/authentication-results-reader.js';
export type { WordOptions } from './values/field-words.js';
export * from './values/received-spf.js';

export type { Canonicalization } from './values/dkim/canonical-header.js';

// Values: messages
export { type Body, emptyBody, memoryBody } from './values/body.js';
export { formatDateTime } from './values/date-time.js';
export type { HeaderField } from './values/header.js';
export {
  createHeaderReader,
  type HeaderBlock,
  type HeaderDefect,
  type HeaderRead,
  type HeaderReader,
  type ParsedHeaderBlock,
  parseHeaderBlock,
} from './values/header-block.js';
export { DEFAULT_HEADER_LIMITS, type HeaderLimits, type HeaderOverLimit } from './values/header-limits.js';
export { convertLineEnds, type LineEndCounts, type LineEnding, lineEndConverter } from './values/line-ends.js';
export { type FieldOptions, makeField, type SanitiseOptions, sanitiseFieldText } from './values/make-field.js';
export {
  fieldsNamed,
  firstField,
  type HeaderParts,
  type Message,
  messageFromParts,
  type ParsedMessage,
  parseMessage,
} from './values/message.js';
export { countReceived, HOP_LIMIT, hasDeliveredTo } from './values/received.js';
export { type RenderOptions, renderedSize, renderHeader, renderMessage, renderMessageSync } from './values/render.js';
export * from './values/stamp.js';
export { createFactScanner, type FactScanner, type StreamFacts, streamFacts } from './values/stream-facts.js';
