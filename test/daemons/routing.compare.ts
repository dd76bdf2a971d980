/**
 * Routing beside a real Postfix: generated configurations, each played to a private Postfix over SMTP and to `route` with the
 * same tables; replies at RCPT and where each message came to are compared. Run: `tsx test/daemons/routing.compare.ts FOLDER
 * PORT [SEED] [CONFIGURATIONS]`, as root, with Postfix installed.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { definePolicy } from '../../src/core/policy.js';
import type { Session } from '../../src/core/session.js';
import { route, routingFinding } from '../../src/stages/routing/index.js';
import { parseDomain } from '../../src/values/domain.js';
import { parseIp } from '../../src/values/ip.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import { parseMessage } from '../../src/values/message.js';
import type { Parsed } from '../../src/values/parsed.js';
import { replyText } from '../../src/values/reply.js';
import { type Case, generate, optionsOf, type Setup } from './routing.cases.js';

const [folder = '/tmp/pf-route', portText = '21300', seedText = '1', countText = '25'] = process.argv.slice(2);
const port = Number(portText);
const at = (...parts: string[]): string => join(folder, ...parts);
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** One line for each thing that became of a message: `maildir x`, `pipe c`, `smtp [h] a@b`, `dead`. */
type Ends = readonly string[];
interface Played {
  readonly reply: string;
  readonly ends: Ends;
}

function install(): void {
  for (const name of ['etc', 'spool', 'data', 'log', 'bin', 'spoolmail', 'vmail', 'record', 'files'])
    mkdirSync(at(name), { recursive: true });
  for (const name of ['spoolmail', 'record', 'files']) chmodSync(at(name), 0o1777);
  execFileSync('chown', ['postfix', at('data')]);
  chownSync(at('vmail'), 5000, 5000);
  const keep = (name: string): string =>
    `#!/bin/bash\nf=$(mktemp ${at('record')}/XXXXXXXXXX)\n{ echo "${name} $*"; cat; } > $f\nmv $f $f.done\n`;
  writeFileSync(at('bin', 'hop'), keep('hop'), { mode: 0o755 });
  writeFileSync(at('bin', 'cmd'), keep('cmd'), { mode: 0o755 });
  const service = (name: string): string =>
    `${name} unix - n n - 20 pipe\n  flags= user=nobody argv=${at('bin', 'hop')} ${name} \${nexthop} \${recipient}`;
  const lines = `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
${['smtp', 'relay', 'lmtp', 'custom'].map(service).join('\n')}
`;
  writeFileSync(at('etc', 'master.cf'), lines);
}

function configure(setup: Setup): void {
  const base = `compatibility_level = 3.6
queue_directory = ${at('spool')}
data_directory = ${at('data')}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = ${at('log')}
maillog_file = ${at('log', 'maillog')}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.local.example
mydomain = local.example
in_flow_delay = 0
forward_path =
biff = no
mail_spool_directory = ${at('spoolmail')}/
virtual_mailbox_base = ${at('vmail')}
virtual_minimum_uid = 100
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
${['smtp', 'relay', 'lmtp', 'custom'].map((name) => `${name}_destination_recipient_limit = 1`).join('\n')}
`;
  const settings = Object.entries(setup.parameters).map(
    ([name, value]) => `${name} = ${value.replaceAll('@DIR@', at('etc'))}`,
  );
  writeFileSync(at('etc', 'main.cf'), `${base}${settings.join('\n')}\n`);
  for (const [name, entries] of Object.entries(setup.maps)) {
    const separator = name === 'aliases' ? ': ' : ' ';
    const text = Object.entries(entries).map(([key, value]) => `${key}${separator}${value}\n`);
    writeFileSync(at('etc', name), text.join(''));
  }
  if (setup.maps.aliases !== undefined) execFileSync('postalias', ['-c', at('etc'), `hash:${at('etc', 'aliases')}`]);
  for (const [path, text] of Object.entries(setup.includes)) {
    writeFileSync(path, text);
    chownSync(path, 65534, 65534);
  }
}

class Dialogue {
  #text = '';
  readonly #socket: Socket;
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#text += data.toString('latin1');
    });
  }
  async reply(): Promise<string> {
    for (let i = 0; i < 1000; i++) {
      const last = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/.exec(this.#text);
      if (last !== null) {
        this.#text = this.#text.slice(last[0].length);
        return last[1] ?? '';
      }
      await sleep(5);
    }
    throw new Error(`no reply: ${this.#text}`);
  }
  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.reply();
  }
}

