/** Lists of domains and networks with `!`, files and tables in them: as match_list(3) of Postfix, first match. */
import { describe, expect, it } from 'vitest';
import { readPostfix } from '../../src/postfix/index.js';
import { renderProblem } from '../../src/values/errors.js';
import { fate, main, problems, type Sent } from './support.js';

const relay = 'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\nlocal_recipient_maps =\n';
const isRefused = (text: string): boolean => /^(?:reject|defer)/.test(text);

describe('lists of domains', () => {
  it.each<[list: string, parents: boolean, domain: string, ours: boolean]>([
    ['!sub.relay.example, relay.example', true, 'relay.example', true],
    ['!sub.relay.example, relay.example', true, 'x.relay.example', true],
    ['!sub.relay.example, relay.example', true, 'sub.relay.example', false],
    ['!sub.relay.example, relay.example', true, 'a.sub.relay.example', false],
    ['relay.example, !sub.relay.example', true, 'sub.relay.example', true],
    ['!!relay.example', true, 'relay.example', true],
    ['!.relay.example, relay.example', false, 'relay.example', true],
    ['.relay.example, !relay.example', false, 'x.relay.example', true],
    ['.relay.example, !relay.example', false, 'relay.example', false],
    ['.relay.example', false, 'x.relay.example', true],
    ['!/etc/postfix/not, relay.example', true, 'sub.relay.example', false],
    ['!/etc/postfix/not, relay.example', true, 'x.relay.example', true],
    ['!pcre:{{/^sub/ x}}, relay.example', true, 'sub.relay.example', false],
    ['!pcre:{{/^sub/ x}}, relay.example', true, 'x.relay.example', true],
    ['!inline:{sub.relay.example=x}, relay.example', true, 'sub.relay.example', false],
  ])('relay_domains = %s (parents: %s): %s', async (list, parents, domain, ours) => {
    const more = parents ? '' : 'parent_domain_matches_subdomains =\n';
    const texts = main(`${relay}relay_domains = ${list}\n${more}`, { not: 'sub.relay.example\n' });
    const got = await fate(texts, { to: `a@${domain}` });
    expect([got, isRefused(got)]).toEqual([got, !ours]);
    expect(readPostfix(texts).warnings.map(renderProblem)).toEqual([]);
  });

  it.each([
    ['mydestination = !bad.example, bad.example, good.example', 'bad.example', false],
    ['mydestination = !bad.example, bad.example, good.example', 'good.example', true],
    ['mydestination = bad.example, !bad.example', 'bad.example', true],
    ['mydestination = !/etc/postfix/not, bad.example', 'bad.example', false],
    ['mydestination = pcre:{{/^good/ x}}', 'good.example', true],
  ])('%s: %s', async (line, domain, ours) => {
    const texts = { ...main('', { not: 'bad.example\n' }) };
    const text = `myhostname = mx.school.example\nmyorigin = school.example\n${line}\n${relay}compatibility_level = 3.6\n`;
    const got = await fate({ ...texts, 'main.cf': text }, { to: `a@${domain}` });
    expect([got, isRefused(got)]).toEqual([got, !ours]);
  });
});

