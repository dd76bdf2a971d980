/** Our saslauthd for those who know the real one: testsaslauthd(8), and a Postfix with Cyrus SASL, which says 454 for what cannot be told. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type LdapDirectory, ldapDirectory } from '../../../src/adapters/ldap/index.js';
import { accountNames } from '../../../src/directory/account-name.js';
import { directoryCredentials } from '../../../src/directory/credentials.js';
import { type RunningUnixServer, saslauthdServer } from '../../../src/servers/saslauthd/index.js';
import { openWire } from '../../../src/testing/dialogue/index.js';
import { type OwnFolder, ownFolder } from '../filters/own-folder.js';
import { Postfix, postfixFolder, writeConfiguration } from '../postfix.js';
import { until } from '../private-host.js';
import { saslauthdMissing, testSaslauthd } from './saslauthd.js';
import { PLACES, SEARCHER } from './school-in-openldap.js';
import { slapdMissing, startSlapd, type TestSlapd } from './slapd.js';
import { call, testUnless } from './support.js';

const missing = saslauthdMissing() ?? slapdMissing();
const test = testUnless(missing);

const RIGHT = 'Curious-Rabbit.1';
const WRONG = 'Nobodys-Secret';

let folder: OwnFolder;
let slapd: TestSlapd;
let directory: LdapDirectory;
let ours: RunningUnixServer;
let postfix: Postfix;
let path: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  folder = ownFolder('mux');
  slapd = await startSlapd();
  directory = ldapDirectory({ url: slapd.url, bind: SEARCHER, ...PLACES, connectTimeout: 2000 });
  path = join(folder.path, 'run', 'mux');
  mkdirSync(join(folder.path, 'run'));
  const accounts = accountNames({ realms: ['school.example'] });
  ours = await saslauthdServer({
    path,
    mode: 0o666,
    credentials: directoryCredentials(directory, { accounts, directory }),
  });
  postfix = await startPostfix();
});
afterAll(async () => {
  await postfix?.stop();
  await ours?.close();
  await directory?.close();
  await slapd?.stop();
  folder?.remove();
});

async function startPostfix(): Promise<Postfix> {
  const place = await postfixFolder();
  const sasl = join(place.etc, 'sasl');
  mkdirSync(sasl);
  chmodSync(place.etc, 0o755);
  await writeConfiguration(place, {
    mainCf: [
      'myhostname = mx.school.example',
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_type = cyrus',
      'smtpd_sasl_path = smtpd',
      `cyrus_sasl_config_path = ${sasl}`,
      'smtpd_tls_auth_only = no',
      'smtpd_relay_restrictions = permit_sasl_authenticated, reject',
    ].join('\n'),
    maps: { 'sasl/smtpd.conf': `pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\nsaslauthd_path: ${path}\n` },
  });
  return Postfix.start(place);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a Postfix session is answered to each of the lines. */
async function session(lines: readonly string[]): Promise<readonly string[]> {
  const wire = await openWire(postfix.folder.ports[0] ?? 0, '127.0.0.1', false);
  const answers: string[] = [];
  try {
    for (const line of ['', 'EHLO client.example', ...lines]) {
      if (line !== '') wire.send(`${line}\r\n`);
      let answer = await wire.line(20_000);
      while (answer?.[3] === '-') answer = await wire.line(20_000);
      answers.push(answer ?? 'closed');
    }
  } finally {
    wire.destroy();
  }
  return answers.slice(2);
}

async function authenticate(login: string, password: string): Promise<string> {
  const [answer = ''] = await session([`AUTH PLAIN ${base64(`\0${login}\0${password}`)}`]);
  return answer;
}

describe('testsaslauthd', () => {
  const asked: readonly (readonly [string, string, string, 'ok' | 'no'])[] = [
    ['alice', '', RIGHT, 'ok'],
    ['ALICE', 'school.example', RIGHT, 'ok'],
    ['alice', 'elsewhere.example', RIGHT, 'no'],
    ['alice', '', WRONG, 'no'],
    ['nobody.here', '', RIGHT, 'no'],
    ['root', '', RIGHT, 'no'],
    ['*', '', RIGHT, 'no'],
    ['jmüller', '', 'Grüner-Schlüssel.7', 'ok'],
  ];
  for (const [login, realm, password, expected] of asked) {
    test(`${login} of ${realm || 'no realm'}: ${expected}`, async () => {
      expect(await testSaslauthd(path, { login, realm, password })).toBe(expected);
    });
  }
});

describe('Postfix with Cyrus SASL', () => {
  test('lets in and refuses, by PLAIN and by LOGIN', async () => {
    expect(await authenticate('alice', RIGHT)).toMatch(/^235 2\.7\.0/);
    expect(await authenticate('alice@school.example', RIGHT)).toMatch(/^235 2\.7\.0/);
    expect(await authenticate('alice', WRONG)).toMatch(/^535 5\.7\.8/);
    expect(await authenticate('nobody.here', RIGHT)).toMatch(/^535 5\.7\.8/);
    const answers = await session([
      'AUTH LOGIN',
      base64('alice'),
      base64(RIGHT),
      'MAIL FROM:<alice@school.example>',
      'RCPT TO:<a@far.example>',
    ]);
    expect(answers.map((one) => one.slice(0, 3))).toEqual(['334', '334', '235', '250', '250']);
  });

  test('says 454 while the directory is gone, and while we are', async () => {
    await slapd.kill();
    expect(await authenticate('alice', RIGHT)).toMatch(/^454 4\./);
    expect(await authenticate('alice', WRONG)).toMatch(/^454 4\./);
    expect(await testSaslauthd(path, { login: 'alice', realm: '', password: RIGHT })).toBe('silent');
    await slapd.start();
    const works = async (): Promise<boolean> =>
      (await directory.findUser({ kind: 'login', login: 'alice' }, call())).kind === 'found';
    await until('the directory answers', works);
    expect(await authenticate('alice', RIGHT)).toMatch(/^235 /);
    await ours.close();
    expect(await authenticate('alice', RIGHT)).toMatch(/^454 4\./);
  });
});
