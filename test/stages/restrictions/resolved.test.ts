/** Restrictions look up what an address comes to, as smtpd asks trivial-rewrite(8); the codes and texts are those of Postfix 3.7.11. */
import { describe, expect, it } from 'vitest';
import type { AddressResolver } from '../../../src/ports/address-resolver.js';
import { mailboxOf } from '../../../src/testing/builders.js';
import { cannotTell, found } from '../../../src/values/answer.js';
import { replyTo } from './support.js';

/** `x@short` is `x@short.local.example`; nobody knows about `down.example`. */
const addresses: AddressResolver = {
  resolve: (address) => {
    if (address.text.endsWith('@down.example')) return cannotTell('down');
    return found(address.text.endsWith('@short') ? mailboxOf(`${address.text}.local.example`) : address);
  },
};
const settings = {
  addresses,
  destinations: { final: ['local.example', 'short.local.example', 'school.example'], relay: ['relay.example'] },
  rejectUnlistedRecipient: false,
};

describe('what is looked up', () => {
  it.each([
    ['sender', 'check_sender_access inline:{x@short.local.example=REJECT}', '554 5.7.1 <x@short>: Sender address'],
    ['sender', 'check_sender_access inline:{x@short=REJECT}', '250'],
    ['sender', 'reject_non_fqdn_sender', '504 5.5.2 <x@short>: Sender address rejected: need fully-qualified'],
    [
      'recipient',
      'check_recipient_access inline:{y@short.local.example=REJECT}',
      '554 5.7.1 <y@short>: Recipient address',
    ],
    ['recipient', 'inline:{short.local.example=REJECT}', '554 5.7.1 <y@short>: Recipient address'],
    ['relay', 'reject_unauth_destination', '250'],
    ['relay', 'permit_auth_destination, reject', '250'],
    ['recipient', 'reject_non_fqdn_recipient', '504 5.5.2 <y@short>: Recipient address rejected: need fully-qualified'],
  ])('in the %s list: %s', async (list, words, expected) => {
    const reply = await replyTo({ [list]: words }, { mail: 'x@short', rcpt: 'y@short', settings });
    expect(reply.startsWith(expected)).toBe(true);
  });
});

describe('an address that cannot be resolved now', () => {
  it.each([
    ['sender', 'check_sender_access inline:{other@far.example=REJECT}', 'a@down.example'],
    ['sender', 'reject_unknown_sender_domain', 'a@down.example'],
    ['recipient', 'check_recipient_access inline:{other@far.example=OK}, reject', 'b@down.example'],
    ['relay', 'reject_unauth_destination', 'b@down.example'],
    ['relay', 'permit_auth_destination, reject', 'b@down.example'],
  ])('is refused for now by the %s list: %s', async (list, words, about) => {
    const reply = await replyTo({ [list]: words }, { mail: 'a@down.example', rcpt: 'b@down.example', settings });
    expect(reply).toBe(`451 4.3.0 <${about}>: Temporary lookup failure`);
  });

  it('is asked for once, whoever asks', async () => {
    let asked = 0;
    const counting: AddressResolver = {
      resolve(address) {
        asked++;
        return found(address);
      },
    };
    const words = 'check_sender_access inline:{o=OK}, reject_unknown_sender_domain, check_sender_access inline:{p=OK}';
    await replyTo({ sender: words }, { settings: { ...settings, addresses: counting } });
    expect(asked).toBe(1);
  });
});
