/** Entry point: what a directory has said, remembered for a while. Needs nothing. */
export { type CachedDirectory, cachedDirectory } from './cached-directory.js';
export type { DirectoryCacheOptions, StaleAnswer } from './settings.js';
