/** The stages of this folder, spf and spfPolicy together, typed, over a zone. */
import { expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { authenticationResults, removeForgedFields } from '../../../src/stages/authentication-results/index.js';
import { spf } from '../../../src/stages/spf/index.js';
import { spfPolicy } from '../../../src/stages/spf-policy/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { decodeText } from '../../../src/values/bytes.js';

const resolver = zoneResolver({
  'sender.example': { TXT: ['v=spf1 ip4:192.0.2.10 ~all'] },
  'slow.example': 'TIMEOUT',
});

const policy = definePolicy({
  mail: [spf({ resolver, cannotTell: 'continue', helo: false }), spfPolicy({ mode: 1, reject: false })],
  message: [
    removeForgedFields({ authservId: 'mx.school.example', fields: ['X-Spam-*'] }),
    authenticationResults({ authservId: 'mx.school.example' }),
  ],
});

const message = messageOf('Received-SPF: pass\r\nX-Spam-Status: No\r\nSubject: hello\r\n\r\nbody\r\n');

it.each([
  ['192.0.2.10', 'a@sender.example', 'pass', 'spf=pass smtp.mailfrom=a@sender.example'],
  ['192.0.2.11', 'a@sender.example', 'softfail', 'spf=softfail smtp.mailfrom=a@sender.example'],
  ['192.0.2.11', 'a@nobody.example', 'none', 'spf=none smtp.mailfrom=a@nobody.example'],
  ['192.0.2.11', 'a@slow.example', 'error', undefined],
  ['192.0.2.11', '<>', 'none', 'spf=none smtp.helo=client.example'],
])('%s, %s: %s', async (ip, from, word, entry) => {
  const outcome = await policy.evaluate({
    session: sessionOf({ ip }),
    helo: 'client.example',
    sender: senderOf(from),
    recipients: [mailboxOf('s001@school.example')],
    message,
  });
  if (!outcome.complete) throw new Error('the policy did not run to its end');
  expect(outcome.decision.kind).toBe('continue');
  // Typed without an annotation.
  expect(outcome.findings.forgedFields.removed).toBe(2);
  expect(outcome.findings.spfPolicy.kind).toBe('dirty');
  const lines = outcome.message?.header.map((field) => decodeText(field.bytes).replaceAll('\r\n', '')) ?? [];
  expect(lines.map((line) => line.split(':')[0])).toEqual(['Authentication-Results', 'Received-SPF', 'Subject']);
  if (entry !== undefined) expect(lines[0]).toBe(`Authentication-Results: mx.school.example; ${entry}`);
  else
    expect(lines[0]).toMatch(/^Authentication-Results: mx\.school\.example; spf=temperror reason=".*" smtp\.mailfrom=/);
  expect(lines[1]).toBe(`Received-SPF: ${word}`);
});
