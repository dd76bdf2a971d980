/**
 * Loads smtp-server, an optional peer, when a server is made and not at import.
 *
 * Why its connection class is extended, and not its `onMailFrom` family used: those hooks get addresses that are
 * already decoded and folded (`"a b"@x` and `"a@b"@c` are refused, domains become U-labels, recipients lose duplicates
 * and case variants), one-line replies with a second enhanced code, no HELO, no DATA, no raw command line. The package
 * exports the class (`smtp-server/lib/smtp-connection.js`) and declares its members, command handlers among them. Used
 * from it: the sockets, STARTTLS, SASL, idle timeout, closing; commands and data are read in data.ts.
 */
import { ConfigurationError } from '../../values/errors.js';

export interface Engine {
  readonly SMTPServer: typeof import('smtp-server').SMTPServer;
  readonly SMTPConnection: typeof import('smtp-server/lib/smtp-connection.js').SMTPConnection;
  readonly SMTPStream: typeof import('smtp-server/lib/smtp-stream.js').SMTPStream;
}

const INSTALL =
  'this server needs the package smtp-server, version 3.21.6 or a later 3.x: npm install smtp-server@^3.21.6';

/** What the connection class extends or calls; a release without one of these is refused, not half used. */
const NEEDED: readonly string[] = [
  'send',
  'close',
  'init',
  '_onCommand',
  '_createParser',
  '_armTimeout',
  '_whenWritable',
  '_sendGreeting',
  'handler_EHLO',
  'handler_HELO',
  'handler_MAIL',
  'handler_RCPT',
  'handler_DATA',
  'handler_RSET',
  'handler_AUTH',
  'handler_XCLIENT',
  'handler_STARTTLS',
];

/** The same of the server and the parser. */
const NEEDED_OF_SERVER: readonly string[] = ['connect', '_acceptSocket'];
const NEEDED_OF_PARSER: readonly string[] = [
  '_write',
  '_flushData',
  '_feedDataStream',
  '_endDataMode',
  '_countDataBytes',
  'continue',
];

/** Throws ConfigurationError (code `missing-package`). */
export async function loadEngine(load: () => Promise<Engine> = importEngine): Promise<Engine> {
  let engine: Engine;
  try {
    engine = await load();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED')
      throw error;
    throw new ConfigurationError('missing-package', [{ code: 'missing-package', message: INSTALL }]);
  }
  const lacking = [
    ...lackingIn(engine.SMTPConnection, NEEDED),
    ...lackingIn(engine.SMTPServer, NEEDED_OF_SERVER),
    ...lackingIn(engine.SMTPStream, NEEDED_OF_PARSER),
  ];
  if (lacking.length === 0) return engine;
  const message = `${INSTALL} (the one installed lacks ${lacking.join(', ')})`;
  throw new ConfigurationError('missing-package', [{ code: 'wrong-package-version', message }]);
}

function lackingIn(type: { readonly prototype: object } | undefined, needed: readonly string[]): readonly string[] {
  const prototype = (type?.prototype ?? {}) as Readonly<Record<string, unknown>>;
  return needed.filter((name) => typeof prototype[name] !== 'function');
}

async function importEngine(): Promise<Engine> {
  const { SMTPServer } = await import('smtp-server');
  const { SMTPConnection } = await import('smtp-server/lib/smtp-connection.js');
  const { SMTPStream } = await import('smtp-server/lib/smtp-stream.js');
  return { SMTPServer, SMTPConnection, SMTPStream };
}
