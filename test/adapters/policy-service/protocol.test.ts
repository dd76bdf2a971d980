/** Requests and replies as bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRequest, ReplyReader, readReply } from '../../../src/adapters/policy-service/protocol.js';
import { decodeUtf8, encodeUtf8 } from '../../../src/values/bytes.js';
import { anyText, expectSound, value } from '../../values/support.js';

describe('the protocol', () => {
  it('has one line for each attribute, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(anyText('\n\r\0= x')), (values) => {
        const names = values.map((_, i) => `name${i}`);
        const request = Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
        const lines = (decodeUtf8(value(encodeRequest(request))) ?? '').split('\n');
        expect(lines.slice(-2)).toEqual(['', '']);
        expect(lines.slice(0, -2).map((line) => line.split('=')[0])).toEqual(names);
      }),
    );
  });

  it('never throws for a reply', () => {
    fc.assert(
      fc.property(anyText('action=\n\0'), (text) => expectSound(readReply(encodeUtf8(`${text}\n\n`)), `${text}\n\n`)),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => ['parsed', 'malformed'].includes(readReply(bytes).kind)));
  });

  it('reads the same in any pieces', () => {
    const text = fc.oneof(
      fc.constant('action=OK\n\n'),
      fc.constant('a=b\naction=REJECT \u00e9\n\nrest'),
      anyText('a=\n'),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(8)), (reply, cuts) => {
        const bytes = encodeUtf8(reply);
        const whole = new ReplyReader().push(bytes);
        const reader = new ReplyReader();
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          const progress = reader.push(bytes.subarray(at, at + cut));
          at += cut;
          if (progress.kind === 'more') continue;
          expect(whole).toMatchObject({ kind: 'complete', reply: progress.reply });
          return;
        }
        expect(whole).toEqual({ kind: 'more' });
      }),
    );
  });
});
