import { definePolicy, defineStage, reject, reply } from 'postern';
import { mailboxOf, messageOf, senderOf, sessionOf } from 'postern/testing';

const refuse = defineStage({ name: 'refuse', at: 'message', run: () => reject('content', reply(550, '5.7.1', 'No')) });
const outcome = await definePolicy({ message: [refuse] }).evaluate({
  session: sessionOf(),
  sender: senderOf('a@client.example'),
  recipients: [mailboxOf('s001@school.example')],
  message: messageOf('Subject: x\r\n\r\n'),
});
const { kind, reply: answer } = outcome.decision;
console.log(kind, answer.code, answer.enhanced);
