/**
 * The MIME structure of a message, walked as Postfix walks it.
 */
export { fieldText } from './field-reader.js';
export {
  type BodyPiece,
  DEFAULT_MIME_LIMITS,
  isMimeField,
  type MimeLimits,
  type MimePiece,
  type WhatHeader,
} from './pieces.js';
export { type LineRecord, Records } from './records.js';
export { MimeWalker } from './walker.js';
