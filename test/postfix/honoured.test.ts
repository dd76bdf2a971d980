/**
 * What the report calls honoured is carried out: another value than the default gives another policy, server or
 * transport. The stages are recorded with the options they are made of; a parameter that is read and forgotten changes
 * nothing, and fails here.
 */
import { expect, it, vi } from 'vitest';
import { catalogue } from '../../src/postfix/catalogue/defaults.js';
import { type PostfixOptions, type ReportRow, readPostfix } from '../../src/postfix/index.js';
import { notFound } from '../../src/values/answer.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { main, resolver } from './support.js';

const { made, recorded } = vi.hoisted(() => {
  const made: unknown[] = [];
  const recorded = <T extends object>(actual: T, names: readonly string[]): T => {
    const wrapped = names.map((name) => {
      const factory = (actual as Record<string, (...args: unknown[]) => unknown>)[name];
      const record = (...args: unknown[]): unknown => {
        made.push([name, args]);
        return factory?.(...args);
      };
      return [name, record];
    });
    return { ...actual, ...Object.fromEntries(wrapped) };
  };
  return { made, recorded };
});

vi.mock('../../src/stages/routing/index.js', async (original) =>
  recorded(await original<typeof import('../../src/stages/routing/index.js')>(), [
    'route',
    'bcc',
    'recipientValidator',
  ]),
);
vi.mock('../../src/stages/rewriting/index.js', async (original) =>
  recorded(await original<typeof import('../../src/stages/rewriting/index.js')>(), [
    'rewriteAddresses',
    'rewriteRecipients',
  ]),
);
vi.mock('../../src/stages/restrictions/index.js', async (original) => {
  const actual = await original<typeof import('../../src/stages/restrictions/index.js')>();
  return recorded(
    actual,
    Object.keys(actual).filter((name) => /^smtpd/.test(name)),
  );
});
vi.mock('../../src/stages/content-checks/index.js', async (original) =>
  recorded(await original<typeof import('../../src/stages/content-checks/index.js')>(), ['contentChecks']),
);
vi.mock('../../src/stages/loop-detection/index.js', async (original) =>
  recorded(await original<typeof import('../../src/stages/loop-detection/index.js')>(), ['loopDetection']),
);
vi.mock('../../src/stages/size-limit/index.js', async (original) =>
  recorded(await original<typeof import('../../src/stages/size-limit/index.js')>(), ['declaredSize', 'sizeLimit']),
);

/** Values where the default does not show what another one looks like. */
const values: Readonly<Record<string, string>> = {
  allow_mail_to_commands: 'alias, include',
  allow_mail_to_files: 'alias, include',
  append_dot_mydomain: 'yes',
  canonical_classes: 'envelope_sender',
  cleanup_service_name: 'cleanup2',
  inet_protocols: 'ipv4',
  known_tcp_ports: 'smtp=2525',
  local_recipient_maps: 'inline:{alice=x}',
  masquerade_classes: 'header_sender',
  mynetworks: '192.0.2.0/24',
  mynetworks_style: 'subnet',
  propagate_unmatched_extensions: 'alias',
  proxy_interfaces: '192.0.2.1',
  receive_override_options: 'no_header_body_checks',
  recipient_canonical_classes: 'header_recipient',
  relay_clientcerts: 'inline:{x=y}',
  rewrite_service_name: 'rewrite2',
  sender_canonical_classes: 'header_sender',
  smtp_tls_security_level: 'encrypt',
  lmtp_tls_security_level: 'encrypt',
  smtpd_forbid_bare_newline: 'reject',
  smtpd_hard_error_limit: '7',
  smtpd_junk_command_limit: '7',
  smtpd_restriction_classes: 'own\nown = reject\nsmtpd_client_restrictions = own',
  smtpd_sasl_tls_security_options: 'noplaintext',
  smtpd_starttls_timeout: '7s',
  smtpd_timeout: '7s',
  smtpd_tls_cert_file: 'other.pem',
  smtpd_tls_chain_files: 'other.pem',
  smtpd_tls_dcert_file: 'other.pem',
  smtpd_tls_dkey_file: 'other.pem',
  smtpd_tls_eccert_file: 'other.pem',
  smtpd_tls_eckey_file: 'other.pem',
  smtpd_tls_key_file: 'other.pem',
  smtpd_tls_ciphers: 'high',
  smtpd_tls_mandatory_ciphers: 'high',
  smtpd_tls_security_level: 'encrypt',
  smtputf8_enable: 'no',
  unknown_address_tempfail_action: 'defer',
  unknown_helo_hostname_tempfail_action: 'defer',
};

