/** The cases of the conformance suite, each one promise of ports/resolver.ts, told by its name, and the zone that they ask. */
import type { PortCall } from '../../core/stage.js';
import type { Resolver } from '../../ports/resolver.js';
import type { Answer } from '../../values/answer.js';
import { type IpAddress, parseIp } from '../../values/ip.js';
import type { Zone } from '../ports/zone.js';

const LONG = `v=spf1 ${'ip4:192.0.2.1 '.repeat(45)}-all`;
const OCTETS = 'caf\u00e9 \u00ff\u0080 "quoted" \\';

export const conformanceZone: Zone = {
  'example.com': {
    A: ['192.0.2.1', '192.0.2.2'],
    AAAA: ['2001:db8::1'],
    MX: [
      { preference: 20, exchange: 'b.mx.example.com' },
      { preference: 5, exchange: 'a.mx.example.com' },
      { preference: 20, exchange: 'c.mx.example.com' },
    ],
    TXT: ['v=spf1 -all', LONG, OCTETS],
    NS: ['ns1.example.com', 'ns2.example.com'],
  },
  'www.example.com': { CNAME: 'alias.example.com' },
  'alias.example.com': { CNAME: 'Example.COM' },
  'dangling.example.com': { CNAME: 'nowhere.example.com' },
  'bare-alias.example.com': { CNAME: 'bare.example.com' },
  'bare.example.com': { TXT: ['no address here'] },
  'nullmx.example.com': { MX: [{ preference: 0, exchange: '' }] },
  '_under.example.com': { TXT: [''] },
  'slow.example.com': 'TIMEOUT',
  'broken.example.com': 'SERVFAIL',
  'host.above.example.com': { TXT: ['below'] },
  'a b+c"=d.example.com': { A: ['192.0.2.4'], TXT: ['of a local part'] },
  'half.example.com': { A: ['192.0.2.3'], MX: 'SERVFAIL', TXT: 'TIMEOUT' },
  '1.2.0.192.in-addr.arpa': { PTR: ['mail.example.com', 'www.example.com'] },
  '2.2.0.192.in-addr.arpa': 'SERVFAIL',
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { PTR: ['six.example.com'] },
};

/** In short: `a b`, `- no-data`, `? temporary`. */
async function asked<T>(answer: Promise<Answer<readonly T[]>> | Answer<readonly T[]>): Promise<string> {
  const { ...result } = await answer;
  if (result.kind === 'found') return result.value.map(shown).join(' ');
  if (result.kind === 'not-found') return `- ${result.why}`;
  equal(result.why !== '', true);
  return `? ${result.temporary ? 'temporary' : 'permanent'}`;
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { text, preference, exchange } = value as Readonly<Record<string, unknown>>;
  return text === undefined ? `${preference}:${exchange}` : String(text);
}

function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
}

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address.kind === 'malformed') throw new Error(address.why);
  return address.value;
}

function sorted(text: string): string {
  return text.split(' ').sort().join(' ');
}

const BAD_NAMES = [
  '',
  '.',
  '..',
  '.example.com',
  'a..example.com',
  `${'x'.repeat(64)}.example.com`,
  `${'x.'.repeat(130)}example.com`,
  'a\0.example.com',
  'example.com\0',
  'j\u00fcrgen.example.com',
];

type Case = (resolver: Resolver) => Promise<void>;

