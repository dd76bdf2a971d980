/**
 * Builders for tests: sessions, addresses and messages from short text. They throw on malformed text, which a test
 * wants; production code parses and looks at the answer.
 */
import type { Session } from '../core/session.js';
import type { Mailbox, ReversePath } from '../values/address.js';
import { memoryBody } from '../values/body.js';
import { type Domain, parseDomain } from '../values/domain.js';
import { type IpAddress, parseIp } from '../values/ip.js';
import { parseMailbox } from '../values/mailbox.js';
import { type Message, parseMessage } from '../values/message.js';
import type { Parsed } from '../values/parsed.js';

/** `mailboxOf('s001@school.example')`. */
export function mailboxOf(text: string): Mailbox {
  return valueIn(parseMailbox(text), text);
}

/** An address, or `<>` for the null path. */
export function senderOf(text: string): ReversePath {
  return text === '<>' || text === '' ? { kind: 'null-path' } : mailboxOf(text);
}

export function domainOf(text: string): Domain {
  return valueIn(parseDomain(text), text);
}

export function ipOf(text: string): IpAddress {
  return valueIn(parseIp(text), text);
}

export interface SessionOptions {
  /** Default `192.0.2.10`; `local` for mail that came without a connection. */
  readonly ip?: string;
  /** The verified client name; none by default. */
  readonly name?: string;
  /** Our own name. Default `mx.school.example`. */
  readonly server?: string;
  readonly protocol?: Session['protocol'];
  /** A login name. */
  readonly login?: string;
  readonly tls?: boolean;
}

export function sessionOf(options: SessionOptions = {}): Session {
  const { ip = '192.0.2.10', name, server = 'mx.school.example', login, tls = false } = options;
  const { protocol = ip === 'local' ? 'local' : 'esmtp' } = options;
  return {
    client: {
      ip: ip === 'local' ? undefined : ipOf(ip),
      port: undefined,
      name: name === undefined ? { kind: 'not-looked-up' } : { kind: 'verified', name: domainOf(name) },
    },
    server: { name: domainOf(server), port: 25 },
    protocol,
    tls: tls ? { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', verifiedClient: undefined } : undefined,
    login: login === undefined ? undefined : { name: login, mechanism: 'PLAIN' },
  };
}

/** A message from text with LF or CRLF line ends (kept), or from bytes. */
export function messageOf(content: string | Uint8Array): Message {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const answer = parseMessage(bytes);
  if (answer.kind !== 'parsed') throw new Error(`the header is over the limit ${answer.limit}`);
  return answer.value;
}

/** A message with this header (`Subject: x` lines, CRLF added) and body of `size` octets. */
export function messageOfSize(size: number, header: readonly string[] = ['Subject: test']): Message {
  const line = new TextEncoder().encode(`${'x'.repeat(62)}\r\n`);
  const body = new Uint8Array(size);
  for (let at = 0; at < size; at += line.length) body.set(line.subarray(0, Math.min(line.length, size - at)), at);
  const head = messageOf(`${header.join('\r\n')}\r\n\r\n`);
  return { ...head, body: memoryBody(body), size: head.size + size };
}

function valueIn<T>(answer: Parsed<T>, text: string): T {
  if (answer.kind === 'malformed') throw new Error(`"${text}" is malformed: ${answer.why}`);
  return answer.value;
}