interface Sent {
  readonly reply: string;
  readonly queueId: string | undefined;
}

async function send(one: Case): Promise<Sent> {
  const socket = connect(port, '127.0.0.1');
  const peer = new Dialogue(socket);
  await peer.reply();
  await peer.say('EHLO client.example');
  await peer.say(`MAIL FROM:<${one.sender}>`);
  const rcpt = await peer.say(`RCPT TO:<${one.to}>`);
  if (!rcpt.startsWith('250')) {
    socket.destroy();
    return { reply: rcpt, queueId: undefined };
  }
  await peer.say('DATA');
  const done = await peer.say(`From: <${one.sender}>\r\nX-Case: ${one.id}\r\nSubject: x\r\n\r\nx\r\n.`);
  socket.destroy();
  return { reply: done.startsWith('250') ? '250' : done, queueId: /queued as (\S+)/.exec(done)?.[1] };
}

function log(): string {
  return existsSync(at('log', 'maillog')) ? readFileSync(at('log', 'maillog'), 'latin1') : '';
}

/** The queue ids that came of one, when all of them are done or wait. */
async function settled(queueId: string): Promise<readonly string[]> {
  for (let i = 0; i < 400; i++) {
    const text = log();
    const ids = [queueId];
    let open = false;
    for (const id of ids) {
      const lines = text.split('\n').filter((line) => line.includes(` ${id}: `));
      for (const line of lines) {
        const next = /forwarded as ([0-9A-Za-z]+)\)/.exec(line)?.[1];
        if (next !== undefined && !ids.includes(next)) ids.push(next);
      }
      open ||= !lines.some((line) => / removed$|status=deferred/.test(line));
    }
    if (!open) return ids;
    await sleep(25);
  }
  say(`never settled: ${queueId}`);
  return [queueId];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const verbose = process.env.VERBOSE !== undefined;

/** Everything delivered since the last call, by case. */
function collect(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (text: string, end: string): void => {
    const id = /^X-Case: (\S+)/m.exec(text)?.[1] ?? '?';
    // A bounce carries the original's header.
    if (/^Auto-Submitted: auto-replied/m.test(text)) return;
    found.set(id, [...(found.get(id) ?? []), end]);
  };
  for (const base of ['spoolmail', 'vmail']) {
    for (const name of readdirSync(at(base), { recursive: true }) as string[]) {
      const box = /^(.*)\/new\/[^/]+$/.exec(name)?.[1];
      if (box === undefined) continue;
      add(readFileSync(at(base, name), 'latin1'), `maildir ${box}`);
      rmSync(at(base, name));
    }
  }
  for (const name of readdirSync(at('record')).filter((one) => one.endsWith('.done'))) {
    const text = readFileSync(at('record', name), 'latin1');
    const [, kind, rest = ''] = /^(\S+) (.*)/.exec(text) ?? [];
    add(text, kind === 'cmd' ? `pipe ${rest}` : rest);
    rmSync(at('record', name));
  }
  for (const name of readdirSync(at('files'))) {
    add(readFileSync(at('files', name), 'latin1'), `file ${name}`);
    rmSync(at('files', name));
  }
  return found;
}

