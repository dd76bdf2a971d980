import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { definePolicy } from '../../src/core/policy.js';
import type { Resolver } from '../../src/ports/resolver.js';
import { spf as stage } from '../../src/stages/spf/index.js';
import { mailboxOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { zoneResolver } from '../../src/testing/ports/zone-resolver.js';
import { readZone } from '../../src/testing/zone-file/read-zone.js';
import { parseReceivedSpf, receivedSpfValue } from '../../src/values/received-spf.js';
import { value } from '../values/support.js';
import { type Ran, run } from './support.js';

const json = JSON.stringify({
  'example.com': {
    A: ['192.0.2.1'],
    MX: [{ preference: 10, exchange: 'mx.example.com' }],
    TXT: ['v=spf1 mx exp=why.example.com -all'],
  },
  'mx.example.com': { A: ['192.0.2.7'], AAAA: ['2001:db8::7'], TXT: ['v=spf1 a -all'] },
  'why.example.com': { TXT: ['%{i} may not send for %{s}, says %{o} to %{r}'] },
  'wrong.example.com': { TXT: ['v=spf1 ipv4:192.0.2.1 -all'] },
  'outer.example.com': { TXT: ['v=spf1 include:inner.example.com ?all'] },
  'inner.example.com': { TXT: ['v=spf1 ip4:192.0.2.8 -all'] },
  'quoted.example.com': { TXT: ['v=spf1 exists:%{l}.u.example.com -all'] },
  'a b.u.example.com': { A: ['127.0.0.2'] },
  'ab.u.example.com': { A: ['127.0.0.2'] },
  'ptr.example.com': { TXT: ['v=spf1 ptr -all'] },
  '9.2.0.192.in-addr.arpa': 'SERVFAIL',
  'slow.example.com': 'TIMEOUT',
  'broken.example.com': 'SERVFAIL',
});

const master = `$ORIGIN example.com.
$TTL 3600
@       IN MX 10 mx
        IN TXT "v=spf1 mx " "exp=why.example.com -all"
mx      IN A 192.0.2.7
        IN AAAA 2001:db8::7
        IN TXT "v=spf1 a -all"
why     IN TXT "%{i} may not send for %{s}, says %{o} to %{r}"
`;

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'postern-spf-'));
  await writeFile(join(cwd, 'z.json'), json);
  await writeFile(join(cwd, 'z.db'), master);
  await writeFile(join(cwd, 'bad.json'), '{"example.com": {"A": ["192.0.2"], "B": []}}');
  await writeFile(join(cwd, 'bad.db'), '@ IN A 192.0.2.1\n@ IN A x\n');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const spf = (...args: readonly string[]): Promise<Ran> => run(['spf', ...args], { cwd });
const data = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await spf(...args, '--json')).out) as Record<string, unknown>;

const good = ['--client-ip', '192.0.2.7', '--mail-from', 'a@example.com', '--helo', 'h.example'] as const;
const bad = ['--client-ip', '192.0.2.8', '--mail-from', '<a@example.com>', '--helo', 'h.example'] as const;

describe.each(['z.json', 'z.db'])('with %s', (zone) => {
  it('prints a pass', async () => {
    expect(await spf(...good, '--zone', zone)).toEqual({
      status: 0,
      err: '',
      out: [
        'result: pass',
        'mechanism: mx',
        'Received-SPF: pass (unknown: domain of a@example.com designates 192.0.2.7 as',
        ' permitted sender) client-ip=192.0.2.7; envelope-from="a@example.com";',
        ' helo=h.example; receiver=unknown; identity=mailfrom; mechanism=mx',
        '',
      ].join('\n'),
    });
  });

  it('prints a fail with its explanation', async () => {
    const { status, out } = await spf(...bad, '--zone', zone, '--receiver', 'mx.school.example');
    expect(status).toBe(0);
    expect(out).toContain('result: fail\nmechanism: -all\n');
    expect(out).toContain(
      '\nexplanation: 192.0.2.8 may not send for a@example.com, says example.com to mx.school.example\n',
    );
    expect(out).toContain('receiver=mx.school.example');
  });

  it('prints JSON', async () => {
    const { receivedSpf, ...rest } = await data(...bad, '--zone', zone);
    expect(rest).toEqual({
      result: 'fail',
      mechanism: '-all',
      explanation: '192.0.2.8 may not send for a@example.com, says example.com to unknown',
      problem: null,
      identity: 'mailfrom',
      domain: 'example.com',
      sender: 'a@example.com',
      mechanismDomain: 'example.com',
      lookups: 1,
      voidLookups: 0,
      unanswered: [],
    });
    const field = value(parseReceivedSpf(String(receivedSpf).slice('Received-SPF:'.length)));
    expect(field.result).toBe('fail');
    expect(receivedSpfValue(field, 'client-ip')).toBe('192.0.2.8');
  });

  it.each([
    ['without --mail-from the HELO name', [], 'helo', 'mx.example.com'],
    ['of the null path the HELO name', ['--mail-from', '<>'], 'mailfrom', 'postmaster@mx.example.com'],
    ['of an empty one too', ['--mail-from', ''], 'mailfrom', 'postmaster@mx.example.com'],
  ])('checks %s', async (_, more, identity, sender) => {
    const args = ['--client-ip', '2001:db8::7', '--helo', 'mx.example.com', '--zone', zone, ...more];
    const { result, identity: checked, domain, ...rest } = await data(...args);
    expect({ result, checked, domain }).toEqual({ result: 'pass', checked: identity, domain: 'mx.example.com' });
    if (identity === 'mailfrom') expect(rest.sender).toBe(sender);
  });
});

