import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import {
  checkPolicyService,
  type Need,
  type SettingsFor,
  smtpdRestrictions,
} from '../../../src/stages/restrictions/index.js';
import { cannotTell } from '../../../src/values/answer.js';
import { replyTo, site, words } from './support.js';

/** What `policy.failures()` says of each port of one list. */
function rules(text: string, defaultAction?: string): Record<string, string | undefined> {
  const service = { decide: () => cannotTell('down') };
  const { restrictions } = words(text, {
    bareTables: true,
    policyService: (name, options) =>
      checkPolicyService(service, { ...options, name, ...(defaultAction !== undefined && { defaultAction }) }),
  });
  const { rcpt } = smtpdRestrictions<Need>({ client: restrictions, ...(site as SettingsFor<Need>) });
  return Object.fromEntries(
    definePolicy({ rcpt: [...rcpt] })
      .failures()
      .map((row) => [row.port, row.cannotTell]),
  );
}

describe('failures', () => {
  it('are what the stage does', () => {
    expect(rules('fail:x, reject_rbl_client bl.example')).toEqual({
      fail: 'defer',
      recipients: 'defer',
      resolver: 'continue',
    });
    expect(rules('warn_if_reject fail:x')).toMatchObject({ 'fail, warn_if_reject': 'continue' });
    expect(rules('warn_if_reject fail:x, fail:x')).toMatchObject({ fail: 'defer', 'fail, warn_if_reject': 'continue' });
  });

  it.each([
    [undefined, 'defer'],
    ['DUNNO', 'continue'],
    ['550 5.7.1 no', 'reject'],
    ['DEFER_IF_PERMIT', 'continue'],
  ])('a policy service with default_action %s: %s', (action, expected) => {
    const name = 'check_policy_service inet:h:1';
    expect(rules(name, action)).toMatchObject({ [name]: expected });
    expect(rules(`warn_if_reject ${name}`, action)).toMatchObject({ [`${name}, warn_if_reject`]: 'continue' });
  });

  it('come true', async () => {
    expect(await replyTo({ client: 'check_client_access fail:x' })).toContain('451 4.3.5');
    expect(await replyTo({ client: 'warn_if_reject check_client_access fail:x' })).toBe('250');
    expect(
      await replyTo({ client: 'warn_if_reject check_client_access fail:x, check_client_access fail:x' }),
    ).toContain('451 4.3.5');
  });
});
