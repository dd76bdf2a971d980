import { expect, test } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { arc } from '../../../src/stages/dkim-arc/arc.js';
import { arcSeal } from '../../../src/stages/dkim-arc/arc-seal.js';
import { dkim } from '../../../src/stages/dkim-arc/dkim.js';
import { dkimSign } from '../../../src/stages/dkim-arc/dkim-sign.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { fieldsNamed } from '../../../src/values/message.js';
import { crypto, now, octetsOf, resolver, rsaPem, signOptions } from './support.js';

const mail = {
  session: sessionOf(),
  sender: senderOf('a@example.com'),
  recipients: [mailboxOf('b@example.org')],
  message: messageOf('From: a@example.com\r\nSubject: Hello\r\n\r\nHello\r\n'),
};
const sealing = { crypto, domain: 'example.com', selector: 'rsa', key: rsaPem, authservId: 'mx.example.com' };

test('signed at the message, sealed, and verified by the next host', async () => {
  const out = definePolicy({ message: [arc({ crypto, resolver }), dkimSign(signOptions), arcSeal(sealing)] });
  const sent = await out.evaluate(mail, { now });
  const message = messageOf(octetsOf(sent.message ?? mail.message));
  const into = definePolicy({ message: [dkim({ crypto, resolver }), arc({ crypto, resolver })] });
  const { findings } = await into.evaluate({ ...mail, message }, { now });
  expect([findings.dkim?.result, findings.arc?.result]).toEqual(['pass', 'pass']);
});

test('signed at deliver, where no later stage can break it', async () => {
  const conversation = definePolicy({ deliver: [dkimSign(signOptions)] }).open(mail.session);
  await conversation.mail(mail.sender);
  await conversation.rcpt(mailboxOf('b@example.org'));
  await conversation.message(mail.message);
  const { recipients } = await conversation.deliver();
  expect(recipients.map((one) => fieldsNamed(one.message, 'dkim-signature').length)).toEqual([1]);
});
