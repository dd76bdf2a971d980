import { describe, expect, it } from 'vitest';
import type { DkimFinding, DkimSignature } from '../../../../src/findings/dkim.js';
import type { DmarcFinding, DmarcPolicy } from '../../../../src/findings/dmarc.js';
import type { SpfCheck, SpfFinding, SpfResult } from '../../../../src/findings/spf.js';
import { type Findings, run } from '../dns/support.js';

const check = (identity: SpfCheck['identity'], result: SpfResult): SpfCheck => ({
  identity,
  result,
  domain: 'sender.example',
  sender: 'a@sender.example',
  mechanism: undefined,
  mechanismDomain: undefined,
  explanation: undefined,
  problem: undefined,
  lookups: 0,
  voidLookups: 0,
  records: [],
  unanswered: [],
});

const spf = (mailFrom?: SpfResult, helo?: SpfResult): SpfFinding => ({
  result: mailFrom ?? helo ?? 'none',
  mailFrom: mailFrom && check('mailfrom', mailFrom),
  helo: helo && check('helo', helo),
});

const signature = (
  result: DkimSignature['result'],
  domain: string,
  over: Partial<DkimSignature> = {},
): DkimSignature => ({
  result,
  why: undefined,
  domain,
  identity: `@${domain}`,
  selector: 's',
  algorithm: 'rsa-sha256',
  signatureStart: undefined,
  signedFields: [],
  oversigned: [],
  testing: false,
  unsignedBody: undefined,
  ...over,
});

const dkim = (...signatures: readonly DkimSignature[]): DkimFinding => ({
  result: signatures[0]?.result ?? 'none',
  signatures,
  limit: undefined,
});

const dmarc = (result: DmarcFinding['result'], requested: DmarcPolicy = 'none', overridden = false): DmarcFinding => ({
  result,
  author: { kind: 'one', domain: 'sender.example', address: 'a@sender.example' },
  policy: undefined,
  organizationalDomain: undefined,
  requested,
  identifiers: [],
  override: overridden ? { reason: 'arc', sealer: 'list.example', instance: 1 } : undefined,
  why: undefined,
  queries: [],
});

const message = 'From: A <a@sender.example>\r\nSubject: x\r\n\r\nbody\r\n';

/** Whether the function holds. */
async function holds(call: string, findings: Findings, settings = '', sender = 'a@sender.example'): Promise<boolean> {
  const rules = `header R eval:${call}\n${settings}`;
  return (await run({ rules, findings, sender, message })).hits.includes('R');
}

describe('SPF', () => {
  const results: readonly SpfResult[] = ['pass', 'neutral', 'none', 'fail', 'softfail', 'permerror', 'temperror'];
  it.each(results)('%s', async (result) => {
    for (const other of results) {
      expect(await holds(`check_for_spf_${result}()`, { spf: spf(other, 'none') })).toBe(other === result);
      expect(await holds(`check_for_spf_helo_${result}()`, { spf: spf(undefined, other) })).toBe(other === result);
    }
    expect(await holds(`check_for_spf_${result}()`, {})).toBe(false);
  });

  it.each([
    ['welcomelist_from_spf a@sender.example', true],
    ['whitelist_from_spf *@sender.example', true],
    ['welcomelist_auth *@*', true],
    ['welcomelist_from_spf b@sender.example', false],
    ['def_welcomelist_from_spf a@sender.example', false],
    ['welcomelist_from_spf a@sender.example\nunwelcomelist_from_spf a@sender.example', false],
  ])('%s: %s', async (settings, expected) => {
    const call = 'check_for_spf_welcomelist_from()';
    expect(await holds(call, { spf: spf('pass') }, settings)).toBe(expected);
    expect(await holds('check_for_spf_whitelist_from()', { spf: spf('pass') }, settings)).toBe(expected);
    for (const result of ['neutral', 'fail', 'temperror'] as const)
      expect(await holds(call, { spf: spf(result) }, settings)).toBe(false);
    expect(await holds(call, {}, settings)).toBe(false);
  });

  it('the shipped list', async () => {
    const call = 'check_for_def_spf_welcomelist_from()';
    expect(await holds(call, { spf: spf('pass') }, 'def_welcomelist_auth *@sender.example')).toBe(true);
  });
});

