import { definePolicy, defineStage, type FindingKey, finding, reject, reply } from 'postern';
import { mailboxOf, messageOf, senderOf, sessionOf } from 'postern/testing';

const words: FindingKey<'words', number> = finding('words');
export const noPrograms = defineStage({
  name: 'noPrograms',
  at: 'message',
  gives: [words],
  run: (tx) =>
    tx.message.header.some((field) => field.value.endsWith('.exe'))
      ? reject('content', reply(550, '5.7.1', 'No programs by mail'))
      : { findings: words.of(tx.message.header.length) },
});
export const policy = definePolicy({ message: [noPrograms] });

export async function evaluate(): Promise<number | undefined> {
  const outcome = await policy.evaluate({
    session: sessionOf(),
    sender: senderOf('a@client.example'),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf('Subject: setup.exe\r\n\r\n'),
  });
  return outcome.complete ? outcome.findings.words : outcome.findings.words?.valueOf();
}
