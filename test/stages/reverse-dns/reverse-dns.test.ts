/** "iprev" of RFC 8601: the results, what is not asked twice, and that a stranger's many names are bounded. */
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import type { Client, ClientName } from '../../../src/core/session.js';
import { type ReverseDnsFinding, reverseDnsFinding } from '../../../src/findings/reverse-dns.js';
import { reverseDns } from '../../../src/stages/reverse-dns/index.js';
import { domainOf, ipOf, mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { type Zone, zoneResolver } from '../../../src/testing/resolver/index.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { reverseName } from '../../../src/values/ip.js';

const ptr = (ip: string): string => reverseName(ipOf(ip));

const zone: Zone = {
  [ptr('192.0.2.1')]: { PTR: ['Mail.Example.COM', 'other.example.com'] },
  'mail.example.com': { A: ['192.0.2.1', '192.0.2.9'], AAAA: ['2001:db8::1'] },
  'other.example.com': { A: ['192.0.2.1'] },
  [ptr('192.0.2.2')]: { PTR: ['liar.example.com', 'none.example.com', 'bare.example.com'] },
  'liar.example.com': { A: ['192.0.2.1'], AAAA: ['2001:db8::2'] },
  'bare.example.com': { TXT: ['x'] },
  [ptr('192.0.2.3')]: 'SERVFAIL',
  [ptr('192.0.2.4')]: { PTR: ['slow.example.com', 'liar.example.com'] },
  'slow.example.com': 'TIMEOUT',
  [ptr('192.0.2.5')]: { PTR: ['slow.example.com', 'five.example.com'] },
  'five.example.com': { A: ['192.0.2.5'] },
  [ptr('192.0.2.6')]: { PTR: ['192.0.2.6', 'a b.example', '-x'].filter((name) => !name.includes(' ')) },
  [ptr('192.0.2.7')]: { PTR: Array.from({ length: 50 }, (_, i) => `n${i}.example.com`) },
  'n20.example.com': { A: ['192.0.2.7'] },
  [ptr('192.0.2.8')]: {},
  [ptr('2001:db8::1')]: { PTR: ['mail.example.com'] },
};

interface Ran {
  readonly finding: ReverseDnsFinding | undefined;
  readonly asked: readonly string[];
  readonly unanswered: string | undefined;
}

async function run(ip: string, name: ClientName = { kind: 'not-looked-up' }): Promise<Ran> {
  const resolver = zoneResolver(zone);
  const session = sessionOf({ ip });
  const client: Client = { ...session.client, name };
  const { result, unanswered } = await runStage(reverseDns({ resolver }), { session: { ...session, client } });
  return {
    finding: reverseDnsFinding.in((result as { findings: object }).findings),
    asked: resolver.asked,
    unanswered,
  };
}

const finding = (
  result: ReverseDnsFinding['result'],
  names: readonly string[] = [],
  verified: readonly string[] = [],
  why?: unknown,
): object => ({ result, names, verified, why });

describe('reverseDns', () => {
  it.each<[string, string, object]>([
    [
      'all names that point back',
      '192.0.2.1',
      finding('pass', ['mail.example.com', 'other.example.com'], ['mail.example.com', 'other.example.com']),
    ],
    ["the client's family", '2001:db8::1', finding('pass', ['mail.example.com'], ['mail.example.com'])],
    [
      'names of which none does',
      '192.0.2.2',
      finding('fail', ['liar.example.com', 'none.example.com', 'bare.example.com']),
    ],
    ['names that are no host names', '192.0.2.6', finding('fail')],
    ['no name', '192.0.2.99', finding('permerror')],
    ['no name of a name that is there', '192.0.2.8', finding('permerror')],
    ['a reverse zone that is down', '192.0.2.3', finding('temperror', [], [], expect.stringContaining('ESERVFAIL'))],
    [
      'a name that cannot be told',
      '192.0.2.4',
      finding('temperror', ['slow.example.com', 'liar.example.com'], [], expect.stringContaining('ETIMEOUT')),
    ],
    [
      'one that cannot beside one that points back',
      '192.0.2.5',
      finding('pass', ['slow.example.com', 'five.example.com'], ['five.example.com']),
    ],
    ['no address', 'local', finding('none')],
  ])('finds %s', async (_what, ip, expected) => {
    const ran = await run(ip);
    expect(ran.finding).toEqual(expected);
    expect(ran.unanswered).toBe(ran.finding?.result === 'temperror' ? 'resolver' : undefined);
  });

  it('looks at ten names', async () => {
    const { finding: found, asked } = await run('192.0.2.7');
    expect(found).toMatchObject({ result: 'fail', names: { length: 10 } });
    expect(asked).toHaveLength(11);
  });

  it.each<[string, string, ClientName, object, readonly string[]]>([
    [
      'a verified name',
      '192.0.2.1',
      { kind: 'verified', name: domainOf('mail.example.com') },
      finding('pass', ['mail.example.com'], ['mail.example.com']),
      [],
    ],
    ['no name', '192.0.2.1', { kind: 'none' }, finding('permerror'), []],
    [
      'a name that does not point back',
      '192.0.2.2',
      { kind: 'unverified', name: domainOf('liar.example.com') },
      finding('fail', ['liar.example.com', 'none.example.com', 'bare.example.com']),
      [`PTR ${ptr('192.0.2.2')}`, 'A none.example.com', 'A bare.example.com'],
    ],
    [
      'what it could not tell',
      '192.0.2.5',
      { kind: 'cannot-tell', why: 'slow', reverse: domainOf('slow.example.com') },
      finding('pass', ['slow.example.com', 'five.example.com'], ['five.example.com']),
      [`PTR ${ptr('192.0.2.5')}`, 'A slow.example.com', 'A five.example.com'],
    ],
  ])('asks only for what the server does not know: %s', async (_what, ip, name, expected, asked) => {
    const ran = await run(ip, name);
    expect([ran.finding, ran.asked]).toEqual([expected, asked]);
  });

  it('defers by default where it cannot tell, and goes on when told so', async () => {
    const evaluate = async (cannotTell?: 'continue'): Promise<readonly unknown[]> => {
      const policy = definePolicy({
        connect: [reverseDns({ resolver: zoneResolver(zone), ...(cannotTell && { cannotTell }) })],
      });
      const [sender, recipients] = [senderOf('a@b.example'), [mailboxOf('s001@school.example')]];
      const session = sessionOf({ ip: '192.0.2.4' });
      const outcome = await policy.evaluate({ session, sender, recipients, message: messageOf('\r\n') });
      return [outcome.decision.kind, reverseDnsFinding.in(outcome.findings)?.result];
    };
    expect((await evaluate())[0]).toBe('defer');
    expect(await evaluate('continue')).toEqual(['continue', 'temperror']);
  });
});
