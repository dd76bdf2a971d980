/** Runs a dialogue against a server that listens. */
import type { Dialogue, Step } from './script.js';
import { openWire, type Wire } from './wire.js';

export interface DialogueOptions {
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Milliseconds for each expected line. Default 5,000. */
  readonly timeout?: number;
  /** What `check` means; throws when it does not hold. */
  readonly check?: (words: string) => void | Promise<void>;
}

/** Rejects at the first step that does not hold, naming file and line, with what was said before it. */
export async function runDialogue(dialogue: Dialogue, options: DialogueOptions): Promise<void> {
  const { port, host = '127.0.0.1', timeout = 5000, check } = options;
  const said: string[] = [];
  let wire: Wire | undefined;

  const on = (): Wire => {
    if (wire === undefined) throw new Error('there is no connection');
    return wire;
  };
  const next = async (): Promise<string> => {
    const line = await on().line(timeout);
    if (line === undefined) throw new Error('the server has ended the connection');
    said.push(`  S: ${line}`);
    return line;
  };

  async function take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'connect':
        wire?.destroy();
        wire = await openWire(port, host, step.tls);
        return;
      case 'send':
        on().send(step.octets);
        return;
      case 'expect': {
        const line = await next();
        if (line !== step.text) throw new Error(`got "${line}"`);
        return;
      }
      case 'match': {
        const line = await next();
        if (!step.pattern.test(line)) throw new Error(`got "${line}"`);
        return;
      }
      case 'reply': {
        let line = await next();
        while (line.startsWith(`${step.code}-`)) line = await next();
        if (!line.startsWith(`${step.code} `)) throw new Error(`got "${line}"`);
        return;
      }
      case 'tls':
        return on().secure();
      case 'closed': {
        const line = await on().line(timeout);
        if (line !== undefined) throw new Error(`got "${line}"`);
        return;
      }
      case 'close':
        on().destroy();
        return;
      case 'silence':
        await wait(step.ms);
        if (on().pending) throw new Error(`got "${await next()}"`);
        return;
      case 'pause':
        return wait(step.ms);
      case 'check':
        await check?.(step.words);
        return;
    }
  }

  try {
    for (const { line, text, step } of dialogue.steps) {
      try {
        await take(step);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`${dialogue.file}:${line}: ${text}\n  ${why}\nbefore it:\n${said.join('\n')}`);
      }
      said.push(text);
    }
  } finally {
    wire?.destroy();
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