describe('DKIM', () => {
  const good = signature('pass', 'sender.example');
  it.each<[string, Findings, boolean]>([
    ['check_dkim_signed()', { dkim: dkim(signature('fail', 'x.example')) }, true],
    ['check_dkim_signed()', { dkim: dkim() }, false],
    ['check_dkim_signed()', {}, false],
    ["check_dkim_signed('x.example')", { dkim: dkim(signature('fail', 'x.example')) }, true],
    ["check_dkim_signed('y.example')", { dkim: dkim(signature('fail', 'x.example')) }, false],
    ['check_dkim_valid()', { dkim: dkim(signature('fail', 'x.example')) }, false],
    ['check_dkim_valid()', { dkim: dkim(signature('fail', 'x.example'), good) }, true],
    ['check_dkim_valid()', { dkim: dkim(signature('temperror', 'x.example')) }, false],
    ["check_dkim_valid('a.example', 'sender.example')", { dkim: dkim(good) }, true],
    ["check_dkim_valid('.example')", { dkim: dkim(good) }, true],
    ["check_dkim_valid('*.sender.example')", { dkim: dkim(good) }, true],
    ["check_dkim_valid('ender.example')", { dkim: dkim(good) }, false],
    ['check_dkim_valid_author_sig()', { dkim: dkim(good) }, true],
    ['check_dkim_valid_author_sig()', { dkim: dkim(signature('pass', 'x.example')) }, false],
    ['check_dkim_valid_author_sig()', { dkim: dkim(signature('fail', 'sender.example')) }, false],
    [
      'check_dkim_valid_author_sig()',
      { dkim: dkim(signature('pass', 'sender.example', { identity: '@y.sender.example' })) },
      false,
    ],
    ['check_dkim_valid_envelopefrom()', { dkim: dkim(good) }, true],
    ['check_dkim_valid_envelopefrom()', { dkim: dkim(signature('pass', 'x.example')) }, false],
    ['check_dkim_dependable()', { dkim: dkim() }, true],
    ['check_dkim_dependable()', { dkim: { ...dkim(), limit: 'many' } }, false],
    ['check_dkim_testing()', { dkim: dkim(signature('fail', 'x.example', { testing: true })) }, true],
    ['check_dkim_testing()', { dkim: dkim(good) }, false],
    ['check_dkim_signsome()', { dkim: dkim() }, false],
    ['check_arc_signed()', { arc: { result: 'fail', why: 'x', sets: [{} as never], limit: undefined } }, true],
    ['check_arc_signed()', { arc: { result: 'none', why: undefined, sets: [], limit: undefined } }, false],
    ['check_arc_valid()', { arc: { result: 'pass', why: undefined, sets: [{} as never], limit: undefined } }, true],
    ['check_arc_valid()', { arc: { result: 'temperror', why: 'x', sets: [{} as never], limit: undefined } }, false],
  ])('%s %#: %s', async (call, findings, expected) => {
    expect(await holds(call, findings)).toBe(expected);
  });

  it.each<[string, string, boolean]>([
    ['adsp_override sender.example', 'D', true],
    ['adsp_override sender.example custom_med', '2', true],
    ['adsp_override sender.example custom_med', '1', false],
    ['adsp_override *.example custom_high', '3', true],
    ['adsp_override *.example custom_high\nadsp_override sender.example unknown', '*', false],
    ['adsp_override * all', 'A', true],
    ['', '*', false],
  ])('practices: %s, %s: %s', async (settings, kind, expected) => {
    const call = `check_dkim_adsp('${kind}')`;
    expect(await holds(call, { dkim: dkim() }, settings)).toBe(expected);
    expect(await holds(call, { dkim: dkim(signature('fail', 'sender.example')) }, settings)).toBe(expected);
    // A signature of the author, or one that might be, and nobody who looked.
    expect(await holds(call, { dkim: dkim(good) }, settings)).toBe(false);
    expect(await holds(call, { dkim: dkim(signature('temperror', 'sender.example')) }, settings)).toBe(false);
    expect(await holds(call, {}, settings)).toBe(false);
  });

  const third = signature('pass', 'mail.esp.example');
  it.each<[string, DkimSignature, boolean]>([
    ['welcomelist_from_dkim a@sender.example', good, true],
    ['whitelist_from_dkim *@sender.example', good, true],
    ['welcomelist_from_dkim *@sender.example', third, false],
    ['welcomelist_from_dkim *@sender.example mail.esp.example', third, true],
    ['welcomelist_from_dkim *@sender.example *.esp.example', third, true],
    ['welcomelist_from_dkim *@sender.example .mail.esp.example', third, false],
    ['welcomelist_from_dkim *@sender.example x@mail.esp.example', third, true],
    ['welcomelist_from_dkim b@sender.example', good, false],
    ['welcomelist_auth *@sender.example', good, true],
    ['welcomelist_auth *@sender.example', third, false],
    ['def_welcomelist_from_dkim *@sender.example', good, false],
    ['welcomelist_from_dkim *@sender.example\nunwelcomelist_from_dkim *@sender.example', good, false],
    ['welcomelist_from_dkim *@sender.example', signature('fail', 'sender.example'), false],
  ])('%s %#: %s', async (settings, one, expected) => {
    expect(await holds('check_for_dkim_welcomelist_from()', { dkim: dkim(one) }, settings)).toBe(expected);
    expect(await holds('check_for_dkim_whitelist_from()', { dkim: dkim(one) }, settings)).toBe(expected);
  });

  it('the shipped list', async () => {
    const call = 'check_for_def_dkim_welcomelist_from()';
    expect(await holds(call, { dkim: dkim(good) }, 'def_whitelist_from_dkim *@sender.example')).toBe(true);
  });
});

describe('DMARC', () => {
  const calls = ['pass', 'reject', 'quarantine', 'none', 'missing'];
  it.each<[DmarcFinding | undefined, string | undefined]>([
    [dmarc('pass'), 'pass'],
    [dmarc('fail', 'reject'), 'reject'],
    [dmarc('fail', 'quarantine'), 'quarantine'],
    [dmarc('fail', 'none'), 'none'],
    [dmarc('fail', 'reject', true), 'none'],
    [dmarc('none'), 'missing'],
    [dmarc('temperror', 'reject'), undefined],
    [dmarc('permerror'), undefined],
    [dmarc('not-evaluated'), undefined],
    [undefined, undefined],
  ])('%#', async (finding, expected) => {
    const findings = finding === undefined ? {} : { dmarc: finding };
    for (const call of calls) expect(await holds(`check_dmarc_${call}()`, findings)).toBe(call === expected);
  });
});
