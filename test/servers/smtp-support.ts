/** Servers for the tests: one policy that decides by address, and variations of the options by name. */
import { generate } from 'selfsigned';
import { defer, discard, hold, quarantine, redirect, reject } from '../../src/core/decision.js';
import { addRecipient, expandRecipient, setNextHop } from '../../src/core/edit.js';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage, type Policy } from '../../src/index.js';
import type { Credentials } from '../../src/ports/credentials.js';
import { lmtpServer } from '../../src/servers/lmtp/server.js';
import type { LogFields, Logger } from '../../src/servers/shared/logger.js';
import type { ServerOptions, TlsOptions } from '../../src/servers/shared/options.js';
import type { RunningServer } from '../../src/servers/shared/server.js';
import { smtpServer } from '../../src/servers/smtp/server.js';
import { relayControl } from '../../src/stages/relay-control/index.js';
import { route as routing } from '../../src/stages/routing/index.js';
import { mailboxOf } from '../../src/testing/builders.js';
import { type MemoryStore, memoryStore } from '../../src/testing/mail-store/memory-store.js';
import { zoneResolver } from '../../src/testing/resolver/index.js';
import { writtenAddress } from '../../src/values/address.js';
import { cannotTell, found, notFound } from '../../src/values/answer.js';
import { parseNetwork } from '../../src/values/network.js';
import { reply, replyFromText } from '../../src/values/reply.js';

const connectRules = (verdict: 'reject' | 'defer' | undefined) =>
  defineStage({
    name: 'connectRules',
    at: 'connect',
    run: (tx) => {
      // XCLIENT: this client is always refused.
      if (tx.session.client.ip?.text === '198.51.100.66') return reject('access', reply(554, '5.7.1', 'Not you'));
      if (verdict === 'reject') return reject('access', reply(550, '5.7.1', 'No service for you'), 'listed');
      return verdict === 'defer' ? defer('rate', reply(450, '4.7.1', 'Come back later')) : undefined;
    },
  });

const heloRules = defineStage({
  name: 'heloRules',
  at: 'helo',
  run: (tx) => (tx.helo === 'bad.example' ? reject('bad-helo', reply(550, '5.7.1', 'Bad HELO name')) : undefined),
});

const mailRules = defineStage({
  name: 'mailRules',
  at: 'mail',
  decides: ['hold', 'quarantine', 'redirect'],
  run: (tx) => {
    switch (tx.sender.kind === 'mailbox' ? tx.sender.localPart : '') {
      case 'rejected':
        return reject('access', reply(550, '5.7.1', ['Sender refused', 'for two reasons']));
      case 'deferred':
        return defer('rate', reply(450, '4.7.1', 'Slow down'));
      case 'discarded':
        return discard('access');
      case 'held':
        return hold('moderation');
      case 'quarantined':
        return quarantine('content');
      case 'redirected':
        return redirect(mailboxOf('s024@school.example'), 'routing');
      case 'astray':
        return redirect(mailboxOf('nobody@school.example'), 'routing');
      default:
        return undefined;
    }
  },
});

const userUnknown = reply(550, '5.1.1', 'User unknown');

const route = defineStage({
  name: 'route',
  at: 'rcpt',
  edits: ['set-next-hop', 'expand-recipient'],
  decides: ['hold', 'quarantine', 'redirect'],
  run: ({ recipient }) => {
    const { localPart, domain } = recipient.address;
    if (domain.kind === 'domain' && domain.ascii !== 'school.example') {
      return reject('relay-denied', reply(550, '5.7.1', 'Relay access denied'));
    }
    const to = (transport: string, destination: string) => ({
      edits: [setNextHop(recipient, { transport, destination })],
    });
    if (/^nie/.test(localPart)) {
      return reject('unknown-recipient', replyFromText(`<${writtenAddress(recipient.address)}>: ¡No!`, userUnknown));
    }
    switch (localPart) {
      case 'nobody':
        return reject('unknown-recipient', reply(550, '5.1.1', 'User unknown'));
      case 'gone421':
        return defer('access', reply(421, '4.7.1', 'Not you'));
      case 'closed521':
        return reject('access', reply(521, '5.7.1', 'Go away'));
      case 'later':
        return defer('mailbox', reply(450, '4.2.1', 'Not now'));
      case 'discarded':
        return discard('access');
      case 'held':
        return hold('moderation');
      case 'quarantined':
        return quarantine('content');
      case 'redirected':
        return redirect(mailboxOf('s024@school.example'), 'routing');
      case 'dropped':
        return to('discard', '');
      case 'error':
        return to('error', '5.2.1 Mailbox disabled');
      case 'queue':
        return to('queue', 'elsewhere.example');
      case 'climber':
        return to('maildir', '../s001');
      case 'odd':
        return to('uucp', 'elsewhere');
      case 'nowhere':
        return undefined;
      case 'both':
      case 'oddlist': {
        const one = (name: string) => ({
          address: mailboxOf(`${name}@school.example`),
          origin: { kind: 'alias-of', address: recipient.address } as const,
          nextHop: { transport: name === 's002' && localPart === 'oddlist' ? 'uucp' : 'maildir', destination: name },
        });
        return { edits: [expandRecipient(recipient, [one('s001'), one('s002')])] };
      }
      default:
        return to('maildir', localPart.toLowerCase().replace(/[^a-z0-9]/g, '_'));
    }
  },
});

