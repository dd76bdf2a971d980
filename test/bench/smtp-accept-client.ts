/**
 * Child process of smtp-accept.ts: the load. Connections that stay open, each sending one message after the other with
 * MAIL, RCPT and DATA in one write (RFC 2920). Told a port and a time, it answers with the messages accepted.
 */
import { connect } from 'node:net';

interface Order {
  readonly port: number;
  readonly connections: number;
  readonly ms: number;
  readonly octets: number;
}

const envelope = 'MAIL FROM:<a@client.example> SIZE=4096\r\nRCPT TO:<s001@school.example>\r\nDATA\r\n';

function messageOf(octets: number): string {
  const header = 'From: a@client.example\r\nTo: s001@school.example\r\nSubject: load\r\nMIME-Version: 1.0\r\n\r\n';
  const line = `${'lorem ipsum dolor sit amet '.repeat(3).slice(0, 74)}\r\n`;
  return `${(header + line.repeat(octets / line.length + 1)).slice(0, octets - 2)}\r\n.\r\n`;
}

/** Resolves with the messages accepted before `until`. */
function load(port: number, message: string, until: () => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    let rest = '';
    let accepted = 0;
    let inData = false;
    const onLine = (line: string): void => {
      if (line.charAt(3) === '-') return;
      const code = line.slice(0, 3);
      if (code >= '400') return void reject(new Error(line));
      if (code === '220') socket.write('EHLO client.example\r\n');
      else if (code === '354') {
        inData = true;
        socket.write(message);
      } else if (inData || line.includes(ready)) {
        if (inData) accepted++;
        inData = false;
        if (until()) return void socket.end(() => resolve(accepted));
        socket.write(envelope);
      }
    };
    // The last line of the reply to EHLO is neither that of MAIL nor that of RCPT.
    const ready = ' SMTPUTF8';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    socket.on('error', reject);
  });
}

process.on('message', async ({ port, connections, ms, octets }: Order) => {
  const message = messageOf(octets);
  const started = performance.now();
  const until = (): boolean => performance.now() - started > ms;
  const counts = await Promise.all(Array.from({ length: connections }, () => load(port, message, until)));
  const accepted = counts.reduce((sum, one) => sum + one, 0);
  process.send?.({ accepted, rate: (accepted * 1000) / (performance.now() - started) });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });
