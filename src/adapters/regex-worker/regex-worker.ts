/**
 * The port of trusted patterns over worker threads: a pattern that runs away holds up one thread, never the event loop. At
 * the deadline the thread is ended and its question is "could not tell"; the next question gets a new thread.
 */
import type { PortCall } from '../../core/stage.js';
import type { BacktrackingMatches, BacktrackingQuestion, BacktrackingRegex } from '../../ports/backtracking-regex.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { type Failed, ThreadPool } from '../shared/thread-pool.js';
import { type RegexWorkerOptions, regexWorkerSettings } from './settings.js';
import { Thread, type ThreadResult } from './thread.js';

export interface RegexWorker extends BacktrackingRegex, AsyncDisposable {
  search(question: BacktrackingQuestion, call?: PortCall): Promise<Answer<BacktrackingMatches>>;
  /** Ends every question as "could not tell", later ones too; resolves when all threads are gone. */
  close(): Promise<void>;
}

/**
 * For the option `trusted` of `pcre:` and `regexp:` tables, of one or of many. Nothing is started before the first question.
 * Throws ConfigurationError (code `options`) for wrong options.
 */
export function regexWorker(options: RegexWorkerOptions = {}): RegexWorker {
  const settings = regexWorkerSettings(options);
  const { workers, waiting } = settings;
  const threads = new ThreadPool({ workers, waiting, what: 'questions', start: (over) => new Thread(settings, over) });
  const close = (): Promise<void> => threads.close();
  return {
    async search(question, call) {
      const { patterns, texts } = question;
      const result: ThreadResult | Failed = await threads.run(
        (thread) => thread.ask({ patterns, items: texts.items }),
        call?.signal,
      );
      if (result.kind === 'failed') return cannotTell(`trusted patterns (${rulesOf(question)}): ${result.why}`);
      const { matches, size } = result;
      return found({ kind: 'body', size, matches });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The places of at most three patterns. */
function rulesOf({ patterns }: BacktrackingQuestion): string {
  const rules = [...new Set(patterns.map(({ rule }) => rule))];
  return rules.slice(0, 3).join(', ') + (rules.length > 3 ? `, and ${rules.length - 3} more` : '');
}
