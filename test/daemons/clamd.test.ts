/** The scanners over ClamAV's own programs: both kinds of connection, sessions, limits, a restart, 200 messages at once. */
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Clamd, type ClamdOptions, clamd } from '../../src/adapters/clamd/index.js';
import { clamdjs } from '../../src/adapters/clamdjs/index.js';
import { clamscan } from '../../src/adapters/clamscan/index.js';
import { firstThatAnswers } from '../../src/adapters/scanners/index.js';
import type { Scanner } from '../../src/ports/scanner.js';
import { messageOf, messageOfSize } from '../../src/testing/builders.js';
import { eicar, scannerConformance } from '../../src/testing/scanner/index.js';
import { said } from '../adapters/clamd/support.js';
import { startClamd, type TestClamd } from './clamd.js';
import { wait } from './private-host.js';

let daemon: TestClamd;
beforeAll(async () => {
  const limits = ['StreamMaxLength 2M', 'MaxFileSize 1500K', 'MaxScanSize 3M', 'MaxRecursion 5'];
  daemon = await startClamd([...limits, 'AlertEncrypted yes', 'IdleTimeout 1']);
});
afterAll(async () => {
  await daemon.stop();
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const client = (options: ClamdOptions = {}, unix = false): Clamd => {
  const made = clamd(unix ? { path: daemon.path } : daemon.endpoint, { timeout: 20_000, ...options });
  open.push(made);
  return made;
};
const program = () => {
  const further = ['--alert-encrypted=yes', '--max-filesize=1500K', '--max-recursion=5'];
  const made = clamscan({ database: daemon.database, arguments: further });
  open.push(made);
  return made;
};
const call = () => ({ signal: new AbortController().signal, deadline: performance.now() + 30_000 });

const plain = messageOf('Subject: test\r\n\r\nHello\r\n');
const virus = 'infected Test.EICAR.UNOFFICIAL';

/** A multipart message with one attachment. */
function withAttachment(octets: Buffer, name = 'a.zip') {
  const lines = octets.toString('base64').replace(/.{76}/g, '$&\r\n');
  return messageOf(
    `From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/octet-stream; name="${name}"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${lines}\r\n--b--\r\n`,
  );
}

/** A zip archive of one file; `encrypted`: it says that it is. */
function zip(name: string, content: Buffer, encrypted = false): Buffer {
  const packed = deflateRawSync(content);
  const head = (central: boolean): Buffer => {
    const fields = Buffer.alloc(central ? 46 : 30);
    fields.writeUInt32LE(central ? 0x02014b50 : 0x04034b50, 0);
    let at = central ? 6 : 4;
    if (central) fields.writeUInt16LE(20, 4);
    fields.writeUInt16LE(20, at);
    fields.writeUInt16LE(encrypted ? 1 : 0, at + 2);
    fields.writeUInt16LE(8, at + 4);
    at += 10;
    fields.writeUInt32LE(crc(content), at);
    fields.writeUInt32LE(packed.length, at + 4);
    fields.writeUInt32LE(content.length, at + 8);
    fields.writeUInt16LE(name.length, at + 12);
    return Buffer.concat([fields, Buffer.from(name)]);
  };
  const local = Buffer.concat([head(false), packed]);
  const central = head(true);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

function crc(octets: Buffer): number {
  let sum = 0xffffffff;
  for (const octet of octets) {
    sum ^= octet;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

describe('clamd over TCP', () => {
  scannerConformance({ test: it, makeScanner: () => client() });
});
describe('clamd over a Unix socket', () => {
  scannerConformance({ test: it, makeScanner: () => client({}, true) });
});
describe('clamd in sessions', () => {
  scannerConformance({ test: it, makeScanner: () => client({ session: true }) });
});
describe('clamscan', () => {
  scannerConformance({ test: it, makeScanner: program });
});
describe('clamdjs', () => {
  scannerConformance({
    test: it,
    makeScanner: async () => {
      const made = await clamdjs(daemon.endpoint, { timeout: 10_000 });
      open.push(made);
      return made;
    },
  });
});

const scanners: readonly (readonly [string, () => Scanner])[] = [
  ['clamd', () => client()],
  ['clamscan', program],
];

describe.each(scanners)('%s sees', (_, make) => {
  it('what is packed, and says so of what it could not unpack', async () => {
    const scanner = make();
    const scan = (octets: Buffer): Promise<string> => said(scanner.scan(withAttachment(octets), call()));
    expect(await scan(zip('a.com', Buffer.from(eicar)))).toBe(virus);
    expect(await scan(zip('a.zip', zip('b.zip', zip('a.com', Buffer.from(eicar)))))).toBe(virus);
    expect(await scan(zip('a.txt', Buffer.from('harmless')))).toBe('clean');
    expect(await scan(zip('a.txt', Buffer.alloc(400, 'secret'), true))).toMatch(/^unscannable encrypted: Heuristics/);
    let deep = zip('a.txt', Buffer.from('harmless'));
    for (let i = 0; i < 8; i++) deep = zip('a.zip', deep);
    expect(await scan(deep)).toMatch(/^unscannable too-large: Heuristics\.Limits\.Exceeded\.MaxRecursion$/);
  });
});

/** Mail with EICAR in Base64 behind `text`. */
function mail(text = 'Hello', encoding = 'Content-Transfer-Encoding: base64'): string {
  const code = Buffer.from(eicar).toString('base64');
  return `MIME-Version:1.0\r\nContent-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\nContent-Type: text/plain\r\n\r\n${text}\r\n--bb\r\nContent-Type: application/octet-stream; name="a.com"\r\n${encoding}\r\n\r\n${code}\r\n--bb--\r\n`;
}

const long = `X-Foo: ${'x'.repeat(900)}\r\n`.repeat(5);
/** What ClamAV does not take for mail, or for something else, when it comes first. */
const starts: readonly string[] = [
  '',
  'BM: x\r\n',
  'GIF89a: x\r\n',
  'MZ: x\r\n',
  'Rar!: x\r\n',
  'BZh: x\r\n',
  'From a@b Sun Nov 22\r\nBM: x\r\n',
  '>From a\r\n',
  long,
  `Authentication-Results: x\r\n${long}`,
  ' lead\r\n',
  `X: \xff\xfe\0\x01${'\0'.repeat(500)}\r\n`,
  '<?xml: x\r\n',
  'X: <html><body>\r\n',
  '{\\rtf1: x\r\n',
  'X: y\r\nX: %PDF-1.4\r\n',
  'begin 644 x: y\r\n',
  '-----BEGIN: x\r\n',
  `X: ${'a'.repeat(254)}ustar\r\n`,
  'X: y\r\n',
  'X-Foo: x\r\n',
  'from:a@b.c\r\n',
];

/** Text in which an mbox would end, before an attachment. */
const mboxes: readonly string[] = [
  'Hello\r\n\r\nFrom here on\r\n\r\nbye',
  'Hello\r\n\r\nFrom here on\r\nContent-Type: image/png\r\n\r\nbye',
  'Hello\r\n\r\nFrom here on\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\n\r\nx\r\n--zz--\r\n',
];

describe('an attachment is seen', () => {
  const all: readonly (readonly [string, () => Promise<Scanner>, number])[] = [
    ['clamd', async () => client(), 1],
    ['clamd in a session', async () => client({ session: true }), 1],
    ['clamdjs', () => clamdjs(daemon.endpoint, { timeout: 10_000 }), 1],
    ['clamscan', async () => program(), 3],
  ];
  describe.each(all)('by %s', (_, make, rate) => {
    const blind = async (texts: readonly string[]): Promise<readonly string[]> => {
      const scanner = await make();
      const unseen: string[] = [];
      for (const text of texts) {
        const answer = await said(scanner.scan(messageOf(Buffer.from(text, 'latin1')), call()));
        if (answer !== virus) unseen.push(`${JSON.stringify(text.slice(0, 60))}: ${answer}`);
      }
      return unseen;
    };

    it('whatever the message begins with', async () => {
      expect(await blind(starts.map((start) => start + mail()))).toEqual([]);
    });

    it('where the text has lines that begin with From', async () => {
      const encodings = ['Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding : base64'];
      const texts = mboxes.flatMap((text) => encodings.map((encoding) => mail(text, encoding)));
      const both = texts.flatMap((text) => [text, `From a@b Sun Nov 22\r\nSubject: x\r\n${text}`]);
      expect(await blind(both.filter((__, i) => i % rate === 0))).toEqual([]);
    });
  });
});

it('the daemon says who it is', async () => {
  expect(await said(client().ping())).toBe('PONG');
  expect(await said(client().version())).toMatch(/^ClamAV \d/);
});

describe('a message over the size limit', () => {
  it.each([
    ['TCP', false, false],
    ['a Unix socket', true, false],
    ['a session', false, true],
  ])('is told over %s, whenever the connection ends', async (_, unix, session) => {
    const scanner = client({ session }, unix);
    const sizes = [2_200_000, 2_300_000, 5_000_000, 20_000_000];
    const answers = await Promise.all([...sizes, ...sizes, ...sizes].map((n) => said(scanner.scan(messageOfSize(n)))));
    expect(new Set(answers)).toEqual(new Set(['unscannable too-large: its INSTREAM size limit']));
    expect(await said(scanner.scan(plain))).toBe('clean');
  });

  it('is told where it is above the limit of one file alone', async () => {
    expect(await said(client().scan(messageOfSize(1_800_000)))).toMatch(/^unscannable too-large: Heuristics\.Limits/);
    expect(await said(program().scan(messageOfSize(1_800_000)))).toMatch(/^unscannable too-large: Heuristics\.Limits/);
  });
});

describe('a restart', () => {
  it.each([false, true])('in the middle of scans (session %s) is never clean', async (session) => {
    const scanner = client({ session, connections: 4 });
    const infected = withAttachment(Buffer.concat([Buffer.alloc(300_000, 'x'), Buffer.from(eicar)]), 'a.bin');
    const answers = Array.from({ length: 200 }, () => said(scanner.scan(infected)));
    await wait(60);
    await daemon.kill();
    const during = await said(scanner.scan(infected));
    await daemon.start();
    const kinds = new Set((await Promise.all([...answers, Promise.resolve(during)])).map((one) => one.split(' ')[0]));
    expect(kinds).toContain('?');
    expect(kinds).not.toContain('clean');
    expect(await said(scanner.scan(infected))).toBe(virus);
  });

  it('is bridged by clamscan', async () => {
    const both = firstThatAnswers(client(), program(), { rest: 1 });
    await daemon.kill();
    const answer = await both.scan(messageOf(`X: y\r\n\r\n${eicar}`), call());
    await daemon.start();
    expect(answer).toMatchObject({ value: { kind: 'infected', by: 'clamscan' } });
    await wait(5);
    expect(await both.scan(plain, call())).toMatchObject({ value: { kind: 'clean', by: 'clamd' } });
  });
});

it('a session that the daemon has given up is replaced', async () => {
  const scanner = client({ session: true });
  expect(await said(scanner.scan(plain))).toBe('clean');
  // Above IdleTimeout.
  await wait(2500);
  expect(await said(scanner.scan(messageOf(`X: y\r\n\r\n${eicar}`)))).toBe(virus);
});

it('200 messages at once are each told apart', async () => {
  for (const session of [false, true]) {
    const scanner = client({ session });
    const messages = Array.from({ length: 200 }, (_, i) =>
      messageOf(`X: ${i}\r\n\r\n${i % 2 === 0 ? eicar : 'Hello'}\r\n`),
    );
    const answers = await Promise.all(messages.map((message) => said(scanner.scan(message))));
    expect(answers).toEqual(messages.map((_, i) => (i % 2 === 0 ? virus : 'clean')));
  }
});
