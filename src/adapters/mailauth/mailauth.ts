/**
 * The port of DKIM's and ARC's verification over `mailauth` (^4.13.3 or ^7.1.0, to be installed beside this one). All of it runs in
 * worker threads, whatever the size of the message: a message that stalls mailauth holds up one thread, never the event
 * loop, and at the deadline is "could not tell". mailauth 4.13.3 fails signatures over bodies that end in a lone CR, and chains whose seals
 * are of both algorithms; 7.1.0 does not. Signing is not here: see `nodeCrypto`.
 */
import type { PortCall } from '../../core/stage.js';
import type { DkimVerifier, SignatureVerdict, VerifyQuestion } from '../../ports/dkim-crypto.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { octetsOf, recordsOf, verdictsOf } from './question.js';
import { type MailauthOptions, mailauthSettings } from './settings.js';
import { Threads } from './threads.js';

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
  const threads = new Threads(mailauthSettings(options));
  const close = (): Promise<void> => threads.close();
  return {
    async verify(question, call) {
      const { signatures } = question;
      const arc = signatures.some(({ kind }) => kind === 'arc-seal');
      const begin = { kind: 'begin', records: recordsOf(signatures), arc } as const;
      const report = await threads.run({ begin, octets: octetsOf(question) }, call?.signal);
      return report.kind === 'failed' ? cannotTell(`mailauth: ${report.why}`) : found(verdictsOf(signatures, report));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
