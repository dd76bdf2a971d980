import { expect, test } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { bodyChecks, bodyChecksFinding, headerChecks } from '../../src/stages/content-checks/index.js';
import { pcreTable } from '../../src/tables/regex/index.js';
import { mailboxOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { message } from './checks-support.js';

const input = {
  session: sessionOf(),
  sender: senderOf('a@b.example'),
  recipients: [mailboxOf('c@d.example')],
  message: message('Subject: one\r\nX: y\r\n\r\nbad line\r\n'),
};

test('edits of the header, then a body that is refused', async () => {
  const policy = definePolicy({
    message: [
      headerChecks(pcreTable('/^X:/ IGNORE\n/^Subject/ PREPEND X-New: z')),
      bodyChecks(pcreTable('/bad/ REJECT Bad')),
    ],
  });
  const outcome = await policy.evaluate(input);
  expect(outcome.recipients.map((one) => one.decision.kind)).toEqual(['reject']);
});

test('PASS in the header is heard by the body checks behind it', async () => {
  const policy = definePolicy({
    message: [headerChecks(pcreTable('/^Subject/ PASS')), bodyChecks(pcreTable('/bad/ REJECT Bad'))],
  });
  const outcome = await policy.evaluate(input);
  expect(outcome.recipients.map((one) => one.decision.kind)).toEqual(['continue']);
  expect(bodyChecksFinding.in(outcome.findings)).toEqual({ hits: [], passed: false });
});
