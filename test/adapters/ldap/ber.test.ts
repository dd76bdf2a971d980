import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageReader } from '../../../src/adapters/ldap/ber.js';
import { readResponse } from '../../../src/adapters/ldap/responses.js';
import { int, text, tlv } from './fake-ber.js';
import { ldapResult } from './fake-server.js';

const entry = (id: number, dn: string, value: Uint8Array): Buffer =>
  tlv(
    0x30,
    int(id),
    tlv(0x64, text(dn), tlv(0x30, tlv(0x30, text('member;range=0-1'), tlv(0x31, text(value), text(''))))),
  );

describe('messages out of a stream', () => {
  it('are the same for any chunking', () => {
    const messages = [
      entry(1, 'cn=a', Buffer.alloc(300, 7)),
      ldapResult(1, 0x65, 0, 'done'),
      entry(2, 'cn=ü', Buffer.alloc(70_000)),
    ];
    const stream = Buffer.concat(messages);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 })), (sizes) => {
        const reader = new MessageReader(100_000);
        const out: string[] = [];
        let at = 0;
        for (const size of [...sizes, stream.length]) {
          for (const one of reader.push(new Uint8Array(stream.subarray(at, at + size))))
            out.push(Buffer.from(one).toString('latin1'));
          at += size;
        }
        expect(out.map((one) => one.length)).toEqual(messages.map((one) => one.length));
        expect(out).toEqual(messages.map((one) => one.toString('latin1')));
        expect(reader.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('take linear time an octet at a time', () => {
    const stream = entry(1, 'cn=a', Buffer.alloc(1_000_000));
    const reader = new MessageReader(2_000_000);
    const begin = performance.now();
    let count = 0;
    for (let at = 0; at < stream.length; at++) for (const _ of reader.push(stream.subarray(at, at + 1))) count++;
    expect(count).toBe(1);
    expect(performance.now() - begin).toBeLessThan(3000);
  });

  it('hold no more than has come', () => {
    const reader = new MessageReader(1_000_000_000);
    const before = process.memoryUsage().arrayBuffers;
    expect([...reader.push(new Uint8Array([0x30, 0x84, 0x30, 0, 0, 0, 2]))]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  });
});

describe('a response', () => {
  it('is read exactly', () => {
    const value = new Uint8Array([0, 255, 10]);
    expect(readResponse(new Uint8Array(entry(3, 'cn=ü', value)))).toEqual({
      kind: 'entry',
      id: 3,
      entry: { dn: 'cn=ü', attributes: [{ description: 'member;range=0-1', values: [value, new Uint8Array(0)] }] },
    });
    expect(readResponse(new Uint8Array(ldapResult(4, 0x61, 49, 'data 52e\0\r\n\x1b[m')))).toEqual({
      kind: 'result',
      id: 4,
      result: { operation: 'bind', code: 49, message: 'data 52e [m', cookie: undefined, name: '' },
    });
  });

  it('is read or refused, whatever it is', () => {
    const good = [entry(1, 'cn=a', Buffer.from('x')), ldapResult(1, 0x65, 0, 'm', tlv(0xa3, text('ldap://x')))];
    const changed = fc.tuple(fc.constantFrom(...good), fc.nat(60), fc.nat(255)).map(([octets, at, octet]) => {
      const copy = new Uint8Array(octets);
      copy[at % copy.length] = octet;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array()), (octets) => {
        try {
          expect(readResponse(octets).id).toBeTypeOf('number');
        } catch (error) {
          expect((error as { kind?: unknown }).kind).toBe('malformed');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
