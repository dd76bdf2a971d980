/** TLS at once and by StartTLS: certificates are verified, and nothing is said in clear text where TLS was asked
 * for. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { LdapServerOptions } from '../../../src/adapters/ldap/settings.js';
import { type FakeLdap, type FakeOptions, type FakeRequest, ldapResult } from './fake-server.js';
import { closedAtEnd, query, SERVICE, said, serviceAt, start, unboundSearches, until } from './support.js';

const svc = query('(cn=svc)', { sizeLimit: 2 });
const kinds = ['ldaps', 'starttls'] as const;
type Kind = (typeof kinds)[number];

const at = (fake: FakeLdap, kind: Kind): string => `${kind === 'ldaps' ? 'ldaps' : 'ldap'}://localhost:${fake.port}`;

async function asked(
  kind: Kind,
  fakeOptions: Partial<FakeOptions>,
  options: (fake: FakeLdap) => Partial<LdapServerOptions>,
) {
  const fake = await start({ ...(kind === 'ldaps' ? { tls: 'ldaps' as const } : {}), ...fakeOptions });
  const service = serviceAt(at(fake, kind), { startTls: kind === 'starttls', ...options(fake) });
  return { fake, service, answer: await said(service.search(svc)) };
}

const inClear = (fake: FakeLdap): readonly FakeRequest['operation'][] =>
  fake.requests.filter(({ secure }) => !secure).map(({ operation }) => operation);

describe.each(kinds)('%s', (kind) => {
  const before = kind === 'ldaps' ? [] : ['startTls'];

  it('with the right certificate', async () => {
    const { fake, service, answer } = await asked(kind, {}, ({ ca }) => ({ tls: { ca } }));
    expect(answer).toBe('CN=svc');
    // Each connection has options of its own.
    const all = await Promise.all(Array.from({ length: 20 }, () => said(service.search(svc))));
    expect(new Set(all)).toEqual(new Set(['CN=svc']));
    expect((await service.bind('SCHOOL\\anna', 'pw-anna')).kind).toBe('found');
    fake.drop();
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(new Set(inClear(fake))).toEqual(new Set(before));
    expect(unboundSearches(fake)).toBe(0);
  });

  it('of an authority that is not known', async () => {
    const { fake, answer } = await asked(kind, {}, () => ({}));
    expect(answer).toBe(
      '?! its certificate is of no authority that is known here: see tls.ca (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
    expect(inClear(fake)).toEqual(before);
  });

  it('for another name', async () => {
    const { fake, answer } = await asked(kind, { certificateName: 'dc1.school.test' }, ({ ca }) => ({ tls: { ca } }));
    expect(answer).toBe('?! its certificate is for another name: see tls.servername (ERR_TLS_CERT_ALTNAME_INVALID)');
    expect(inClear(fake)).toEqual(before);
  });

  it('for another name that was said', async () => {
    const tls = ({ ca }: FakeLdap) => ({ tls: { ca, servername: 'dc1.school.test' } });
    expect((await asked(kind, { certificateName: 'dc1.school.test' }, tls)).answer).toBe('CN=svc');
  });

  it('is verified whatever the environment says', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect((await asked(kind, {}, () => ({}))).answer).toMatch(/no authority that is known/);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  it('of a version that is too old', async () => {
    const { answer } = await asked(kind, { maxVersion: 'TLSv1.2' }, ({ ca }) => ({
      tls: { ca, minVersion: 'TLSv1.3' },
    }));
    expect(answer).toMatch(/^\? TLS fails: does it speak TLS at this port\? \(ERR_SSL_/);
  });
});

describe('StartTLS', () => {
  it.each([
    [2, 'unsupported extended operation', '?! StartTLS is refused: result 2: unsupported extended operation'],
    [52, 'no TLS now', '? StartTLS is refused: result 52: no TLS now'],
  ])('refused with result %i: nothing in clear text', async (code, message, why) => {
    const fake = await start();
    fake.script = ({ operation }) => (operation === 'startTls' ? { do: 'result', code, message } : undefined);
    const service = serviceAt(at(fake, 'starttls'), { startTls: true });
    expect(await said(service.search(svc))).toBe(why);
    await until(() => fake.open === 0);
    expect(inClear(fake)).toEqual(['startTls', 'unbind']);
  });

  it('answered with more in the same breath is no TLS', async () => {
    const fake = await start();
    const early = ldapResult(1, 0x61, 0).subarray(0, 5);
    fake.script = ({ operation, id }) =>
      operation === 'startTls' ? { do: 'raw', octets: Buffer.concat([ldapResult(id, 0x78, 0), early]) } : undefined;
    const service = serviceAt(at(fake, 'starttls'), { startTls: true });
    expect(await said(service.search(svc))).toBe('? it says more than its answer to StartTLS');
  });

  it.each(['silence', 'drop'] as const)('answered with %s', async (action) => {
    const fake = await start();
    fake.script = ({ operation }) => (operation === 'startTls' ? { do: action } : undefined);
    const service = serviceAt(at(fake, 'starttls'), { startTls: true, connectTimeout: 80 });
    expect(await said(service.search(svc))).toMatch(
      /^\? (no connection within 80 ms|it closed the connection|ECONNRESET)$/,
    );
  });

  it('and then nothing, or what is no TLS', async () => {
    const fake = await start();
    fake.script = ({ operation, id }) =>
      operation === 'startTls' ? { do: 'raw', octets: ldapResult(id, 0x78, 0) } : undefined;
    const service = serviceAt(at(fake, 'starttls'), { startTls: true, connectTimeout: 80 });
    expect(await said(service.search(svc))).toMatch(
      /^\? (no connection within 80 ms|it closed the connection|no connection \(ECONNRESET\))$/,
    );
  });
});

describe('the wrong port', () => {
  it('ldaps: at one that speaks plain LDAP, or says nothing', async () => {
    const fake = await start();
    const plain = serviceAt(`ldaps://localhost:${fake.port}`, { connectTimeout: 200 });
    expect(await said(plain.search(svc))).toMatch(/^\? (no connection|it closed the connection|TLS fails)/);
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closedAtEnd({ close: async () => void silent.close() });
    const { port } = silent.address() as AddressInfo;
    expect(await said(serviceAt(`ldaps://127.0.0.1:${port}`, { connectTimeout: 60 }).search(svc))).toBe(
      '? no connection within 60 ms',
    );
  });

  it('ldap: at one that speaks TLS', async () => {
    const fake = await start({ tls: 'ldaps' });
    const service = serviceAt(`ldap://localhost:${fake.port}`, { connectTimeout: 200 });
    expect(await said(service.search(svc))).toMatch(
      /^\? (it closed the connection|ECONNRESET|it does not speak LDAP|no connection within 200 ms)$/,
    );
  });
});

it('the password is in no clear text, whatever fails', async () => {
  const octets: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      octets.push(chunk);
      if (octets.length === 1) socket.write(ldapResult(1, 0x78, 0));
    });
    socket.on('error', () => {});
    setTimeout(() => socket.destroy(), 150).unref();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closedAtEnd({ close: async () => void server.close() });
  const { port } = server.address() as AddressInfo;
  const service = serviceAt(`ldap://localhost:${port}`, { startTls: true, connectTimeout: 100 });
  expect(await said(service.search(svc))).toMatch(/^\?/);
  expect((await service.bind('anna', SERVICE.password)).kind).toBe('cannot-tell');
  expect(octets.length).toBeGreaterThan(1);
  expect(Buffer.concat(octets).includes(SERVICE.password)).toBe(false);
});
