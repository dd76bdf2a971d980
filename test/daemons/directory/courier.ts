/**
 * A private Courier IMAP: its own listener, log-in and server programs, with whatever serves the socket of its authdaemon. The path of
 * that socket is compiled in; the private instance sees another folder there.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { ownFolder } from '../filters/own-folder.js';
import { accepts, freePort, runPrivately, until } from '../private-host.js';

export interface TestCourier {
  readonly port: number;
  output(): string;
  /** What Courier's own program is told of a login: the lines of authtest(1). */
  told(login: string, password: string): Promise<string>;
  stop(): Promise<void>;
}

const AUTHDAEMON = '/run/courier/authdaemon';

/** Why there can be none here. */
export function courierMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: the daemon runs in namespaces of its own';
  const courier = [
    '/usr/sbin/couriertcpd',
    '/usr/lib/courier/courier/imaplogin',
    '/usr/bin/imapd',
    '/etc/courier/imapd',
  ];
  const programs = [...courier, '/usr/sbin/authtest', '/usr/bin/maildirmake'];
  const missing = programs.find((path) => !existsSync(path));
  return missing === undefined ? undefined : `${missing} is absent: run test/daemons/install.sh`;
}

/** `sockets`: the folder in which `socket` is that of an authdaemon. */
export async function startCourier(sockets: string): Promise<TestCourier> {
  const folder = ownFolder('courier');
  const port = await freePort();
  // The last word on what /etc/courier/imapd has set.
  // Locks would wait for a monitor of files that is not there.
  const settings = ['IMAP_STARTTLS=NO', 'IMAP_TLS_REQUIRED=0', 'IMAP_UMASK=077', 'IMAP_USELOCKS=0'];
  const environment = folder.write('environment', `. /etc/courier/imapd\n${settings.join('\n')}\n`);
  const listen = `-address=127.0.0.1 -maxprocs=10 -maxperip=10 -nodnslookup -noidentlookup ${port}`;
  const programs = '/usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir';
  if (!existsSync(AUTHDAEMON)) mkdirSync(AUTHDAEMON, { recursive: true });
  const command = `set -a; . ${environment}; exec couriertcpd ${listen} ${programs}`;
  const host = runPrivately(command, { [sockets]: AUTHDAEMON });
  const stop = async (): Promise<void> => {
    await host.stop();
    folder.remove();
  };
  try {
    const ready = (): Promise<boolean> => {
      if (host.ended()) throw new Error(`courier has ended\n${host.output()}`);
      return accepts(port);
    };
    await until('courier accepts connections', ready, { why: host.output });
  } catch (error) {
    await stop();
    throw error;
  }
  const told = async (login: string, password: string): Promise<string> => {
    // It sees the socket where Courier does.
    const asked = runPrivately(
      `authtest "$LOGIN" "$PASSWORD"`,
      { [sockets]: AUTHDAEMON },
      { LOGIN: login, PASSWORD: password },
    );
    await until('authtest has ended', () => asked.ended(), { why: asked.output });
    return asked.output();
  };
  return { port, output: host.output, told, stop };
}
