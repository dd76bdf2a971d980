import { describe, expect, it } from 'vitest';
import type { RestrictionSettings } from '../../../src/stages/restrictions/index.js';
import { inlineTable } from '../../../src/tables/index.js';
import { replyTo } from './support.js';

const destinations = { final: ['local.example', 'alias.example'], local: ['local.example'], relay: ['relay.example'] };
const untrusted: RestrictionSettings = { destinations, allowUntrustedRouting: true, rejectUnlistedRecipient: false };

/** Whether Postfix 3.7.11 with allow_untrusted_routing = yes takes it from a stranger. */
const seen: readonly (readonly [string, boolean])[] = [
  ['x%far.example@local.example', false],
  ['far.example!x@local.example', false],
  ['"x@far.example"@local.example', false],
  ['"x%far.example"@local.example', false],
  ['x%far.example%local.example@local.example', false],
  ['x%relay.example%local.example@local.example', true],
  ['"far.example!x%alias.example"@local.example', false],
  ['x%alias.example@local.example', true],
  ['x%relay.example@local.example', true],
  ['x!@local.example', false],
  // Mail for these is not taken apart here: it stays, or goes to the host that it is for.
  ['x%far.example@alias.example', true],
  ['x%far.example@relay.example', true],
  ['x%far.example@far.example', false],
];

describe('allow_untrusted_routing = yes judges the domain where the mail would go', () => {
  it.each(seen)('%s: %s', async (rcpt, taken) => {
    const sent = { rcpt, settings: untrusted };
    const code = (text: string): string => text.slice(0, 3);
    expect(code(await replyTo({ relay: 'reject_unauth_destination' }, sent))).toBe(taken ? '250' : '554');
    expect(code(await replyTo({ relay: 'defer_unauth_destination' }, sent))).toBe(taken ? '250' : '454');
    expect(code(await replyTo({ relay: 'permit_auth_destination, reject' }, sent))).toBe(taken ? '250' : '554');
  });

  // At a local domain the route is followed all the same: what still holds one then is nobody's.
  it.each(seen)('%s: %s without it, unless a route is left', async (rcpt, taken) => {
    const settings = { ...untrusted, allowUntrustedRouting: false };
    const isLeft = /[%!@].*@(?:alias|relay)\.example$/.test(rcpt);
    const expected = taken && !isLeft ? /^250/ : /^554 .*Relay access/;
    expect(await replyTo({ relay: 'reject_unauth_destination' }, { rcpt, settings })).toMatch(expected);
  });

  it.each([
    ['x%far.example@local.example', { percentHack: false }, '250'],
    ['far.example!x@local.example', { percentHack: false }, '554'],
    ['far.example!x@local.example', { bangPaths: false }, '250'],
    ['far.example!x%far.example@local.example', { bangPaths: false }, '554'],
    ['"x@far.example"@local.example', { percentHack: false, bangPaths: false }, '554'],
  ])('%s with %j: %s', async (rcpt, more, expected) => {
    const reply = await replyTo({ relay: 'reject_unauth_destination' }, { rcpt, settings: { ...untrusted, ...more } });
    expect(reply.slice(0, 3)).toBe(expected);
  });

  it('follows routes at every domain of ours where nobody says which are local', async () => {
    const { local: _, ...others } = destinations;
    const settings = { ...untrusted, destinations: others };
    const rcpt = 'x%far.example@alias.example';
    expect(await replyTo({ relay: 'reject_unauth_destination' }, { rcpt, settings })).toMatch(/^554 /);
  });

  it('asks a table of local domains, and gives up behind ten of them', async () => {
    const table = inlineTable({ 'local.example': 'x' });
    const settings = { ...untrusted, destinations: { final: [table], local: [table] } };
    const nested = (count: number): string => `"x${'@local.example'.repeat(count)}"@local.example`;
    const to = (rcpt: string) => replyTo({ relay: 'reject_unauth_destination' }, { rcpt, settings });
    expect(await to('x%far.example@local.example')).toMatch(/^554 /);
    expect(await to(nested(2))).toBe('250');
    expect(await to('x%local.example@local.example')).toBe('250');
    expect(await to(`${'x%local.example'.replace('x', `x${'%a'.repeat(12)}`)}@local.example`)).toMatch(/^554 /);
  });
});
