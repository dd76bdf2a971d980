/** For tests: a directory in memory, the suites that every directory and every authenticator must pass, and their users
 * and groups. No Node module, no framework. */
export type {
  ContactData,
  DirectoryData,
  GroupData,
  UserData,
} from '../../directory/data.js';
export {
  type MemoryDirectory,
  type MemoryDirectoryOptions,
  memoryDirectory,
  type VerifyPassword,
} from '../../directory/memory-directory.js';
export { type AuthenticatorConformance, authenticatorConformance } from './authenticator.js';
export type { TestContext } from './checks.js';
export { type DirectoryConformance, directoryConformance } from './conformance.js';
export type { DirectoryAbilities } from './expected.js';
export type { AuthenticatorAbilities } from './login-cases.js';
export type { RegisterTest } from './register.js';
export { conformanceTree, entryNames } from './tree.js';
