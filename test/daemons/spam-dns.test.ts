/**
 * Rules that ask the DNS (check_rbl, URIDNSBL, AskDNS) against the real SpamAssassin: both ask the same name server with our records
 * alone, about messages with different ways, URIs and senders. NO_DNS_FOR_FROM is left out: SpamAssassin 4.0.1 looks for its answer among the records of a
 * reply that has none.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DnsResolver, dnsResolver } from '../../src/adapters/dns/index.js';
import { definePolicy } from '../../src/core/policy.js';
import { spamFinding } from '../../src/findings/spam.js';
import { readSpamAssassin } from '../../src/spamassassin/index.js';
import type { SpamRules } from '../../src/stages/spam/rules/spam-rules.js';
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
  // What stands behind domains: addresses, name servers.
  'nsbad.com NS ns1.evilns.net',
  'nsbad.com NS ns2.evilns.net',
  'ns1.evilns.net A 8.4.4.4',
  'ns2.evilns.net A 8.4.4.7',
  '4.4.4.8.zen.spamhaus.org A 127.0.0.2',
  'www.abad.com A 8.4.4.6',
  '6.4.4.8.zen.spamhaus.org A 127.0.0.3',
  'evilns.net.nsnames.example A 127.0.0.2',
  'ns2.evilns.net.fullns.example A 127.0.0.9',
  // Questions that rules word themselves.
  'newdom.com.fresh.fmb.la A 127.2.0.2',
  'olddom.com.fresh.fmb.la A 127.2.0.28',
  'all.com TXT "v=spf1 +all"',
  'h0.example.com A 8.2.3.9',
  '9.9.9.8.rev.example A 127.0.0.7',
  'newdom.com MX 10 mx.newdom.com',
  'joe.text.example TXT "one " "two"',
];

const more = [
  'urinsrhssub URIBL_NSNAME nsnames.example. A 127.0.0.2',
  "body URIBL_NSNAME eval:check_uridnsbl('URIBL_NSNAME')",
  'urifullnsrhsbl URIBL_NSFULL fullns.example. A',
  "body URIBL_NSFULL eval:check_uridnsbl('URIBL_NSFULL')",
  'askdns ASK_SPF_ALL _SENDERDOMAIN_ TXT /^v=spf1 \\+all$/',
  'askdns ASK_HELO _LASTEXTERNALHELO_ A',
  'askdns ASK_NO_HELO _LASTEXTERNALHELO_ A [NXDOMAIN]',
  'askdns ASK_RANGE _LASTEXTERNALREVIP_.rev.example A 127.0.0.2-127.0.0.9',
  'askdns ASK_BITS _LASTEXTERNALREVIP_.rev.example A 4',
  'askdns ASK_OTHER_BITS _LASTEXTERNALREVIP_.rev.example A 8',
  'askdns ASK_MX _HEADER(From:addr:domain)_ MX /^10 mx\\.newdom\\.com\\.$/',
  'header __WHO From:addr =~ /^(?<ASKWHO>\\w+)@/',
  'askdns ASK_TEXT _ASKWHO_.text.example TXT "one two"',
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

const site = mkdtempSync(join(tmpdir(), 'postern-site-'));
let names: NameServer;
let resolver: DnsResolver;

beforeAll(async () => {
  const missing = spawnSync('spamassassin', ['--version']).error !== undefined;
  if (missing) throw new Error('there is no spamassassin: install spamassassin');
  cpSync(folders.site, site, { recursive: true, dereference: true });
  writeFileSync(join(site, 'more.cf'), `${more.join('\n')}\n`);
  names = await startNameServer(records);
  resolver = dnsResolver({ servers: [names.address] });
});
afterAll(async () => {
  await resolver.close();
  await names.stop();
  rmSync(site, { recursive: true, force: true });
});

const folders = { rules: '/usr/share/spamassassin', site: '/etc/spamassassin' };
const ASKING = /^(?:RCVD_IN|URIBL|SURBL|FROM_FMBLA|ASK)_/;

/** Rules of `spamassassin -t`, by its report. */
function theirs(text: string, site = folders.site): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const settings = ['dns_available yes', `dns_server ${names.address}`, 'use_bayes 0', 'rbl_timeout 5'];
    const child = spawn('spamassassin', ['-t', `--siteconfigpath=${site}`, ...settings.map((line) => `--cf=${line}`)]);
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

async function ours(rules: SpamRules, text: string, sender: string): Promise<readonly string[]> {
  const policy = definePolicy({ message: [spamRules({ rules, resolver, cannotTell: 'continue' })] });
  const outcome = await runPolicy(policy, { protocol: 'local', ip: undefined, sender, message: text });
  return (spamFinding.in(outcome.findings)?.hits ?? []).map(({ name }) => name).filter((name) => ASKING.test(name));
}

test('the same rules hit', async () => {
  const rules = readSpamAssassin(folders);
  const texts = [
    ...ways.map((way) => message(way, 'hello there world')),
    ...bodies.map((body) => message(['8.9.9.9'], body)),
  ];
  let hits = 0;
  for (const text of texts) {
    const hit = await ours(rules, text, 'joe@sender.com');
    expect(hit, text).toEqual(await theirs(text));
    hits += hit.length;
  }
  expect(hits).toBeGreaterThan(25);
}, 120_000);

interface Behind {
  readonly from?: string;
  readonly envelope?: string;
  readonly body?: string;
  readonly hits: readonly string[];
  /** Where SpamAssassin 4.0.1 differs from its manual page: it asks about name servers for rules with the flag `a` alone. */
  readonly theirs?: readonly string[];
}

test.each<Behind>([
  {
    body: 'http://x.nsbad.com/',
    hits: ['URIBL_NSFULL', 'URIBL_NSNAME', 'URIBL_SBL'],
    theirs: ['URIBL_NSFULL', 'URIBL_NSNAME', 'URIBL_SBL_A'],
  },
  { body: 'http://www.abad.com/', hits: ['URIBL_CSS_A'] },
  { body: 'http://other.abad.com/', hits: [] },
  { from: 'joe@newdom.com', hits: ['ASK_MX', 'ASK_TEXT', 'FROM_FMBLA_NEWDOM'] },
  { from: 'jim@www.olddom.com', envelope: 'jim@all.com', hits: ['ASK_SPF_ALL'] },
])(
  'what answers lead to: %j',
  async ({ from = 'jim@sender.com', envelope = 'jim@sender.com', body = 'x', hits, theirs: other = hits }) => {
    const always = ['ASK_BITS', 'ASK_HELO', 'ASK_RANGE'];
    const text = `Return-Path: <${envelope}>\r\n${message(['8.9.9.9'], body).replaceAll('joe@sender.com', from)}`;
    const rules = readSpamAssassin({ ...folders, site });
    expect(await ours(rules, text, envelope)).toEqual([...always, ...hits].sort());
    expect(await theirs(text, site)).toEqual([...always, ...other].sort());
  },
);
