/** BER for the fake LDAP server: values written as `tlv(tag, ...)`, requests read with `Tlv`. Its own, to judge ours
 * by. */

export function tlv(tag: number, ...content: readonly (Uint8Array | string)[]): Buffer {
  const octets = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([tag]), lengthOf(octets.length), octets]);
}

export function int(value: number, tag = 0x02): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return tlv(tag, octets);
}

export const text = (value: Uint8Array | string): Buffer => tlv(0x04, value);

export function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(length);
  return Buffer.concat([Buffer.from([0x84]), octets]);
}

export interface Tlv {
  readonly tag: number;
  readonly content: Buffer;
  /** Octets of all of it. */
  readonly size: number;
}

/** Undefined: not all of it is there. */
export function readTlv(octets: Buffer): Tlv | undefined {
  const [tag, first] = octets;
  if (tag === undefined || first === undefined) return undefined;
  const count = first < 0x80 ? 0 : first - 0x80;
  if (octets.length < 2 + count) return undefined;
  const length = count === 0 ? first : octets.readUIntBE(2, count);
  const size = 2 + count + length;
  return octets.length < size ? undefined : { tag, content: octets.subarray(2 + count, size), size };
}

/** All values in it. */
export function children(octets: Buffer): readonly Tlv[] {
  const all: Tlv[] = [];
  for (let rest = octets; rest.length > 0; ) {
    const next = readTlv(rest);
    if (next === undefined) throw new Error('a request that is cut off');
    all.push(next);
    rest = rest.subarray(next.size);
  }
  return all;
}

export const numberOf = ({ content }: Tlv): number => content.readIntBE(0, content.length);
