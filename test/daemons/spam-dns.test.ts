/**
 * Rules that ask the DNS (check_rbl, URIDNSBL) against the real SpamAssassin: both ask the same name server with our records alone, about
 * messages with different ways and URIs. NO_DNS_FOR_FROM is left out: SpamAssassin 4.0.1 looks for its answer among the records of a
 * reply that has none.
 */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DnsResolver, dnsResolver } from '../../src/adapters/dns/index.js';
import { definePolicy } from '../../src/core/policy.js';
import { spamFinding } from '../../src/findings/spam.js';
import { readSpamAssassin } from '../../src/spamassassin/index.js';
import { spamRules } from '../../src/stages/spam/spam-rules.js';
import { runPolicy } from '../stages/facts.js';
import { type NameServer, startNameServer } from './name-server.js';

const records = [
  '4.3.2.8.zen.spamhaus.org A 127.0.0.4',
  '4.3.2.8.zen.spamhaus.org A 127.0.0.2',
  '5.3.2.8.zen.spamhaus.org A 127.0.0.10',
  '6.3.2.8.zen.spamhaus.org A 127.0.0.3',
  '4.3.2.8.bl.mailspike.net A 127.0.0.10',
  '5.3.2.8.wl.mailspike.net A 127.0.0.18',
  '4.3.2.8.list.dnswl.org A 127.0.10.2',
  '4.3.2.8.iadb.isipp.com A 127.0.0.1',
  '4.3.2.8.iadb.isipp.com A 127.2.255.4',
  '5.3.2.8.psbl.surriel.com A 127.0.0.2',
  '4.3.2.8.bl.spamcop.net A 127.0.0.2',
  '4.3.2.8.bl.spamcop.net TXT "Blocked - see https://www.spamcop.net/bl.shtml"',
  'badone.com.dbl.spamhaus.org A 127.0.1.2',
  'badone.com.multi.uribl.com A 127.0.0.2',
  'badtwo.co.uk.multi.surbl.org A 127.0.0.72',
  '9.8.7.8.multi.surbl.org A 127.0.0.16',
];

const ways = [
  ['8.2.3.4'],
  ['8.2.3.5'],
  ['8.2.3.5', '8.2.3.4'],
  ['8.2.3.6', '8.2.3.5', '8.2.3.4'],
  ['10.0.0.1', '8.2.3.4'],
  ['8.2.3.5', '10.0.0.1', '8.2.3.6'],
  ['192.168.1.1'],
];
const bodies = [
  'see http://www.badone.com/x and http://badone.com/y',
  'http://x.badtwo.co.uk/ it is',
  'http://8.7.8.9/pay',
  'joe@badone.com',
  'nothing at all',
];

const HEAD =
  'From: Joe <joe@sender.com>\r\nTo: x@school.example\r\nSubject: test\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n' +
  'Message-ID: <1234567890@sender.com>\r\n';

function message(way: readonly string[], body: string): string {
  const received = way.map((ip, hop) => {
    const by = hop === 0 ? 'mx.school.example' : `h${hop - 1}.example.com`;
    const from = `h${hop}.example.com`;
    return `Received: from ${from} (${from} [${ip}])\r\n\tby ${by} with ESMTP id abc123; Sun, 22 Nov 2026 10:00:00 +0000\r\n`;
  });
  return `${received.join('')}${HEAD}\r\n${body}\r\n`;
}

let names: NameServer;
let resolver: DnsResolver;

beforeAll(async () => {
  const missing = spawnSync('spamassassin', ['--version']).error !== undefined;
  if (missing) throw new Error('there is no spamassassin: install spamassassin');
  names = await startNameServer(records);
  resolver = dnsResolver({ servers: [names.address] });
});
afterAll(async () => {
  await resolver.close();
  await names.stop();
});

const ASKING = /^(?:RCVD_IN|URIBL|SURBL)_/;

/** Rules of `spamassassin -t`, by its report. */
function theirs(text: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const settings = ['dns_available yes', `dns_server ${names.address}`, 'use_bayes 0', 'rbl_timeout 5'];
    const child = spawn('spamassassin', ['-t', ...settings.map((line) => `--cf=${line}`)]);
    let out = '';
    child.stdout.on('data', (bytes) => {
      out += bytes;
    });
    child.on('error', reject);
    child.on('close', () => {
      const rows = [...out.matchAll(/^ *-?\d+(?:\.\d+)? ([A-Z0-9_]+) /gm)].map(([, name = '']) => name);
      if (rows.length === 0) reject(new Error(`no report: ${out.slice(0, 500)}`));
      resolve([...new Set(rows)].filter((name) => ASKING.test(name)).sort());
    });
    child.stdin.end(text, 'latin1');
  });
}

test('the same rules hit', async () => {
  const rules = readSpamAssassin({ rules: '/usr/share/spamassassin', site: '/etc/spamassassin' });
  const policy = definePolicy({ message: [spamRules({ rules, resolver, cannotTell: 'continue' })] });
  const texts = [
    ...ways.map((way) => message(way, 'hello there world')),
    ...bodies.map((body) => message(['8.9.9.9'], body)),
  ];
  let hits = 0;
  for (const text of texts) {
    const outcome = await runPolicy(policy, {
      protocol: 'local',
      ip: undefined,
      sender: 'joe@sender.com',
      message: text,
    });
    const ours = (spamFinding.in(outcome.findings)?.hits ?? [])
      .map(({ name }) => name)
      .filter((name) => ASKING.test(name));
    expect(ours, text).toEqual(await theirs(text));
    hits += ours.length;
  }
  expect(hits).toBeGreaterThan(25);
});