describe('lists of networks', () => {
  it.each<[list: string, ip: string, ours: boolean]>([
    ['!192.0.2.1, 192.0.2.0/24', '192.0.2.1', false],
    ['!192.0.2.1, 192.0.2.0/24', '192.0.2.2', true],
    ['!/etc/postfix/not, 192.0.2.0/24', '192.0.2.1', false],
    ['!/etc/postfix/not, 192.0.2.0/24', '192.0.2.7', true],
    ['!cidr:{{192.0.2.1 x}}, 192.0.2.0/24', '192.0.2.1', false],
    ['!cidr:{{192.0.2.1 x}}, 192.0.2.0/24', '192.0.2.2', true],
    ['192.0.2.0/24, !cidr:{{192.0.2.1 x}}', '192.0.2.1', true],
    ['[::ffff:0:0]/96', '192.0.2.1', false],
    ['192.0.2.0/24, !cidr:{{192.0.2.1 x}}', '192.0.2.2', true],
    // Without a value: the addresses of the host, and not all of loopback.
    ['$nothing', '127.0.0.1', false],
    ['[::ffff:192.0.2.0]/120', '192.0.2.1', false],
  ])('mynetworks = %s: %s', async (list, ip, ours) => {
    const texts = main(`${relay}mynetworks = ${list}\n`, { not: '192.0.2.1 !192.0.2.7\n' });
    const got = await fate(texts, { to: 'a@elsewhere.example', ip });
    expect([got, isRefused(got)]).toEqual([got, !ours]);
  });

  it.each<[lines: string, ip: string, ours: boolean]>([
    ['', '127.0.0.1', true],
    ['', '127.0.0.5', false],
    ['', '::1', true],
    ['mynetworks_style = subnet', '127.0.0.5', true],
    ['mynetworks_style = class', '127.0.0.5', true],
    ['compatibility_level = 0\nmynetworks_style = host', '127.0.0.5', false],
    ['inet_interfaces = 192.0.2.1', '127.0.0.1', false],
    ['inet_interfaces = 192.0.2.1', '192.0.2.1', true],
    ['inet_interfaces = 192.0.2.1\nmynetworks_style = subnet', '192.0.2.2', false],
    ['inet_interfaces = loopback-only', '127.0.0.1', true],
    ['inet_protocols = ipv4', '::1', false],
  ])('by default the addresses of this host: %j: %s', async (lines, ip, ours) => {
    const got = await fate(main(`${relay}${lines}\n`), { to: 'a@elsewhere.example', ip });
    expect([got, isRefused(got)]).toEqual([got, !ours]);
  });

  it.each<[list: string, sent: Sent, ours: boolean]>([
    ['client.example', { name: 'client.example' }, true],
    ['CLIENT.example', { name: 'Client.example' }, true],
    ['example', { name: 'client.example' }, true],
    ['.example', { name: 'client.example' }, false],
    ['client.example', { name: 'xclient.example' }, false],
    ['client.example', {}, false],
    ['!bad.client.example, client.example', { name: 'bad.client.example' }, false],
    ['!192.0.2.1, client.example', { name: 'client.example', ip: '192.0.2.1' }, false],
    ['client.example, !192.0.2.1', { name: 'client.example', ip: '192.0.2.1' }, true],
    ['inline:{client.example=x}', { name: 'a.client.example' }, true],
    ['!inline:{client.example=x}, 192.0.2.0/24', { name: 'a.client.example', ip: '192.0.2.1' }, false],
    ['pcre:{{/^client\\.example$$/ x}}', { name: 'client.example' }, true],
    ['pcre:{{/^client\\.example$$/ x}}', { name: 'a.client.example' }, false],
    ['$nothing\nparent_domain_matches_subdomains =', { name: 'client.example' }, false],
    ['.example\nparent_domain_matches_subdomains =', { name: 'client.example' }, true],
    ['example\nparent_domain_matches_subdomains =', { name: 'client.example' }, false],
  ])('names of hosts: mynetworks = %s: %j', async (list, sent, ours) => {
    const got = await fate(main(`${relay}mynetworks = ${list}\n`), { to: 'a@elsewhere.example', ...sent });
    expect([got, isRefused(got)]).toEqual([got, !ours]);
  });

  it.each([
    ['2001:db8::/32', /write \[2001:db8::\]\/32: 2001:db8::\/32$/],
    ['::1', /write \[::1\]: ::1$/],
    ['192.0.2.0/24, !fe80::/10', /write \[fe80::\]\/10/],
    ['2001:db8::1:zz/32', /mynetworks/],
  ])('IPv6 stands in brackets: %s', (list, expected) => {
    expect(problems(main(`${relay}mynetworks = ${list}\n`))).toEqual([expect.stringMatching(expected)]);
  });

  it('tells of a bad line in a file once, where it is', () => {
    const texts = { ...main(`${relay}mynetworks = /etc/postfix/nets\n`), nets: '192.0.2.0/24\n\n192.0.2.1/24\n' };
    expect(problems(texts)).toEqual([expect.stringMatching(/^\/etc\/postfix\/nets:3: mynetworks: non-null host/)]);
  });
});

describe('messages that say what to do', () => {
  const master = (line: string) => ({ 'master.cf': `${line}\n` });
  it.each([
    [main('', master('smtp inet n - n - 1 postscreen')), /no smtpd service .*smtp is of postscreen/],
    [{ 'main.cf': 'myhostname = a.example\n' }, /it is empty by default, for compatibility_level = 0/],
    [main(`relay_domains = ${'x'.repeat(200_000)}\n`), /a value may expand to 100000 characters: x{80}$/],
  ])('%#', (texts, expected) => {
    expect(problems(texts)).toContainEqual(expect.stringMatching(expected));
  });
});
