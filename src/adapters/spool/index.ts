/** Entry point: messages from a stream into memory or temporary files. */

export type { SpoolOptions } from './settings.js';
export {
  createSpool,
  type SinkOptions,
  type Spool,
  type SpooledMessage,
  type SpoolRefusal,
  type SpoolResult,
  type SpoolSink,
} from './spool.js';
export type { StorageFailure, TemporaryFile, TemporaryFiles } from './temporary-file.js';
