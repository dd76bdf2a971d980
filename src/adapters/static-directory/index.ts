/** Entry point: users, groups and passwords from a file in JSON or LDIF. */
export { type HashOptions, hashPassword } from './check-password.js';
export type { StaticDirectoryOptions, StaticDirectorySettings } from './settings.js';
export { readStaticDirectory, type StaticDirectory, staticDirectory } from './static-directory.js';
