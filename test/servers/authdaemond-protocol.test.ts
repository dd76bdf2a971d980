/** What Courier's clients ask, and what they can be told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuthdaemonAccount,
  type AuthdaemonRequest,
  encodeAccount,
  RequestReader,
} from '../../src/servers/authdaemond/protocol.js';
import type { Parsed } from '../../src/values/parsed.js';

function read(text: string | Uint8Array): Parsed<AuthdaemonRequest> | undefined {
  return new RequestReader().push(typeof text === 'string' ? Buffer.from(text) : text);
}

const auth = (body: string): string => `AUTH ${Buffer.byteLength(body)}\n${body}`;

describe('RequestReader', () => {
  it.each<[string, AuthdaemonRequest]>([
    [
      `TCPREMOTEIP=::ffff:192.0.2.1\n${auth('imap\nlogin\nalice\nright\n')}`,
      { kind: 'login', service: 'imap', user: 'alice', password: 'right', client: '::ffff:192.0.2.1' },
    ],
    [
      auth('pop3\nlogin\njürgen@x\np = ä ü\n'),
      { kind: 'login', service: 'pop3', user: 'jürgen@x', password: 'p = ä ü', client: '' },
    ],
    [
      `A=1\nB=\nTCPREMOTEIP=x\nTCPREMOTEIP=y\n${auth('imap\nlogin\n\n\n')}`,
      { kind: 'login', service: 'imap', user: '', password: '', client: 'y' },
    ],
    [auth('imap\ncram-md5\nPDE+\nYQ==\n'), { kind: 'other-login', service: 'imap', type: 'cram-md5', client: '' }],
    ['PRE . imap alice\n', { kind: 'lookup', service: 'imap', user: 'alice', client: '' }],
    [
      'TCPREMOTEIP=::1\nPRE .  esmtp  Max Muster=x\n',
      { kind: 'lookup', service: 'esmtp', user: 'Max Muster=x', client: '::1' },
    ],
    ['PASSWD imap\talice\told\tnew\n', { kind: 'change-password' }],
    ['ENUMERATE\n', { kind: 'enumerate' }],
  ])('%j', (text, value) => {
    expect(read(text)).toEqual({ kind: 'parsed', value });
    // In any pieces too.
    const reader = new RequestReader();
    const results = [...Buffer.from(text)]
      .map((octet) => reader.push(new Uint8Array([octet])))
      .filter((one) => one !== undefined);
    expect(results).toEqual([{ kind: 'parsed', value }]);
  });

  it.each([
    ['no command', '\n'],
    ['another command', 'QUIT\n'],
    ['small letters', 'auth 5\nimap\n'],
    ['a module of Courier', 'PRE authpam imap alice\n'],
    ['PRE without a user', 'PRE . imap\n'],
    ['AUTH without a number', 'AUTH \n'],
    ['AUTH with a wrong number', 'AUTH -1\n'],
    ['AUTH of nothing', 'AUTH 0\n'],
    ['AUTH without a type', auth('imap\n')],
    ['AUTH without a password', auth('imap\nlogin\nalice\n')],
    ['AUTH without the last line end', auth('imap\nlogin\nalice\nx')],
    ['no end of a line', 'x'.repeat(8193)],
    ['no end of lines', 'A=1\n'.repeat(21)],
  ])('refuses %s', (_, text) => {
    expect(read(text)?.kind).toBe('malformed');
  });

  it.each([
    ['with more than it can hold', 'AUTH 8193\n'],
    ['of a number of the sixth place', 'AUTH 100000\n'],
    ['with a line more', auth('imap\nlogin\nalice\nx\ny\n')],
  ])('takes AUTH %s for a login of nobody', (_, text) => {
    expect(read(text)).toMatchObject({ kind: 'parsed', value: { kind: 'login', user: '', password: '' } });
  });

  it('waits for the rest', () => {
    for (const text of ['', 'AUTH 5', 'AUTH 5\nimap', 'TCPREMOTEIP=1\n', 'x'.repeat(8192)])
      expect(read(text)).toBeUndefined();
  });

  it('takes what is not UTF-8 for nobody', () => {
    const body = Buffer.from('imap\nlogin\nj\xfcrgen\nx\n', 'latin1');
    expect(read(Buffer.concat([Buffer.from(`AUTH ${body.length}\n`), body]))).toMatchObject({
      value: { kind: 'login', user: '', password: '' },
    });
    expect(read(Buffer.from('PRE . imap j\xfcrgen\n', 'latin1'))?.kind).toBe('malformed');
  });

  it('never throws, and gives one result in whatever pieces', () => {
    const words = fc.constantFrom(
      'AUTH ',
      'PRE . ',
      'imap',
      'login',
      '\n',
      '12',
      '5',
      ' ',
      '=',
      'TCPREMOTEIP=',
      '\0',
      'ü',
      'x',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), fc.nat(30), (parts, cut) => {
        const bytes = Buffer.from(parts.join(''));
        const reader = new RequestReader();
        const first = reader.push(bytes.subarray(0, cut)) ?? reader.push(bytes.subarray(cut));
        expect(first).toEqual(read(bytes));
      }),
    );
  });
});

const account: AuthdaemonAccount = { uid: 5000, gid: 5001, home: '/srv/mail/alice' };
const told = (more: Partial<AuthdaemonAccount>): string => {
  const answer = encodeAccount({ ...account, ...more }, 'alice@school.example');
  return answer.kind === 'parsed' ? Buffer.from(answer.value).toString() : `! ${answer.why}`;
};

describe('encodeAccount', () => {
  it('is lines and a dot, and no name of an account of the system', () => {
    expect(told({})).toBe('UID=5000\nGID=5001\nHOME=/srv/mail/alice\nADDRESS=alice@school.example\n.\n');
    expect(
      told({ maildir: 'Mail', quota: '7680000S', options: 'disableimap=1', displayName: 'Alice, L.', address: 'a' }),
    ).toBe(
      'UID=5000\nGID=5001\nHOME=/srv/mail/alice\nADDRESS=a\nNAME=Alice, L.\nMAILDIR=Mail\nQUOTA=7680000S\nOPTIONS=disableimap=1\n.\n',
    );
  });

  it.each<[string, Partial<AuthdaemonAccount>, RegExp]>([
    ['root', { uid: 0 }, /^! uid/],
    ['the group of root', { gid: 0 }, /^! gid/],
    ['no number', { uid: Number.NaN }, /^! uid/],
    ['"none"', { uid: 0xffff_ffff }, /^! uid/],
    ['no absolute path', { home: 'alice' }, /^! home/],
    ['a line end in a path', { home: '/x\nUID=0' }, /^! HOME/],
    ['a line end in a name', { displayName: 'x\n.\n' }, /^! NAME/],
    ['a carriage return', { quota: '1S\r' }, /^! QUOTA/],
    ['a NUL', { options: 'a\0' }, /^! OPTIONS/],
    ['half of a character', { address: '\ud800' }, /^! ADDRESS/],
    ['more than the client can read', { maildir: `/${'x'.repeat(8200)}` }, /^! over/],
  ])('does not tell %s', (_, more, why) => {
    expect(told(more)).toMatch(why);
  });

  it('has no line but its own', () => {
    fc.assert(
      fc.property(
        fc.record({
          home: fc.string({ unit: 'binary' }),
          displayName: fc.string({ unit: 'binary' }),
          options: fc.string(),
        }),
        (more) => {
          const text = told({ ...more, home: `/${more.home}` });
          if (text.startsWith('! ')) return;
          expect(text.split('\n').map((line) => line.split('=')[0])).toEqual([
            'UID',
            'GID',
            'HOME',
            'ADDRESS',
            'NAME',
            'OPTIONS',
            '.',
            '',
          ]);
        },
      ),
    );
  });
});