it.each<[string, number, string, string | null, string | null]>([
  ['nobody.example', 0, 'none', null, null],
  ['wrong.example.com', 0, 'permerror', null, 'ipv4'],
  ['outer.example.com', 0, 'pass', 'ip4:192.0.2.8', null],
  ['slow.example.com', 75, 'temperror', null, 'slow.example.com'],
  ['broken.example.com', 75, 'temperror', null, 'broken.example.com'],
  ['a..example.com', 0, 'none', null, null],
])('%s: status %d, %s', async (domain, status, result, mechanism, problem) => {
  const args = ['--client-ip', '192.0.2.8', '--mail-from', `a@${domain}`, '--zone', 'z.json'];
  const ran = await spf(...args, '--json');
  expect(ran.status).toBe(status);
  const told = JSON.parse(ran.out) as Record<string, unknown>;
  expect(told.result).toBe(result);
  expect(String(told.mechanism ?? '')).toContain(mechanism ?? '');
  expect(told.problem === null).toBe(problem === null);
  expect(String(told.problem ?? '')).toContain(problem ?? '');
  expect((await spf(...args)).status).toBe(status);
});

it('names the domain of the record that matched, where it is another', async () => {
  const { out } = await spf('--client-ip', '192.0.2.8', '--mail-from', 'a@outer.example.com', '--zone', 'z.json');
  expect(out).toContain('mechanism: ip4:192.0.2.8 (of inner.example.com)\n');
});

it('hostile names stay quoted, and no terminal obeys them', async () => {
  const zone = ['--zone', 'z.json', '--client-ip', '192.0.2.8'];
  const { out, status } = await spf(...zone, '--mail-from', '"a\\"; x=y(\u202e"@example.com', '--helo', '(x);y="z');
  expect(status).toBe(0);
  expect(out).not.toMatch(/[\u202e]/);
  const unfolded = out.slice(out.indexOf('Received-SPF:') + 13).replaceAll('\n', '');
  const field = value(parseReceivedSpf(unfolded));
  expect(field.pairs.map((one) => one.key)).toEqual([
    'client-ip',
    'envelope-from',
    'helo',
    'receiver',
    'identity',
    'mechanism',
  ]);
  expect(receivedSpfValue(field, 'helo')).toBe('(x);y="z');
});

it.each<[readonly string[], string]>([
  [[], '--client-ip is expected'],
  [['--client-ip', '192.0.2.300', '--helo', 'a'], '--client-ip "192.0.2.300"'],
  [['--client-ip', '192.0.2.1'], '--mail-from or --helo is expected'],
  [['--client-ip', '192.0.2.1', '--mail-from', '<>'], '--mail-from or --helo is expected'],
  [['--client-ip', '192.0.2.1', '--mail-from', 'a\tb@x'], '--mail-from "a\\tb@x"'],
  [['--client-ip', '192.0.2.1', '--mail-from', 'a@'], '--mail-from "a@"'],
  [['--client-ip', '192.0.2.1', '--helo', 'a\nb'], '--helo "a\\nb"'],
  [['--client-ip', '192.0.2.1', '--helo', 'a', '--receiver', ''], '--receiver ""'],
  [['--client-ip', '192.0.2.1', '--helo', 'a', '--time-limit', '0'], '--time-limit "0"'],
  [['--client-ip', '192.0.2.1', '--helo', 'a', '--time-limit', 'x'], '--time-limit "x"'],
  [['--client-ip', '192.0.2.1', '--helo', 'a', '--nothing'], '--nothing'],
  [['--client-ip', '192.0.2.1', '--helo', 'a', 'more'], 'more'],
  [['--client-ip', '192.0.2.1', '--helo', 'a', '--helo=b'], '--helo is given more than once'],
  [[...good, '--client-ip', '192.0.2.1'], '--client-ip is given more than once'],
])('wrong usage %j', async (args, message) => {
  const ran = await spf(...args);
  expect(ran).toMatchObject({ status: 64, out: '' });
  expect(ran.err).toContain(message);
  expect(ran.err).toMatch(/^spf: [^\n]*\n(?:spf: [^\n]*\n)*Try: postern spf --help\n$/);
});

