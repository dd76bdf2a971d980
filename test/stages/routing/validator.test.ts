import { describe, expect, it } from 'vitest';
import { addressResolver, bcc, type RouteOptions, recipientValidator } from '../../../src/stages/routing/index.js';
import { failTable, inlineTable } from '../../../src/tables/simple-tables.js';
import type { Mailbox } from '../../../src/values/address.js';
import { box, problemsOf, runOne, said } from '../facts.js';

const options: RouteOptions = {
  localDomains: ['l.example'],
  localRecipients: inlineTable({ u: 'x' }),
  aliases: inlineTable({ team: 'u' }),
  virtualDomains: ['a.example'],
  virtualAliases: inlineTable({ 'i@a.example': 'u' }),
  mailboxDomains: ['b.example'],
  virtualMailboxes: inlineTable({ 'm@b.example': 'm/' }),
  relayDomains: ['r.example'],
  canonical: inlineTable({ 'old@l.example': 'u' }),
  senderCanonical: inlineTable({ 'only@l.example': 'u' }),
  recipientDelimiter: '+',
};

describe('recipientValidator', () => {
  const validator = recipientValidator(options);
  const told = async (address: Mailbox): Promise<string> => {
    const answer = await validator.listing(address, 'recipient');
    if (answer.kind !== 'found') return answer.kind;
    const { value } = answer;
    if (value.kind === 'listed') return 'listed';
    return value.kind === 'unlisted' ? `not in ${value.table}` : `${value.enhanced} ${value.text}`;
  };

  it.each([
    ['u@l.example', 'listed'],
    ['U+x@L.example', 'listed'],
    ['team@l.example', 'listed'],
    ['old@l.example', 'listed'],
    ['postmaster@l.example', 'listed'],
    ['n@l.example', 'not in local recipient table'],
    ['only@l.example', 'not in local recipient table'],
    ['i@a.example', 'listed'],
    ['n@a.example', 'not in virtual alias table'],
    ['m@b.example', 'listed'],
    ['n@b.example', 'not in virtual mailbox table'],
    ['x@r.example', 'listed'],
    ['x@o.example', 'not-found'],
    ['x%o.example@l.example', 'not-found'],
    ['"a b"@l.example', 'not in local recipient table'],
  ])('recipient %s', async (address, expected) => {
    expect(await told(box(address))).toBe(expected);
  });

  it('tells why mail for an address is refused by rule', async () => {
    const moved = recipientValidator({ ...options, relocated: inlineTable({ 'u@l.example': 'u@new.example' }) });
    expect(await moved.listing(box('u@l.example'), 'recipient')).toEqual({
      kind: 'found',
      value: { kind: 'refused', enhanced: '5.1.6', text: 'User has moved to u@new.example' },
    });
  });

  it('may ask for aliases among the recipients', async () => {
    const strict = recipientValidator({ ...options, aliasesListed: false });
    expect(await strict.listing(box('team@l.example'), 'recipient')).toMatchObject({ value: { kind: 'unlisted' } });
  });

  it('tells when a table could not tell', async () => {
    const down = recipientValidator({ ...options, virtualAliases: failTable('down') });
    expect(await down.listing(box('u@l.example'), 'recipient')).toMatchObject({ kind: 'cannot-tell', why: 'down' });
  });
});

it('knows a sender that a canonical table for senders rewrites', async () => {
  const validator = recipientValidator(options);
  expect(await validator.listing(box('only@l.example'), 'sender')).toMatchObject({ value: { kind: 'listed' } });
  expect(await validator.listing(box('n@l.example'), 'sender')).toMatchObject({ value: { kind: 'unlisted' } });
});

