/** The example server with its people in an LDAP directory: `npm start -- --ldap URL`. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeLdap, fakeLdap } from '../adapters/ldap/fake-server.js';
import { dialogue, freePort, type Program, root, sending, start } from './support.js';

const main = join(root, 'examples', 'server', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'postern-ldap-school-'));
const svc = 'cn=svc,dc=grammar,dc=example';
const person = (uid: string, mail: string, password: string) => ({
  dn: `uid=${uid},dc=grammar,dc=example`,
  attributes: { objectClass: ['inetOrgPerson'], uid: [uid], cn: [uid], sn: [uid], mail: [mail] },
  password,
});
let fake: FakeLdap;
let server: Program;
let environment: Record<string, string>;
let [smtp, submission] = [0, 0];

beforeAll(async () => {
  fake = await fakeLdap({
    rootDse: { namingContexts: ['dc=grammar,dc=example'] },
    entries: [
      { dn: 'dc=grammar,dc=example', attributes: { objectClass: ['domain'], dc: ['grammar'] } },
      { dn: svc, attributes: { objectClass: ['applicationProcess'], cn: ['svc'] }, password: 'service' },
      person('anna', 'a.adler@grammar.example', 'rabbit'),
      person('ben', 'ben@grammar.example', 'builder'),
    ],
  });
  [smtp, submission] = [await freePort(), await freePort()];
  environment = {
    POSTERN_DATA: join(folder, 'data'),
    POSTERN_SMTP_PORT: String(smtp),
    POSTERN_SUBMISSION_PORT: String(submission),
    POSTERN_LDAP_BIND: svc,
    POSTERN_LDAP_PASSWORD: 'service',
    POSTERN_DOMAIN: 'grammar.example',
    POSTERN_POSTMASTER: 'anna',
  };
  server = start(main, environment, root, ['--ldap', fake.url]);
  await server.printed('Stop with Ctrl-C');
});
afterAll(async () => {
  server.child.kill('SIGKILL');
  await server.ended();
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

const send = async (to: string): Promise<string | undefined> =>
  (await dialogue(smtp, sending('me@client.example', [to], 'Subject: hello\n\nHello!'))).find(
    (line) => !/^(?:2|354)/.test(line),
  );
const submit = (user: string, pass: string, from: string, to: string): Promise<unknown> =>
  createTransport({
    host: '127.0.0.1',
    port: submission,
    requireTLS: true,
    auth: { user, pass },
    tls: { rejectUnauthorized: false },
  }).sendMail({ from, to, text: 'Hello!' });
const delivered = (name: string): number => readdirSync(join(folder, 'data', 'mail', name, 'new')).length;

test('delivers by address, by login, and to the postmaster; who is not there is unknown', async () => {
  expect(await send('a.adler@grammar.example')).toBeUndefined();
  expect(await send('anna@grammar.example')).toBeUndefined();
  expect(await send('postmaster@grammar.example')).toBeUndefined();
  expect(await send('postmaster')).toBeUndefined();
  expect(delivered('anna')).toBe(4);
  expect(await send('nobody@grammar.example')).toMatch(/^550 5\.1\.1 /);
});

test('lets people in by their passwords, who send as themselves', async () => {
  await submit('Anna', 'rabbit', 'a.adler@grammar.example', 'ben@grammar.example');
  expect(delivered('ben')).toBe(1);
  await expect(submit('anna', 'rabbit', 'ben@grammar.example', 'ben@grammar.example')).rejects.toThrow(/553/);
  await expect(submit('anna', 'guessed-in-vain', 'anna@grammar.example', 'ben@grammar.example')).rejects.toThrow(/535/);
  expect(server.output()).not.toContain('guessed-in-vain');
  expect(server.output()).not.toContain('rabbit');
});

test('while the directory is away, mail to those it has not told of waits, and so do logins', async () => {
  fake.script = () => ({ do: 'silence' });
  fake.drop();
  expect(await send('stranger@grammar.example')).toMatch(/^451 4/);
  await expect(submit('ben', 'builder', 'ben@grammar.example', 'anna@grammar.example')).rejects.toThrow(/454/);
  // What it has said serves on.
  expect(await send('a.adler@grammar.example')).toBeUndefined();
  expect(delivered('anna')).toBe(5);
}, 60_000);

test.each([
  [{ POSTERN_POSTMASTER: '' }, 78, 'POSTERN_POSTMASTER'],
  [{ POSTERN_POSTMASTER: 'nobody' }, 78, 'POSTERN_POSTMASTER is the login of somebody in dc=grammar,dc=example'],
  [{ POSTERN_LDAP_CA: '/nowhere/ca.pem' }, 78, 'POSTERN_LDAP_CA cannot be read'],
  [{ POSTERN_LDAP_PASSWORD: 'mistyped' }, 75, 'ldap ldap://'],
] as const)('does not start with %j', async (changed, status, text) => {
  fake.script = undefined;
  const program = start(
    main,
    { ...environment, ...changed, POSTERN_SMTP_PORT: '0', POSTERN_SUBMISSION_PORT: '0' },
    root,
    ['--ldap', fake.url],
  );
  expect(await program.ended()).toBe(status);
  expect(program.output()).toContain(text);
  expect(program.output()).not.toContain('mistyped');
});
