/**
 * Entry point for tests of stages, policies, stores and servers: builders, in-memory ports, a clock that stands still, the
 * conformance suites of the ports, dialogues. No framework; dialogues open sockets, nothing else does.
 */
export {
  domainOf,
  ipOf,
  mailboxOf,
  messageOf,
  messageOfSize,
  type SessionOptions,
  senderOf,
  sessionOf,
} from './builders.js';
export * from './dialogue/index.js';
export * from './directory/index.js';
export * from './mail-store/index.js';
export { type TestTable, testTable } from './ports/table.js';
export * from './resolver/index.js';
export { recipientOf, runStage, type StageInput, type StageRun, testFacts } from './run-stage.js';
export * from './scanner/index.js';
export * from './scorer/index.js';
export { type VirtualHost, virtualHost } from './virtual-host.js';
