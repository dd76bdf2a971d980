/** Entry point for tests of stages, policies and stores: builders, in-memory ports, a clock that stands still. No framework. */
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
export * from './mail-store/index.js';
export { type TestTable, testTable } from './ports/table.js';
export { recipientOf, runStage, type StageInput, type StageRun, testFacts } from './run-stage.js';
export { type VirtualHost, virtualHost } from './virtual-host.js';
