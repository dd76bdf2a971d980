/** A private Postfix for one generated configuration of routing: every delivery agent but local(8) and virtual(8) is a recorder. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { content, play, say } from './dialogue.js';
import { Postfix, postfixFolder } from './postfix.js';
import { ownPlace, type PostfixFolder } from './postfix-files.js';
import { until } from './private-host.js';
import type { Case, Setup } from './routing.cases.js';
import { replyLine } from './wire.js';
import { writeOld } from './write-old.js';

const run = promisify(execFile);

/** What became of one message: the reply, and one line for each end: `maildir x`, `pipe c`, `smtp [h] a@b`, `dead`. */
export interface Played {
  readonly reply: string;
  readonly ends: readonly string[];
  /** Postfix has not ended it in good time. */
  readonly stuck?: true;
}

/** Milliseconds for all messages of a configuration; they take about two seconds. */
const PATIENCE = 20_000;

/** Where the recorders write, and what they are called. */
export interface Recorders {
  readonly files: string;
  readonly command: string;
  readonly etc: string;
}

/** The setup is made by `make`, which is told where things are; its cases are played. */
export async function playRouting(
  make: (recorders: Recorders) => Setup,
): Promise<{ readonly setup: Setup; readonly played: readonly Played[] }> {
  const folder = await postfixFolder();
  const recorders = { files: join(folder.root, 'files'), command: join(folder.root, 'bin', 'cmd'), etc: folder.etc };
  const setup = make(recorders);
  install(folder);
  await configure(folder, setup);
  const postfix = await Postfix.start(folder);
  try {
    const sent = await Promise.all(setup.cases.map((one) => send(one, folder.ports[0] ?? 0)));
    // Not until the queue is quiet: a bounce to a list that bounces goes round.
    const ids = sent.flatMap(({ queueId }) => queueId ?? []);
    const open = (): readonly string[] => unfinished(postfix.log().split('\n'), ids);
    // local(8) may never come back from a delivery: what it has not ended then is not compared, and counted.
    const patience = performance.now() + PATIENCE;
    await until('messages have come to their ends', () => open().length === 0 || performance.now() > patience, {
      ms: 2 * PATIENCE,
    });
    const stuck = new Set(open());
    const log = postfix.log().split('\n');
    const found = collect(folder);
    const played = setup.cases.map(({ id }, i): Played => {
      const { reply = '', queueId } = sent[i] ?? {};
      if (queueIds(log, queueId ?? '').some((one) => stuck.has(one))) return { reply, ends: [], stuck: true };
      return { reply, ends: [...(found.get(id) ?? []), ...(queueId === undefined ? [] : logged(log, queueId))] };
    });
    return { setup, played };
  } finally {
    await postfix.stop();
  }
}

const SERVICES = ['smtp', 'relay', 'lmtp', 'custom'];

function install({ root, etc, ports }: PostfixFolder): void {
  const at = (...parts: string[]): string => join(root, ...parts);
  for (const name of ['bin', 'spoolmail', 'record', 'files']) mkdirSync(at(name));
  for (const name of ['spoolmail', 'record', 'files']) chmodSync(at(name), 0o1777);
  const keep = (name: string): string =>
    `#!/bin/sh\nf=$(mktemp ${at('record')}/XXXXXXXXXX)\n{ echo "${name} $*"; cat; } > $f\nmv $f $f.done\n`;
  for (const name of ['hop', 'cmd']) writeFileSync(at('bin', name), keep(name), { mode: 0o755 });
  const service = (name: string): string =>
    `${name} unix - n n - 20 pipe\n  flags= user=nobody argv=${at('bin', 'hop')} ${name} \${nexthop} \${recipient}`;
  const lines = `127.0.0.1:${ports[0]} inet n - n - - smtpd
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
${SERVICES.map(service).join('\n')}
`;
  writeOld(join(etc, 'master.cf'), lines);
  writeOld(join(root, 'passwd'), readFileSync('/etc/passwd', 'utf8'));
}

const mainCf = (folder: PostfixFolder, { parameters }: Setup): string => `${ownPlace(folder)}inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.local.example
mydomain = local.example
forward_path =
mail_spool_directory = ${folder.root}/spoolmail/
virtual_minimum_uid = 100
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
${SERVICES.map((name) => `${name}_destination_recipient_limit = 1`).join('\n')}
${Object.entries(parameters)
  .map(([name, value]) => `${name} = ${value.replaceAll('@DIR@', folder.etc)}`)
  .join('\n')}
`;

