/**
 * Zones from text: master files (RFC 1035 section 5.1) and JSON, told apart by the first character that is not blank, which is
 * `{` in JSON alone. Errors name file and line, all at once. Reads no file.
 */
import { decodeLatin1, decodeText, encodeUtf8 } from '../../values/bytes.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { Zone } from '../ports/zone.js';
import { jsonZone } from './json-zone.js';
import { masterZone } from './master-zone.js';

export interface ReadZoneOptions {
  /** Named in errors and warnings. Default `zone`. */
  readonly file?: string;
  /** What names without final dot stand below in a master file until `$ORIGIN` says otherwise. Default: the root. */
  readonly origin?: string;
}

export interface ZoneText {
  readonly zone: Zone;
  /** What was read over: record types that the zone does not hold, other classes than IN, a record that stands there twice. */
  readonly warnings: readonly Problem[];
}

/** What a reader of one format found. */
export interface ZoneReading extends ZoneText {
  readonly problems: readonly Problem[];
}

/**
 * A master file: `$ORIGIN`, `$TTL`, `@`, parentheses, comments, quoted strings, `\DDD` and `\X`, owner, TTL and class left
 * out; A, AAAA, MX, TXT, CNAME, PTR, NS and SOA. Times are checked and forgotten. Bytes stay what they are in TXT records;
 * of a string, those of its UTF-8. JSON is as `Zone` has it, where each character of a TXT is an octet.
 * Throws ConfigurationError (code `zone`) with every problem.
 */
export function readZone(source: string | Uint8Array, options: ReadZoneOptions = {}): ZoneText {
  const { file = 'zone', origin = '' } = options;
  const text = typeof source === 'string' ? source : decodeText(source);
  const begin = /[^ \t\r\n\ufeff]/.exec(text);
  const { zone, warnings, problems } =
    begin?.[0] === '{'
      ? jsonZone(text, file)
      : masterZone(decodeLatin1(typeof source === 'string' ? encodeUtf8(source) : source), file, origin);
  if (problems.length > 0) throw new ConfigurationError('zone', problems);
  return { zone, warnings };
}
