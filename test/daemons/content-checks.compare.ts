/**
 * Content checks beside a real Postfix: generated messages against generated tables, each sent to a private Postfix and given
 * to `contentChecks`; the reply, what became of the message (held, dropped, sent where) and the delivered octets are compared.
 * Run as root, with Postfix and its pcre tables: `tsx test/daemons/content-checks.compare.ts FOLDER PORT [SEED] [TABLES] [MESSAGES]`;
 * it takes a port from PORT on for each set of tables.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Final } from '../../src/core/decision.js';
import type { Edit } from '../../src/core/edit.js';
import { contentChecks } from '../../src/stages/content-checks/index.js';
import { decodeLatin1, encodeLatin1 } from '../../src/values/bytes.js';
import {
  insertBefore,
  type Message,
  parseMessage,
  removeField,
  replaceBody,
  replaceField,
} from '../../src/values/message.js';
import { renderMessage } from '../../src/values/render.js';
import { replyText } from '../../src/values/reply.js';
import { recipient } from '../stages/checks-support.js';
import { messageFor, type Tables, tablesFor } from './content-checks.cases.js';

const [folder = '', portText = '', seedText = '1', setsText = '40', messagesText = '10'] = process.argv.slice(2);
const [port, seed, sets, messages] = [portText, seedText, setsText, messagesText].map(Number) as [
  number,
  number,
  number,
  number,
];
const at = (...parts: string[]): string => join(folder, ...parts);
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const postfix = (...args: string[]): string =>
  execFileSync(args[0] as string, ['-c', at('etc'), ...args.slice(1)], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

interface Result {
  readonly reply: string;
  readonly held: boolean;
  /** `address` or `address via transport:destination`. */
  readonly to: readonly string[];
  readonly content: string;
}

const usual = `pickup unix n - n 60 1 pickup
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
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

function install(all: readonly Tables[]): void {
  for (const name of ['etc', 'spool', 'data', 'log', 'mail']) mkdirSync(at(name), { recursive: true });
  execFileSync('chown', ['postfix', at('data')]);
  execFileSync('chown', ['5000:5000', at('mail')]);
  let master = usual;
  all.forEach((tables, index) => {
    const options = (['header', 'mime', 'nested', 'body'] as const).flatMap((kind) => {
      const table = tables[kind];
      if (table === undefined) return [];
      writeFileSync(at('etc', `${kind}-${index}`), table, 'latin1');
      const name = kind === 'header' || kind === 'body' ? `${kind}_checks` : `${kind}_header_checks`;
      return [`  -o ${name}=pcre:${at('etc', `${kind}-${index}`)}\n`];
    });
    master += `127.0.0.1:${port + index} inet n - n - - smtpd\n  -o cleanup_service_name=cleanup${index}\n`;
    master += `cleanup${index} unix n - n - 0 cleanup\n${options.join('')}`;
  });
  writeFileSync(at('etc', 'master.cf'), master);
  writeFileSync(
    at('etc', 'main.cf'),
    `compatibility_level = 3.7
