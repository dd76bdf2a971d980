/** The attributes of a question to a policy service. */
import { describe, expect, it } from 'vitest';
import type { ClientName, Session } from '../../../../src/core/session.js';
import { type PolicyFacts, policyAttributes } from '../../../../src/stages/restrictions/policy/index.js';
import { domainOf, mailboxOf, sessionOf } from '../../../../src/testing/builders.js';

const session: Session = sessionOf({ ip: '192.0.2.1' });
const facts: PolicyFacts = {
  state: 'RCPT',
  session,
  helo: 'mail.example.com',
  sender: mailboxOf('a@example.com'),
  recipient: mailboxOf('b@school.example'),
  instance: 'abc.1',
};
const named = (name: ClientName): Session => ({ ...session, client: { ...session.client, name } });

describe('policyAttributes', () => {
  it('sends all that Postfix 3.7 sends, in its order', () => {
    expect(Object.keys(policyAttributes(facts))).toEqual([
      ...['request', 'protocol_state', 'protocol_name', 'client_address', 'client_name', 'client_port'],
      ...['reverse_client_name', 'server_address', 'server_port', 'helo_name', 'sender', 'recipient'],
      ...['recipient_count', 'queue_id', 'instance', 'size', 'etrn_domain', 'stress', 'sasl_method'],
      ...['sasl_username', 'sasl_sender', 'ccert_subject', 'ccert_issuer', 'ccert_fingerprint'],
      ...['ccert_pubkey_fingerprint', 'encryption_protocol', 'encryption_cipher', 'encryption_keysize'],
      'policy_context',
    ]);
  });

  it('tells the envelope', () => {
    expect(policyAttributes(facts)).toMatchObject({
      request: 'smtpd_access_policy',
      protocol_state: 'RCPT',
      client_address: '192.0.2.1',
      helo_name: 'mail.example.com',
      sender: 'a@example.com',
      recipient: 'b@school.example',
      recipient_count: '0',
      instance: 'abc.1',
      size: '0',
    });
    const quoted = { ...facts, sender: mailboxOf('"a b"@[192.0.2.1]'), recipientCount: 3, size: 1000 };
    expect(policyAttributes(quoted)).toMatchObject({ sender: 'a b@[192.0.2.1]', recipient_count: '0', size: '1000' });
    const atEnd = { ...quoted, state: 'END-OF-MESSAGE', sender: { kind: 'null-path' }, recipient: undefined } as const;
    expect(policyAttributes(atEnd)).toMatchObject({ sender: '', recipient: '', recipient_count: '3' });
  });

  it.each<[ClientName, string, string]>([
    [{ kind: 'verified', name: domainOf('a.example') }, 'a.example', 'a.example'],
    [{ kind: 'unverified', name: domainOf('a.example') }, 'unknown', 'a.example'],
    [{ kind: 'none' }, 'unknown', 'unknown'],
    [{ kind: 'not-looked-up' }, 'unknown', 'unknown'],
    [{ kind: 'cannot-tell', why: 'x' }, 'unknown', 'unknown'],
    [{ kind: 'cannot-tell', why: 'x', reverse: domainOf('a.example') }, 'unknown', 'a.example'],
  ])('names: %o', (name, verified, reverse) => {
    expect(policyAttributes({ ...facts, session: named(name) })).toMatchObject({
      client_name: verified,
      reverse_client_name: reverse,
    });
  });

  it('tells login and encryption', () => {
    const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', verifiedClient: 'J\u00f6rg +1=x' };
    const login = { name: 't01', mechanism: 'PLAIN' };
    const told = policyAttributes({
      ...facts,
      session: { ...session, tls, login, protocol: 'esmtp' },
      certificateIssuer: 'Our CA',
      saslSender: 'x@school.example',
      context: 'here',
    });
    expect(told).toMatchObject({
      protocol_name: 'ESMTP',
      sasl_method: 'PLAIN',
      sasl_username: 't01',
      sasl_sender: 'x@school.example',
      ccert_subject: 'J+C3+B6rg+20+2B1=x',
      ccert_issuer: 'Our+20CA',
      encryption_protocol: 'TLSv1.3',
      encryption_cipher: 'TLS_AES_256_GCM_SHA384',
      encryption_keysize: '256',
      policy_context: 'here',
    });
  });

  it.each([
    ['ECDHE-RSA-AES128-GCM-SHA256', '128'],
    ['TLS_CHACHA20_POLY1305_SHA256', '256'],
    ['NULL-SHA', '0'],
  ])('key size of %s', (cipher, bits) => {
    const tls = { version: 'TLSv1.2', cipher, verifiedClient: undefined };
    expect(policyAttributes({ ...facts, session: { ...session, tls } }).encryption_keysize).toBe(bits);
  });
});
