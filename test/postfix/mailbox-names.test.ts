/**
 * Names that nobody vetted: with local_recipient_maps empty every local recipient is taken, but not what no user is
 * called.
 */
import { describe, expect, it } from 'vitest';
import { fate, main } from './support.js';

const open = 'myorigin = school.example\nlocal_recipient_maps =\n';

describe('names of local users', () => {
  it.each(['"alice/Maildir"', '"a/b"', '"../bob"', '"/etc/passwd"', '""', '".."', '"."', '"../bob+x"'])(
    '%s: unknown at RCPT',
    async (name) => {
      const texts = main(`${open}recipient_delimiter = +\n`);
      expect(await fate(texts, { to: `${name}@school.example` })).toMatch(/^reject 550 5\.1\.1 .*User unknown/);
    },
  );

  it.each([
    ['', 's001', 's001@school.example maildir:s001'],
    ['alias_maps = inline:{{a/b = s001}}\n', '"a/b"', 's001@school.example maildir:s001'],
    ['luser_relay = s001\n', '"a/b"', 's001@school.example maildir:s001'],
    ['mailbox_transport = lmtp:unix:x\n', '"a/b"', 'a/b@school.example lmtp:unix:x'],
  ])('%s%s: %s', async (more, name, expected) => {
    expect(await fate(main(open + more), { to: `${name}@school.example` })).toBe(expected);
  });
});
