const { definePolicy, defineStage, reject, reply } = require('postern');
const { mailboxOf, messageOf, senderOf, sessionOf } = require('postern/testing');

const refuse = defineStage({ name: 'refuse', at: 'message', run: () => reject('content', reply(550, '5.7.1', 'No')) });
definePolicy({ message: [refuse] })
  .evaluate({
    session: sessionOf(),
    sender: senderOf('a@client.example'),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf('Subject: x\r\n\r\n'),
  })
  .then(({ decision }) => console.log(decision.kind, decision.reply.code, decision.reply.enhanced));
