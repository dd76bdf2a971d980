/** Passwords: yes, no, and could not tell. */
import { describe, expect, it } from 'vitest';
import type { BindResult } from '../../../src/adapters/ldap/service.js';
import type { Answer } from '../../../src/values/answer.js';
import { adRefusal, type FakeRequest } from './fake-server.js';
import {
  person,
  query,
  SERVICE,
  said,
  serviceAt,
  start,
  tree,
  unboundSearches,
  until,
  withoutName,
} from './support.js';

async function told(answer: Promise<Answer<BindResult>>): Promise<string> {
  const given = await answer;
  if (given.kind === 'found')
    return given.value.kind === 'bound' ? 'bound' : `refused ${given.value.code}: ${given.value.message}`;
  return given.kind === 'cannot-tell' ? `${given.temporary ? '?' : '?!'} ${withoutName(given.why)}` : given.kind;
}

const anna = 'CN=anna,OU=People,DC=school,DC=test';
const isBind = ({ operation, name }: FakeRequest): boolean => operation === 'bind' && name !== SERVICE.dn;

describe('a bind', () => {
  it.each([anna, 'cn=ANNA, ou=people, dc=school, dc=test', 'anna@school.test', 'SCHOOL\\anna'])(
    'as %s',
    async (name) => {
      const service = serviceAt((await start()).url);
      expect(await told(service.bind(name, 'pw-anna'))).toBe('bound');
      expect(await told(service.bind(name, 'pw-anna '))).toMatch(/^refused 49: 80090308: .* data 52e, v1db1$/);
    },
  );

  it.each(['525', '52e', '530', '532', '533', '701', '773', '775'])('refused with data %s', async (data) => {
    const entries = [...tree, { ...person('dora'), refuse: adRefusal(data) }];
    const service = serviceAt((await start({ entries })).url);
    expect(await told(service.bind('dora@school.test', 'pw-dora'))).toContain(`data ${data}, v1db1`);
  });

  it.each([
    [
      19,
      'Exceed password retry limit. Please try later.',
      'refused 19: Exceed password retry limit. Please try later.',
    ],
    [32, '', 'refused 32: '],
    [48, 'no password', 'refused 48: no password'],
    [49, '', 'refused 49: '],
    [
      53,
      'Account inactivated. Contact system administrator.',
      'refused 53: Account inactivated. Contact system administrator.',
    ],
    [1, 'why', '? the bind fails: result 1: why'],
    [2, 'why', '?! the bind fails: result 2: why'],
    [7, 'why', '?! the bind fails: result 7: why'],
    [
      8,
      'BindSimple: Transport encryption required.',
      '?! the bind fails: result 8: BindSimple: Transport encryption required.',
    ],
    [10, 'why', '?! the bind fails: result 10: why'],
    [13, 'why', '?! the bind fails: result 13: why'],
    [14, 'why', '?! the bind fails: result 14: why'],
    [34, 'why', '?! the bind fails: result 34: why'],
    [51, 'why', '? the bind fails: result 51: why'],
    [52, 'why', '? the bind fails: result 52: why'],
    [53, 'why', '?! the bind fails: result 53: why'],
    [80, 'why', '? the bind fails: result 80: why'],
  ])('of result %i %s: %s', async (code, message, answer) => {
    const fake = await start();
    fake.script = (request) => (isBind(request) ? { do: 'result', code, message } : undefined);
    expect(await told(serviceAt(fake.url).bind(anna, 'pw-anna'))).toBe(answer);
  });

  it.each([
    [anna, ''],
    ['', 'pw'],
    ['  ', 'pw'],
    // The end of the text, for some: `\0` alone is an empty password then.
    [anna, '\0'],
    [anna, 'pw-anna\0x'],
    [`${anna}\0x`, 'pw-anna'],
    [anna, 'x'.repeat(262_144)],
  ])('as %j with %.20s is not sent', async (name, password) => {
    const fake = await start();
    expect(await told(serviceAt(fake.url).bind(name, password))).toBe(
      'refused 49: a name or password that is empty, too long or has a NUL is not sent',
    );
    expect(fake.accepted).toBe(0);
  });

  it('has the password in no text', async () => {
    const fake = await start();
    fake.script = (request) => (isBind(request) ? { do: 'drop' } : undefined);
    const service = serviceAt(fake.url);
    expect(JSON.stringify([await service.bind(anna, 'hush-hush'), service.name, service])).not.toContain('hush');
    expect(JSON.stringify(serviceAt(fake.url, { bind: { dn: anna, password: 'hush-hush' } }))).not.toContain('hush');
  });
});

describe('connections', () => {
  it('of passwords and of searches are not the same', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { connections: 1, bindConnections: 2 });
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        expect(await said(service.search(query('(cn=svc)')))).toBe('CN=svc');
        expect(await told(service.bind(anna, i % 2 === 0 ? 'pw-anna' : 'wrong'))).toMatch(
          i % 2 === 0 ? /^bound$/ : /^refused/,
        );
        expect(await said(service.search(query('(cn=svc)', { sizeLimit: 1 })))).toBe('CN=svc');
      }),
    );
    const searched = new Set(
      fake.requests.filter(({ operation }) => operation === 'search').map(({ connection }) => connection),
    );
    const bound = fake.requests.filter(isBind);
    expect(searched.size).toBe(1);
    expect(bound).toHaveLength(20);
    expect(bound.some(({ connection }) => searched.has(connection))).toBe(false);
    expect(fake.accepted).toBe(3);
    expect(unboundSearches(fake)).toBe(0);
  });

  it('have one bind at a time', async () => {
    const fake = await start();
    fake.script = (request) => (isBind(request) ? { do: 'delay', ms: 20 } : undefined);
    const service = serviceAt(fake.url, { bindConnections: 3 });
    const begin = performance.now();
    const all = await Promise.all(Array.from({ length: 12 }, () => told(service.bind(anna, 'pw-anna'))));
    expect(new Set(all)).toEqual(new Set(['bound']));
    expect(performance.now() - begin).toBeGreaterThan(75);
    expect(fake.accepted).toBe(3);
  });

  it('that was lost while at rest: asked once more, as nobody has looked at the password', async () => {
    const fake = await start();
    const service = serviceAt(fake.url);
    expect(await told(service.bind(anna, 'pw-anna'))).toBe('bound');
    let dropped = 0;
    fake.script = (request) => (isBind(request) && dropped++ === 0 ? { do: 'drop' } : undefined);
    expect(await told(service.bind(anna, 'pw-anna'))).toBe('bound');
    expect(dropped).toBe(2);
  });

  it('that is lost at its first bind: not asked again', async () => {
    const fake = await start();
    fake.script = (request) => (isBind(request) ? { do: 'drop' } : undefined);
    expect(await told(serviceAt(fake.url).bind(anna, 'pw-anna'))).toMatch(/^\? (it closed the connection|ECONNRESET)$/);
    expect(fake.requests.filter(isBind)).toHaveLength(1);
  });

  it('whose bind nobody waits for any more is not used again', async () => {
    const fake = await start();
    fake.script = (request) => (isBind(request) ? { do: 'delay', ms: 100 } : undefined);
    const service = serviceAt(fake.url, { timeout: 40, bindConnections: 1 });
    expect(await told(service.bind(anna, 'pw-anna'))).toBe('? no answer within 40 ms');
    await until(() => fake.open === 0);
    fake.script = undefined;
    // The answer to the first is not taken for that to the second.
    expect(await told(service.bind(anna, 'wrong'))).toMatch(/^refused 49/);
  });
});
