/** The server on a Postfix folder: takes mail, refuses what main.cf refuses, reads the folder again, ends. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dialogue, freePort, root, sending, start } from './support.js';

test('postfix-folder.ts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-folder-'));
  const port = await freePort();
  const mail = join(folder, 'mail');
  mkdirSync(mail);
  const mainCf = (access: string, ...more: readonly string[]): string =>
    [
      ...more,
      'myhostname = mail.school.example',
      'mydestination =',
      'mynetworks = 127.0.0.9/32',
      'alias_maps =',
      'virtual_mailbox_domains = school.example',
      `virtual_mailbox_base = ${mail}`,
      'virtual_mailbox_maps = inline:{ s001@school.example=s001/ }',
      'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
      `smtpd_sender_restrictions = check_sender_access inline:{ ${access} }`,
    ].join('\n');
  writeFileSync(join(folder, 'main.cf'), mainCf('spammer.example=REJECT'));
  writeFileSync(join(folder, 'master.cf'), `127.0.0.1:${port} inet n - n - - smtpd\n`);
  const program = start(join(root, 'examples', 'postfix-folder.ts'), {}, root, [folder]);
  try {
    await program.printed(`"port":${port}`);
    const good = await dialogue(port, sending('a@client.example', ['s001@school.example'], 'Subject: hello\n\nHello!'));
    expect(good.at(-1)).toMatch(/^250 /);
    expect(readdirSync(join(mail, 's001', 'new'))).toHaveLength(1);
    const last = async (from: string, to: string): Promise<string> =>
      (await dialogue(port, sending(from, [to], '').slice(0, 3))).at(-1) ?? '';
    expect(await last('a@spammer.example', 's001@school.example')).toMatch(/^554 5\.7\.1 .*Access denied/);
    expect(await last('a@client.example', 'x@elsewhere.example')).toMatch(/^[45]54 \d\.7\.1 .*Relay access denied/);
    writeFileSync(join(folder, 'main.cf'), 'smtpd_helo_required = perhaps');
    program.child.kill('SIGHUP');
    await program.printed('the last good configuration stays');
    expect(await last('a@spammer.example', 's001@school.example')).toMatch(/^554 5\.7\.1 /);
    const more = ['smtpd_helo_required = yes', 'message_size_limit = 20000'];
    writeFileSync(join(folder, 'main.cf'), mainCf('other.example=REJECT', ...more));
    const other = await freePort();
    writeFileSync(
      join(folder, 'master.cf'),
      `127.0.0.1:${port} inet n - n - - smtpd\n127.0.0.1:${other} inet n - n - - smtpd\n`,
    );
    program.child.kill('SIGHUP');
    await program.printed('the folder was read again: new policies');
    await program.printed('these changes need a restart');
    expect(program.output()).toContain(
      JSON.stringify({
        settings: [`127.0.0.1:${port} requireHello`, `127.0.0.1:${port} messageBytes`, `127.0.0.1:${other} (new)`],
      }).slice(1, -1),
    );
    for (let tries = 0; tries < 100; tries++) {
      if ((await last('a@spammer.example', 's001@school.example')).startsWith('250')) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await last('a@spammer.example', 's001@school.example')).toMatch(/^250 /);
    program.child.kill('SIGTERM');
    expect(await program.ended()).toBe(0);
  } finally {
    program.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test('postfix-folder.ts without the folder of the mailboxes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-folder-'));
  const mainCf = `myhostname = mail.school.example\ncompatibility_level = 3.6\nvirtual_mailbox_base = ${folder}/none\n`;
  writeFileSync(join(folder, 'main.cf'), mainCf);
  writeFileSync(join(folder, 'master.cf'), `127.0.0.1:${await freePort()} inet n - n - - smtpd\n`);
  const program = start(join(root, 'examples', 'postfix-folder.ts'), {}, root, [folder]);
  try {
    await program.printed('make the folder of the mailboxes');
    expect(await program.ended()).toBe(1);
  } finally {
    program.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
