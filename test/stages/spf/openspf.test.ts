/** The test suites of RFC 7208 (all) and of RFC 4408 (but for what RFC 7208 changed). */
import { expect, type TestContext, test } from 'vitest';
import type { SpfCheck } from '../../../src/findings/spf.js';
import { checkHost } from '../../../src/stages/spf/index.js';
import { openspfData } from '../../values/support.js';
import { readScenarios, type Scenario, type SuiteTest } from './openspf.js';
import { address, suiteResolver } from './zone.js';

function run({ zone }: Scenario, { helo, host, mailFrom }: SuiteTest): SpfCheck {
  const check = checkHost({
    clientIp: address(host),
    domain: mailFrom === '' ? helo : mailFrom.slice(mailFrom.lastIndexOf('@') + 1),
    sender: mailFrom,
    helo,
    resolver: suiteResolver(zone),
    now: new Date('2026-11-22T12:00:00Z'),
    receiver: 'mx.example.net',
    defaultExplanation: 'DEFAULT',
  });
  if ('then' in check) throw new Error('a resolver that answers at once, and no answer at once');
  return check;
}

/** What is not as the suite has it: `name: result (wanted)`. */
function differences(
  ctx: TestContext,
  file: string,
): { count: number; explanations: number; wrong: readonly string[] } {
  const scenarios = readScenarios(openspfData(ctx, file));
  const all = scenarios.flatMap((scenario) => scenario.tests.map((one) => ({ scenario, one })));
  const wrong = all.flatMap(({ scenario, one }) => {
    const { result, explanation, problem } = run(scenario, one);
    if (!one.results.includes(result)) return [`${one.name}: ${result} (${one.results}) ${problem ?? ''}`.trim()];
    const asWanted = one.explanation === undefined || one.explanation === explanation;
    return asWanted ? [] : [`${one.name}: "${explanation}" ("${one.explanation}")`];
  });
  const explained = all.filter(({ one }) => one.explanation !== undefined && one.explanation !== 'DEFAULT');
  return { count: all.length, explanations: explained.length, wrong };
}

test('RFC 7208: all results and explanations', (ctx) => {
  const { count, explanations, wrong } = differences(ctx, 'rfc7208-tests.yml');
  expect(wrong).toEqual([]);
  expect([count, explanations]).toEqual([203, 14]);
});

test('RFC 4408: all but what RFC 7208 changed', (ctx) => {
  const { count, wrong } = differences(ctx, 'rfc4408-tests.yml');
  expect(wrong).toEqual([]);
  expect(count).toBe(191);
});
