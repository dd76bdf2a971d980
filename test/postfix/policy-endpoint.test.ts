import { expect, it } from 'vitest';
import { readPostfix } from '../../src/postfix/index.js';
import { readPolicyService } from '../../src/postfix/policy-endpoint.js';
import { found } from '../../src/values/answer.js';
import { main } from './support.js';

const endpoint = 'inet:127.0.0.1:10023';

it.each<[string, object | string]>([
  [endpoint, { endpoint, call: {} }],
  ['unix:private/policy', { endpoint: 'unix:private/policy', call: {} }],
  [
    `{ ${endpoint}, timeout=10s, default_action=DUNNO }`,
    { endpoint, call: { timeout: 10_000 }, defaultAction: 'DUNNO' },
  ],
  [
    `{ ${endpoint}, max_idle = 5m, max_ttl = 1h, retry_delay=2, request_limit = 100, try_limit=0 }`,
    { endpoint, call: { maxIdle: 300_000, maxAge: 3_600_000, retryDelay: 2000, requestLimit: 100, tries: 1 } },
  ],
  [
    `{ ${endpoint}, { default_action = 451 4.3.5 later }, policy_context = submission }`,
    { endpoint, call: {}, defaultAction: '451 4.3.5 later', policyContext: 'submission' },
  ],
  ['tcp:host:1', 'expected inet:host:port or unix:path'],
  [`{ ${endpoint}, timeout = soon }`, 'timeout: expected a time, like 10s: soon'],
  [`{ ${endpoint}, max_ttl = -1 }`, 'max_ttl: expected a time, like 10s: -1'],
  [`{ ${endpoint}, try_limit = two }`, 'try_limit: expected a whole number: two'],
  [`{ ${endpoint}, constructor = 1 }`, 'not an attribute of a policy service: constructor=1'],
])('%s', (text, expected) => {
  expect(readPolicyService(text)).toEqual(expected);
});

it('hands on what one service says in place of the parameters', () => {
  const asked: unknown[] = [];
  const restriction = `check_policy_service { ${endpoint}, timeout = 3s, request_limit = 7 }`;
  readPostfix(main(`smtpd_policy_service_timeout = 50s\nsmtpd_client_restrictions = ${restriction}\n`), {
    policyService(at, times) {
      asked.push(at, times);
      return { decide: () => found('DUNNO') };
    },
  });
  expect(asked).toEqual([
    { host: '127.0.0.1', port: 10_023 },
    { timeout: 3000, maxIdle: 300_000, maxAge: 1_000_000, requestLimit: 7, tries: 2, retryDelay: 1000 },
  ]);
});