export const conformanceCases: Readonly<Record<string, Case>> = {
  'gives A and AAAA records as addresses': async (r) => {
    equal(sorted(await asked(r.addresses('example.com', 4))), '192.0.2.1 192.0.2.2');
    equal(await asked(r.addresses('example.com', 6)), '2001:db8::1');
  },
  'does not mind the case of a name': async (r) => {
    equal(sorted(await asked(r.addresses('EXAMPLE.com', 4))), '192.0.2.1 192.0.2.2');
  },
  'keeps "no such name" and "no data" apart': async (r) => {
    equal(await asked(r.addresses('nowhere.example.com', 4)), '- no-such-name');
    equal(await asked(r.addresses('bare.example.com', 4)), '- no-data');
    equal(await asked(r.mailExchangers('nowhere.example.com')), '- no-such-name');
    equal(await asked(r.mailExchangers('bare.example.com')), '- no-data');
    equal(await asked(r.texts('nullmx.example.com')), '- no-data');
    equal(await asked(r.nameServers('bare.example.com')), '- no-data');
    equal(await asked(r.names(ip('192.0.2.99'))), '- no-such-name');
  },
  'cannot tell, for now, what broken servers do not answer': async (r) => {
    equal(await asked(r.addresses('broken.example.com', 4)), '? temporary');
    equal(await asked(r.mailExchangers('half.example.com')), '? temporary');
    equal(await asked(r.addresses('half.example.com', 4)), '192.0.2.3');
    equal(await asked(r.names(ip('192.0.2.2'))), '? temporary');
  },
  'cannot tell, for now, what gets no answer': async (r) => {
    const answers = [r.addresses('slow.example.com', 4), r.texts('half.example.com')];
    equal(await Promise.all(answers.map((answer) => asked<unknown>(answer))), ['? temporary', '? temporary']);
  },
  'gives MX records in order of preference': async (r) => {
    const [first, ...others] = (await asked(r.mailExchangers('example.com'))).split(' ');
    equal([first, others.sort()], ['5:a.mx.example.com', ['20:b.mx.example.com', '20:c.mx.example.com']]);
  },
  'gives a null MX as an empty exchange': async (r) => {
    equal(await asked(r.mailExchangers('nullmx.example.com')), '0:');
  },
  'joins the strings of a TXT record, octets as Latin-1': async (r) => {
    const answer = await r.texts('example.com');
    equal(answer.kind === 'found' && [...answer.value].sort(), ['v=spf1 -all', LONG, OCTETS].sort());
    equal(await asked(r.texts('_under.example.com')), '');
  },
  'gives NS records': async (r) => {
    equal(sorted(await asked(r.nameServers('example.com'))), 'ns1.example.com ns2.example.com');
  },
  'finds the names of IPv4 and IPv6 addresses': async (r) => {
    equal(sorted(await asked(r.names(ip('192.0.2.1')))), 'mail.example.com www.example.com');
    equal(await asked(r.names(ip('2001:db8::1'))), 'six.example.com');
  },
  'follows aliases': async (r) => {
    equal(sorted(await asked(r.addresses('www.example.com', 4))), '192.0.2.1 192.0.2.2');
    equal((await asked(r.mailExchangers('alias.example.com'))).startsWith('5:a.mx.example.com'), true);
    equal(await asked(r.addresses('dangling.example.com', 4)), '- no-such-name');
    equal(await asked(r.addresses('bare-alias.example.com', 4)), '- no-data');
  },
  'finds no data, and a name, where names are below': async (r) => {
    equal(await asked(r.texts('above.example.com')), '- no-data');
    equal(await asked(r.addresses('above.example.com', 4)), '- no-data');
    equal(await asked(r.texts('none.above.example.com')), '- no-such-name');
  },
  'asks for names that no host has': async (r) => {
    const odd = 'a b+c"=d.example.com';
    const answers = [r.texts(odd), r.addresses(odd, 4), r.mailExchangers(odd), r.addresses(`x ${odd}`, 4)];
    const shown = await Promise.all(answers.map((answer) => asked<unknown>(answer)));
    equal(shown, ['of a local part', '192.0.2.4', '- no-data', '- no-such-name']);
  },
  'finds nothing under names that cannot be, and does not throw': async (r) => {
    for (const name of BAD_NAMES) {
      const questions = [r.addresses(name, 4), r.addresses(name, 6), r.mailExchangers(name), r.texts(name)];
      const answers = await Promise.all([...questions, r.nameServers(name)].map((answer) => asked<unknown>(answer)));
      equal([name, answers.filter((answer) => answer !== '- no-such-name')], [name, []]);
    }
  },
  'answers equal questions at once equally': async (r) => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => asked(r.texts('bare.example.com'))));
    equal([...new Set(answers)], ['no address here']);
  },
  'ends with the evaluation that asks': async (r) => {
    const over = new AbortController();
    over.abort();
    const call: PortCall = { signal: over.signal, deadline: performance.now() + 60_000 };
    equal(await asked(r.addresses('slow.example.com', 4, call)), '? temporary');
    const soon = new AbortController();
    const answer = r.addresses('slow.example.com', 6, { ...call, signal: soon.signal });
    soon.abort();
    equal(await asked(answer), '? temporary');
  },
};
