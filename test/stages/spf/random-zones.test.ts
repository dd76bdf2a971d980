/** Any zone: an answer within the limits, whenever the resolver gives its answers, whatever the letter case of the records. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Resolver } from '../../../src/ports/resolver.js';
import { type CheckHostOptions, checkHost } from '../../../src/stages/spf/index.js';
import { address, type RecordType, type SuiteName, type SuiteRecord, type SuiteZone, suiteResolver } from './zone.js';

const runs = { numRuns: Number(process.env.POSTERN_FUZZ_RUNS ?? 2000) };

const name = fc.constantFrom(...'abcdefgh').map((letter) => `${letter}.example`);
const macros = fc.constantFrom(
  '%{d}',
  '%{ir}.a.example',
  '%{l}.example',
  '%{p}',
  '%{h}',
  '%{o1}.example',
  '%{s}',
  '%{v}.%{d2r}',
  'a..example',
  '%{L}.b.example',
);
const target = fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: macros });
const mechanism = fc.oneof(
  fc.constantFrom('a', 'mx', 'ptr', 'ip4:192.0.2.0/30', 'ip6:2001:db8::/64', 'mx/24//64', 'a//0'),
  fc
    .tuple(fc.constantFrom('include', 'include', 'a', 'mx', 'ptr', 'exists'), target)
    .map(([kind, of]) => `${kind}:${of}`),
  { weight: 1, arbitrary: fc.constantFrom('foo', 'a:', 'all', 'x=%{d}', 'ip4:1') },
);
const directive = fc.tuple(fc.constantFrom('', '-', '~', '?'), mechanism).map((parts) => parts.join(''));
const modifier = fc.tuple(fc.constantFrom('redirect=', 'exp='), target).map((parts) => parts.join(''));
const spf = fc
  .tuple(fc.array(directive, { maxLength: 5 }), fc.array(modifier, { maxLength: 1 }))
  .map(([directives, modifiers]) => ['v=spf1', ...directives, ...modifiers].join(' '));
const text = fc.oneof(
  { weight: 8, arbitrary: spf },
  { weight: 1, arbitrary: fc.constantFrom('see %{i}', 'v=spf2', '%{', '') },
);
const client = fc.constantFrom('192.0.2.1', '192.0.2.9', '2001:db8::1');
const record: fc.Arbitrary<SuiteRecord> = fc.oneof(
  { weight: 5, arbitrary: text.map((data) => ({ type: 'TXT', data }) as const) },
  client.map((data) => ({ type: data.includes(':') ? 'AAAA' : 'A', data }) as const),
  fc.tuple(fc.nat(3), name).map((parts) => ({ type: 'MX', data: parts.join(' ') }) as const),
  name.map((data) => ({ type: 'PTR', data }) as const),
  { weight: 1, arbitrary: name.map((data) => ({ type: 'CNAME', data }) as const) },
);
const entry: fc.Arbitrary<SuiteName> = fc.record({
  records: fc.array(record, { maxLength: 3 }),
  timeout: fc.nat(9).map((n) => n === 0),
});
const reverse = fc.constantFrom('1.2.0.192.in-addr.arpa', '9.2.0.192.in-addr.arpa');
const zone: fc.Arbitrary<SuiteZone> = fc
  .array(fc.tuple(fc.oneof({ weight: 8, arbitrary: name }, { weight: 1, arbitrary: reverse }), entry), {
    minLength: 4,
    maxLength: 12,
  })
  .map((entries) => new Map(entries));
const input = fc.record({ zone, ip: client, sender: fc.constantFrom('u@a.example', '', 'j\u00fc@a.example', '@') });

type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

function options({ ip, sender }: Input, resolver: Resolver): CheckHostOptions {
  const now = new Date('2026-11-22T12:00:00Z');
  return {
    clientIp: address(ip),
    domain: 'a.example',
    sender,
    helo: 'b.example',
    resolver,
    now,
    defaultExplanation: '%{p}',
  };
}

/** Answers at once, in a tick, or by a timer. */
function later(resolver: Resolver): Resolver {
  let count = 0;
  const wait = <T>(answer: T): T | Promise<T> => {
    const turn = ++count % 7;
    if (turn === 0) return new Promise((resolve) => setImmediate(resolve, answer));
    return turn % 2 === 0 ? answer : Promise.resolve(answer);
  };
  return {
    addresses: (...args) => wait(resolver.addresses(...args)) as ReturnType<Resolver['addresses']>,
    mailExchangers: (...args) => wait(resolver.mailExchangers(...args)) as ReturnType<Resolver['mailExchangers']>,
    texts: (...args) => wait(resolver.texts(...args)) as ReturnType<Resolver['texts']>,
    nameServers: (...args) => resolver.nameServers(...args),
    names: (...args) => wait(resolver.names(...args)) as ReturnType<Resolver['names']>,
  };
}

const results = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'];

test('an answer within the limits, the same whenever the resolver answers', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(input, async (one) => {
      const resolver = suiteResolver(one.zone);
      const check = checkHost(options(one, resolver));
      if ('then' in check) throw new Error('no answer at once');
      seen.add(check.result);
      expect(results).toContain(check.result);
      expect(check.lookups).toBeLessThanOrEqual(10);
      expect(check.voidLookups).toBeLessThanOrEqual(2);
      expect(check.records.length).toBeLessThanOrEqual(11);
      // Each term costs at most its question and ten addresses; besides the record itself, `%{p}` and the explanation.
      expect(resolver.asked.length).toBeLessThanOrEqual(1 + 10 * 11 + 11 + 1);
      expect((check.problem === undefined) === !check.result.endsWith('error')).toBe(true);
      expect(await checkHost(options(one, later(suiteResolver(one.zone))))).toEqual(check);
    }),
    runs,
  );
  // The zones are not all of one kind.
  expect([...seen].sort()).toEqual([...results].sort());
});

test('the letter case of records and names does not matter', () => {
  fc.assert(
    fc.property(input, (one) => {
      const shouted = new Map([...one.zone].map(([owner, entry]) => [owner, shout(entry)] as const));
      const [quiet, loud] = [one.zone, shouted].map((each) => checkHost(options(one, suiteResolver(each))));
      if (quiet === undefined || loud === undefined || 'then' in quiet || 'then' in loud)
        throw new Error('no answer at once');
      expect({ ...outcome(loud), mechanism: loud.mechanism?.toUpperCase() }).toEqual({
        ...outcome(quiet),
        mechanism: quiet.mechanism?.toUpperCase(),
      });
    }),
    runs,
  );
});

function outcome({ result, lookups, voidLookups }: { result: string; lookups: number; voidLookups: number }): object {
  return { result, lookups, voidLookups };
}

/** Upper case but for macros, where it means something. */
function shout({ records, timeout }: SuiteName): SuiteName {
  const loud = (type: RecordType, data: string): string =>
    type === 'A' || type === 'AAAA'
      ? data
      : data.replace(/%\{[^}]*\}|[a-z]/g, (part) => (part.length > 1 ? part : part.toUpperCase()));
  return { timeout, records: records.map(({ type, data }) => ({ type, data: loud(type, data) })) };
}
