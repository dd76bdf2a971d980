/**
 * The scorer port over a real rspamd, started for it in a private folder with all modules off that want a network, and a resolver that
 * nobody answers at.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Rspamd, rspamd } from '../../src/adapters/rspamd/index.js';
import type { ScorerQuestion } from '../../src/ports/scorer.js';
import { ipOf, messageOf } from '../../src/testing/builders.js';

const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
const PLAIN =
  'From: a@mail.example\r\nTo: s001@school.example\r\nSubject: hello\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n';
const OFF =
  `rbl surbl fuzzy_check phishing dkim dkim_signing arc spf dmarc asn mx_check greylist ratelimit replies history_redis neural
  reputation url_redirector antivirus clickhouse elastic metadata_exporter rspamd_update dcc p0f bimi hfilter`.split(
    /\s+/,
  );

let daemon: ChildProcess | undefined;
let folder = '';
let port = 0;
const clients: Rspamd[] = [];

beforeAll(async () => {
  if (spawnSync('rspamd', ['--version']).error !== undefined) throw new Error('there is no rspamd: install rspamd');
  folder = mkdtempSync(join(tmpdir(), 'postern-rspamd-'));
  port = await freePort();
  const [noNames, control] = [await freePort(), await freePort()];
  for (const name of ['local/local.d', 'local/override.d', 'run', 'db', 'log', 'tmp'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of OFF) writeFileSync(join(folder, `local/local.d/${name}.conf`), 'enabled = false;\n');
  const options = `dns { nameserver = ["127.0.0.1:${noNames}"]; timeout = 0.1s; retransmits = 1; }\n`;
  writeFileSync(join(folder, 'local/override.d/options.inc'), options);
  writeFileSync(join(folder, 'rspamd.conf'), configuration(folder, control));
  spawnSync('chown', ['-R', '_rspamd', folder]);
  spawnSync('chmod', ['755', folder]);
  const places = ['LOCAL_CONFDIR:local', 'RUNDIR:run', 'DBDIR:db', 'LOGDIR:log'].map((one) => {
    const [name, place] = one.split(':');
    return `--var=${name}=${join(folder, place ?? '')}`;
  });
  const args = ['-f', '-c', join(folder, 'rspamd.conf'), '-u', '_rspamd', '-g', '_rspamd', '--var=CONFDIR=/etc/rspamd'];
  daemon = spawn('rspamd', [...args, ...places], { stdio: 'ignore' });
  await vi.waitFor(async () => expect(await accepts(port)).toBe(true), { timeout: 90_000, interval: 200 });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  if (daemon !== undefined && daemon.exitCode === null) {
    const gone = new Promise((resolve) => daemon?.on('exit', resolve));
    daemon.kill();
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

function configuration(at: string, control: number): string {
  return `.include "$CONFDIR/common.conf"
options {
  pidfile = "${at}/run/rspamd.pid";
  .include "$CONFDIR/options.inc"
  .include(priority=10,duplicate=merge) "${at}/local/override.d/options.inc"
  tempdir = "${at}/tmp";
  control_socket = "${at}/run/rspamd.sock mode=0600";
}
logging { type = "file"; filename = "${at}/log/rspamd.log"; .include "$CONFDIR/logging.inc" }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; mime = true; }
worker "controller" { bind_socket = "127.0.0.1:${control}"; count = 1; secure_ip = "127.0.0.1"; }
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}

function accepts(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: at });
    socket.on('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}

function client(options: Parameters<typeof rspamd>[1] = {}): Rspamd {
  const made = rspamd({ host: '127.0.0.1', port }, options);
  clients.push(made);
  return made;
}

const question = (text: string, over: Partial<ScorerQuestion> = {}): ScorerQuestion => ({
  message: messageOf(text),
  sender: 'a@mail.example',
  recipients: ['s001@school.example'],
  client: { ip: ipOf('192.0.2.1'), name: undefined },
  helo: 'mail.mail.example',
  login: undefined,
  ...over,
});

describe('rspamd', () => {
  test('tells GTUBE, and that it has decided before its rules', async () => {
    const answer = await client().score(question(`${PLAIN}\r\n${GTUBE}\r\n`));
    expect(answer).toMatchObject({ kind: 'found', value: { advice: 'reject' } });
    if (answer.kind !== 'found') return;
    expect(answer.value.hits.map(({ name }) => name)).toContain('GTUBE');
    expect(answer.value.incomplete).toHaveLength(1);
  });

  test('tells points that add up', async () => {
    const answer = await client().score(question(`${PLAIN}\r\nhello\r\n`));
    if (answer.kind !== 'found') throw new Error('no verdict');
    const { score, required, hits, incomplete } = answer.value;
    expect(hits.length).toBeGreaterThan(3);
    expect(hits.reduce((sum, hit) => sum + (hit.score ?? 0), 0)).toBeCloseTo(score, 1);
    expect(required).toBeGreaterThan(score);
    expect(incomplete).toEqual([]);
  });

  test('is told the envelope, which cannot add a field', async () => {
    const evil = 'x\r\nIp: 127.0.0.1\r\nUser: root';
    const names = async (recipients: readonly string[]): Promise<readonly string[]> => {
      const answer = await client().score(question(`${PLAIN}\r\nhello\r\n`, { recipients, helo: evil }));
      return answer.kind === 'found' ? answer.value.hits.map(({ name }) => name) : [];
    };
    expect(await names(['s001@school.example'])).toContain('TO_MATCH_ENVRCPT_ALL');
    const others = await names(['other@school.example']);
    expect(others.length).toBeGreaterThan(3);
    expect(others).not.toContain('TO_MATCH_ENVRCPT_ALL');
  });

  test('takes many messages at once', async () => {
    const one = client({ atOnce: 4 });
    const texts = Array.from({ length: 30 }, (_, i) => `${PLAIN}\r\n${i % 3 === 0 ? GTUBE : 'hello'}\r\n`);
    const answers = await Promise.all(texts.map((text) => one.score(question(text))));
    expect(answers.map((answer) => answer.kind === 'found' && answer.value.advice === 'reject')).toEqual(
      texts.map((text) => text.includes(GTUBE)),
    );
  });
});
