/**
 * `postern explain`: runs one message through a policy with every detail and prints why it was accepted, refused or
 * sent where. Nothing is delivered. The status is 0 whenever the message could be evaluated, whatever was decided.
 */
import { open } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createSpool, type SpooledMessage } from '../adapters/spool/index.js';
import type { PostfixReading, PostfixService } from '../postfix/index.js';
import { circumstances, commandLine, envelopeOptions, policyOptions } from './arguments.js';
import { type Exit, exit, exitStatus, type Io, print, type Ready, ready, usageExit, wantsColor } from './io.js';
import { loadPolicy } from './load-policy.js';
import { outcomeData } from './outcome-data.js';
import { printable, safeJson } from './printable.js';
import { renderTrace } from './render-trace.js';
import { explainHelp } from './usage.js';

export async function explain(args: readonly string[], io: Io): Promise<number | Exit> {
  const line = commandLine(args, { ...policyOptions, ...envelopeOptions, 'no-durations': { type: 'boolean' } });
  if (line.kind === 'exit') return line;
  const { values, operands } = line.value;
  if (values.help === true) return help(io);
  const [file, ...others] = operands;
  if (file === undefined || others.length > 0) return usageExit('explain: exactly one message file is expected');
  const missing = (['client-ip', 'mail-from', 'rcpt-to'] as const).filter((name) => values[name] === undefined);
  if (missing.length > 0) return usageExit(`explain: missing ${missing.map((name) => `--${name}`).join(', ')}`);

  const loaded = await loadPolicy(values, io);
  if (loaded.kind === 'exit') return loaded;
  const { service } = loaded.value;
  const given = circumstances(values, loaded.value.serverName);
  if (given.kind === 'exit') return given;
  const read = await readMessage(file, io);
  if (read.kind === 'exit') return read;

  await using spooled = read.value;
  const { sender = { kind: 'null-path' } as const, recipients = [], ...peer } = given.value;
  const { server } = peer.session;
  const session = { ...peer.session, server: { ...server, port: service?.listen.port ?? server.port } };
  const input = { ...peer, session, sender, recipients, message: spooled.message };
  const options = io.signal === undefined ? { detail: true } : { detail: true, signal: io.signal };
  const outcome = await loaded.value.policy.evaluate(input, options);
  const durations = values['no-durations'] !== true;
  const text =
    values.json === true
      ? `${safeJson({ ...(service !== undefined && { service: service.name }), ...outcomeData(outcome, { durations }) }, 2)}\n`
      : serviceLine(service, loaded.value.postfix) +
        renderTrace(outcome, {
          width: io.stdout.columns ?? 100,
          color: wantsColor(io),
          durations,
          base: join(io.cwd, '/'),
        });
  await print(io.stdout, text);
  return exitStatus.ok;
}

/** Which line of master.cf judged, and which else there are. */
function serviceLine(service: PostfixService | undefined, reading: PostfixReading | undefined): string {
  if (service === undefined) return '';
  const { name, listen, source } = service;
  const others = (reading?.services ?? []).filter((one) => one !== service).map((one) => one.name);
  const more = others.length === 0 ? '' : `; --service names another: ${others.join(', ')}`;
  return `${printable(`service ${name} of ${basename(source.file)}:${source.line ?? 1}, port ${listen.port}${more}`)}\n`;
}

async function help(io: Io): Promise<number> {
  await print(io.stdout, explainHelp);
  return exitStatus.ok;
}

/** `-` is standard input. */
async function readMessage(file: string, io: Io): Promise<Ready<SpooledMessage> | Exit> {
  const spool = createSpool();
  const name = file === '-' ? 'standard input' : file;
  const source = file === '-' ? io.stdin : chunksOf(resolve(io.cwd, file));
  const received = await spool.receive(source, io.signal);
  switch (received.kind) {
    case 'spooled':
      return ready(received);
    case 'over-limit':
      return exit(exitStatus.data, printable(`${name}: over the limit ${received.limit} at octet ${received.at}`));
    case 'failed':
    case 'aborted':
      return exit(exitStatus.noInput, printable(`${name}: ${received.why}`));
  }
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