const dataRules = defineStage({
  name: 'dataRules',
  at: 'data',
  run: (tx) => {
    switch (tx.sender.kind === 'mailbox' ? tx.sender.localPart : '') {
      case 'nodata':
        return reject('access', reply(554, '5.7.1', `Not for ${tx.recipients.length}`));
      case 'slowdata':
        return Promise.resolve(defer('rate', reply(450, '4.7.1', 'Not this fast')));
      case 'lostdata':
        return discard('access');
      case 'crashdata':
        throw new Error('dataRules broke');
      default:
        return undefined;
    }
  },
});

const messageRules = defineStage({
  name: 'messageRules',
  at: 'message',
  edits: ['add-recipient'],
  decides: ['hold', 'quarantine', 'redirect'],
  run: ({ message }) => {
    const subject = message.header.find((field) => field.lowerName === 'subject')?.value ?? '';
    switch (subject) {
      case 'reject':
        return reject('content', reply(550, '5.7.1', 'No such mail here'));
      case 'defer':
        return defer('content', reply(451, '4.7.1', 'Cannot judge it now'));
      case 'hold':
        return hold('moderation');
      case 'redirect':
        return redirect(mailboxOf('s024@school.example'), 'routing');
      case 'copy':
        return { edits: [addRecipient(mailboxOf('both@school.example'))] };
      case 'copy-nobody':
      case 'copy-later':
      case 'copy-odd':
      case 'copy-climber':
      case 'copy-closed':
        return { edits: [addRecipient(mailboxOf(`${subject.slice(5)}@school.example`))] };
      case 'copy-error':
        return {
          edits: [addRecipient(mailboxOf('e@school.example'), { transport: 'error', destination: '5.2.1 No archive' })],
        };
      case 'copy-uucp':
        return { edits: [addRecipient(mailboxOf('u@school.example'), { transport: 'uucp', destination: 'x' })] };
      case 'copy-bounced':
        return { edits: [addRecipient(mailboxOf('bounced@a.example'), { transport: 'queue', destination: 'x' })] };
      case 'crash':
        throw new Error('this stage is broken');
      default:
        return undefined;
    }
  },
});

const deliverRules = defineStage({
  name: 'deliverRules',
  at: 'deliver',
  run: ({ recipient: { address } }) => {
    if (address.localPart === 'full') return defer('quota', reply(452, '4.2.2', 'Mailbox full'));
    return address.localPart === 'closed' ? reject('mailbox', reply(550, '5.2.1', 'Mailbox disabled')) : undefined;
  },
});

/** Says what the session tells of pipelining, and refuses it before DATA where there was no EHLO. */
const pipeliners = defineStage({
  name: 'pipeliners',
  at: 'rcpt',
  run: ({ session, helo }) =>
    session.pipelined === true
      ? reject('other', reply(503, '5.5.0', `Improper use of SMTP command pipelining by ${helo ?? 'somebody'}`))
      : undefined,
});

function schoolPolicyWith(first: typeof pipeliners): Policy {
  return definePolicy({
    helo: [heloRules],
    mail: [mailRules],
    rcpt: [first, route],
    data: [dataRules],
    message: [messageRules],
  });
}

export function schoolPolicy(connecting?: 'reject' | 'defer'): Policy {
  return definePolicy({
    connect: [connectRules(connecting)],
    helo: [heloRules],
    mail: [mailRules],
    rcpt: [route],
    data: [dataRules],
    message: [messageRules],
    deliver: [deliverRules],
  });
}

const credentials: Credentials = {
  verify: async (login, password) => {
    if (login === 'down') return cannotTell('the directory is down');
    if (login === 'never') return new Promise(() => undefined);
    if (login === 'broken') throw new Error('broken');
    return login === 's001' && password === 'secret' ? found({ name: 's001' }) : notFound();
  },
};

let pem: Promise<TlsOptions> | undefined;

