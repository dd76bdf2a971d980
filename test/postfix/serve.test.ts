/** A server on a configuration folder: its options come from the folder alone. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maildir } from '../../src/adapters/maildir/index.js';
import { readPostfix } from '../../src/postfix/index.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { main } from './support.js';

/** The lines of the replies; each line is sent when the reply before it has come. */
async function talk(port: number, lines: readonly string[]): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1');
  const replies: string[] = [];
  const waiting = [...lines];
  for await (const chunk of socket.setEncoding('latin1')) {
    replies.push(...String(chunk).split('\r\n').filter(Boolean));
    if (!/^\d{3} /.test(replies.at(-1) ?? '')) continue;
    const next = waiting.shift();
    if (next === undefined) socket.end();
    else socket.write(`${next}\r\n`);
  }
  return replies;
}

describe('a folder as a server', () => {
  it('greets, asks for HELO, refuses, and delivers where Postfix would', async () => {
    const base = await mkdtemp(join(tmpdir(), 'postfix-serve-'));
    const texts = main(
      `virtual_mailbox_domains = v.example\nvirtual_mailbox_base = ${base}\nvirtual_mailbox_maps = inline:{a@v.example=v.example/a/}\nsmtpd_helo_required = yes\n`,
      { 'master.cf': '127.0.0.1:2500 inet n - n - - smtpd\n' },
    );
    const site = readPostfix(texts);
    const store = maildir({ base: site.mailboxes.base });
    const server = await smtpServer({ ...site.server, port: 0, policy: site.policy, store });
    try {
      const replies = await talk(server.port, [
        'MAIL FROM:<x@client.example>',
        'EHLO client.example',
        'MAIL FROM:<x@client.example>',
        'RCPT TO:<nobody@v.example>',
        'RCPT TO:<a@v.example>',
        'DATA',
        'Subject: x\r\n\r\nHello\r\n.',
        'QUIT',
      ]);
      expect(replies[0]).toMatch(/^220 mx\.school\.example /);
      expect(replies[1]).toMatch(/^503 5\.5\.1 /);
      expect(replies).toContainEqual(expect.stringMatching(/^250-SIZE 10240000$/));
      expect(replies).toContainEqual(expect.stringMatching(/^550 5\.1\.1 <nobody@v\.example>/));
      expect(await readdir(join(base, 'v.example/a/new'))).toHaveLength(1);
    } finally {
      await server.close();
      await store.close();
      await rm(base, { recursive: true, force: true });
    }
  });
});
