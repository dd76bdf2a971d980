/** The stage: what it knows of the transaction, what it asks, what it says when it cannot tell. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { defineStage } from '../../../src/core/stage.js';
import { spamFinding } from '../../../src/findings/spam.js';
import { spfFinding } from '../../../src/findings/spf.js';
import {
  readSpamRules,
  type SpamRulesOptions,
  type SpamRulesStage,
  spamRules,
} from '../../../src/stages/spam/index.js';
import type { Zone } from '../../../src/testing/ports/zone.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { memoryBody } from '../../../src/values/body.js';
import { isConfigurationError, renderProblem } from '../../../src/values/errors.js';
import { messageFromParts, parseMessage } from '../../../src/values/message.js';
import { box, type Facts, runOne, runPolicy, session } from '../facts.js';

const PLUGINS = ['DNSEval', 'SPF', 'HeaderEval']
  .map((name) => `loadplugin Mail::SpamAssassin::Plugin::${name}\n`)
  .join('');
const read = (text: string) =>
  readSpamRules({ files: [{ name: 'a.cf', text: `${PLUGINS}trusted_networks 10.0.0.0/8\n${text}` }] });
const message =
  'Received: from x (x [10.0.0.1]) by y; Thu, 1 Jan 2026 00:00:00 +0000\r\nSubject: hello\r\n\r\nthe text\r\n';

async function run(text: string, facts: Facts = {}, options: Partial<SpamRulesOptions> = {}) {
  const outcome = await runOne(spamRules({ rules: read(text), ...options }), { message, ...facts });
  return { finding: spamFinding.in(outcome.findings), outcome };
}
const names = async (text: string, facts: Facts = {}) => (await run(text, facts)).finding?.hits.map(({ name }) => name);
const verdict = (ran: Awaited<ReturnType<typeof run>>) => ran.outcome.recipients[0]?.decision.kind;

describe('spamRules', () => {
  it('gives points and rules, and decides nothing', async () => {
    const ran = await run('body A /the text/\nscore A 9\ndescribe A why');
    expect(ran.finding).toEqual({
      result: 'scored',
      score: 9,
      required: 5,
      hits: [{ name: 'A', score: 9, description: 'why' }],
      scorer: 'rules',
      incomplete: [],
    });
    expect(ran.outcome.complete).toBe(true);
  });

  it.each([
    [
      'header A X-Spam-Relays-Untrusted =~ /^\\[ ip=192\\.0\\.2\\.1 rdns=h\\.example helo=me /',
      { name: 'h.example', helo: 'me' },
      ['A'],
    ],
    ['header A X-Spam-Relays-Untrusted =~ /ip=/', { protocol: 'local', ip: undefined }, []],
    ['header A EnvelopeFrom =~ /^s@t\\.example/', { sender: 's@t.example' }, ['A']],
    ['header A EnvelopeFrom =~ /./', { sender: '' }, []],
    ['header A X-Spam-Relays-Trusted =~ /auth=ESMTPA/', { login: 'me' }, ['A']],
  ] as const)('knows of the session what rules look at: %s', async (text, facts, expected) => {
    expect(await names(text, facts as Facts)).toEqual(expected);
  });

  it('names rules and points in the trace, never what they matched', async () => {
    const { outcome } = await run('body A /the text/\nbody __B /text/');
    const trace = JSON.stringify(outcome.trace);
    expect(trace).toContain('"text":"A"');
    expect(trace).toContain('score 1, required 5');
    expect(trace).not.toContain('the text');
    expect(trace).not.toContain('__B');
  });
});

describe('lists', () => {
  const text =
    'header A eval:check_rbl("x", "list.example.")\ntflags A net\nscore A 0 6 0 6\nbody B /the text/\nscore B 1 2 1 2';
  const asked = (zone: Zone, options: Partial<SpamRulesOptions> = {}) =>
    run(text, {}, { resolver: zoneResolver(zone), ...options });
  const listed = '1.2.0.192.list.example';

  it('are asked where there is a resolver', async () => {
    expect((await asked({ [listed]: { A: ['127.0.0.2'] } })).finding).toMatchObject({ score: 8, incomplete: [] });
    expect((await asked({})).finding?.score).toBe(2);
    expect((await run(text)).finding?.score).toBe(1);
  });

  it('that are silent are "could not tell" where it matters', async () => {
    const silent = await asked({ [listed]: 'SERVFAIL' });
    expect(verdict(silent)).toBe('defer');
    expect(
      (await asked({ [listed]: 'SERVFAIL' }, { cannotTell: 'quarantine' })).outcome.recipients[0]?.decision.kind,
    ).toBe('quarantine');
    const goesOn = await asked({ [listed]: 'SERVFAIL' }, { cannotTell: 'continue' });
    expect(goesOn.outcome.complete).toBe(true);
    expect(goesOn.finding?.incomplete).toEqual([expect.stringContaining(listed)]);
  });

  it('that are silent are passed over where it does not', async () => {
    const small = text.replace('score A 0 6 0 6', 'score A 0 2 0 2');
    const ran = await run(small, {}, { resolver: zoneResolver({ [listed]: 'SERVFAIL' }) });
    expect(ran.outcome.complete).toBe(true);
    expect(ran.finding?.incomplete).toEqual([expect.stringContaining(listed)]);
    const anyway = text.replace('score B 1 2 1 2', 'score B 1 7 1 7');
    expect((await run(anyway, {}, { resolver: zoneResolver({ [listed]: 'SERVFAIL' }) })).outcome.complete).toBe(true);
  });
});

describe('questions that are left out, for there are too many,', () => {
  const many = Array.from({ length: 600 }, (_, at) => {
    return `header A${at} eval:check_rbl("x${at}", "list${at}.example.")\ntflags A${at} net\nscore A${at} 0.001`;
  }).join('\n');
  const asked = (text: string, options: Partial<SpamRulesOptions> = {}) =>
    run(`${many}\n${text}`, {}, { resolver: zoneResolver({}), ...options });

  it('are "could not tell" where it matters', async () => {
    expect(verdict(await asked('score A599 9'))).toBe('defer');
    expect(verdict(await asked('score A599 9', { cannotTell: 'hold' }))).toBe('hold');
    const goesOn = await asked('score A599 9', { cannotTell: 'continue' });
    expect(goesOn.outcome.complete).toBe(true);
    expect(goesOn.finding?.incomplete).toEqual([expect.stringContaining('questions')]);
  });

  it('are passed over where it does not', async () => {
    expect((await asked('score A599 1')).outcome.complete).toBe(true);
  });
});

describe('authentication', () => {
  const text = 'header A eval:check_for_spf_fail()\ntflags A net\nscore A 0 3 0 3';
  const spf = (result: 'fail' | 'pass') =>
    defineStage({
      name: 'spf',
      at: 'mail',
      gives: [spfFinding],
      run: () => ({ findings: spfFinding.of({ result, mailFrom: { result } } as never) }),
    });
  const scoreOf = async (result: 'fail' | 'pass', options: Partial<SpamRulesOptions>) => {
    const policy = definePolicy({ mail: [spf(result)], message: [spamRules({ rules: read(text), ...options })] });
    return spamFinding.in((await runPolicy(policy, { message })).findings)?.score;
  };

  it('counts where the options say so, or with a resolver', async () => {
    expect(await scoreOf('fail', {})).toBe(0);
    expect(await scoreOf('fail', { authentication: true })).toBe(3);
    expect(await scoreOf('pass', { authentication: true })).toBe(0);
    expect(await scoreOf('fail', { resolver: zoneResolver({}) })).toBe(3);
  });

  it.each([
    [text, {}, true],
    [text, { authentication: true }, false],
    ['body A /x/', {}, false],
  ])('that is off is remarked upon: %j, %j', async (rules, options, expected) => {
    const policy = definePolicy({ mail: [spf('fail')], message: [spamRules({ rules: read(rules), ...options })] });
    const { trace } = await runPolicy(policy, { message });
    expect(JSON.stringify(trace).includes('the rules about SPF are off')).toBe(expected);
  });
});

describe('what is not looked at', () => {
  const parsed = parseMessage(new TextEncoder().encode(message));
  if (parsed.kind !== 'parsed') throw new Error('over the limits');
  const whole = parsed.value;
  const broken = {
    ...memoryBody(new Uint8Array(8)),
    bytes: undefined,
    // biome-ignore lint/correctness/useYield: it fails before
    async *open(): AsyncIterable<Uint8Array> {
      throw new Error('the disk is gone');
    },
  };
  const evaluate = (options: Partial<SpamRulesOptions>, body = broken as typeof whole.body) => {
    const policy = definePolicy({ message: [spamRules({ rules: read('body A /the text/'), ...options })] });
    const given = { fields: whole.header, separator: whole.separator };
    return policy.evaluate({
      session: session({ ip: '192.0.2.1' }),
      sender: box('a@b.example'),
      recipients: [box('t01@school.example')],
      message: messageFromParts(given, body, 'crlf'),
    });
  };

  it('is a body that cannot be read', async () => {
    const outcome = await evaluate({});
    expect(outcome.recipients[0]?.decision).toMatchObject({ kind: 'defer', reason: 'cannot-tell' });
    const goesOn = await evaluate({ cannotTell: 'continue' });
    expect(spamFinding.in(goesOn.findings)).toMatchObject({
      result: 'cannot-tell',
      incomplete: ['the body cannot be read: the disk is gone'],
    });
  });

  it('is a body in a file as one in memory', async () => {
    const bytes = new TextEncoder().encode('the text\r\n');
    const outcome = await evaluate({}, { ...memoryBody(bytes), bytes: undefined });
    expect(spamFinding.in(outcome.findings)?.hits.map(({ name }) => name)).toEqual(['A']);
  });

  it('is what lies behind a limit', async () => {
    const long = { message: `Subject: x\r\n\r\n${'a'.repeat(100)}\r\nthe text\r\n` };
    const cut = await run('body A /the text/', long, { limits: { body: 50 } });
    expect(cut.finding).toMatchObject({ result: 'scored', score: 0, incomplete: ['62 octets at the end of the body'] });
    expect(cut.outcome.complete).toBe(true);
    const refused = await run('body A /the text/', long, { limits: { body: 50 }, onIncomplete: 'defer' });
    expect(verdict(refused)).toBe('defer');
  });
});

describe('decides', () => {
  it('follows from the options', () => {
    const rules = read('body A /x/');
    const decides = (stage: { readonly decides: readonly string[] }) => stage.decides;
    expect(decides(spamRules({ rules, warm: false }))).toEqual([]);
    expect(decides(spamRules({ rules, warm: false, cannotTell: 'hold', onIncomplete: 'defer' }))).toEqual(['hold']);
    expectTypeOf(spamRules({ rules, warm: false })).toEqualTypeOf<SpamRulesStage<never>>();
    expectTypeOf(spamRules({ rules, warm: false, onIncomplete: 'hold' })).toEqualTypeOf<SpamRulesStage<'hold'>>();
  });

  it('names what cannot be run', () => {
    const { skipped } = spamRules({ rules: read('full A eval:check_pyzor()\nscore A 3'), warm: false });
    expect(skipped).toEqual([expect.objectContaining({ name: 'A', score: 3, reason: 'function' })]);
  });
});

describe('options', () => {
  it.each([
    [{ limits: { body: -1 } }, /limits\.body is a whole number/],
    [{ limits: { wings: 1 } }, /no limit "wings"/],
    [{ time: 0 }, /time is a number/],
    [{ cannotTel: 'hold' }, /there is no option "cannotTel"/],
    [{ cannotTell: 'pass' }, /cannotTell is one of defer, .*: pass$/],
    [{ onIncomplete: null }, /onIncomplete is one of/],
    [{ rules: undefined }, /rules is what readSpamAssassin/],
    [{ rules: read('') }, /there is no rule/],
    [{ resolver: {} }, /resolver is a resolver/],
    [{ warm: 'no' }, /warm is true or false/],
    [{ skippedAtMost: Number.NaN }, /skippedAtMost/],
    [{ skippedAtMost: 2 }, /^a\.cf:5: A, worth 3, cannot be run here: there is no function check_pyzor here$/],
  ] as const)('%j are wrong', (options, expected) => {
    try {
      spamRules({
        rules: read('full A eval:check_pyzor()\nscore A 3\nfull B eval:check_pyzor()'),
        ...(options as object),
      });
      expect.unreachable();
    } catch (error) {
      const told = isConfigurationError(error) ? error.problems.map(renderProblem) : [String(error)];
      expect(told).toEqual([expect.stringMatching(expected)]);
    }
  });

  it('let rules be skipped that are worth less', () => {
    const rules = read('full A eval:check_pyzor()\nscore A 3');
    expect(spamRules({ rules, skippedAtMost: 3, warm: false }).name).toBe('spamRules');
  });
});
