import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, senderOfFromLine } from '../../../src/servers/batch/envelope.js';
import { mailboxOf, messageOf } from '../../../src/testing/builders.js';

const show = (header: string, fromLine?: string, given = {}): string => {
  const found = envelopeOf(given, messageOf(`${header}\n\n`), fromLine);
  if (found.kind === 'fault') return found.reason;
  const { sender, recipients } = found.value;
  return `${sender.kind === 'null-path' ? '<>' : sender.text} > ${recipients.map((one) => one.text).join(' ')}`;
};

describe('the envelope of a stored message', () => {
  it.each([
    ['Return-Path: <a@x.example>\nDelivered-To: s001@school.example', undefined, 'a@x.example > s001@school.example'],
    ['Return-Path: <>\nDelivered-To: s001@school.example', undefined, '<> > s001@school.example'],
    ['Return-Path: a@x.example\nDelivered-To: <s001@school.example>', undefined, 'a@x.example > s001@school.example'],
    [
      'Delivered-To: s@y.example\nX-Original-To: info@y.example\nReturn-Path: <a@x.example>',
      undefined,
      'a@x.example > info@y.example',
    ],
    ['Delivered-To: b@y.example\nDelivered-To: c@y.example\nReturn-Path: <>', undefined, '<> > b@y.example'],
    [
      'Return-Path: <a@x.example>\nDelivered-To: b@y.example',
      'From c@z.example Thu Jan  1',
      'c@z.example > b@y.example',
    ],
    ['Return-Path: <a@x.example>\nDelivered-To: b@y.example', 'From - Thu Jan  1', 'a@x.example > b@y.example'],
    ['Return-Path: <a@x.example>\nDelivered-To: b@y.example', 'From MAILER-DAEMON Thu', '<> > b@y.example'],
    ['From: a@x.example\nTo: b@y.example', undefined, 'no-sender'],
    ['Return-Path: <a@x.example>\nTo: b@y.example', undefined, 'no-recipient'],
    ['Return-Path: nobody knows\nDelivered-To: b@y.example', undefined, 'bad-address'],
    ['Return-Path: <>\nDelivered-To: somebody', undefined, 'bad-address'],
  ])('%j %s: %s', (header, fromLine, expected) => {
    expect(show(header, fromLine)).toBe(expected);
  });

  it('takes what is given before what is written', () => {
    const given = { sender: { kind: 'null-path' }, recipients: [mailboxOf('c@z.example')] };
    expect(show('Return-Path: <a@x.example>\nDelivered-To: b@y.example', 'From d@x.example y', given)).toBe(
      '<> > c@z.example',
    );
    expect(show('Return-Path: <a@x.example>', undefined, { recipients: [] })).toBe('no-recipient');
  });

  it('never throws for a From line', () => {
    fc.assert(fc.property(fc.string(), (text) => void senderOfFromLine(`From ${text}`)));
  });
});
