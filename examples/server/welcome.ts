/** What the server prints at start: what it does, who has an account, how to send a message and how to read it. */
import type { School } from './policy.js';

export interface Place {
  readonly data: string;
  readonly config: string;
  readonly smtpPort: number;
  readonly submissionPort: number;
  /** Undefined: nobody looks for viruses. */
  readonly antivirus: string | undefined;
}

export function welcome({ directory, spamRules }: School, place: Place): string {
  const { users, groups } = directory;
  const range = (letter: string): string => {
    const some = users.filter((user) => user.startsWith(letter));
    return `${some[0]} ... ${some.at(-1)}`;
  };
  const groupLines = Object.entries(groups).map(([name, members]) => `    ${name}@school.example (${members.length})`);
  return `
The mail server of school.example is ready.

  SMTP        127.0.0.1:${place.smtpPort}         takes mail for the school, relays for nobody
  submission  127.0.0.1:${place.submissionPort}         for people of the school: STARTTLS, then a login
  mailboxes   ${place.data}/mail/NAME        one Maildir for each person
  rules       ${place.config}/      edit them, then: kill -HUP ${process.pid}
  spam        ${spamRules} rules; mail is marked, never refused; more with POSTERN_SPAMASSASSIN=/usr/share/spamassassin
  viruses     ${place.antivirus ?? 'nobody looks for them: POSTERN_CLAMD=127.0.0.1:3310, or the path of its socket'}

  Pupils    ${range('s')}@school.example
  Teachers  ${range('t')}@school.example
  Groups
${groupLines.join('\n')}
  Others    postmaster, head, office@school.example; info, events@partners.example
  Password  "school", for everybody: this is an example

Send a message:

  printf 'From: me@client.example\\nTo: s001@school.example\\nSubject: hello\\n\\nHello!\\n' |
    curl -sS smtp://127.0.0.1:${place.smtpPort} --crlf --mail-from me@client.example --mail-rcpt s001@school.example -T -

As spam, which is marked:

  printf 'From: me@client.example\\nTo: s001@school.example\\nSubject: You are a winner\\n\\nClaim your prize!\\n' |
    curl -sS smtp://127.0.0.1:${place.smtpPort} --crlf --mail-from me@client.example --mail-rcpt s001@school.example -T -

Read it:

  cat ${place.data}/mail/s001/new/*

Stop with Ctrl-C. From here on: one line for each decision.

`;
}