// RFC 5321 section 4.1.2: quotes and backslashes are a way to write a local part, and none of it.
it.each([
  ['"a b"@quoted.example.com', 'a b@quoted.example.com', '"\\"a b\\"@quoted.example.com"'],
  ['<"ab"@quoted.example.com>', 'ab@quoted.example.com', '"ab@quoted.example.com"'],
  ['"a\\b"@quoted.example.com', 'ab@quoted.example.com', '"ab@quoted.example.com"'],
])('%s: the local part is its value', async (given, sender, written) => {
  const args = ['--client-ip', '192.0.2.8', '--mail-from', given, '--zone', 'z.json'];
  const told = await data(...args);
  expect(told).toMatchObject({ result: 'pass', sender, mechanism: 'exists:%{l}.u.example.com' });
  expect(told.receivedSpf).toContain(`envelope-from=${written};`);
  // As the stage has it.
  const resolver = zoneResolver(readZone(json, { file: 'z.json' }).zone);
  const { findings } = await definePolicy({ mail: [stage({ resolver })] }).evaluate({
    session: sessionOf({ ip: '192.0.2.8' }),
    sender: senderOf(given.replace(/^<|>$/g, '')),
    recipients: [mailboxOf('s001@school.example')],
  });
  expect(findings.spf?.mailFrom).toMatchObject({ result: 'pass', sender });
});

it('tells which questions were passed over', async () => {
  const args = ['--client-ip', '192.0.2.9', '--mail-from', 'a@ptr.example.com', '--zone', 'z.json'];
  const silent = 'names of 192.0.2.9: PTR of 9.2.0.192.in-addr.arpa: ESERVFAIL';
  expect(await data(...args)).toMatchObject({ result: 'fail', mechanism: '-all', unanswered: [silent] });
  expect((await spf(...args)).out).toContain(`\npassed over, no answer: ${silent}\n`);
});

it('tells all that is wrong at once', async () => {
  const { err } = await spf('--client-ip', 'x', '--helo', 'a\nb', '--time-limit', 'soon');
  expect(err.split('\n').filter((line) => line.startsWith('spf: '))).toHaveLength(3);
});

it('a zone file that is not there, or has errors', async () => {
  expect((await spf(...good, '--zone', 'none.json')).status).toBe(66);
  const wrong = await spf(...good, '--zone', 'bad.json', '--json');
  expect(wrong.status).toBe(78);
  expect(JSON.parse(wrong.out)).toMatchObject({ ok: false });
  expect(wrong.err).toContain('bad.json');
  const second = await spf(...good, '--zone', 'bad.db');
  expect(second).toMatchObject({ status: 78, out: '' });
  expect(second.err).toContain('bad.db:2: ');
});

it('without a zone file asks the resolver, and gives up in time', async () => {
  expect(JSON.parse((await spf(...good, '--json')).out)).toMatchObject({ result: 'none' });
  const never = (): Promise<never> => new Promise(() => {});
  const resolver: Resolver = {
    addresses: never,
    mailExchangers: never,
    texts: never,
    nameServers: never,
    names: never,
  };
  let out = '';
  const stdout = {
    write: (text: string) => {
      out += text;
    },
  };
  const io = { stdout, stderr: stdout, stdin: none(), env: {}, cwd, resolver };
  const started = performance.now();
  const status = await main(['spf', ...good, '--time-limit', '0.1'], io);
  expect(status).toBe(75);
  expect(out).toContain('result: temperror');
  expect(performance.now() - started).toBeLessThan(5000);
});

async function* none(): AsyncGenerator<Uint8Array> {}

it('has a help text', async () => {
  expect((await spf('--help')).out).toContain('postern spf: what SPF says');
  expect((await run(['--help'])).out).toContain('postern spf ');
});
