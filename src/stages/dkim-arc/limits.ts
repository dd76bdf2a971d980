/**
 * What is looked at of a message at most: beyond these no signature is verified, and the finding says which limit was met.
 * All counts are linear in the header and need no parsing.
 */
import { LF } from '../../values/bytes.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { HeaderField } from '../../values/header.js';
import { fieldsNamed, type Message } from '../../values/message.js';

export interface DkimLimits {
  /** DKIM-Signature fields that are looked at, from the top. Default 10. Beyond it the others are not; those ten count. */
  readonly signatures: number;
  /** Octets of the header. Default 524,288. */
  readonly headerOctets: number;
  /** Lines of the header that go on with the field before. Default 10,000. */
  readonly foldedLines: number;
  /** Addresses in From fields, counted as commas and semicolons. Default 100. */
  readonly fromAddresses: number;
  /** Octets of one signature field. Default 16,384. */
  readonly signatureOctets: number;
  /** Octets of the body. Default 67,108,864 (64 MiB). */
  readonly bodyOctets: number;
}

export const defaultDkimLimits: DkimLimits = Object.freeze({
  signatures: 10,
  headerOctets: 524_288,
  foldedLines: 10_000,
  fromAddresses: 100,
  signatureOctets: 16_384,
  bodyOctets: 67_108_864,
});

/** Throws ConfigurationError `options`, all problems at once. */
export function dkimLimits(given: Partial<DkimLimits> = {}): DkimLimits {
  const limits = { ...defaultDkimLimits, ...given };
  const problems = Object.entries(given).flatMap(([name, value]): Problem[] => {
    const message = Object.hasOwn(defaultDkimLimits, name)
      ? `limits.${name} is a whole number above 0`
      : `there is no limit "${name}"`;
    const right = Object.hasOwn(defaultDkimLimits, name) && Number.isSafeInteger(value) && value > 0;
    return right ? [] : [{ code: 'bad-limit', message, construct: `${name}: ${value}` }];
  });
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return limits;
}

/** Throws ConfigurationError `options`. */
export function checkClockSkew(seconds: number): void {
  if (Number.isSafeInteger(seconds) && seconds >= 0) return;
  const message = 'clockSkew is a whole number of seconds';
  throw new ConfigurationError('options', [{ code: 'bad-option', message, construct: String(seconds) }]);
}

/** The first limit that the message is beyond, in words; undefined for none. That of `signatures` is not among them. */
export function limitMet(message: Message, limits: DkimLimits): string | undefined {
  const { header, body } = message;
  if (body.size > limits.bodyOctets) return over('bodyOctets', body.size, limits);
  const octets = header.reduce((sum, field) => sum + field.bytes.length, 0);
  if (octets > limits.headerOctets) return over('headerOctets', octets, limits);
  const folded = header.reduce((sum, field) => sum + foldsOf(field), 0);
  if (folded > limits.foldedLines) return over('foldedLines', folded, limits);
  const from = fieldsNamed(message, 'from').reduce((sum, field) => sum + addressesOf(field), 0);
  return from > limits.fromAddresses ? over('fromAddresses', from, limits) : undefined;
}

function over(name: keyof DkimLimits, count: number, limits: DkimLimits): string {
  return `${name}: ${count}, at most ${limits[name]}`;
}

function foldsOf({ bytes }: HeaderField): number {
  let lines = -1;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines++;
  return Math.max(0, lines);
}

function addressesOf({ bytes }: HeaderField): number {
  let count = 1;
  for (const octet of bytes) if (octet === 0x2c || octet === 0x3b) count++;
  return count;
}
