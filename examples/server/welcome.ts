/** What the server prints at start: what it does, who has an account, how to send a message and how to read it. */
import type { School } from './policy.js';

export interface Place {
  readonly data: string;
  readonly config: string;
  readonly smtpPort: number;
  readonly submissionPort: number;
  /** Undefined: nobody looks for viruses. */
  readonly antivirus: string | undefined;
  /** What is behind the @. */
  readonly domain: string;
  /** The directory that has them; undefined: the file. */
  readonly people: string | undefined;
}

export function welcome({ file, spamRules }: School, place: Place): string {
  const { domain } = place;
  const someone = file === undefined ? 'someone' : 's001';
  return `
The mail server of ${domain} is ready.

  SMTP        127.0.0.1:${place.smtpPort}         takes mail for the school, relays for nobody
  submission  127.0.0.1:${place.submissionPort}         for people of the school: STARTTLS, then a login
  mailboxes   ${place.data}/mail/NAME        one Maildir for each person
  rules       ${place.config}/      edit them, then: kill -HUP ${process.pid}
  spam        ${spamRules} rules; mail is marked, never refused; more with POSTERN_SPAMASSASSIN=/usr/share/spamassassin
  viruses     ${place.antivirus ?? 'nobody looks for them: POSTERN_CLAMD=127.0.0.1:3310, or the path of its socket'}

${file === undefined ? `  People      in ${place.people}` : peopleOf(file)}

Send a message:

  printf 'From: me@client.example\\nTo: ${someone}@${domain}\\nSubject: hello\\n\\nHello!\\n' |
    curl -sS smtp://127.0.0.1:${place.smtpPort} --crlf --mail-from me@client.example --mail-rcpt ${someone}@${domain} -T -

As spam, which is marked:

  printf 'From: me@client.example\\nTo: ${someone}@${domain}\\nSubject: You are a winner\\n\\nClaim your prize!\\n' |
    curl -sS smtp://127.0.0.1:${place.smtpPort} --crlf --mail-from me@client.example --mail-rcpt ${someone}@${domain} -T -

Read it:

  cat ${place.data}/mail/${someone}/new/*

Stop with Ctrl-C. From here on: one line for each decision.

`;
}

function peopleOf({ users, groups }: NonNullable<School['file']>): string {
  const range = (letter: string): string => {
    const some = users.filter(({ login }) => login.startsWith(letter));
    return `${some[0]?.login} ... ${some.at(-1)?.login}`;
  };
  return `  Pupils    ${range('s')}@school.example
  Teachers  ${range('t')}@school.example
  Groups
${groups.map(({ name }) => `    ${name}@school.example`).join('\n')}
  Others    postmaster, head, office@school.example; info, events@partners.example
  Password  "school", for everybody: this is an example`;
}
