// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of master.cf
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/postfix/catalogue/defaults.js';
import { readPostfix } from '../../src/postfix/index.js';
import { readMasterCf } from '../../src/postfix/master-cf.js';
import { isConfigurationError, renderProblem } from '../../src/values/errors.js';
import { expectLinear } from '../values/support.js';
import { fate, main, problems, send, shown } from './support.js';

const stock = 'smtp inet n - n - - smtpd\n';
const withMaster = (master: string, more = '') => main(more, { 'master.cf': master });

describe('master.cf', () => {
  it('reads services, options, braces, continuation and comments', () => {
    const text = [
      '# comment',
      'smtp      inet  n       -       y       -       -       smtpd -o a=b -oc=d',
      '# in between',
      '  -o { e = f g } -v',
      '  -o h=',
      'mailman unix - n n - - pipe flags=FR user=list argv=/x/y ${nexthop} { a b }',
    ].join('\n');
    const { services, problems: found } = readMasterCf(text, 'master.cf');
    expect(found).toEqual([]);
    const [smtp, mailman] = services;
    expect([...(smtp?.overrides.values() ?? [])].map(({ name, value }) => [name, value])).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f g'],
      ['h', ''],
    ]);
    expect(mailman).toMatchObject({
      name: 'mailman',
      type: 'unix',
      command: 'pipe',
      args: ['flags=FR', 'user=list', 'argv=/x/y', '${nexthop}', 'a b'],
      source: { file: 'master.cf', line: 6 },
    });
  });

  it('gathers everything that is wrong, with lines and what was expected', () => {
    const text = [
      '  smtp inet n - n - - smtpd',
      'smtp inet n - n - smtpd',
      'smtp foo x - n a 3? smtpd',
      'smtp inet n - n - - smtpd -o {a=b',
      'smtp inet n - n - - smtpd -o =b -o',
    ].join('\n');
    expect(readMasterCf(text, 'master.cf').problems.map(renderProblem)).toEqual([
      'master.cf:1: a line that begins with white space has nothing to continue here:   smtp inet n - n - - smtpd',
      'master.cf:2: expected service, type, private, unprivileged, chroot, wake-up time, process limit and a command, not 7 fields: smtp inet n - n - smtpd',
      'master.cf:3: type: expected inet, unix, unix-dgram, fifo, pass: foo',
      'master.cf:3: private: expected -, y or n: x',
      'master.cf:3: wake-up time: expected - or seconds, "?" behind them: a',
      'master.cf:3: process limit: expected - or a whole number: 3?',
      'master.cf:4: "{" has no partner: expected "}": {a=b',
      'master.cf:4: expected "-o name=value": -o',
      'master.cf:5: expected "-o name=value": =b',
      'master.cf:5: expected "-o name=value": -o',
    ]);
  });

  it('takes the last of two lines for one service', () => {
    const { services, warnings } = readMasterCf(`${stock}smtp inet n - n - - smtpd -o a=b\n`, 'master.cf');
    expect(services).toHaveLength(1);
    expect(services[0]?.overrides.get('a')?.value).toBe('b');
    expect(warnings.map((one) => one.code)).toEqual(['duplicate-service']);
  });

  it('never throws, and is linear', () => {
    const piece = fc.constantFrom('smtp', 'inet', 'n', '-', ' ', '\n', '{', '}', '-o', '=', '\t', 'pipe', '#', '\0');
    fc.assert(fc.property(fc.array(piece), (pieces) => void readMasterCf(pieces.join(' '), 'master.cf')));
    expectLinear(
      20_000,
      (size) => `${stock}${'  -o a=b\n'.repeat(size)}`,
      (text) => readMasterCf(text, 'm'),
    );
    expectLinear(
      20_000,
      (size) => `smtp inet n - n - - smtpd ${'{'.repeat(size)}`,
      (text) => readMasterCf(text, 'm'),
    );
  });
});

