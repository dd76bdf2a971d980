/** A DNS server with our records alone: unbound on an address of its own. No query leaves the machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateHost, runPrivately, until } from './private-host.js';

export interface NameServer {
  /** It listens on port 53, which is the only one that Postfix asks. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Records as in a zone file, `name TYPE data`; every other name does not exist. Names below `broken.` give SERVFAIL. */
export async function startNameServer(records: readonly string[], address = anyLoopback()): Promise<NameServer> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-dns-'));
  const data = records.map((record) => `  local-data: '${record}'`).join('\n');
  writeFileSync(
    join(folder, 'unbound.conf'),
    `server:
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: "${folder}/unbound.pid"
  logfile: "${folder}/unbound.log"
  use-syslog: no
  do-daemonize: no
  interface: ${address}
  port: 53
  do-ip6: no
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
  local-zone: "." static
  local-data: ". SOA localhost. nobody.localhost. 1 3600 1200 604800 60"
  local-zone: "broken.example." always_refuse
${data}
remote-control:
  control-enable: no
`,
  );
  const host: PrivateHost = runPrivately(`exec unbound -d -c ${folder}/unbound.conf`);
  const stop = async (): Promise<void> => {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('unbound answers', async () => {
      if (host.ended()) throw new Error(`unbound has ended\n${host.output()}`);
      return listens(address);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, stop };
}

function listens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(53, address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function anyLoopback(): string {
  const part = (): number => 2 + Math.floor(Math.random() * 250);
  return `127.${part()}.${part()}.${part()}`;
}
