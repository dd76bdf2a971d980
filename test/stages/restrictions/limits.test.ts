import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkSenderAccess,
  type Need,
  permitMynetworks,
  readWords,
  rejectAll,
  rejectNonFqdnSender,
  rejectRblClient,
  rejectUnlistedRecipient,
  restrictionClass,
  type SettingsFor,
  smtpdRestrictions,
} from '../../../src/stages/restrictions/index.js';
import { staticTable } from '../../../src/tables/index.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { replyTo } from './support.js';

const untold = {} as SettingsFor<Need>;

describe('bad input', () => {
  it('names everything that is missing at once', () => {
    const make = () =>
      smtpdRestrictions<Need>({
        client: [permitMynetworks(), rejectRblClient('bad..zone')],
        recipient: [rejectUnlistedRecipient(), checkSenderAccess(staticTable('FILTER nowhere'))],
        ...untold,
      });
    try {
      make();
      expect.unreachable();
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      const codes = error.problems.map((one) => one.code).sort();
      expect(codes).toEqual([
        'bad-block-list',
        'bad-next-hop',
        'missing-networks',
        'missing-recipients',
        'missing-resolver',
      ]);
    }
  });

  it('is a type error where a setting is missing', () => {
    // @ts-expect-error: resolver
    expect(() => smtpdRestrictions({ client: [rejectRblClient('bl.example')] })).toThrow('resolver');
  });

  it('applies 10,000 restrictions in time', async () => {
    const sender = Array.from({ length: 10_000 }, () => rejectNonFqdnSender());
    const started = performance.now();
    const { result } = await runStage(smtpdRestrictions({ sender, recipient: [rejectAll()] }).rcpt[0], {});
    expect(result).toMatchObject({ decision: { kind: 'reject' } });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('bounds classes that unfold into ever more', async () => {
    let list = restrictionClass('c0', [rejectNonFqdnSender()]);
    for (let at = 1; at < 40; at++) list = restrictionClass(`c${at}`, [list, list]);
    const { result } = await runStage(smtpdRestrictions({ sender: [list] }).rcpt[0], {});
    expect(result).toMatchObject({ decision: { kind: 'defer', reply: { code: 451, enhanced: '4.3.5' } } });
  });

  it('bounds tables that name a class that asks them', async () => {
    const members = [checkSenderAccess(staticTable('again'))];
    const [stage] = smtpdRestrictions({ sender: members, classes: { again: members } }).rcpt;
    const { result } = await runStage(stage, {});
    expect(result).toMatchObject({ decision: { kind: 'defer', reply: { code: 451, enhanced: '4.3.5' } } });
  });

  it('takes any words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('warn_if_reject', 'reject_rbl_client', 'sleep'))),
        (words) => {
          const { restrictions, problems } = readWords(words, {});
          expect(restrictions.length + problems.length).toBeLessThanOrEqual(words.length + 1);
        },
      ),
    );
  });
});

describe('hosts behind a domain', () => {
  // smtpd: "use of OK is not allowed for security reasons".
  it.each([
    ['static:OK', '451 4.3.5 Server configuration error'],
    ['static:permit', '451 4.3.5 Server configuration error'],
    ['static:DUNNO', '250'],
    ['static:DISCARD', '250 discard'],
  ])('%s', async (table, expected) => {
    expect(await replyTo({ sender: `check_sender_mx_access ${table}` })).toBe(expected);
  });
});

describe('effects', () => {
  it.each([
    ['static:HOLD', '250 hold'],
    ['static:{REDIRECT x@school.example}', '250 redirect'],
    ['static:{FILTER smtp:[127.0.0.1]:10025}', '250'],
    ['static:{PREPEND X-Seen: yes}', '250'],
    ['static:{BCC s001@school.example}', '250'],
  ])('%s', async (table, expected) => {
    expect(await replyTo({ client: `check_client_access ${table}` })).toBe(expected);
    const refused = { client: `check_client_access ${table}`, recipient: 'reject' };
    expect(await replyTo(refused)).toContain('554 5.7.1');
  });
});