queue_directory = ${at('spool')}
data_directory = ${at('data')}
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = ${at('log')}
maillog_file = ${at('log', 'maillog')}
myhostname = mx.school.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
local_header_rewrite_clients =
alias_maps =
alias_database =
virtual_mailbox_domains = school.example
virtual_mailbox_base = ${at('mail')}
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
virtual_mailbox_limit = 0
in_flow_delay = 0
smtpd_error_sleep_time = 0
smtpd_client_event_limit_exceptions = 127.0.0.0/8
`,
  );
}

/** The reply to one message, sent from `sender`. */
function send(to: number, sender: string, message: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = createConnection(to, '127.0.0.1');
    const stuffed = message.replace(/(^|\n)\./g, '$1..');
    const steps = ['EHLO x.example', `MAIL FROM:<${sender}>`, 'RCPT TO:<b@school.example>', 'DATA', `${stuffed}.`];
    let held = '';
    socket.on('error', fail);
    socket.on('close', () => fail(new Error(`closed: ${held}`)));
    socket.on('data', (chunk) => {
      held += chunk.toString('latin1');
      for (let end = held.indexOf('\n'); end !== -1; end = held.indexOf('\n')) {
        const line = held.slice(0, end).trimEnd();
        held = held.slice(end + 1);
        if (line.charAt(3) === '-') continue;
        const next = steps.shift();
        if (next !== undefined) socket.write(Buffer.from(`${next}\r\n`, 'latin1'));
        else {
          socket.end('QUIT\r\n');
          done(line);
          return;
        }
      }
    });
  });
}

/** Without what Postfix adds: its trace fields; and with one line end. */
function normal(content: string): string {
  if (content === '') return '';
  let text = content.replaceAll(/\r*\n/g, '\n').replace(/\n*$/, '\n');
  for (const name of ['Return-Path', 'X-Original-To', 'Delivered-To', 'Received']) {
    text = text.replace(new RegExp(`^${name}: (?:.|\\n[ \\t])*\\n`), '');
  }
  return text;
}

async function theirs(replies: ReadonlyMap<string, string>): Promise<Map<string, Result>> {
  for (let turn = 0; turn < 60; turn++) {
    const busy = ['incoming', 'active', 'maildrop'].some(
      (queue) => existsSync(at('spool', queue)) && readdirSync(at('spool', queue)).length > 0,
    );
    if (!busy) break;
    await sleep(500);
  }
  const copies = new Map<string, { to: string; content: string }[]>();
  for (const name of existsSync(at('mail', 'all', 'new')) ? readdirSync(at('mail', 'all', 'new')) : []) {
    const content = readFileSync(at('mail', 'all', 'new', name), 'latin1');
    const [, sender = ''] = /^Return-Path: <(.*)>/.exec(content) ?? [];
    const [, to = ''] = /\nDelivered-To: (.*)/.exec(content) ?? [];
    copies.set(sender, [...(copies.get(sender) ?? []), { to, content }]);
  }
  const log = readFileSync(at('log', 'maillog'), 'latin1');
  const results = new Map<string, Result>();
  for (const [sender, reply] of replies) {
    const [, id = 'none'] = /queued as (\S+)/.exec(reply) ?? [];
    const held = existsSync(at('spool', 'hold', id));
    const own = copies.get(sender) ?? [];
    const to = own.map((copy) => copy.to);
    for (const [, address, where] of log.matchAll(
      new RegExp(`discard\\[\\d+\\]: ${id}: to=<(.*?)>.* status=sent \\((.*)\\)`, 'g'),
    )) {
      to.push(`${address} via discard:${where}`);
    }
    if (held) {
      const envelope = postfix('postcat', '-eq', id);
      const [, filter] = /^content_filter: (.*)$/m.exec(envelope) ?? [];
      const [, redirect] = /^redirect_to: (.*)$/m.exec(envelope) ?? [];
      const all = [...envelope.matchAll(/^recipient: (.*)$/gm)].map((found) => found[1] as string);
      // qmgr(8) forgets the filter of a message that is redirected.
      if (redirect !== undefined) to.push(redirect);
      else for (const one of all) to.push(filter ? `${one} via ${filter}` : one);
    }
    const content = held ? postfix('postcat', '-bhq', id) : (own[0]?.content ?? '');
    const said = reply.replace(/^250 2\.0\.0 Ok: queued as \S+$/, '250 2.0.0 Ok');
    results.set(sender, { reply: said, held, to: to.sort(), content: normal(content) });
  }
  return results;
}

interface Ran {
  readonly decision?: Final;
  readonly edits?: readonly Edit[];
}

async function ours(tables: Tables, text: string, away: boolean): Promise<Result> {
  const source = (table: string | undefined) => (table === undefined ? undefined : { pcre: encodeLatin1(table) });
  const options = {
    header: source(tables.header),
    mimeHeader: source(tables.mime),
    nestedHeader: source(tables.nested),
    body: source(tables.body),
  };
  const given = Object.fromEntries(Object.entries(options).filter(([, table]) => table !== undefined));
  const parsed = parseMessage(encodeLatin1(text));
  if (parsed.kind !== 'parsed') throw new Error('over limit');
  const { body } = parsed.value;
  const message = away ? { ...parsed.value, body: { ...body, bytes: undefined } } : parsed.value;
  const rcpt = recipient(1, 'b@school.example');
  const tx = { message, recipients: [rcpt], findings: {} };
  const ran = (await contentChecks(given).run(tx as never, { detail: false, note: () => {} } as never)) as Ran;
  const { decision, edits = [] } = ran;
  const via = (address: string, hop?: { transport: string; destination: string }) =>
    hop === undefined ? address : `${address} via ${hop.transport}:${hop.destination}`;
  let to = ['b@school.example'];
  let filter: { transport: string; destination: string } | undefined;
  let after: Message = message;
  for (const edit of edits) {
    if (edit.kind === 'set-next-hop') filter = edit.nextHop;
    if (edit.kind === 'remove-recipient') to = to.filter((one) => one !== 'b@school.example');
    if (edit.kind === 'add-recipient') to.push(edit.address.text);
    if (edit.kind === 'insert-header') after = insertBefore(after, edit.before, edit.field).message;
    if (edit.kind === 'replace-header') after = replaceField(after, edit.target, edit.field).message;
    if (edit.kind === 'remove-header') after = removeField(after, edit.target).message;
    if (edit.kind === 'replace-body') after = replaceBody(after, edit.body).message;
  }
  if (decision?.kind === 'redirect') to = [decision.to.text];
  const lost = decision?.kind === 'reject' || decision?.kind === 'defer' || decision?.kind === 'discard';
  let content = '';
  for await (const chunk of renderMessage(after)) content += decodeLatin1(chunk);
  const held = decision?.kind === 'hold';
  const shown = lost || (filter !== undefined && !held) ? '' : normal(content);
  return {
    reply: lost && decision.kind !== 'discard' ? replyText(decision.reply) : '250 2.0.0 Ok',
    held,
    to: lost ? [] : to.map((one) => via(one, filter)).sort(),
    content: shown,
  };
}

async function main(): Promise<void> {
  const all = Array.from({ length: sets }, (_, index) => tablesFor(seed, index));
  const replies = new Map<string, string>();
  install(all);
  postfix('postfix', 'start');
  try {
    await sleep(1500);
    for (let set = 0; set < sets; set++) {
      for (let one = 0; one < messages; one++) {
        const sender = `s${set}m${one}@far.example`;
        replies.set(sender, await send(port + set, sender, messageFor(seed, set * messages + one)));
      }
    }
    const expected = await theirs(replies);
    let different = 0;
    for (const [sender, wanted] of expected) {
      const [, set = 0, one = 0] = (/^s(\d+)m(\d+)/.exec(sender) ?? []).map(Number);
      const text = messageFor(seed, set * messages + one);
      for (const away of [false, true]) {
        const own = await ours(all[set] as Tables, text, away);
        if (JSON.stringify(own) === JSON.stringify(wanted)) continue;
        different++;
        writeFileSync(
          at(`difference-${set}-${one}${away ? '-away' : ''}`),
          show(all[set] as Tables, text, wanted, own),
          'latin1',
        );
      }
    }
    const kinds = [...expected.values()].map(({ reply, held, to }) =>
      held ? 'held' : to.length === 0 && reply.startsWith('2') ? 'discarded' : reply.slice(0, 3),
    );
    const counts = [...new Set(kinds)].map((kind) => `${kind} ${kinds.filter((one) => one === kind).length}`);
    process.stdout.write(
      `seed ${seed}: ${expected.size} cases (${counts.join(', ')}), ${different} differences (each case in memory and in chunks)\n`,
    );
    if (different > 0) process.exitCode = 1;
  } finally {
    postfix('postfix', 'stop');
  }
}

function show(tables: Tables, text: string, wanted: Result, own: Result): string {
  const parts = {
    ...tables,
    text,
    Postfix: JSON.stringify({ ...wanted, content: '' }),
    Postern: JSON.stringify({ ...own, content: '' }),
    'Postfix delivered': wanted.content,
    'Postern delivered': own.content,
  };
  return Object.entries(parts)
    .map(([name, value]) => `=== ${name}\n${value ?? ''}\n`)
    .join('');
}

rmSync(folder, { recursive: true, force: true });
await main();
