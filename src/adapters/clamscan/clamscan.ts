/**
 * The port Scanner over ClamAV's command-line program, clamscan(1), a process for each message: for where clamd does not answer. The
 * exit status is the verdict: 1 found, the output only gives the names; 0 clean, where the output says `stdin: OK` besides; anything
 * else is "could not tell". The program writes the message to a temporary file in a folder that is removed behind each run; only when
 * this process is killed (SIGKILL) does `postern-clamscan-*` with the message in it stay in TMPDIR, readable for its owner alone.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scanner, ScanVerdict } from '../../ports/scanner.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { excerpt } from '../../values/characters.js';
import type { Message } from '../../values/message.js';
import { verdictOn } from '../shared/clamav.js';
import { Desk } from '../shared/desk.js';
import { type Ended, runProgram } from './process.js';
import { type ClamscanOptions, clamscanSettings } from './settings.js';

export interface Clamscan extends Scanner, AsyncDisposable {
  scan(message: Message, call?: PortCall): Promise<Answer<ScanVerdict>>;
  /** Ends every scan as "could not tell", later ones too; resolves when no process is left. */
  close(): Promise<void>;
}

const NAME = 'clamscan';

/** Throws ConfigurationError (code `options`) for wrong options. Whether the program is there shows at the first scan. */
export function clamscan(options: ClamscanOptions = {}): Clamscan {
  const settings = clamscanSettings(options);
  const { timeout, processes, waiting, maxBytes } = settings;
  const desk = new Desk({ name: NAME, timeout, atOnce: processes, waiting });
  const close = (): Promise<void> => desk.close();
  return {
    name: NAME,
    async scan(message, call) {
      if (message.size > maxBytes) {
        return found({ kind: 'unscannable', cause: 'too-large', why: `over ${maxBytes} octets` });
      }
      return desk.run(call, async (signal) => verdictOf(await runProgram(settings, message, signal)));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function verdictOf(ended: Ended): Answer<ScanVerdict> {
  if (ended.kind === 'failed') return cannotTell(`${NAME}: ${ended.why}`);
  const { status, fed, output, errors } = ended;
  if (status === 1) return found(verdictOn(namesIn(output)));
  if (status !== 0) return cannotTell(`${NAME}: exit status ${status} ${excerpt((errors || output).trim())}`);
  if (!fed) return cannotTell(`${NAME}: it has not read the whole message`);
  const lines = output.split('\n');
  const looked = lines.includes('stdin: OK') && !lines.some((line) => line.endsWith(' FOUND'));
  return looked ? found({ kind: 'clean' }) : cannotTell(`${NAME}: exit status 0 without the line "stdin: OK"`);
}

const NAMES_LIMIT = 20;

/** Of lines `stdin: Win.Test.EICAR_HDB-1 FOUND`. */
function namesIn(output: string): readonly string[] {
  const lines = output.split('\n', 1000).filter((line) => line.endsWith(' FOUND') && line.includes(': '));
  return lines.slice(0, NAMES_LIMIT).map((line) => line.slice(line.indexOf(': ') + 2, -' FOUND'.length));
}
