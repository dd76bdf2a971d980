import { describe, expect, test } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import type { SpfCheck, SpfResult } from '../../../src/findings/spf.js';
import { type EnforceSpfOptions, enforceSpf, spf } from '../../../src/stages/spf/index.js';
import { mailboxOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { zoneResolver } from '../../../src/testing/resolver/index.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { renderReply } from '../../../src/values/reply.js';
import { problemsOf } from '../../values/support.js';

function check(result: SpfResult, over: Partial<SpfCheck> = {}): SpfCheck {
  return {
    identity: 'mailfrom',
    result,
    domain: 'd.example',
    sender: 'user@d.example',
    mechanism: undefined,
    mechanismDomain: undefined,
    explanation: undefined,
    problem: undefined,
    lookups: 0,
    voidLookups: 0,
    unanswered: [],
    records: [],
    ...over,
  };
}

async function answer(
  mailFrom: SpfCheck | undefined,
  helo?: SpfCheck,
  options?: EnforceSpfOptions,
  sender = 'user@d.example',
): Promise<string> {
  const findings = { spf: { result: mailFrom?.result ?? 'none', mailFrom, helo } };
  const { result } = await runStage(enforceSpf(options), { findings, sender: senderOf(sender) });
  if (result === undefined || !('reply' in result)) return 'continue';
  return `${result.kind} ${result.reason} ${result.detail ?? '-'}\n${renderReply(result.reply)}`;
}

const everything: EnforceSpfOptions = {
  onFail: 'reject',
  onSoftfail: 'reject',
  onNeutral: 'reject',
  onNone: 'reject',
  onPermerror: 'reject',
  onTemperror: 'reject',
};

describe('what is done about a result', () => {
  test.each<[SpfResult, string, string]>([
    ['pass', 'continue', 'continue'],
    ['fail', '550-5.7.23', '550 5.7.23 SPF fail: 192.0.2.10 is not permitted to use the sender domain d.example'],
    ['softfail', 'continue', '550 5.7.23 SPF softfail: 192.0.2.10 is not permitted to use the sender domain d.example'],
    ['neutral', 'continue', '550 5.7.23 SPF neutral: 192.0.2.10 is not permitted to use the sender domain d.example'],
    ['none', 'continue', '550 5.7.1 SPF: the sender domain d.example has no SPF record'],
    [
      'permerror',
      'continue',
      '550 5.7.24 SPF permerror: the sender domain d.example has an SPF record that cannot be evaluated',
    ],
    ['temperror', '451 4.7.24', '550 5.7.24 SPF temperror: the sender domain d.example could not be checked by SPF'],
  ])('%s', async (result, byDefault, whenAsked) => {
    expect(await answer(check(result))).toContain(byDefault === '550-5.7.23' ? '550 5.7.23' : byDefault);
    expect(await answer(check(result), undefined, everything)).toContain(whenAsked);
  });

  test('defer instead', async () => {
    expect(await answer(check('fail'), undefined, { onFail: 'defer' })).toBe(
      'defer sender-policy -\n450 4.7.23 SPF fail: 192.0.2.10 is not permitted to use the sender domain d.example\r\n',
    );
  });

  test('evidence is for the log, the problem of a record for the sender too', async () => {
    const failed = check('fail', { mechanism: '-all', mechanismDomain: 'r.example' });
    expect(await answer(failed)).toMatch(/^reject sender-policy -all in the record of r\.example\n/);
    const broken = check('permerror', { problem: 'the record of d.example, "moo" at 7: no mechanism' });
    expect(await answer(broken, undefined, everything)).toMatch(
      /\r\n550 5\.7\.24 the record of d\.example, "moo" at 7: no mechanism\r\n$/,
    );
    const unknown = check('temperror', { problem: 'ESERVFAIL of ns1.inside' });
    expect(await answer(unknown)).not.toMatch(/451.*inside/);
  });

  test('HELO: a fail, and what may be one', async () => {
    const helo = (result: SpfResult): SpfCheck => check(result, { identity: 'helo', domain: 'h.example' });
    expect(await answer(check('pass'), helo('fail'))).toContain(
      '550 5.7.23 SPF fail: 192.0.2.10 is not permitted to use the HELO name h.example',
    );
    expect(await answer(check('pass'), helo('fail'), { onHeloFail: 'continue' })).toBe('continue');
    expect(await answer(check('pass'), helo('softfail'), everything)).toBe('continue');
    expect(await answer(undefined)).toBe('continue');
    const unsure = /451 4\.7\.24 SPF temperror: the HELO name h\.example could not be checked by SPF\r\n$/;
    for (const result of ['pass', 'none', 'neutral', 'permerror'] as const) {
      expect(await answer(check(result), helo('temperror'))).toMatch(unsure);
    }
    expect(await answer(check('pass'), helo('temperror'), { onHeloTemperror: 'reject' })).toContain('550 5.7.24');
    // Nothing hangs on it where a fail would be let through.
    expect(await answer(check('pass'), helo('temperror'), { onHeloFail: 'continue' })).toBe('continue');
    const both: EnforceSpfOptions = { onHeloFail: 'continue', onHeloTemperror: 'defer' };
    expect(await answer(check('pass'), helo('temperror'), both)).toMatch(unsure);
  });

  test('of the null path it is the HELO name that is told', async () => {
    const said = (result: SpfResult): Promise<string> => answer(check(result), undefined, everything, '<>');
    expect(await said('fail')).toContain('is not permitted to use the HELO name d.example');
    expect(await said('none')).toContain('the HELO name d.example has no SPF record');
    expect(await said('permerror')).toContain('the HELO name d.example has an SPF record');
    expect(await said('temperror')).toContain('550 5.7.24 SPF temperror: the HELO name d.example');
  });

  test('a result that rests on silence says so in the log alone', async () => {
    const unanswered = ['names of 192.0.2.10: ESERVFAIL'];
    const failed = check('fail', { mechanism: '-all', mechanismDomain: 'd.example', unanswered });
    const reply = await answer(failed);
    expect(reply).toContain('-all in the record of d.example; no answer for names of 192.0.2.10: ESERVFAIL\n');
    expect(reply.slice(reply.indexOf('\n'))).not.toContain('ESERVFAIL');
  });
});

test('an explanation is of a stranger: printable, on its own line, cut', async () => {
  const explanation = '250 2.0.0 Ok, delivered\r\n221 Bye\u001b[2J caf\u00e9';
  const reply = await answer(check('fail', { explanation }));
  expect(reply.split('\r\n').slice(1)).toEqual([
    '550 5.7.23 d.example explains: 250 2.0.0 Ok, delivered??221 Bye?[2J caf?',
    '',
  ]);
  const long = await answer(check('fail', { explanation: 'x'.repeat(5000), domain: '\u2603\r\n'.repeat(200) }));
  for (const line of long.split('\r\n')) {
    expect(line).toMatch(/^[ -~\n]*$/);
    expect(line.length).toBeLessThanOrEqual(512);
  }
});

test('with spf, in one policy', async () => {
  const resolver = zoneResolver({
    'd.example': { TXT: ['v=spf1 -all exp=why.example'] },
    'why.example': { TXT: ['%{c} may not, see http://%{d}/'] },
  });
  const policy = definePolicy({ mail: [spf({ resolver }), enforceSpf()] });
  const session = sessionOf();
  const recipients = [mailboxOf('s001@school.example')];
  const { decision } = await policy.evaluate({
    session,
    helo: 'c.example',
    sender: mailboxOf('u@d.example'),
    recipients,
  });
  expect(decision).toMatchObject({
    kind: 'reject',
    reply: {
      code: 550,
      enhanced: '5.7.23',
      lines: [
        'SPF fail: 192.0.2.10 is not permitted to use the sender domain d.example',
        'd.example explains: 192.0.2.10 may not, see http://d.example/',
      ],
    },
  });
});

test('wrong options are refused, all at once', () => {
  const options = { onFail: 'quarantine', onPass: 'reject' } as unknown as EnforceSpfOptions;
  expect(problemsOf(() => enforceSpf(options)).map(({ code }) => code)).toEqual(['bad-action', 'unknown-option']);
});