describe('any configuration', () => {
  it('is read, or refused by a ConfigurationError', () => {
    const name = fc.constantFrom(...Object.keys(catalogue));
    const value = fc.constantFrom(
      '',
      'yes',
      '7',
      '$myhostname',
      '${x?y}',
      'hash:x',
      'a.example',
      '/x',
      '!x',
      '{',
      '3s',
      '*',
    );
    const override = fc.tuple(name, value).map(([key, text]) => `-o ${key}=${text}`);
    const setting = fc.tuple(name, value).map(([key, text]) => `${key} = ${text}`);
    const command = fc.constantFrom('smtpd', 'pipe user=x argv=/x', 'smtp', 'cleanup', 'local', 'trivial-rewrite');
    const place = fc.constantFrom(
      'smtp inet',
      '[::1]:25 inet',
      'cleanup unix',
      'rewrite unix',
      'local unix',
      'x:y inet',
    );
    const line = fc
      .tuple(place, command, fc.array(override, { maxLength: 3 }))
      .map(([where, what, options]) => `${where} n - n - - ${what} ${options.join(' ')}`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), fc.array(setting, { maxLength: 5 }), (lines, settings) => {
        try {
          readPostfix(main(settings.join('\n'), { 'master.cf': lines.join('\n') }));
        } catch (error) {
          if (!isConfigurationError(error)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('services', () => {
  it('have their own policies and options', async () => {
    const master = [
      stock.trimEnd(),
      'submission inet n - n - - smtpd',
      '  -o smtpd_tls_security_level=encrypt -o { smtpd_recipient_restrictions = permit_sasl_authenticated, reject }',
      '465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o message_size_limit=5000 -o smtpd_recipient_limit=7',
      '[::1]:10025 inet n - n - - smtpd -o smtpd_helo_required=$yes_please -o soft_bounce=yes',
    ].join('\n');
    const texts = main('smtpd_tls_chain_files = mail.pem\nyes_please = yes\nsmtpd_sasl_auth_enable = yes\n', {
      'master.cf': master,
      'mail.pem': 'PEM',
    });
    const { services } = readPostfix(texts);
    expect(services.map(({ name, kind, listen }) => [name, kind, listen.host, listen.port])).toEqual([
      ['smtp', 'smtp', '::', 25],
      ['submission', 'submission', '::', 587],
      ['465', 'smtps', '::', 465],
      ['[::1]:10025', 'smtp', '::1', 10_025],
    ]);
    const [smtp, submission, smtps, local] = services;
    expect(smtp?.server).toMatchObject({
      requireTls: false,
      implicitTls: false,
      requireHello: false,
      softBounce: false,
    });
    expect(submission?.server).toMatchObject({ requireTls: true, implicitTls: false });
    expect(smtps?.server).toMatchObject({ requireTls: false, implicitTls: true });
    expect(smtps?.server.limits).toMatchObject({ messageBytes: 5000, recipients: 7 });
    expect(local?.server).toMatchObject({ requireHello: true, softBounce: true });
    expect(await fate(texts)).toBe('s001@school.example maildir:s001');
    expect(await fate(texts, { service: 'submission' })).toContain('reject 554 5.7.1');
    expect(await fate(texts, { service: 'submission', login: 'x' })).toBe('s001@school.example maildir:s001');
  });

  it('take checks from the cleanup service that they name, not from their own -o', async () => {
    const master = `${stock}  -o header_checks= -o cleanup_service_name=strict\nstrict unix n - n - 0 cleanup -o body_checks=pcre:more\n`;
    const texts = main('header_checks = pcre:checks\ncleanup_service_name = strict\n', {
      'master.cf': master,
      checks: '/^Subject: x/ REJECT\n',
      more: '/worse/ REJECT\n',
    });
    expect(await fate(texts)).toContain('reject 550 5.7.1');
    expect(await fate(texts, { message: 'Subject: y\r\n\r\nworse\r\n' })).toContain('reject 550 5.7.1');
    const { report } = readPostfix(texts);
    expect(
      report.find(({ service, parameter }) => service !== undefined && parameter === 'header_checks'),
    ).toMatchObject({
      status: 'irrelevant',
      service: 'smtp/inet',
    });
  });

  it('can leave out checks and address mapping', async () => {
    const master = `${stock}127.0.0.1:10025 inet n - n - - smtpd\n  -o receive_override_options=no_header_body_checks,no_address_mappings\n`;
    const texts = main(
      'header_checks = pcre:checks\nvirtual_alias_maps = inline:{s001@school.example=s002@school.example}\n',
      {
        'master.cf': master,
        checks: '/^Subject: x/ REJECT\n',
      },
    );
    expect(await fate(texts)).toContain('reject 550 5.7.1');
    expect(await fate(texts, { service: '127.0.0.1:10025' })).toBe('s001@school.example maildir:s001');
    expect(await fate(texts, { message: 'Subject: y\r\n\r\n' })).toBe('s002@school.example maildir:s002');
  });

  it.each<[string, string, RegExp]>([
    ['nosuchport inet n - n - - smtpd\n', '', /^master\.cf:1: expected a port.*: nosuchport$/],
    ['pickup unix n - n - - pickup\n', '', /^master\.cf: no smtpd service/],
    [`${stock}x unix - n n - - pipe flags=FZ\n`, '', /^master\.cf:2: expected letters of/],
    [`${stock}x unix - n n - - pipe user=root argv=/x\n`, '', /^master\.cf:2: expected a user other than root/],
    [`${stock}x unix - n n - - pipe user=y\n`, '', /^master\.cf:2: expected argv=/],
    [
      stock,
      'smtpd_tls_security_level = encrypt\n',
      /^main\.cf:3: smtpd_tls_security_level: TLS is required and there is no/,
    ],
    [
      stock,
      'smtpd_tls_wrappermode = yes\nsmtpd_tls_cert_file = none.pem\n',
      /^main\.cf:4: smtpd_tls_cert_file: the file none\.pem/,
    ],
    [stock, 'smtpd_timeout = soon\n', /^main\.cf:3: smtpd_timeout: expected a number and one of s, m, h, d, w: soon$/],
    [stock, 'soft_bounce = maybe\n', /^main\.cf:3: soft_bounce: expected no or yes: maybe$/],
    [stock, 'masquerade_classes = all\n', /^main\.cf:3: masquerade_classes: expected envelope_sender.*: all$/],
  ])('%j %j is wrong', (master, more, expected) => {
    const found = problems(withMaster(master, more));
    expect(found.filter((one) => expected.test(one))).toHaveLength(1);
  });

  it('goes on without TLS where its certificate cannot be read, as Postfix does, and says so', () => {
    const { server, warnings } = readPostfix(main('smtpd_tls_security_level = may\nsmtpd_tls_cert_file = none.pem\n'));
    expect(server.tls).toBeUndefined();
    expect(warnings.map(renderProblem)).toEqual([
      'main.cf:4: smtpd_tls_cert_file: the file none.pem cannot be read (no such file): TLS is not offered: none.pem',
    ]);
  });
});

describe('the programs that -o of an smtpd line names', () => {
  const strict = [
    'smtp inet n - n - - smtpd',
    '  -o cleanup_service_name=strictclean',
    '2525 inet n - n - - smtpd',
    'cleanup unix n - n - 0 cleanup',
    'strictclean unix n - n - 0 cleanup',
    '  -o { header_checks=regexp:{{/^Subject:.*worm/ REJECT no worms}} }',
    '',
  ].join('\n');
  const texts = main('local_recipient_maps =\n', { 'master.cf': strict });
  const message = 'Subject: a worm\r\n\r\n';

  it('cleanup, each its own', async () => {
    const refused = await send(texts, { message });
    expect(shown(refused.recipients[0]?.decision ?? { kind: 'continue' })).toContain('no worms');
    const taken = await send(texts, { message, service: '2525' });
    expect(shown(taken.recipients[0]?.decision ?? { kind: 'continue' })).toBe('continue');
    const { report } = readPostfix(texts);
    const rows = report.filter(({ service }) => service !== undefined);
    expect(rows.map(({ parameter, status }) => [parameter, status])).toEqual([
      ['cleanup_service_name', 'honoured'],
      ['header_checks', 'honoured'],
    ]);
  });

  it('refuses the name of one that is not there', () => {
    const gone = { ...texts, 'master.cf': strict.replace('=strictclean', '=nobody') };
    expect(problems(gone)).toEqual([expect.stringContaining('master.cf has no line "nobody unix ... cleanup"')]);
  });

  it.each([
    ['header_checks=', 'irrelevant', false],
    ['relay_domains=all.example', 'irrelevant', false],
    ['mydestination=', 'not-honoured', true],
    ['mydestination=school.example', 'honoured', false],
    ['disable_mime_input_processing=yes', 'not-honoured', true],
  ])('what another program reads, -o %s: %s', (option, status, guards) => {
    const { report } = readPostfix(main('', { 'master.cf': `smtp inet n - n - - smtpd\n  -o ${option}\n` }));
    expect(report.find(({ service }) => service === 'smtp/inet')).toMatchObject({ status, guards });
  });

  it('says what -o mydestination of smtpd is in Postfix', async () => {
    const master = 'smtp inet n - n - - smtpd\n  -o mydestination=other.example\n';
    const texts = main('local_recipient_maps = inline:{alice=x}\n', { 'master.cf': master });
    const { report } = readPostfix(texts);
    const row = report.find(({ service }) => service === 'smtp/inet');
    expect(row?.why).toMatch(/names without a domain/);
    // As in main.cf.
    expect(await fate(texts, { to: 'alice@school.example' })).toContain('maildir:alice');
  });
});
