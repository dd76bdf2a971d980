/** Run as a process of its own by concurrent.test.ts: base, mailbox, label, count. Delivers one after the other, prints the ids. */
import { maildir } from '../../../src/adapters/maildir/index.js';
import { message } from '../../../src/testing/mail-store/fixtures.js';

const [base = '', mailbox = '', label = '', count = '0'] = process.argv.slice(2);
const store = maildir({ base, hostname: 'mx', pid: 7 });
for (let i = 0; i < Number(count); i += 1) {
  const [result] = await store.deliver({
    message: message(`Subject: ${label} ${i}\r\n\r\n`),
    recipients: [{ mailbox, prepend: [] }],
  });
  process.stdout.write(`${result?.kind === 'stored' ? result.id : JSON.stringify(result)}\n`);
}
