import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareRelays, type RelaysInput } from '../../../../src/stages/spam/relays/index.js';
import type { Relays } from '../../../../src/stages/spam/relays/relay.js';
import type { Problem } from '../../../../src/values/errors.js';
import { FUZZ_RUNS } from '../../../values/support.js';
import { headerOf, linesOf, settingsOf } from './support.js';

const shapes = linesOf(new URL('shapes.txt', import.meta.url)).flatMap((line, at, all) =>
  line.startsWith('  ') ? [] : [[line, (all[at + 1] ?? '').trim()] as const],
);

const nobody = { sender: undefined, recipients: [] };

function relaysOf(fields: readonly string[], lines = '', more: Partial<RelaysInput> = {}): Relays {
  return prepareRelays(settingsOf(lines), [])({ header: headerOf(fields), envelope: nobody, ...more });
}

function listed(relays: Relays): string {
  const lists = ['Trusted', 'Untrusted'].map((kind) => relays.pseudoField(`X-Spam-Relays-${kind}`));
  return relays.unparseable > 0 ? '?' : lists.join(' ').trim() || '-';
}

const host = (ip: string, name = 'h.example.com') =>
  `Received: from ${name} (${name} [${ip}]) by mx.example.net (Postfix) with ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000`;

const ips = (relays: Relays) => ({
  trusted: relays.trusted.map(({ ip }) => ip).join(' '),
  internal: relays.internal.map(({ ip }) => ip).join(' '),
});

