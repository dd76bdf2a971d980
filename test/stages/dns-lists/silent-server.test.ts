/** Lists on a real resolver whose name server is silent, broken or fine: all are asked at once, and none waits for another. */
import { expect, it } from 'vitest';
import { dnsResolver } from '../../../src/adapters/dns/index.js';
import { dnsListsFinding } from '../../../src/findings/dns-lists.js';
import { dnsLists } from '../../../src/stages/dns-lists/index.js';
import { sessionOf } from '../../../src/testing/builders.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { nameServer } from '../../adapters/dns/name-server.js';

it.each([
  ['zone', 'listed', 50],
  ['silent', 'cannot-tell', 0],
  ['garbage', 'cannot-tell', 0],
  ['refuse', 'cannot-tell', 0],
  ['truncated', 'listed', 50],
] as const)('when the name server is in mode %s', async (mode, kind, score) => {
  const names = Array.from({ length: 50 }, (_, i) => `list${i}.example`);
  await using server = await nameServer(
    Object.fromEntries(names.map((name) => [`10.2.0.192.${name}`, { A: ['127.0.0.2'], TXT: ['listed'] }])),
  );
  server.mode = mode;
  await using resolver = dnsResolver({ servers: [server.address], timeout: kind === 'listed' ? 20_000 : 600 });
  const start = performance.now();
  const { result, unanswered } = await runStage(dnsLists({ resolver, lists: names, rejectAt: 50 }), {
    session: sessionOf(),
  });
  // One after the other they would take 30 s.
  expect(performance.now() - start).toBeLessThan(15_000);
  const finding = dnsListsFinding.in((result as { readonly findings: object }).findings);
  expect(finding?.results.map((one) => one.kind)).toEqual(Array(50).fill(kind));
  expect([finding?.score, unanswered]).toEqual([score, score === 0 ? 'lists' : undefined]);
});
