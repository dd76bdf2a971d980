/** Entry point: the accounts of a host as a directory. Needs Node; for `getent` the program of the GNU C library. */
export { type PosixDirectory, posixDirectory } from './posix.js';
export type { PosixFilesOptions, PosixGetentOptions, PosixOptions } from './settings.js';
