/**
 * What the first message would build is built before: two messages of our own are scored, one of plain text and one with HTML.
 */
import { encodeLatin1 } from '../../values/bytes.js';
import { parseMessage } from '../../values/message.js';
import type { CompiledRules } from './score/compile.js';
import { scoreMessage } from './score/score.js';

const head = `Received: from client.example (client.example [192.0.2.1])\r
\tby mx.example with ESMTPS id 1; Thu, 1 Jan 2026 12:00:00 +0000\r
From: Somebody <somebody@client.example>\r
To: Reader <reader@mx.example>\r
Subject: =?UTF-8?Q?The_minutes_of_Monday=E2=80=99s_meeting?=\r
Date: Thu, 1 Jan 2026 12:00:00 +0000\r
Message-ID: <1@client.example>\r
MIME-Version: 1.0\r
`;

const text = `Dear reader,\r
\r
here are the minutes of our meeting, and what we have to do before the next one: https://www.client.example/minutes?page=1\r
Please write to somebody@client.example when something is missing. 50% of it is done!\r
`;

const samples: readonly string[] = [
  `${head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text}`,
  `${head}Content-Type: multipart/alternative; boundary="b1"\r
\r
--b1\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
${text}--b1\r
Content-Type: text/html; charset=utf-8\r
Content-Transfer-Encoding: base64\r
\r
PGh0bWw+PGhlYWQ+PHRpdGxlPk1pbnV0ZXM8L3RpdGxlPjwvaGVhZD48Ym9keSBiZ2NvbG9yPSIj\r
ZmZmZmZmIj48cCBzdHlsZT0iY29sb3I6ICMzMzMiPlRoZSA8Yj5taW51dGVzPC9iPiBhcmUgPGEg\r
aHJlZj0iaHR0cHM6Ly93d3cuY2xpZW50LmV4YW1wbGUvbWludXRlcyI+aGVyZTwvYT4uPGltZyBz\r
cmM9ImNpZDoxIiB3aWR0aD0iMTAiIGhlaWdodD0iMTAiPjwvcD48L2JvZHk+PC9odG1sPg==\r
--b1--\r
`,
];

export function warm(rules: CompiledRules): void {
  for (const step of rules.steps) step.warm?.();
  for (const sample of samples) {
    const parsed = parseMessage(encodeLatin1(sample));
    if (parsed.kind !== 'parsed') continue;
    const { value: message } = parsed;
    const body = message.body.bytes ?? new Uint8Array(0);
    const envelope = { sender: 'somebody@client.example', recipients: ['reader@mx.example'] };
    // On the day of the sample.
    scoreMessage(rules, rules.preparation.subject({ message, body, envelope, now: new Date(1_767_268_800_000) }), {
      detail: false,
    });
  }
}