/** What is told in the log alone. */
function logged(ids: readonly string[]): readonly string[] {
  const lines = log()
    .split('\n')
    .filter((line) => ids.some((id) => line.includes(` ${id}: `)));
  if (verbose) for (const line of lines) say(`    ${line.slice(60, 260)}`);
  return lines.flatMap((line) => {
    if (/status=bounced/.test(line)) return ['dead'];
    if (/status=deferred/.test(line)) return ['later'];
    return /status=sent \(.*discard|relay=none, .*status=sent/.test(line) ? ['discard'] : [];
  });
}

function value<T>(read: Parsed<T>): T {
  if (read.kind === 'malformed') throw new Error(read.why);
  return read.value;
}

const session: Session = {
  client: { ip: value(parseIp('127.0.0.1')), port: undefined, name: { kind: 'none' } },
  server: { name: value(parseDomain('mx.local.example')), port: 25 },
  protocol: 'esmtp',
  tls: undefined,
  login: undefined,
};

async function ours(setup: Setup, one: Case): Promise<Played> {
  const stage = route({ ...optionsOf(setup), deadMembers: 'skip' });
  const message = parseMessage(new TextEncoder().encode('Subject: x\r\n\r\nx\r\n'));
  if (message.kind !== 'parsed') throw new Error('message');
  const outcome = await definePolicy({ rcpt: [stage] }).evaluate({
    session,
    sender: value(parseMailbox(one.sender)),
    recipients: [value(parseMailbox(one.to))],
    mailParameters: {},
    message: message.value,
  });
  const [first] = outcome.recipients;
  const decision = first?.decision;
  const reply = decision === undefined || decision.kind === 'continue' ? '250' : replyText(decision.reply);
  const found = routingFinding.in(first?.recipient.findings ?? {}) ?? routingFinding.in(outcome.findings);
  const ends = (found?.destinations ?? []).map(({ address, state, nextHop }) => {
    if (nextHop === undefined || state !== 'deliver') return /4\.2\.0|4\.3/.test(found?.fault ?? '') ? 'later' : 'dead';
    const { transport, destination } = nextHop;
    if (transport === 'maildir') return `maildir ${destination}`;
    if (transport === 'pipe') return `pipe ${destination.split(' ').slice(1).join(' ')}`;
    if (transport === 'file') return `file ${destination.split('/').pop()}`;
    if (transport === 'error') return 'dead';
    if (transport === 'retry') return 'later';
    return transport === 'discard' ? 'discard' : `${transport} ${destination} ${address}`;
  });
  return { reply, ends };
}

// pipe(8) writes addresses without quotes.
const normal = (ends: Ends): string =>
  [...new Set(ends.map((end) => end.toLowerCase().replaceAll('"', '')))].sort().join(' | ');

/** Postfix accepts and bounces where there is nobody left to deliver to; we say so at RCPT. */
function agrees(theirs: Played, mine: Played): boolean {
  if (theirs.reply.startsWith('250')) {
    if (normal(theirs.ends) !== normal(mine.ends)) return false;
    const isLost = mine.ends.length > 0 && mine.ends.every((end) => end === 'dead' || end === 'later');
    return mine.reply === '250' || isLost || mine.ends.includes('later');
  }
  if (/Alias expansion error/.test(mine.reply)) return /Alias expansion error/.test(theirs.reply);
  return theirs.reply === mine.reply;
}

async function main(): Promise<void> {
  install();
  const setups = generate(Number(seedText), Number(countText), at('files'), at('bin', 'cmd'), at('etc'));
  configure(setups[0] as Setup);
  rmSync(at('log', 'maillog'), { force: true });
  execFileSync('postfix', ['-c', at('etc'), 'start'], { stdio: 'ignore' });
  let played = 0;
  let wrong = 0;
  try {
    for (const [number, setup] of setups.entries()) {
      configure(setup);
      execFileSync('postfix', ['-c', at('etc'), 'reload'], { stdio: 'ignore' });
      await sleep(400);
      const sent = await Promise.all(setup.cases.map(async (one) => [one, await send(one)] as const));
      const ids = new Map<string, readonly string[]>();
      for (const [one, { queueId }] of sent) if (queueId !== undefined) ids.set(one.id, await settled(queueId));
      const found = collect();
      let differs = 0;
      for (const [one, { reply }] of sent) {
        const theirs = { reply, ends: [...(found.get(one.id) ?? []), ...logged(ids.get(one.id) ?? [])] };
        const mine = await ours(setup, one);
        played++;
        if (agrees(theirs, mine)) continue;
        wrong++;
        differs++;
        say(`configuration ${number}, <${one.to}> from <${one.sender}>`);
        say(`  postfix: ${theirs.reply} -> ${normal(theirs.ends)}`);
        say(`  ours:    ${mine.reply} -> ${normal(mine.ends)}`);
      }
      if (differs > 0) say(JSON.stringify({ parameters: setup.parameters, maps: setup.maps }));
      execFileSync('postsuper', ['-c', at('etc'), '-d', 'ALL'], { stdio: 'ignore' });
    }
  } finally {
    execFileSync('postfix', ['-c', at('etc'), 'stop'], { stdio: 'ignore' });
  }
  say(`seed ${seedText}: ${played} pairs, ${wrong} differ`);
}

await main();
