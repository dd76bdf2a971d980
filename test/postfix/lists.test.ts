/** Lists of domains and networks with `!`, files and tables in them: as match_list(3) of Postfix, first match. */
import { describe, expect, it } from 'vitest';
import { readPostfix } from '../../src/postfix/index.js';
import { renderProblem } from '../../src/values/errors.js';
import { fate, main, problems } from './support.js';

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
    ['[::ffff:192.0.2.0]/120', '192.0.2.1', false],
  ])('mynetworks = %s: %s', async (list, ip, ours) => {
    const texts = main(`${relay}mynetworks = ${list}\n`, { not: '192.0.2.1 !192.0.2.7\n' });
    const got = await fate(texts, { to: 'a@elsewhere.example', ip });
    expect([got, isRefused(got)]).toEqual([got, !ours]);
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
