/**
 * The attributes of a question to a policy service, all that Postfix 3.7 sends and in its order (SMTPD_POLICY_README), from what
 * is known of the session and the transaction. What is not known is sent empty, or `unknown` where Postfix says so.
 */
import type { Session } from '../../../core/session.js';
import type { PolicyAttributes } from '../../../ports/policy-service.js';
import type { Mailbox, ReversePath } from '../../../values/address.js';
import { encodeUtf8 } from '../../../values/bytes.js';

/** Where in the dialogue the question is asked; the lists of VRFY and ETRN have no counterpart here. */
export type ProtocolState = 'CONNECT' | 'HELO' | 'EHLO' | 'LHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'END-OF-MESSAGE';

export interface PolicyFacts {
  readonly state: ProtocolState;
  readonly session: Session;
  readonly helo: string | undefined;
  /** Undefined before MAIL. */
  readonly sender: ReversePath | undefined;
  /** At RCPT; at DATA and later only where it is the one recipient. */
  readonly recipient: Mailbox | undefined;
  /** Accepted recipients; sent at DATA and later alone. */
  readonly recipientCount?: number;
  /** '' before the first recipient, in Postfix. */
  readonly queueId?: string;
  /** The same for all questions of one message. */
  readonly instance: string;
  /** Octets: of the message at its end, before that what MAIL announced. */
  readonly size?: number;
  /** The `AUTH=` parameter of MAIL (RFC 4954 section 5). */
  readonly saslSender?: string | undefined;
  readonly serverAddress?: string | undefined;
  /** Of a client certificate that our trust anchors verify. */
  readonly certificateIssuer?: string | undefined;
  readonly certificateFingerprint?: string | undefined;
  readonly publicKeyFingerprint?: string | undefined;
  /** smtpd_policy_service_policy_context. */
  readonly context?: string | undefined;
  /** `yes` under overload. */
  readonly stress?: string | undefined;
}

export function policyAttributes(facts: PolicyFacts): PolicyAttributes {
  const { client, server, login, protocol } = facts.session;
  return {
    request: 'smtpd_access_policy',
    protocol_state: facts.state,
    protocol_name: protocol === 'local' ? '' : protocol.toUpperCase(),
    client_address: client.ip?.text ?? UNKNOWN,
    client_name: client.name.kind === 'verified' ? client.name.name.ascii : UNKNOWN,
    client_port: client.port === undefined ? UNKNOWN : String(client.port),
    reverse_client_name: reverseName(facts.session),
    server_address: facts.serverAddress ?? UNKNOWN,
    server_port: server.port === undefined ? UNKNOWN : String(server.port),
    helo_name: facts.helo ?? '',
    ...envelope(facts),
    etrn_domain: '',
    stress: facts.stress ?? '',
    sasl_method: login?.mechanism ?? '',
    sasl_username: login?.name ?? '',
    sasl_sender: facts.saslSender ?? '',
    ...encryption(facts),
    policy_context: facts.context ?? '',
  };
}

const UNKNOWN = 'unknown';

function reverseName({ client: { name } }: Session): string {
  if (name.kind === 'verified' || name.kind === 'unverified') return name.name.ascii;
  return (name.kind === 'cannot-tell' ? name.reverse?.ascii : undefined) ?? UNKNOWN;
}

function envelope(facts: PolicyFacts): PolicyAttributes {
  const { sender, state } = facts;
  const counts = state === 'DATA' || state === 'END-OF-MESSAGE';
  return {
    sender: sender?.kind === 'mailbox' ? unquoted(sender) : '',
    recipient: facts.recipient === undefined ? '' : unquoted(facts.recipient),
    recipient_count: String(counts ? (facts.recipientCount ?? 0) : 0),
    queue_id: facts.queueId ?? '',
    instance: facts.instance,
    size: String(facts.size ?? 0),
  };
}

/** Postfix's internal form: as it was sent, without quotes around the local part. */
function unquoted({ localPart, domain, written }: Mailbox): string {
  return written ?? `${localPart}@${domain.kind === 'domain' ? domain.ascii : domain.text}`;
}

function encryption({ session: { tls }, ...facts }: PolicyFacts): PolicyAttributes {
  return {
    ccert_subject: xtext(tls?.verifiedClient ?? ''),
    ccert_issuer: xtext(tls?.verifiedClient === undefined ? '' : (facts.certificateIssuer ?? '')),
    ccert_fingerprint: facts.certificateFingerprint ?? '',
    ccert_pubkey_fingerprint: facts.publicKeyFingerprint ?? '',
    encryption_protocol: tls?.version ?? '',
    encryption_cipher: tls?.cipher ?? '',
    encryption_keysize: String(keySize(tls?.cipher ?? '')),
  };
}

/** Bits, as the name of a cipher suite tells them. 0 where it does not. */
function keySize(cipher: string): number {
  if (/chacha20/i.test(cipher)) return 256;
  const bits = /(?:AES|ARIA|CAMELLIA)[-_]?(128|192|256)/i.exec(cipher)?.[1];
  return bits === undefined ? 0 : Number(bits);
}

/** RFC 3461 section 4, but for `=`, which Postfix leaves as it is. */
function xtext(text: string): string {
  let out = '';
  for (const octet of encodeUtf8(text)) {
    const plain = octet > 32 && octet < 127 && octet !== 0x2b;
    out += plain ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
