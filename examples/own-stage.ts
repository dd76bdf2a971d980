/**
 * A stage of one's own, with a finding, an edit and a port that may not know.
 * Run: npm run build:js && npx tsx examples/own-stage.ts
 */
import {
  type Answer,
  cannotTell,
  definePolicy,
  defineStage,
  type FindingKey,
  finding,
  found,
  makeField,
  notFound,
  prependHeader,
  reject,
  reply,
} from 'postern';
import { mailboxOf, messageOf, senderOf, sessionOf } from 'postern/testing';

// The port: an outside ability. Each answer is found, not found, or could not tell.
const holidays = {
  absentUntil(login: string): Answer<string> {
    if (login === 't03') return cannotTell('the calendar is down');
    return login === 't01' ? found('Monday') : notFound();
  },
};

interface AbsenceFinding {
  readonly until: string | undefined;
}
const absence: FindingKey<'absence', AbsenceFinding> = finding('absence');

const askCalendar = defineStage({
  name: 'askCalendar',
  at: 'rcpt',
  gives: [absence],
  asks: { calendar: { port: holidays, cannotTell: 'defer' } },
  run: ({ recipient }, ctx) => {
    const answer = ctx.ask('calendar', 'absentUntil', recipient.address.localPart);
    return { findings: absence.of({ until: answer.kind === 'found' ? answer.value : undefined }) };
  },
});

const noPrograms = defineStage({
  name: 'noPrograms',
  at: 'message',
  edits: ['prepend-header'],
  run: (tx) => {
    const program = tx.message.header.some((field) => field.value.endsWith('.exe"'));
    if (program) return reject('content', reply(550, '5.7.1', 'No programs by mail'));
    return { edits: [prependHeader(makeField('X-Checked', 'no programs'))] };
  },
});

const policy = definePolicy({ rcpt: [askCalendar], message: [noPrograms] });

for (const login of ['t01', 't02', 't03']) {
  const outcome = await policy.evaluate({
    session: sessionOf(),
    sender: senderOf('parent@client.example'),
    recipients: [mailboxOf(`${login}@school.example`)],
    message: messageOf('Subject: hello\r\n\r\nHello!\r\n'),
  });
  const [recipient] = outcome.recipients;
  const until = recipient?.findings.absence?.until ?? 'nobody is absent';
  console.log(login, recipient?.decision.kind, until);
}

// Prints:
// t01 continue Monday
// t02 continue nobody is absent
// t03 defer nobody is absent
