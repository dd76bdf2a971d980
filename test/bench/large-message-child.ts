/** Child process of large-message.ts: an SMTP server over a Maildir that reports its memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maildir } from '../../src/adapters/maildir/index.js';
import { definePolicy } from '../../src/core/policy.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { loopDetection } from '../../src/stages/loop-detection/index.js';
import { route } from '../../src/stages/routing/index.js';

const base = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'large-message-'));
const policy = definePolicy({
  rcpt: [route({ localDomains: ['school.example'], localRecipients: 'all' })],
  message: [loopDetection()],
});
const server = await smtpServer({
  policy,
  port: 0,
  name: 'mx.school.example',
  store: maildir({ base }),
  spoolDirectory: base,
  limits: { messageBytes: 2 ** 30 },
});

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 2);

process.on('message', () => {
  process.send?.({ peak });
  peak = process.memoryUsage.rss();
});
process.on('disconnect', () => {
  clearInterval(watch);
  rmSync(base, { recursive: true, force: true });
  process.exit(0);
});
process.send?.({ port: server.port });