async function configure(folder: PostfixFolder, setup: Setup): Promise<void> {
  const { etc } = folder;
  writeOld(join(etc, 'main.cf'), mainCf(folder, setup));
  for (const [name, entries] of Object.entries(setup.maps)) {
    const separator = name === 'aliases' ? ': ' : ' ';
    const text = Object.entries(entries).map(([key, value]) => `${key}${separator}${value}\n`);
    writeOld(join(etc, name), text.join(''));
  }
  if (setup.maps.aliases !== undefined) await run('postalias', ['-c', etc, `hash:${join(etc, 'aliases')}`]);
  for (const [path, text] of Object.entries(setup.includes)) {
    writeOld(path, text);
    chownSync(path, 65534, 65534);
  }
}

async function send({ id, sender, to }: Case, port: number): Promise<{ reply: string; queueId?: string | undefined }> {
  const steps = [
    say('EHLO client.example'),
    say(`MAIL FROM:<${sender}>`),
    say(`RCPT TO:<${to}>`),
    say('DATA'),
    content(`From: <${sender}>\nX-Case: ${id}\nSubject: x\n\nx\n`),
    say('QUIT'),
  ];
  const exchanges = await play({ name: id, steps }, port);
  const replyTo = (start: string): string => {
    const reply = exchanges.find(({ sent }) => sent.startsWith(start))?.reply;
    return reply === undefined ? '' : replyLine(reply);
  };
  const refused = replyTo('RCPT');
  if (!refused.startsWith('250')) return { reply: refused };
  const done = replyTo('(message)');
  return { reply: done.startsWith('250') ? '250' : done, queueId: /queued as (\S+)/.exec(done)?.[1] };
}

/** Everything delivered, by case. */
function collect({ root }: PostfixFolder): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (text: string, end: string): void => {
    const id = /^X-Case: (\S+)/m.exec(text)?.[1] ?? '?';
    // A bounce carries the original's header.
    if (/^Auto-Submitted: auto-replied/m.test(text)) return;
    found.set(id, [...(found.get(id) ?? []), end]);
  };
  const read = (...parts: string[]): string => readFileSync(join(root, ...parts), 'latin1');
  for (const base of ['spoolmail', 'virtual']) {
    for (const name of readdirSync(join(root, base), { recursive: true, encoding: 'utf8' })) {
      const box = /^(.*)\/new\/[^/]+$/.exec(name)?.[1];
      if (box !== undefined) add(read(base, name), `maildir ${box}`);
    }
  }
  for (const name of readdirSync(join(root, 'record')).filter((one) => one.endsWith('.done'))) {
    const text = read('record', name);
    const [, kind, rest = ''] = /^(\S+) (.*)/.exec(text) ?? [];
    add(text, kind === 'cmd' ? `pipe ${rest}` : rest);
  }
  for (const name of readdirSync(join(root, 'files'))) add(read('files', name), `file ${name}`);
  return found;
}

/** Of a message, and of those that it was forwarded as. */
function queueIds(log: readonly string[], queueId: string): readonly string[] {
  const ids = [queueId];
  for (const id of ids) {
    for (const line of log.filter((one) => one.includes(` ${id}: `))) {
      const next = /forwarded as ([0-9A-Za-z]+)\)/.exec(line)?.[1];
      if (next !== undefined && !ids.includes(next)) ids.push(next);
    }
  }
  return ids;
}

/** Those of `sent`, and of what they were forwarded as, that have come to no end yet. */
function unfinished(log: readonly string[], sent: readonly string[]): readonly string[] {
  const ended = (id: string): boolean =>
    log.some((line) => line.includes(` ${id}: `) && / removed$|status=deferred/.test(line));
  return sent.flatMap((one) => queueIds(log, one).filter((id) => !ended(id)));
}

/** What is told in the log alone. */
function logged(log: readonly string[], queueId: string): readonly string[] {
  const ids = queueIds(log, queueId);
  return log
    .filter((line) => ids.some((id) => line.includes(` ${id}: `)))
    .flatMap((line) => {
      if (/status=bounced/.test(line)) return ['dead'];
      if (/status=deferred/.test(line)) return ['later'];
      return /status=sent \(.*discard|relay=none, .*status=sent/.test(line) ? ['discard'] : [];
    });
}
