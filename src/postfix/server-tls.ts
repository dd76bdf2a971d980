/**
 * TLS of one smtpd(8) service: key and certificate as files of the configuration, and how much of it is asked of
 * clients. Postfix goes on without TLS when a file cannot be read; so do we, with a warning, where TLS is offered and
 * not required.
 */
import type { PostfixFiles } from './files.js';
import { splitList } from './lists.js';
import type { ParameterView } from './parameter-view.js';
import type { ServerContext } from './server-settings.js';

/** Key and certificate chain in PEM form. */
export interface ServerTls {
  readonly key: Uint8Array;
  readonly cert: Uint8Array;
}

export interface ServerTlsOptions {
  readonly tls?: ServerTls;
  readonly implicitTls: boolean;
  readonly requireTls: boolean;
}

const off: ServerTlsOptions = { implicitTls: false, requireTls: false };

export function readServerTls(view: ParameterView, context: ServerContext): ServerTlsOptions {
  const level = securityLevel(view);
  const implicitTls = view.flag('smtpd_tls_wrappermode');
  const parts = certificateFiles(view);
  judgeTls(view, context);
  if (level === 'none' && !implicitTls) return off;
  const required = level === 'encrypt' || implicitTls;
  const tls = parts === undefined ? undefined : readParts(parts, view, context, required);
  if (tls !== undefined) return { tls, implicitTls, requireTls: level === 'encrypt' && !implicitTls };
  if (parts === undefined && required) {
    const message =
      'TLS is required and there is no certificate: name it by smtpd_tls_chain_files or smtpd_tls_cert_file';
    view.fault(implicitTls ? 'smtpd_tls_wrappermode' : 'smtpd_tls_security_level', 'no-certificate', message);
  }
  if (!required) withoutTls(view, context, parts === undefined);
  return off;
}

/** As Postfix, which goes on without TLS; but nobody should think that there is some. */
function withoutTls(view: ParameterView, { judge, warnings }: ServerContext, unnamed: boolean): void {
  const parameter = ['smtpd_tls_security_level', 'smtpd_use_tls'].find(
    (name) => view.isSet(name) && view.text(name) !== '',
  );
  if (parameter === undefined) return;
  const why = `TLS is not offered: ${unnamed ? 'no certificate is named' : 'the certificate cannot be read'}`;
  judge(parameter, 'not-honoured', why);
  if (!unnamed) return;
  const message = `${parameter}: ${why} (smtpd_tls_chain_files, smtpd_tls_cert_file)`;
  warnings.push({ code: 'no-certificate', message, source: view.source(parameter) });
}

/**
 * smtpd_tls_security_level, and where it is empty what came before it. Stronger words mean `encrypt`, as in Postfix.
 */
function securityLevel(view: ParameterView): 'none' | 'may' | 'encrypt' {
  const old = view.flag('smtpd_enforce_tls') ? 'encrypt' : view.flag('smtpd_use_tls') ? 'may' : 'none';
  const text = view.text('smtpd_tls_security_level').toLowerCase();
  if (text === '') return old;
  if (text === 'none' || text === 'may') return text;
  const known = ['encrypt', 'fingerprint', 'verify', 'secure', 'dane', 'dane-only'].includes(text);
  if (!known) view.fault('smtpd_tls_security_level', 'bad-word', 'expected none, may or encrypt', text);
  return 'encrypt';
}

interface PemFiles {
  readonly parameter: string;
  readonly cert: readonly string[];
  readonly key: readonly string[];
}

/** One certificate is served: of smtpd_tls_chain_files, or else RSA before ECDSA before DSA. */
function certificateFiles(view: ParameterView): PemFiles | undefined {
  const chain = splitList(view.text('smtpd_tls_chain_files'));
  if (chain.length > 0) return { parameter: 'smtpd_tls_chain_files', cert: chain, key: chain };
  for (const kind of ['', 'ec', 'd']) {
    const parameter = `smtpd_tls_${kind}cert_file`;
    const cert = view.text(parameter);
    const key = view.text(`smtpd_tls_${kind}key_file`);
    if (cert !== '' && cert !== 'none') return { parameter, cert: [cert], key: [key] };
  }
  return undefined;
}

