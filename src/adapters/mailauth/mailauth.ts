/**
 * The port of DKIM's and ARC's verification over `mailauth` (^4.13.3 or ^7.1.0, to be installed beside this one). All of it runs in
 * worker threads, whatever the size of the message: a message that stalls mailauth holds up one thread, never the event
 * loop, and at the deadline is "could not tell". `valid` is said where mailauth read and verified exactly what was asked; a signature that it
 * reads otherwise is `unusable`: tag names not in lower case; with 4.13.3 `l=0`, `b =` with a blank, octets in covered fields that it
 * takes for white space (VT, FF, 0xA0), bodies with a CR that has no LF. Signing is not here: see `nodeCrypto`.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { PortCall } from '../../core/stage.js';
import type { DkimVerifier, SignatureQuestion, SignatureVerdict, VerifyQuestion } from '../../ports/dkim-crypto.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { ThreadPool } from '../shared/thread-pool.js';
import { beginOf, isPlain, piecesOf, unusable, verdictOf } from './question.js';
import { type MailauthOptions, mailauthSettings } from './settings.js';
import { Thread } from './thread.js';
import type { MailauthResult } from './worker-code.js';

export interface Mailauth extends DkimVerifier, AsyncDisposable {
  verify(question: VerifyQuestion, call?: PortCall): Promise<Answer<readonly SignatureVerdict[]>>;
  /** Ends every question as "could not tell", later ones too; resolves when all threads are gone. */
  close(): Promise<void>;
}

/**
 * For the option `crypto` of `dkim` and `arc`. Nothing is started before the first message. Throws ConfigurationError (code `options`) for
 * wrong options, (code `package`) where mailauth is not installed.
 */
export function mailauth(options: MailauthOptions = {}): Mailauth {
  const { workers, waiting, waitTimeout, timeout, manifest, memory } = mailauthSettings(options);
  const threads = new ThreadPool({
    workers,
    waiting,
    what: 'messages',
    waitTimeout,
    timeout,
    start: (over) => new Thread(manifest, memory, over),
  });
  const close = (): Promise<void> => threads.close();
  return {
    async verify(question, call) {
      const plain = question.signatures.filter(isPlain);
      if (plain.length === 0) return found(await verdictsOf(question.signatures, new Map()));
      const work = { begin: () => beginOf(plain), octets: piecesOf(question) };
      const report = await threads.run((thread) => thread.ask(work), call?.signal);
      if (report.kind === 'failed') return cannotTell(`mailauth: ${report.why}`);
      const said = new Map(plain.map((one, at) => [one, report.results[at]] as const));
      return found(await verdictsOf(question.signatures, said));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One for each signature, in order; each in a turn of the event loop, since a header may be long. */
async function verdictsOf(
  signatures: readonly SignatureQuestion[],
  said: ReadonlyMap<SignatureQuestion, MailauthResult | string | undefined>,
): Promise<readonly SignatureVerdict[]> {
  const verdicts: SignatureVerdict[] = [];
  for (const one of signatures) {
    if (verdicts.length > 0) await turn();
    verdicts.push(said.has(one) ? verdictOf(one, said.get(one)) : unusable('mailauth may read its tags otherwise'));
  }
  return verdicts;
}
