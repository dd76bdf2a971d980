import { describe, expect, it } from 'vitest';
import type { MailDefects } from '../../../../src/stages/spam/mail/mail-view.js';
import { texts, viewOf } from './support.js';

const sound: MailDefects = {
  truncatedHeader: false,
  missingHeadBodySeparator: false,
  missingMimeHeadBodySeparator: false,
  missingMimeHeaders: false,
  mimeEpilogue: false,
  unclosedBoundaries: 0,
  partLimitExceeded: false,
  truncatedUri: false,
};
const mixed = 'Content-Type: multipart/mixed; boundary=b\n\n';

describe('defects', () => {
  it.each<[string, string, Partial<MailDefects>]>([
    ['none', 'Subject: s\n\nbody\n', {}],
    ['nothing at all', '', {}],
    ['no empty line', 'Subject: s\n', { missingHeadBodySeparator: true }],
    ['a long value', `Subject: ${'s'.repeat(9000)}\n\n`, { truncatedHeader: true }],
    ['a long name', `${'s'.repeat(300)}: x\n\n`, { truncatedHeader: true }],
    ['a long header', `${'X: '.padEnd(8000, 'x')}\n`.repeat(9).concat('\n'), { truncatedHeader: true }],
    [
      'no field in a part',
      `${mixed}--b\ntext\n--b--\n`,
      { missingMimeHeaders: true, missingMimeHeadBodySeparator: true },
    ],
    ['text behind the last part', `${mixed}--b\nX: y\n\ntext\n--b--\nmore\n`, { mimeEpilogue: true }],
    ['full stops behind the last part', `${mixed}--b\nX: y\n\ntext\n--b--\n . .\n`, {}],
    ['no last delimiter', `${mixed}--b\nX: y\n\ntext\n`, { unclosedBoundaries: 1 }],
    ['many parts', mixed + '--b\nX: y\n\n'.repeat(1001), { unclosedBoundaries: 1, partLimitExceeded: true }],
    [
      'a long URI',
      `Subject: s\nContent-Type: text/html\n\n<a href="http://x.com/${'%41'.repeat(3000)}">`,
      { truncatedUri: true },
    ],
  ])('%s', (_, message, defects) => {
    expect(viewOf(message).defects).toEqual({ ...sound, ...defects });
  });
});

describe('header', () => {
  const { header } = viewOf(
    'To: =?utf-8?Q?J=C3=B6rg?= <j@a.com>,\n k@b.com\nX-A: one \n two\nSubject: s\nx-a: =?us-ascii?Q?three?=\nCc: l@c.com\n\n',
  );

  it('has each field by itself, whatever the letter case of its name', () => {
    expect([header.each('X-a'), header.eachRaw('x-A'), header.each('none')]).toEqual([
      ['one  two', 'three'],
      [' one \n two\n', ' =?us-ascii?Q?three?=\n'],
      [],
    ]);
  });

  it('has all fields of a name as one text', () => {
    expect([header.text('x-a'), header.raw('x-a'), header.text('none'), header.raw('none')]).toEqual([
      'one  two\nthree\n',
      ' one \n two\n =?us-ascii?Q?three?=\n',
      undefined,
      undefined,
    ]);
  });

  it('has addresses and the first name', () => {
    expect([
      header.addresses('to'),
      header.displayName('To'),
      header.displayName('Cc'),
      header.addresses('ToCc'),
    ]).toEqual([['j@a.com', 'k@b.com'], 'J\xc3\xb6rg', undefined, ['j@a.com', 'k@b.com', 'l@c.com']]);
  });

  it('gives hosts, domains and addresses of hosts', () => {
    const other = viewOf(
      'Received: from mx.a.example.co.uk ([192.0.2.7]) by x\nFrom: a@www.foo.com\nMessage-ID: <x@m.bar.com>\n\n',
    ).header;
    expect([
      other.get('Received', ['host']),
      other.get('Received', ['domain']),
      other.get('Received', ['ip']),
      other.get('Received', ['revip']),
      other.get('From', ['addr', 'domain']),
      other.get('Message-ID', ['host']),
      other.get('None', ['host']),
    ]).toEqual([
      ['mx.a.example.co.uk'],
      ['example.co.uk'],
      ['192.0.2.7'],
      ['7.2.0.192'],
      ['foo.com'],
      ['m.bar.com'],
      [],
    ]);
  });
});

describe('parts', () => {
  const view = viewOf(
    `${mixed}--b\nContent-Type: Text/HTML; Charset="x"; name*0=a; name*1=.html\nContent-Disposition: Attachment; filename="b.htm"\n\n<b>x</b>\n` +
      `--b\nContent-Type: application/pdf; name=c\n\nx\n--b--\n`,
  );

  it('tell what their fields say', () => {
    const [root, html, pdf] = view.parts;
    expect([
      root?.parent,
      root?.leaf,
      html?.parent,
      html?.type,
      html?.disposition,
      html?.fileName,
      html?.charset,
    ]).toEqual([undefined, false, 0, 'text/html', 'attachment', 'b.htm', 'x']);
    expect(html?.parameters).toEqual(
      new Map([
        ['charset', 'x'],
        ['name', 'a.html'],
      ]),
    );
    expect([pdf?.fileName, pdf?.rendered, pdf?.header.each('content-type')]).toEqual([
      'c',
      undefined,
      ['application/pdf; name=c'],
    ]);
  });

  it('are rendered when they are text', () => {
    expect([view.parts[1]?.rendered?.text, view.html?.inside.get('b'), texts(view.body)]).toEqual([
      'x',
      0,
      ['\n', 'x '],
    ]);
  });
});