export function certificate(): Promise<TlsOptions> {
  pem ??= generate([{ name: 'commonName', value: 'mx.school.example' }]).then(({ private: key, cert }) => ({
    key,
    cert,
  }));
  return pem;
}

export interface LogLine {
  readonly level: string;
  readonly fields: LogFields;
  readonly text: string;
}

export function recordingLogger(): { readonly lines: LogLine[]; readonly logger: Logger } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: LogFields, text: string) => {
    lines.push({ level, fields, text });
  };
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

export interface TestServer extends AsyncDisposable {
  readonly server: RunningServer;
  readonly store: MemoryStore;
  readonly hold: MemoryStore;
  readonly quarantine: MemoryStore;
  /** Recipients that the transport `queue` was given. */
  readonly queued: string[];
  readonly lines: LogLine[];
}

export type Setup = Partial<ServerOptions> & { readonly policy?: Policy; readonly protocol?: 'smtp' | 'lmtp' };

export async function startTestServer(setup: Setup = {}): Promise<TestServer> {
  const { policy = schoolPolicy(), protocol = 'smtp', ...options } = setup;
  const store = memoryStore({ failing: (name) => (name === 'diskfull' ? 'storage-full' : undefined) });
  const hold = memoryStore();
  const quarantine = memoryStore();
  const queued: string[] = [];
  const { lines, logger } = recordingLogger();
  const start = protocol === 'smtp' ? smtpServer : lmtpServer;
  const server = await start({
    policy,
    port: 0,
    name: 'mx.school.example',
    store,
    hold,
    quarantine,
    logger,
    transports: {
      queue: {
        deliver: async ({ recipients }) => {
          queued.push(...recipients.map((one) => one.address.text));
          return recipients.map(({ address }) =>
            address.localPart === 'bounced'
              ? ({ kind: 'failed', temporary: false, why: 'gone for good' } as const)
              : ({ kind: 'delivered' } as const),
          );
        },
      },
    },
    ...options,
  });
  const dispose = () => server.close();
  return { server, store, hold, quarantine, queued, lines, [Symbol.asyncDispose]: dispose };
}

/** By the name that a dialogue's first line gives. */
export async function setupNamed(name: string): Promise<Setup> {
  const loopback = parseNetwork('127.0.0.0/8');
  if (loopback.kind === 'malformed') throw new Error(loopback.why);
  switch (name) {
    case 'default':
      return {};
    case 'lmtp':
      return { protocol: 'lmtp' };
    case 'refused':
      return { policy: schoolPolicy('reject') };
    case 'deferred':
      return { policy: schoolPolicy('defer') };
    case 'tls':
      return { tls: await certificate(), credentials };
    case 'implicit-tls':
      return { tls: await certificate(), implicitTls: true, credentials };
    case 'submission':
      return { tls: await certificate(), credentials, requireTls: true, requireLogin: true, limits: { authTime: 100 } };
    case 'login-required':
      return { tls: await certificate(), credentials, requireLogin: true };
    case 'xclient-relay':
      return {
        xclientHosts: [loopback.value],
        policy: definePolicy({
          rcpt: [
            relayControl({ domains: ['school.example'], networks: ['127.0.0.0/8'] }),
            routing({ localDomains: ['school.example'], localRecipients: 'all', defaultTransport: 'queue:' }),
          ],
        }),
      };
    case 'xclient':
      return { xclientHosts: [loopback.value] };
    case 'postmaster':
      return { postmaster: 't01@school.example' };
    case 'normalise':
      return { bareNewline: 'normalise' };
    case 'strict':
      return { strictEnvelope: true };
    case 'few':
      return {
        limits: { recipients: 2, errors: 5, junkCommands: 3, commandBytes: 512, messageBytes: 2000, lineBytes: 100 },
      };
    case 'small-header':
      return { limits: { headerFields: 5, fieldBytes: 200, headerBytes: 600 } };
    case 'no-hello':
      return { requireHello: false, policy: schoolPolicyWith(pipeliners) };
    case 'early-hello':
      return { delayHello: false };
    case 'soft':
      return { softBounce: true };
    case 'utf8-lenient':
      return { smtputf8: 'lenient' };
    case 'utf8-off':
      return { smtputf8: 'off' };
    case 'names':
      return {
        resolver: zoneResolver({
          '1.0.0.127.in-addr.arpa': { PTR: ['loop.example'] },
          'loop.example': { A: ['127.0.0.1'] },
        }),
      };
    case 'hasty':
      return { limits: { idleTime: 200 } };
    case 'short-session':
      return { limits: { sessionTime: 500 } };
    case 'short-data':
      return { limits: { dataTime: 300 } };
    default:
      throw new Error(`no setup ${name}`);
  }
}
