/**
 * The delivery agents of master.cf as data for what carries mail on: pipe(8) with its flags, user and argv, smtp(8) and
 * lmtp(8) with the parts of `smtp_*` that a client must know. Nothing is run here; a program that starts a server gives
 * one transport for each name that the policy may send to.
 */
import type { Problem, SourcePosition } from '../values/errors.js';
import { splitList } from './lists.js';
import type { MasterService } from './master-cf.js';
import type { ParameterView } from './parameter-view.js';

interface Common {
  /** The name that transport(5) and content_filter use. */
  readonly name: string;
  /** Recipients of one message handed over at once; 0 for any number. */
  readonly recipientLimit: number;
  /** Deliveries to one destination at once; 0 for any number. */
  readonly concurrencyLimit: number;
  readonly source: SourcePosition;
}

export interface PipeTransport extends Common {
  readonly kind: 'pipe';
  /** Letters of `flags=`: `D`, `F`, `R`, `h`, `u` ... of pipe(8). */
  readonly flags: string;
  /** `user=name:group`. pipe(8) does not run without it, or as root. */
  readonly user: string;
  readonly group: string | undefined;
  /** The program and its arguments, `${nexthop}`, `${user}` ... still in them. Never a shell's line. */
  readonly argv: readonly string[];
  /** `directory=`, `null_sender=`, `size=`, `eol=` ... as written. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds for the program. */
  readonly timeLimit: number;
}

export interface SmtpTransport extends Common {
  readonly kind: 'smtp' | 'lmtp';
  /** The name said in HELO, EHLO or LHLO. */
  readonly heloName: string;
  /** The address to connect from; '' for any. */
  readonly bindAddress: string;
  /** The port where a next hop names none: a number, or a name of services(5). */
  readonly port: string;
  /** smtp_dns_support_level: `disabled`, `enabled`, `dnssec`; '' for enabled. */
  readonly dns: string;
  readonly tls: ClientTls;
  /** smtp_sasl_auth_enable, and the table of passwords. */
  readonly login: { readonly enabled: boolean; readonly passwords: string; readonly options: string };
}

export interface ClientTls {
  /** smtp_tls_security_level, or what smtp_use_tls and smtp_enforce_tls come to. */
  readonly level: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Log servers that offer STARTTLS which is not used. */
  readonly noteOffer: boolean;
}

export type PostfixTransport = PipeTransport | SmtpTransport;

export interface ReadTransports {
  readonly transports: readonly PostfixTransport[];
  readonly problems: readonly Problem[];
}

export function readTransports(
  services: readonly MasterService[],
  viewOf: (service: MasterService) => ParameterView,
): ReadTransports {
  const problems: Problem[] = [];
  const transports = services.flatMap((service): readonly PostfixTransport[] => {
    if (service.type !== 'unix') return [];
    if (service.command === 'pipe') return [readPipe(service, viewOf(service), problems)];
    if (service.command !== 'smtp' && service.command !== 'lmtp') return [];
    return [readClient(service, service.command, viewOf(service))];
  });
  return { transports, problems };
}

function common({ name, source }: MasterService, view: ParameterView): Common {
  const recipientLimit = view.count(`${name}_destination_recipient_limit`);
  const concurrencyLimit = view.count(`${name}_destination_concurrency_limit`);
  return { name, recipientLimit, concurrencyLimit, source };
}

const flagLetters = /^[BDFORXhqu.>]*$/;
const known: ReadonlySet<string> = new Set(['chroot', 'directory', 'eol', 'null_sender', 'size']);

function readPipe(service: MasterService, view: ParameterView, problems: Problem[]): PipeTransport {
  const { args, source } = service;
  const attributes: Record<string, string> = {};
  const named: Record<'flags' | 'user', string> = { flags: '', user: '' };
  let argv: readonly string[] = [];
  const add = (code: string, message: string, construct: string): void =>
    void problems.push({ code, message, source, construct });
  for (const [at, word] of args.entries()) {
    const equals = word.indexOf('=');
    const key = word.slice(0, Math.max(equals, 0));
    const value = word.slice(equals + 1);
    if (key === 'argv') {
      argv = [value, ...args.slice(at + 1)];
      break;
    }
    if (key === 'flags' || key === 'user') named[key] = value;
    else if (known.has(key)) attributes[key] = value;
    else
      add(
        'bad-pipe-attribute',
        'expected flags=, user=, directory=, null_sender=, size=, eol=, chroot= or argv=',
        word,
      );
  }
  const [user = '', group] = named.user.split(':');
  if (!flagLetters.test(named.flags))
    add('bad-pipe-flags', 'expected letters of B D F O R X h q u . >', `flags=${named.flags}`);
  if (user === '') add('no-pipe-user', 'expected user=name, as whom the program runs', service.name);
  if (user === 'root') add('bad-pipe-user', 'expected a user other than root', named.user);
  if ((argv[0] ?? '') === '') add('no-pipe-command', 'expected argv=program and its arguments', service.name);
  return {
    ...common(service, view),
    kind: 'pipe',
    flags: named.flags,
    user,
    group: group === '' ? undefined : group,
    argv,
    attributes,
    timeLimit: view.time(`${service.name}_time_limit`),
  };
}

function readClient(service: MasterService, kind: 'smtp' | 'lmtp', view: ParameterView): SmtpTransport {
  return {
    ...common(service, view),
    kind,
    heloName: view.text(kind === 'smtp' ? 'smtp_helo_name' : 'lmtp_lhlo_name'),
    bindAddress: view.text(`${kind}_bind_address`),
    port: view.text(`${kind}_tcp_port`),
    dns: view.text(`${kind}_dns_support_level`),
    tls: {
      level: clientLevel(kind, view),
      caFile: view.text(`${kind}_tls_CAfile`),
      certFile: view.text(`${kind}_tls_cert_file`),
      keyFile: view.text(`${kind}_tls_key_file`),
      noteOffer: view.flag(`${kind}_tls_note_starttls_offer`),
    },
    login: {
      enabled: view.flag(`${kind}_sasl_auth_enable`),
      passwords: view.text(`${kind}_sasl_password_maps`),
      options: splitList(view.text(`${kind}_sasl_security_options`)).join(' '),
    },
  };
}

function clientLevel(kind: 'smtp' | 'lmtp', view: ParameterView): string {
  const old = view.flag(`${kind}_enforce_tls`) ? 'encrypt' : view.flag(`${kind}_use_tls`) ? 'may' : 'none';
  const level = view.text(`${kind}_tls_security_level`).toLowerCase();
  const known = ['none', 'may', 'encrypt', 'fingerprint', 'verify', 'secure', 'dane', 'dane-only'];
  if (level === '' || known.includes(level)) return level || old;
  view.fault(`${kind}_tls_security_level`, 'bad-word', `expected ${known.join(', ')}`, level);
  return 'encrypt';
}
