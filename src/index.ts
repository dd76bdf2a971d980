/** The pure library, in reading order. No socket, no file. */

export { type Abilities, beyond, type CanRun } from './core/abilities.js';
export type * from './core/check.js';
export { eachRecipient, parallel, sequence, tolerate, when } from './core/combine.js';
export type * from './core/combine-types.js';
export type { Conversation, ConversationOptions, NewId } from './core/conversation.js';
export * from './core/decision.js';
export type { FailureRow, PolicyDescription, StageDescription } from './core/describe.js';
export * from './core/edit.js';
export type { EvaluationOptions, Host, Interpose, Question } from './core/evaluation.js';
export { type AnyFindingKey, type FindingKey, type FindingsOf, finding } from './core/finding.js';
export type { Note, RemarkNote, RuleNote } from './core/note.js';
export type * from './core/outcome.js';
export { type Fits, fits, type Life, lifeOf, type Phase, phases } from './core/phase.js';
// The policy
export { definePolicy, type EvaluateInput, type Policy, type PolicyType } from './core/policy.js';
export type * from './core/sentences.js';
export type * from './core/session.js';
export type {
  AnyStage,
  Ask,
  Asks,
  Context,
  EachType,
  MaybePromise,
  PortCall,
  Result,
  ResultOf,
  Stage,
  StageDefinition,
  StageForm,
  StageInfo,
  StageResult,
  StageType,
} from './core/stage.js';
export { defineStage } from './core/stage.js';
export type { Table, TableEntry } from './core/table.js';
export { type AskLine, finalOf, type PhaseTrace, type Trace, type TracedEdit, type TraceLine } from './core/trace.js';
export type * from './core/transaction.js';
export * from './values/address.js';
export * from './values/address-list.js';
export * from './values/answer.js';
export * from './values/body.js';
export { type Domain, type DomainOptions, isSubdomain, parentDomains, parseDomain } from './values/domain.js';
export * from './values/errors.js';
export * from './values/esmtp.js';
export * from './values/header.js';
export { type IpAddress, ipFromBytes, type Network, parseIp, reverseLabels, reverseName, sameIp } from './values/ip.js';
export { type MailboxOptions, parseAddressLiteral, parseMailbox } from './values/mailbox.js';
export { makeField } from './values/make-field.js';
export { fieldsNamed, firstField, type Message, type ParsedMessage, parseMessage } from './values/message.js';
export { type NetworkOptions, networkContains, parseNetwork } from './values/network.js';
export { type NetworkMap, networkMap } from './values/network-map.js';
// Values
export * from './values/parsed.js';
export { type PathOptions, parseForwardPath, parseReversePath } from './values/path.js';
export { type Reply, renderReply, reply, replyFromText, replyText } from './values/reply.js';
