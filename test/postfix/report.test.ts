// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of main.cf
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/postfix/catalogue/defaults.js';
import { statusOf } from '../../src/postfix/catalogue/status.js';
import { readPostfix } from '../../src/postfix/index.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { main, resolver } from './support.js';

const row = (more: string, name: string, files = {}) =>
  readPostfix(main(more, files), { resolver }).report.find(({ parameter, source }) => parameter === name && source);

describe('the report', () => {
  it('knows every parameter of Postfix, whatever it is set to', () => {
    // Names of maps and lists that cannot hold any word keep their defaults.
    const names = Object.keys(catalogue).filter((name) => !['myhostname', 'compatibility_level'].includes(name));
    expect(names.length).toBeGreaterThan(800);
    for (const name of names) {
      const value = catalogue[name] ?? '';
      try {
        const found = row(`${name} = ${value}\n`, name);
        expect({ name, status: found?.status }).toEqual({ name, status: expect.stringMatching(/^(?!unknown)/) });
      } catch (error) {
        if (!isConfigurationError(error)) throw error;
        // Some defaults ask the system: hash:/etc/aliases, proxy:unix:passwd.byname.
        expect(value).toMatch(/:/);
      }
    }
  }, 60_000);

  it('has a reason for each parameter that is not read', () => {
    for (const name of Object.keys(catalogue)) expect(statusOf(name).why).not.toBe('');
  });

  it.each<[string, string, string, boolean]>([
    ['smtpd_milters = inet:127.0.0.1:1', 'smtpd_milters', 'not-honoured', true],
    ['smtpd_milters =', 'smtpd_milters', 'honoured', false],
    ['smtpd_proxy_filter = 127.0.0.1:1', 'smtpd_proxy_filter', 'not-honoured', true],
    ['smtpd_tls_req_ccert = yes', 'smtpd_tls_req_ccert', 'not-honoured', true],
    ['smtpd_tls_protocols = >=TLSv1.3', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = !SSLv2, !SSLv3', 'smtpd_tls_protocols', 'honoured', false],
    ['smtpd_tls_protocols = TLSv1.3', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = >=0304', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = !SSLv2, >=TLSv1.3', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = !SSLv2:!TLSv1.2', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = <=TLSv1.2', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = newest', 'smtpd_tls_protocols', 'not-honoured', true],
    ['smtpd_tls_protocols = >=TLSv1, !TLSv1.1', 'smtpd_tls_protocols', 'honoured', false],
    ['smtpd_tls_protocols = TLSv1.3 TLSv1.2', 'smtpd_tls_protocols', 'honoured', false],
    ['smtpd_tls_security_level = may', 'smtpd_tls_security_level', 'not-honoured', true],
    ['smtpd_use_tls = yes', 'smtpd_use_tls', 'not-honoured', true],
    ['smtpd_forbid_bare_newline = reject', 'smtpd_forbid_bare_newline', 'not-honoured', false],
    [
      'smtpd_forbid_bare_newline = reject\nsmtpd_forbid_bare_newline_exclusions =',
      'smtpd_forbid_bare_newline',
      'honoured',
      false,
    ],
    ['smtpd_client_event_limit_exceptions = 10.0.0.0/8', 'smtpd_client_event_limit_exceptions', 'not-honoured', false],
    ['local_recipient_maps =', 'local_recipient_maps', 'not-honoured', true],
    ['home_mailbox =', 'home_mailbox', 'not-honoured', false],
    ['smtpd_sasl_auth_enable = yes', 'smtpd_sasl_auth_enable', 'not-honoured', true],
    ['smtpd_client_message_rate_limit = 5', 'smtpd_client_message_rate_limit', 'not-honoured', true],
    ['smtpd_authorized_xclient_hosts = front.example', 'smtpd_authorized_xclient_hosts', 'not-honoured', false],
    ['smtp_tls_security_level = encrypt', 'smtp_tls_security_level', 'honoured', false],
    ['smtp_tls_policy_maps = hash:x', 'smtp_tls_policy_maps', 'not-honoured', true],
    ['smtp_tls_CApath = /x\nsmtp_tls_security_level = may', 'smtp_tls_CApath', 'irrelevant', false],
    ['smtp_tls_CApath = /x\nsmtp_tls_security_level = verify', 'smtp_tls_CApath', 'not-honoured', true],
    ['smtp_tls_CApath = /x\nsmtp_tls_policy_maps = hash:x', 'smtp_tls_CApath', 'not-honoured', true],
    ['mailbox_size_limit = 0', 'mailbox_size_limit', 'honoured', false],
    ['mailbox_size_limit = 5', 'mailbox_size_limit', 'not-honoured', false],
    ['home_mailbox = Mailbox', 'home_mailbox', 'not-honoured', false],
    ['smtpd_delay_reject = yes', 'smtpd_delay_reject', 'honoured', false],
    ['smtpd_delay_reject = no', 'smtpd_delay_reject', 'honoured', false],
    ['smtpd_banner = hello', 'smtpd_banner', 'not-honoured', false],
    ['qmgr_message_active_limit = 5', 'qmgr_message_active_limit', 'irrelevant', false],
    ['own = x\nmyorigin = ${own}.example', 'own', 'honoured', false],
    ['smptd_helo_required = yes', 'smptd_helo_required', 'unknown', false],
  ])('%s', (line, name, status, guards) => {
    expect(row(`${line}\n`, name)).toMatchObject({ status, guards });
  });

  it('names a setting that a later line replaced', () => {
    const { report } = readPostfix(main('myorigin = a.example\nmyorigin = b.example\n'));
    expect(report.filter(({ parameter }) => parameter === 'myorigin').map(({ status }) => status)).toEqual([
      'irrelevant',
      'honoured',
    ]);
  });

  it('reads a very long configuration in time', () => {
    const lines = Array.from({ length: 50_000 }, (_, at) => `own${at} = $own${at + 1}\n# comment`);
    const started = performance.now();
    const { report } = readPostfix(main(`${lines.join('\n')}\n`));
    expect(report.length).toBeGreaterThan(50_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  }, 30_000);
});