function readParts(
  { parameter, cert, key }: PemFiles,
  view: ParameterView,
  { files, warnings }: ServerContext,
  required: boolean,
): ServerTls | undefined {
  const read = { cert: joined(cert, files), key: joined(key, files) };
  const failed = [read.cert, read.key].find((one) => typeof one === 'string');
  if (typeof read.cert !== 'string' && typeof read.key !== 'string') return { cert: read.cert, key: read.key };
  const message = `${failed}${required ? '' : ': TLS is not offered'}`;
  if (required) view.fault(parameter, 'unreadable-certificate', message, cert.join(' '));
  else {
    const source = view.source(parameter);
    warnings.push({
      code: 'unreadable-certificate',
      message: `${parameter}: ${message}`,
      source,
      construct: cert.join(' '),
    });
  }
  return undefined;
}

/** The files one after the other, or which cannot be read. */
function joined(paths: readonly string[], files: PostfixFiles): Uint8Array | string {
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    const read = files.read(path);
    if (read.kind === 'unreadable') return `the file ${read.file} cannot be read (${read.why})`;
    parts.push(read.bytes);
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const versions = ['sslv2', 'sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2', 'tlsv1.3'];
const codes = ['0200', '0300', '0301', '0302', '0303', '0304'];

/**
 * Which of TLS 1.2 and 1.3 a list of protocols does not allow: `!SSLv2, >=TLSv1.3`, `0304`, `TLSv1.3`. Both, where a
 * word is none that Postfix knows.
 */
function forbiddenOf(text: string): readonly string[] {
  const words = text
    .toLowerCase()
    .replace(/([<>]=|!)[ \t]+/g, '$1')
    .split(/[\s,:]+/)
    .filter((word) => word !== '');
  let [low, high] = [0, versions.length - 1];
  const excluded = new Set<number>();
  const included = new Set<number>();
  for (const word of words) {
    const [, sign = '', name = ''] = /^(>=|<=|!|)(.*)$/.exec(word) ?? [];
    const version = Math.max(versions.indexOf(name), codes.indexOf(name.replace(/^0x/, '')));
    if (version < 0) return ['TLS 1.2', 'TLS 1.3'];
    if (sign === '>=') low = Math.max(low, version);
    else if (sign === '<=') high = Math.min(high, version);
    else (sign === '!' ? excluded : included).add(version);
  }
  const isAllowed = (one: number): boolean =>
    one >= low && one <= high && !excluded.has(one) && (included.size === 0 || included.has(one));
  return [4, 5].filter((one) => !isAllowed(one)).map((one) => `TLS 1.${one - 2}`);
}

/** Node speaks TLS 1.2 and 1.3 and no weak ciphers: what Postfix would have excluded beyond that is told. */
function judgeTls(view: ParameterView, { judge }: ServerContext): void {
  for (const name of ['smtpd_tls_protocols', 'smtpd_tls_mandatory_protocols']) {
    const forbidden = forbiddenOf(view.text(name));
    if (forbidden.length === 0) judge(name, 'honoured', 'TLS 1.2 and 1.3 are spoken, nothing older');
    else judge(name, 'not-honoured', `spoken nevertheless: ${forbidden.join(', ')}`);
  }
  for (const name of ['smtpd_tls_ciphers', 'smtpd_tls_mandatory_ciphers']) {
    view.oneOf(name, ['medium', 'export', 'low', 'high', 'null']);
    judge(name, 'honoured', "the TLS library's own choice, without weak ciphers");
  }
  for (const name of ['smtpd_tls_exclude_ciphers', 'smtpd_tls_mandatory_exclude_ciphers']) {
    const left = splitList(view.text(name)).filter(
      (one) =>
        !/^(?:aNULL|eNULL|NULL|EXPORT|EXP|LOW|DES|MD5|RC4|3DES|SSLv2|SSLv3|ADH|AECDH|PSK|aDSS|SEED|IDEA|RC2|CAMELLIA|DES-CBC3-SHA)$/i.test(
          one,
        ),
    );
    if (left.length > 0) judge(name, 'not-honoured', `these are not excluded: ${left.join(', ')}`);
    else judge(name, 'honoured', 'none of these is ever used');
  }
  const asks = view.flag('smtpd_tls_ask_ccert');
  const demands = view.flag('smtpd_tls_req_ccert');
  if (demands) judge('smtpd_tls_req_ccert', 'not-honoured', 'clients without a certificate are not refused');
  if (asks) judge('smtpd_tls_ask_ccert', 'not-honoured', 'clients are not asked for a certificate');
  for (const name of [
    'smtpd_tls_CAfile',
    'smtpd_tls_CApath',
    'smtpd_tls_ccert_verifydepth',
    'smtpd_tls_fingerprint_digest',
  ]) {
    if (view.isSet(name) && !asks && !demands) judge(name, 'irrelevant', 'no certificate is asked of clients');
  }
}
