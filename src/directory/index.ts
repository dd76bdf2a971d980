/** What the answers of a directory mean for mail: logins, accounts, and the tables that stages ask. Pure. */
export { type AccountName, type AccountNameOptions, type AccountNames, accountNames } from './account-name.js';
export { type DirectoryCredentials, directoryCredentials } from './credentials.js';
export type {
  CredentialsRules,
  CredentialsWithDirectory,
  CredentialsWithoutDirectory,
  DirectoryCredentialsOptions,
} from './credentials-options.js';
export { directoryGroupAliases } from './group-aliases.js';
export * from './id-map.js';
export * from './posix-accounts.js';
export { type DirectoryRecipientsOptions, directoryRecipients } from './recipients.js';
export { directorySenderLogins, type SenderLoginsOptions } from './sender-logins.js';
export * from './templates.js';
