/**
 * The protocol of saslauthd(8) as its server: four counted strings in, one out. Bytes to values and back; no socket.
 */
import { CountedReader, encodeCounted } from '../../adapters/shared/counted-strings.js';
import { decodeUtf8, encodeUtf8 } from '../../values/bytes.js';
import { type Parsed, parsed } from '../../values/parsed.js';

export interface SaslauthdRequest {
  readonly login: string;
  readonly password: string;
  /** Who asks: `smtp`. */
  readonly service: string;
  /** Behind the `@` of what was typed, or a realm of the client's own; often empty. */
  readonly realm: string;
}

/** Collects one request, in whatever pieces it comes. */
export class RequestReader {
  readonly #counted: CountedReader;

  /** `most`: octets of each string. */
  constructor(most: number) {
    this.#counted = new CountedReader(4, most);
  }

  push(bytes: Uint8Array): Parsed<SaslauthdRequest> | undefined {
    const read = this.#counted.push(bytes);
    if (read === undefined) return undefined;
    // Too long: the daemon says NO at once, too.
    if (read.kind === 'malformed') return NOBODY;
    const [login, password, service, realm] = read.value.strings.map(decodeUtf8);
    if (login === undefined || password === undefined || service === undefined || realm === undefined) return NOBODY;
    return parsed({ login, password, service, realm });
  }
}

/** What is not UTF-8, or too long, is nobody's name and nobody's password. */
const NOBODY: Parsed<SaslauthdRequest> = parsed({ login: '', password: '', service: '', realm: '' });

export const OK: Uint8Array = encodeCounted([encodeUtf8('OK')]);
/** Without a reason: why is not the peer's business. */
export const NO: Uint8Array = encodeCounted([encodeUtf8('NO')]);