const tls = 'smtpd_tls_security_level = may';
const withTls = `${tls}\nsmtpd_tls_cert_file = mail.pem`;
const checks = 'header_checks = pcre:{{/^x/ REJECT}}';

/** What must be set too, for the parameter to mean anything. */
const besides: Readonly<Record<string, string>> = {
  body_checks_size_limit: checks,
  disable_mime_input_processing: checks,
  header_size_limit: checks,
  mime_boundary_length_limit: checks,
  mime_nesting_limit: checks,
  line_length_limit: checks,
  receive_override_options: checks,
  smtpd_sasl_tls_security_options: `${withTls}\nsmtpd_sasl_auth_enable = yes`,
  smtpd_enforce_tls: 'smtpd_tls_cert_file = mail.pem',
  smtpd_use_tls: 'smtpd_tls_cert_file = mail.pem',
  smtpd_tls_wrappermode: 'smtpd_tls_cert_file = mail.pem',
  smtpd_tls_security_level: 'smtpd_tls_cert_file = mail.pem',
  smtpd_tls_cert_file: tls,
  smtpd_tls_chain_files: tls,
  smtpd_tls_dcert_file: tls,
  smtpd_tls_eccert_file: tls,
  smtpd_tls_key_file: withTls,
  smtpd_tls_dkey_file: `${tls}\nsmtpd_tls_dcert_file = mail.pem`,
  smtpd_tls_eckey_file: `${tls}\nsmtpd_tls_eccert_file = mail.pem`,
};

/** Programs whose options are in another line of master.cf than the usual one. */
const files = {
  'mail.pem': 'PEM',
  'other.pem': 'another',
  'master.cf': [
    'smtp inet n - n - - smtpd',
    'cleanup2 unix n - - - 0 cleanup -o hopcount_limit=7',
    'rewrite2 unix - - - - - trivial-rewrite -o relayhost=hub.example',
    'smtp unix - - - - - smtp',
    'lmtp unix - - - - - lmtp',
  ].join('\n'),
};

/** What the values of functions hold is not seen: tested where it is used. */
const elsewhere: readonly string[] = ['local_header_rewrite_clients'];

function another(name: string, value: string): string {
  const given = values[name];
  if (given !== undefined) return given;
  if (value === 'yes' || value === 'no') return value === 'yes' ? 'no' : 'yes';
  if (/^[0-9]+$/.test(value)) return String(Number(value) + 1);
  if (/[0-9][smhdw]$/.test(value)) return '7s';
  if (/_maps$/.test(name)) return 'inline:{x@y.example=z.example}';
  if (/_checks$/.test(name)) return 'pcre:{{/^x/ REJECT}}';
  if (/_restrictions$/.test(name)) return 'reject';
  return 'other.example';
}

const abilities: PostfixOptions = {
  resolver,
  credentials: { verify: async () => notFound() },
  policyService: (...asked) => {
    made.push(asked);
    return { decide: () => notFound() };
  },
};

interface Read {
  readonly print: string;
  readonly row: ReportRow | undefined;
}

function read(name: string, lines: string): Read {
  made.splice(0);
  const { report, policy: _, warnings: __, services, ...rest } = readPostfix(main(lines, files), abilities);
  const row = report.find(({ parameter, source }) => parameter === name && source !== undefined);
  return { print: print([made, rest, services.map(({ policy: ___, ...service }) => service)]), row };
}

/** Without where things are written, which differs for every line of main.cf. */
function print(value: unknown): string {
  const open: unknown[] = [];
  return JSON.stringify(value, function (this: unknown, key, one: unknown) {
    while (open.length > 0 && open.at(-1) !== this) open.pop();
    if (key === 'source' || open.includes(one)) return undefined;
    if (typeof one === 'object' && one !== null) open.push(one);
    if (one instanceof Set || one instanceof Map) return [...one];
    return typeof one === 'function' ? one.toString() : one;
  });
}

const honoured = Object.entries(catalogue).flatMap(([name, value]) => {
  const other = another(name, value);
  const more = besides[name] === undefined ? '' : `${besides[name]}\n`;
  try {
    const { print: now, row } = read(name, `${more}${name} = ${other}\n`);
    // A word says why nothing need change.
    if (row?.status !== 'honoured' || row.why !== '') return [];
    return [{ name, other, changes: now !== read('', more).print }];
  } catch (error) {
    if (isConfigurationError(error)) return [{ name, other: error.message, changes: false }];
    throw error;
  }
});

it('what is honoured changes something', () => {
  expect(honoured.length).toBeGreaterThan(150);
  expect(honoured.filter(({ name, changes }) => !changes && !elsewhere.includes(name))).toEqual([]);
});
