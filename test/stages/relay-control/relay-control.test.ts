import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RelayControlOptions, relayControl, relayFinding } from '../../../src/stages/relay-control/index.js';
import { type Facts, problemsOf, runOne, said } from '../facts.js';

const options: RelayControlOptions = {
  domains: ['school.example', '[192.0.2.9]'],
  relayDomains: ['partner.example'],
  networks: ['10.0.0.0/8', '2001:db8::/32'],
};

describe('relayControl', () => {
  it.each<[string, Facts, string]>([
    ['our domain', { to: ['t01@school.example'] }, 'domain'],
    ['our domain, other letter case', { to: ['t01@SCHOOL.Example'] }, 'domain'],
    ['below our domain', { to: ['t01@mail.school.example'] }, 'none'],
    ['a name that ends like ours', { to: ['t01@notschool.example'] }, 'none'],
    ['a name that begins like ours', { to: ['t01@school.example.evil.example'] }, 'none'],
    ['our address literal', { to: ['t01@[192.0.2.9]'] }, 'domain'],
    ['another address literal', { to: ['t01@[192.0.2.10]'] }, 'none'],
    ['loopback as literal', { to: ['t01@[127.0.0.1]'] }, 'none'],
    ['a relay domain', { to: ['x@partner.example'] }, 'relay-domain'],
    ['below a relay domain', { to: ['x@a.b.partner.example'] }, 'relay-domain'],
    ['elsewhere', { to: ['x@other.example'] }, 'none'],
    ['elsewhere, from our network', { ip: '10.1.2.3', to: ['x@other.example'] }, 'network'],
    ['elsewhere, from our IPv6 network', { ip: '2001:db8::9', to: ['x@other.example'] }, 'network'],
    ['elsewhere, IPv4-mapped', { ip: '::ffff:10.1.2.3', to: ['x@other.example'] }, 'network'],
    ['elsewhere, from loopback', { ip: '127.0.0.1', to: ['x@other.example'] }, 'none'],
    ['elsewhere, from loopback, IPv6', { ip: '::1', to: ['x@other.example'] }, 'none'],
    ['elsewhere, logged in', { login: 't01', to: ['x@other.example'] }, 'login'],
    ['elsewhere, no connection', { ip: undefined, to: ['x@other.example'] }, 'local-session'],
    ['elsewhere, unknown address', { ip: undefined, protocol: 'esmtp', to: ['x@other.example'] }, 'none'],
    [
      'elsewhere, unknown address, logged in',
      { ip: undefined, protocol: 'esmtp', login: 't', to: ['x@o.example'] },
      'login',
    ],
    ['our domain, unknown address', { ip: undefined, protocol: 'esmtp', to: ['t01@school.example'] }, 'domain'],
    ['percent hack', { to: ['x%other.example@school.example'] }, 'none'],
    ['bang path', { to: ['other.example!x@school.example'] }, 'none'],
    ['quoted at', { to: ['"x@other.example"@school.example'] }, 'none'],
    ['percent hack for a relay domain', { to: ['x%other.example@partner.example'] }, 'none'],
    ['percent hack, trusted', { login: 't01', to: ['x%other.example@school.example'] }, 'login'],
    ['quoted, nothing odd', { to: ['"t 01"@school.example'] }, 'domain'],
  ])('%s', async (_, facts, permittedBy) => {
    const outcome = await runOne(relayControl(options), facts);
    const [recipient] = outcome.recipients;
    expect(relayFinding.in(recipient?.findings ?? {})?.permittedBy).toBe(permittedBy);
    const refusal = `reject relay-denied 554 5.7.1 <${recipient?.recipient.address.text}>: Relay access denied`;
    expect(said(outcome)).toBe(permittedBy === 'none' ? refusal : 'continue');
  });

  it('can be told not to trust logins', async () => {
    const outcome = await runOne(relayControl({ ...options, logins: false }), { login: 't', to: ['x@o.example'] });
    expect(said(outcome)).toContain('relay-denied');
  });

  it('tells all that is wrong, and what to write for a pattern', () => {
    const problems = problemsOf(() =>
      relayControl({ domains: ['*.school.example', 'a b'], relayDomains: ['.x.example'], networks: ['10.0.0.1/8'] }),
    );
    expect(problems.map((one) => one.code)).toEqual([
      'wildcard-domain',
      'bad-domain',
      'wildcard-domain',
      'bad-network',
    ]);
    expect(problems[0]?.message).toContain("relayDomains: ['school.example']");
  });

  it('permits no stranger to send elsewhere, whatever the address', async () => {
    const stage = relayControl(options);
    const local = fc.stringMatching(/^[a-z!%"@.+-]{1,12}$/);
    const domain = fc.constantFrom(
      'school.example',
      'x.school.example',
      'partner.example',
      'other.example',
      '[192.0.2.9]',
      '[192.0.2.8]',
    );
    await fc.assert(
      fc.asyncProperty(local, domain, async (localPart, name) => {
        const quoted = `"${localPart.replace(/["\\]/g, '\\$&')}"@${name}`;
        const outcome = await runOne(stage, { to: [quoted] });
        const ours = ['school.example', 'partner.example', '[192.0.2.9]'].includes(name) && !/[@%!]/.test(localPart);
        expect(said(outcome) === 'continue').toBe(ours);
      }),
    );
  });
});