describe('addressResolver', () => {
  const nobody = { kind: 'null-path' } as const;
  const resolver = addressResolver({ ...options, localDomains: ['l.example', 'h.l.example'], dotDomain: 'l.example' });

  // As a lookup of smtpd, 3.7.11, showed it: check_recipient_access was asked for these keys.
  it.each([
    ['u@l.example', 'u@l.example'],
    ['i@a.example', 'i@a.example'],
    ['x@h', 'x@h.l.example'],
    ['x%o.example@l.example', 'x@o.example'],
    ['x%h@l.example', 'x@h.l.example'],
    ['o.example!x@l.example', 'x@o.example'],
    ['x%o.example@r.example', 'x%o.example@r.example'],
    ['x%o.example@a.example', 'x%o.example@a.example'],
    ['x%-@l.example', 'x%-@l.example'],
  ])('%s is %s', async (given, expected) => {
    const answer = await resolver.resolve(box(given), nobody);
    expect(answer).toMatchObject({ kind: 'found', value: { text: expected } });
  });

  it('cannot tell where a table of routes cannot, and asks none for aliases', async () => {
    const down = { ...options, transport: failTable('down') };
    expect(await addressResolver(down).resolve(box('u@l.example'), nobody)).toMatchObject({ kind: 'cannot-tell' });
    const aliases = { ...options, virtualAliases: failTable('down'), canonical: failTable('down') };
    expect(await addressResolver(aliases).resolve(box('u@l.example'), nobody)).toMatchObject({ kind: 'found' });
  });

  it('asks for the sender where routes depend on it', async () => {
    const byOne = { ...options, senderRelayHosts: failTable('down') };
    const to = box('x@o.example');
    expect(await addressResolver(byOne).resolve(to, box('s@s.example'))).toMatchObject({ kind: 'cannot-tell' });
  });
});

describe('bcc', () => {
  const copies = async (more: Partial<Parameters<typeof bcc>[0]>): Promise<readonly string[]> => {
    const outcome = await runOne(bcc({ ...options, ...more }), {
      to: ['u@l.example', 'x@o.example'],
      sender: 's@s.example',
    });
    const notes = outcome.trace.phases.flatMap((phase) => phase.lines.flatMap((line) => line.notes));
    const remarks = notes.flatMap((note) => (note.kind === 'remark' && note.log === 'warn' ? [note.text] : []));
    const ends = outcome.recipients
      .slice(2)
      .map(({ recipient: { address, nextHop } }) => `${address.text} ${nextHop?.transport}:${nextHop?.destination}`);
    return [...ends, ...remarks];
  };
  it('sends copies the way of any recipient, each once', async () => {
    expect(await copies({ always: 'i@a.example' })).toEqual([]);
    expect(await copies({ always: 'log@o.example' })).toEqual(['log@o.example smtp:o.example']);
    expect(await copies({ senderCopies: inlineTable({ '@s.example': 'm@b.example' }), always: 'm@b.example' })).toEqual(
      ['m@b.example maildir:m'],
    );
    expect(await copies({ recipientCopies: inlineTable({ 'x@o.example': 'k@o.example', u: 'k2@o.example' }) })).toEqual(
      ['k2@o.example smtp:o.example', 'k@o.example smtp:o.example'],
    );
  });
  it('leaves out what cannot be delivered', async () => {
    expect(await copies({ always: 'nobody@l.example' })).toEqual(['no copy: no such user: nobody@l.example']);
    const transport = inlineTable({ 'o.example': 'error:5.7.1 closed' });
    expect(await copies({ always: 'log@o.example', transport })).toEqual([
      'no copy: log@o.example: error:5.7.1 closed',
    ]);
  });
  const notNow = 'defer routing 451 4.3.0 Mail cannot be delivered now, try again later';
  const aliasError = 'defer routing 451 4.6.0 Alias expansion error';
  const circle = inlineTable({ 'p@o.example': 'q@o.example', 'q@o.example': 'p@o.example' });
  it.each<[string, Partial<Parameters<typeof bcc>[0]>, string]>([
    ['a transport that says so', { transport: inlineTable({ 'o.example': 'retry:4.1.2 later' }) }, notNow],
    ['a list beyond its limit', { virtualAliases: circle }, aliasError],
    ['a table that cannot tell', { transport: failTable('down') }, 'defer cannot-tell 451'],
  ])('puts the message off for a copy that may go later: %s', async (_, more, expected) => {
    for (const whom of [
      { always: 'p@o.example' },
      { senderCopies: inlineTable({ '@s.example': 'p@o.example' }) },
      { recipientCopies: inlineTable({ u: 'p@o.example' }) },
    ]) {
      const outcome = await runOne(bcc({ ...options, ...more, ...whom }), {
        to: ['u@l.example'],
        sender: 's@s.example',
      });
      expect(said(outcome)).toMatch(new RegExp(`^${expected}`));
      expect(outcome.recipients).toHaveLength(1);
    }
  });
  it('names wrong addresses at construction', () => {
    const problems = problemsOf(() => bcc({ ...options, always: 'a b', senderCopies: inlineTable({ x: 'a, b' }) }));
    expect(problems.map((one) => one.code)).toEqual(['bad-address', 'bad-address']);
  });
});