describe('Received fields', () => {
  it.each(shapes)('%s', (field, expected) => {
    expect(listed(relaysOf([`Received: ${field}`]))).toBe(expected);
  });

  it('may be folded anywhere between words', () => {
    for (const [field, expected] of shapes) {
      expect(listed(relaysOf([`Received: ${field.replace(/ /g, '\n\t ')}`]))).toBe(expected);
    }
  });

  it('are read whatever they say', () => {
    const words = [...new Set(shapes.flatMap(([field]) => field.split(/(?<= )|(?=[[\]()])/)))];
    const field = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(field, { maxLength: 4 }), (fields) => {
        const relays = relaysOf(fields.map((parts) => `Received: from ${parts.join('').replace(/\n/g, ' ')}`));
        for (const { ip, rdns, helo, by } of relays.all) expect(`${ip}${rdns}${helo}${by}`).not.toMatch(/[\s[\]]/);
        expect(relays.trusted.length + relays.untrusted.length).toBe(relays.all.length);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it.each(['[', '] (', ') by ', '@1.2.3.4', '(authenticated', ' by [1.2.3.4', ';', ' Exim [', '1:'])(
    'cost no more where they are long: %j',
    (piece) => {
      const fields = Array.from({ length: 300 }, () => `Received: from a (${piece.repeat(20_000 / piece.length)}`);
      const header = headerOf(fields);
      const read = prepareRelays(settingsOf(), []);
      const start = performance.now();
      read({ header, envelope: nobody });
      expect(performance.now() - start).toBeLessThan(3000);
    },
  );
});

describe('trust', () => {
  const way = [host('10.0.0.1'), host('192.0.2.1'), host('10.0.0.2')];

  it.each([
    ['inferred from private addresses', '', '10.0.0.1', '10.0.0.1'],
    ['trusted only', 'trusted_networks 10/8 192.0.2.', '10.0.0.1 192.0.2.1 10.0.0.2', '10.0.0.1 192.0.2.1 10.0.0.2'],
    ['internal only', 'internal_networks 10.', '10.0.0.1', '10.0.0.1'],
    ['both', 'trusted_networks 10/8 192.0.2.0/24\ninternal_networks 10/8', '10.0.0.1 192.0.2.1 10.0.0.2', '10.0.0.1'],
    ['the first entry decides', 'trusted_networks !192.0.2.1 10/8 192.0.2/24', '10.0.0.1', '10.0.0.1'],
    ['cleared', 'trusted_networks 0/0\nclear_trusted_networks', '10.0.0.1', '10.0.0.1'],
    ['none', 'trusted_networks 203.0.113.0/24', '', ''],
    [
      'behind a submission server',
      'trusted_networks 10.0.0.1\nmsa_networks 10.0.0.1',
      '10.0.0.1 192.0.2.1 10.0.0.2',
      '10.0.0.1 192.0.2.1 10.0.0.2',
    ],
  ])('%s', (_, lines, trusted, internal) => {
    expect(ips(relaysOf(way, lines))).toEqual({ trusted, internal });
  });

  it('reaches a client that had logged in', () => {
    const login = host('192.0.2.1').replace('ESMTP', 'ESMTPSA');
    expect(ips(relaysOf([login, host('192.0.2.2')])).trusted).toBe('192.0.2.1');
    expect(ips(relaysOf([login], 'trusted_networks 10/8')).trusted).toBe('192.0.2.1');
  });

  it('names what is wrong with networks', () => {
    const problems: Problem[] = [];
    prepareRelays(settingsOf('trusted_networks 10/8 nonsense\ninternal_networks 192.0.2.1'), problems);
    expect(problems.map(({ code, source }) => [code, source?.line])).toEqual([
      ['bad-network', 1],
      ['untrusted-network', 2],
    ]);
  });

  it('begins anew below a fetch from a mailbox', () => {
    const fetched =
      'Received: from pop.example.com (192.0.2.9) by home.example.net with POP3; 1 Jan 2024 10:00:00 -0000';
    expect(ips(relaysOf([host('10.0.0.1'), fetched, host('10.0.0.2')])).trusted).toBe('10.0.0.2');
  });
});

describe('the SMTP session', () => {
  const client = { ip: '192.0.2.1', name: 'h.example.com', helo: '[192.0.2.1]', ourName: 'mx.example.net' };

  it('is the last hop', () => {
    const relays = relaysOf([host('10.0.0.1')], '', { client });
    expect(relays.pseudoField('X-Spam-Relays-External')).toMatch(
      /^\[ ip=192\.0\.2\.1 rdns=h\.example\.com helo=!192\.0\.2\.1! by=mx\.example\.net ident= envfrom= intl=0 id= auth= msa=0 \] \[ ip=10/,
    );
    expect(relays.trusted).toEqual([]);
  });

  it('is trusted when the client had logged in', () => {
    const relays = relaysOf([host('10.0.0.1')], '', { client: { ...client, login: 'ESMTPSA' } });
    expect(ips(relays).trusted).toBe('192.0.2.1 10.0.0.1');
  });

  it('stands above the header for ALL-TRUSTED and its kind', () => {
    const fields = ['X-Above: 1', host('10.0.0.1'), 'X-Below: 1'];
    expect(relaysOf(fields, '', { client }).pseudoField('ALL-TRUSTED')).toBeUndefined();
    expect(relaysOf(fields, '', { client }).pseudoField('ALL-EXTERNAL')).toBe(headerOf(fields).all);
    const trusted = relaysOf(fields, 'trusted_networks 192.0.2.1', { client });
    expect(trusted.pseudoField('ALL-TRUSTED')).toBe(headerOf(fields.slice(0, 2)).all);
  });
});

describe('pseudo fields', () => {
  const fields = ['X-Above: 1', host('10.0.0.1'), 'X-Between:\n 1', host('192.0.2.1'), 'X-Below: 1'];

  it.each([
    ['ALL-TRUSTED', 0, 4],
    ['ALL-INTERNAL', 0, 4],
    ['ALL-UNTRUSTED', 3, 5],
    ['ALL-EXTERNAL', 3, 5],
  ])('%s', (name, from, to) => {
    expect(relaysOf(fields).pseudoField(name)).toBe(headerOf(fields.slice(from, to)).all);
    expect(relaysOf(fields).pseudoField(`${name}:raw`)).toBe(headerOf(fields.slice(from, to)).allRaw);
  });

  it('are empty texts for lists without relays, and undefined for other names', () => {
    expect(relaysOf([]).pseudoField('x-spam-relays-trusted')).toBe('');
    expect(relaysOf([]).pseudoField('X-Spam-Relays')).toBeUndefined();
  });

  const envelopeFrom = 'Received: from h ([192.0.2.1]) by mx (Exim 4.96) (envelope-from <r@example.com>) id 1; x';

  it.each<[string, readonly string[], string, string | undefined, string | undefined]>([
    ['of the envelope', ['Return-Path: <p@example.com>'], '', 'e@example.com', 'e@example.com'],
    ['the null path', ['Return-Path: <p@example.com>'], '', '', undefined],
    ['Received', ['Return-Path: <p@example.com>', envelopeFrom], '', undefined, 'r@example.com'],
    ['Return-Path', ['Return-Path: <p@example.com>', host('192.0.2.1')], '', undefined, 'p@example.com'],
    ['Return-Path below', [host('192.0.2.1'), 'Return-Path: <p@example.com>'], '', undefined, undefined],
    [
      'X-Envelope-From',
      ['X-Envelope-From: x@example.com', 'Return-Path: <p@example.com>'],
      '',
      undefined,
      'x@example.com',
    ],
    [
      'a field of ours',
      ['X-Own: <o@example.com>', envelopeFrom],
      'envelope_sender_header X-Own',
      undefined,
      'o@example.com',
    ],
    ['a field of ours that is not there', [envelopeFrom], 'envelope_sender_header X-Own', undefined, undefined],
  ])('EnvelopeFrom: %s', (_, header, lines, sender, expected) => {
    const relays = relaysOf(header, lines, { envelope: { sender, recipients: [] } });
    expect(relays.pseudoField('EnvelopeFrom')).toBe(expected);
  });

  it('X-Originating-IP is one more hop', () => {
    const lines = 'originating_ip_headers X-Originating-IP';
    const relays = relaysOf([host('192.0.2.1'), 'X-Originating-IP: [192.0.2.77]'], lines);
    expect(relays.all.map(({ ip }) => ip)).toEqual(['192.0.2.1', '192.0.2.77']);
  });
});
