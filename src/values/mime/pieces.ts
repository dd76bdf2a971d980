/**
 * The pieces that a MIME walk cuts a body into, and the limits of the walk.
 */

/** Whose header a field is in: the message's own, a part's, or an attached message's. */
export type WhatHeader = 'primary' | 'multipart' | 'nested';

/** What a header announced; where it announced nothing, what RFC 2045 section 5.2 says. */
export interface PartType {
  readonly type: 'text' | 'message' | 'multipart' | 'other';
  readonly subtype: string;
  /** Content-Transfer-Encoding, in lower case. */
  readonly encoding: string;
}

/** Offsets are in octets. All pieces together are the body, in order, without a gap. */
export type MimePiece =
  | {
      readonly kind: 'field';
      readonly of: WhatHeader;
      readonly name: string;
      readonly lowerName: string;
      /** `Name: value`, folds as LF and white space, without its last line end; octets in Latin-1. */
      readonly text: string;
      readonly start: number;
      readonly end: number;
    }
  | BodyPiece;

/** Lines of a body. */
export interface BodyPiece {
  /** `delimiter`: one line (RFC 2046 section 5.1.1), which belongs to no part. */
  readonly kind: 'text' | 'delimiter';
  readonly closing?: boolean;
  readonly start: number;
  readonly end: number;
  /**
   * Given where Postfix's count of the octets of a part's body begins anew (body_checks_size_limit): what has been counted
   * before the piece. A line counts one more than its text. The empty line behind a part's header is in the piece.
   */
  readonly counted: number | undefined;
  readonly part: PartType;
}

export interface MimeLimits {
  /** Multiparts inside one another. Default 100, Postfix's mime_nesting_limit. */
  readonly nesting: number;
  /** Octets of a boundary that are compared. Default 2,048, Postfix's mime_boundary_length_limit. */
  readonly boundary: number;
  /** Octets of a field at which no more lines are added. Default 102,400, Postfix's header_size_limit. */
  readonly field: number;
  /** Octets at which a line is cut. Default 2,048, Postfix's line_length_limit. */
  readonly line: number;
  /** False: the whole body is text (Postfix's disable_mime_input_processing). Default true. */
  readonly structure: boolean;
  /** True: a CR before LF is part of a line's text, as postmap(1) reads a file. Default false. */
  readonly keepCr: boolean;
}

export const DEFAULT_MIME_LIMITS: MimeLimits = Object.freeze({
  nesting: 100,
  boundary: 2048,
  field: 102_400,
  line: 2048,
  structure: true,
  keepCr: false,
});

const mimeFields: ReadonlySet<string> = new Set([
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-description',
  'content-disposition',
  'content-id',
]);

/** The fields that are about MIME wherever they stand (Postfix's mime_header_checks, header_checks(5)). */
export function isMimeField(lowerName: string): boolean {
  return mimeFields.has(lowerName);
}
