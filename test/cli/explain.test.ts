import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishTestPolicy, type RunOptions, run } from './support.js';

const config = fileURLToPath(new URL('fixtures/policy.mjs', import.meta.url));
const school = fileURLToPath(new URL('../postfix/fixtures/school', import.meta.url));
let folder = '';

beforeAll(async () => {
  publishTestPolicy();
  folder = await mkdtemp(join(tmpdir(), 'explain-'));
  await writeFile(join(folder, 'ham.eml'), 'Subject: ham\r\n\r\nbody\r\n');
  await writeFile(join(folder, 'spam.eml'), 'Subject: spam \x1b]0;owned\x07 \u202eevil\r\n\r\nbody\r\n');
  await writeFile(join(folder, 'exe.eml'), 'Subject: x\r\nContent-Type: a/b; name="x.exe"\r\n\r\nbody\r\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const peer = ['--client-ip', '192.0.2.1', '--helo', 'client.example', '--mail-from', 'a@client.example'];
const explain = (args: readonly string[], options: RunOptions = {}) =>
  run(['explain', ...args], { cwd: folder, ...options });

describe('postern explain', () => {
  it('prints the whole evaluation as a tree', async () => {
    const args = ['ham.eml', ...peer, '--rcpt-to', 's001@school.example', '--config', config, '--no-durations'];
    const { status, out, err } = await explain(args);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "s001@school.example: goes on, no next hop set

      connect
        no stages

      helo
        helloAgain: continue

      mail
        no stages

      rcpt s001@school.example
        asks: continue
          asked table.lookup("s001@school.example") -> found "yes" (test)

      message
        noSpam: continue
          rule rules:6: /ham/: no match on "ham"
          rule rules:7: /spam/ REJECT: no match on "ham"
          finding subject: {"text":"ham"}
          edit prepend-header {"field":{"name":"X-Checked","value":"yes"}}
        extras (sequence): continue
          perMessage (when): skipped
          crashes (tolerate): continue
            note: tolerated: for the test
            crashes: crashed
              error: Error: boom \\x1b[31m
        perRecipient (each-recipient): continue
          perRecipient for s001@school.example: continue
      "
    `);
  });

  it('says first why a message was refused: decision, stage, rule, with its line', async () => {
    const { status, out } = await explain([
      'spam.eml',
      ...peer,
      '--rcpt-to',
      's001@school.example',
      '--config',
      config,
    ]);
    expect(status).toBe(0);
    expect(out.split('\n').slice(0, 4)).toEqual([
      's001@school.example: reject, 550 5.7.1 No spam',
      '  decided by noSpam at message',
      '  rule rules:7: /spam/ REJECT',
      '  detail: subject spam \\x1b]0;owned\\x07 \\u202eevil',
    ]);
  });

  it('gives a paragraph to each recipient', async () => {
    const to = ['--rcpt-to', 's001@school.example', '--rcpt-to', '<nobody@school.example>'];
    const { out } = await explain(['ham.eml', ...peer, ...to, '--config', config]);
    expect(out).toContain('s001@school.example: goes on');
    expect(out).toContain('nobody@school.example: reject, 550 5.1.1 No such user\n  decided by asks at rcpt\n');
  });

  it('lets nothing from outside reach the terminal as it is', async () => {
    const hostile = ['--helo', 'x\x1b[2J\x9b31m', '--login', '\x1b]2;x\x07'];
    const args = [
      'spam.eml',
      ...peer.slice(0, 2),
      '--mail-from',
      '<>',
      ...hostile,
      '--rcpt-to',
      's001@school.example',
      '--config',
      config,
    ];
    for (const json of [[], ['--json']]) {
      const { out } = await explain([...args, ...json]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
  });

  it('uses colours on a terminal, not where NO_COLOR is set', async () => {
    const args = ['ham.eml', ...peer, '--rcpt-to', 's001@school.example', '--config', config];
    expect((await explain(args, { isTTY: true })).out).toContain('\x1b[1m');
    expect((await explain(args, { isTTY: true, env: { NO_COLOR: '1' } })).out).not.toContain('\x1b');
    expect((await explain(args, { isTTY: true, env: { TERM: 'dumb' } })).out).not.toContain('\x1b');
    expect((await explain(args)).out).not.toContain('\x1b');
  });

  it('prints JSON that is the same each time', async () => {
    const args = [
      'spam.eml',
      ...peer,
      '--rcpt-to',
      's001@school.example',
      '--config',
      config,
      '--json',
      '--no-durations',
    ];
    const first = await explain(args);
    expect(first.out).toBe((await explain(args)).out);
    const data = JSON.parse(first.out);
    expect(Object.keys(data)).toEqual([
      'decision',
      'complete',
      'phase',
      'sender',
      'message',
      'recipients',
      'findings',
      'edits',
      'trace',
    ]);
    expect(data.recipients[0]).toMatchObject({
      address: 's001@school.example',
      decision: { kind: 'reject', reason: 'content', reply: { code: 550 } },
      decidedBy: { phase: 'message', stage: 'noSpam', rule: { source: { file: 'rules', line: 7 }, matched: true } },
    });
    expect(data.findings.subject.text).toContain('\u202e');
  });

  it('explains with a Postfix configuration: rule and line of header_checks', async () => {
    const { status, out } = await explain([
      'exe.eml',
      ...peer,
      '--rcpt-to',
      's001@school.example',
      '--postfix',
      school,
    ]);
    expect(status).toBe(0);
    expect(out.split('\n')[1]).toContain('s001@school.example: reject, 550 5.7.1 No programs by mail');
    expect(out).toMatch(/rule \S*header_checks:2:\s/);
  });

  it('explains why a relay was refused, and how it would not be', async () => {
    const args = ['ham.eml', ...peer, '--rcpt-to', 'x@elsewhere.example', '--postfix', school];
    const refused = await explain(args);
    // Lines are broken at the width of the screen, and where depends on how long the file's path is.
    const text = refused.out.replace(/\s+/g, ' ');
    expect(text).toContain('Relay access denied');
    expect(text).toMatch(/rule \S*main\.cf:\d+: recipient: reject_unauth_destination/);
    expect((await explain([...args, '--login', 's001', '--tls'])).out).toContain('goes on, to smtp:localhost:20024');
  });

  it('names what refused, not what permitted before it', async () => {
    const main = `myhostname = mx.school.example
mydestination =
virtual_mailbox_domains = school.example
virtual_mailbox_maps = inline:{{a@school.example=a/}}
mynetworks = 192.0.2.0/24
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
compatibility_level = 3.6
`;
    const at = await mkdtemp(join(tmpdir(), 'postern-explain-'));
    const run = async (more: string): Promise<string> => {
      await writeFile(join(at, 'main.cf'), main + more);
      const envelope = ['--client-ip', '192.0.2.7', '--mail-from', 'q@y.example', '--rcpt-to', 'nobody@school.example'];
      const { out } = await explain(['ham.eml', ...envelope, '--postfix', at, '--no-dns']);
      return out.replace(/\s+/g, ' ');
    };
    try {
      const unlisted = await run('');
      expect(unlisted).toContain(
        'decided by smtpdRestrictions at rcpt rule smtpd_reject_unlisted_recipient: the address',
      );
      expect(unlisted).toContain('permit_mynetworks: matched on "unknown[192.0.2.7]"');
      const routed = await run('smtpd_reject_unlisted_recipient = no\n');
      expect(routed).toContain('decided by route at rcpt detail: ');
      const late = await run('smtpd_sender_restrictions = reject_unknown_sender_domain\n');
      expect(late).toContain('rule defer_if_permit: put off until all else had permitted');
      expect(late).toContain('could not tell: --no-dns');
    } finally {
      await rm(at, { recursive: true });
    }
  });

  it('reads a message from standard input', async () => {
    const args = ['-', ...peer, '--rcpt-to', 's001@school.example', '--config', config];
    expect((await explain(args, { stdin: 'Subject: spam\n\n' })).out).toContain('550 5.7.1 No spam');
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['no message', [...peer, '--rcpt-to', 'a@b.example', '--config', config], 64, /exactly one message file/],
    ['no policy', ['ham.eml', ...peer, '--rcpt-to', 'a@b.example'], 64, /either --config FILE or --postfix DIR/],
    ['two policies', ['ham.eml', ...peer, '--rcpt-to', 'a@b.example', '--config', 'x', '--postfix', 'y'], 64, /either/],
    ['no envelope', ['ham.eml', '--config', config], 64, /missing --client-ip, --mail-from, --rcpt-to/],
    ['an unknown option', ['ham.eml', '--frobnicate'], 64, /--frobnicate/],
    [
      'malformed values, all of them',
      ['ham.eml', '--client-ip', '1.2.3', '--mail-from', 'a@@b', '--rcpt-to', 'x', '--config', config],
      64,
      /^--client-ip "1\.2\.3": .*\n--mail-from.*\n--rcpt-to.*\n/,
    ],
    [
      'a missing message',
      ['none.eml', ...peer, '--rcpt-to', 'a@b.example', '--config', config],
      66,
      /none\.eml: ENOENT/,
    ],
    ['a folder as message', ['.', ...peer, '--rcpt-to', 'a@b.example', '--config', config], 66, /EISDIR/],
    [
      'a missing module',
      ['ham.eml', ...peer, '--rcpt-to', 'a@b.example', '--config', 'none.mjs'],
      78,
      /none\.mjs: cannot be loaded/,
    ],
  ])('%s', async (_name, args, status, text) => {
    const ran = await explain(args);
    expect(ran.err).toMatch(text);
    expect({ status: ran.status, out: ran.out }).toEqual({ status, out: '' });
  });

  it('refuses a header over the limits', async () => {
    await writeFile(join(folder, 'large.eml'), 'X: y\n'.repeat(10_001));
    const { status, err } = await explain([
      'large.eml',
      ...peer,
      '--rcpt-to',
      's001@school.example',
      '--config',
      config,
    ]);
    expect({ status, err }).toEqual({ status: 65, err: 'large.eml: over the limit header-fields at octet 50000\n' });
  });
});
