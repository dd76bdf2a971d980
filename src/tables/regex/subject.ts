/**
 * A piece of a text that patterns are held against, in the forms that engines and literals want. Each form is made when
 * it is first asked for: most pieces are passed over without any.
 */
import type { RegexText } from '../../ports/regex-engine.js';
import { decodeLatin1, encodeUtf8, isAscii } from '../../values/bytes.js';
import { maskInnerLf } from './render.js';

export interface Subject extends RegexText {
  /** In lower case. */
  readonly folded: string;
  readonly endsInLf: boolean;
  /** With its inner LFs masked; asked for when it ends in LF. */
  readonly masked: RegexText;
}

export function subjectOf(octets: Uint8Array): Subject {
  let string: string | undefined;
  let folded: string | undefined;
  let utf8: Uint8Array | undefined;
  let masked: RegexText | undefined;
  return {
    get string() {
      string ??= decodeLatin1(octets);
      return string;
    },
    get folded() {
      folded ??= this.string.toLowerCase();
      return folded;
    },
    get utf8() {
      utf8 ??= isAscii(octets) ? octets : encodeUtf8(this.string);
      return utf8;
    },
    endsInLf: octets[octets.length - 1] === 10,
    get masked() {
      masked ??= maskedText(this.string);
      return masked;
    },
  };
}

function maskedText(text: string): RegexText {
  const string = maskInnerLf(text);
  let utf8: Uint8Array | undefined;
  return {
    string,
    get utf8() {
      utf8 ??= encodeUtf8(string);
      return utf8;
    },
  };
}
