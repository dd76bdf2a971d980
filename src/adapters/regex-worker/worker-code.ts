/**
 * The program of a worker thread, as text: it needs no file, and so runs from sources, from a bundle, as ESM and as
 * CommonJS. It answers one question after the other.
 */

/** To the thread. */
export interface WorkerQuestion {
  readonly patterns: readonly {
    readonly source: string;
    readonly flags: string;
    readonly groups: readonly number[];
  }[];
  readonly items: readonly { readonly text: string; readonly patterns: readonly number[] }[];
}

/** From the thread. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'matches';
      readonly matches: readonly (readonly (string | null)[] | null)[];
      readonly size: number;
    }
  | { readonly kind: 'failed'; readonly why: string };

// `import` and not `require`: the text counts as a module where the process was told so (--input-type).
export const workerCode = `import('node:worker_threads').then(({ parentPort }) => {
  const compiled = new Map();
  const programOf = ({ source, flags }) => {
    const key = flags + '/' + source;
    let program = compiled.get(key);
    if (program === undefined) {
      if (compiled.size >= 10000) compiled.clear();
      program = new RegExp(source, flags);
      compiled.set(key, program);
    }
    return program;
  };
  const answer = ({ patterns, items }) => {
    const programs = patterns.map(programOf);
    const matches = [];
    let size = 0;
    for (const item of items) {
      for (const index of item.patterns) {
        const { groups } = patterns[index];
        const program = programs[index];
        const found = groups.length === 0 ? (program.test(item.text) ? [] : null) : program.exec(item.text);
        if (found !== null) size++;
        matches.push(found === null ? null : groups.map((group) => found[group] ?? null));
      }
    }
    return { kind: 'matches', matches, size };
  };
  parentPort.on('message', (question) => {
    let reply;
    try {
      reply = answer(question);
    } catch (error) {
      reply = { kind: 'failed', why: String(error).slice(0, 200) };
    }
    parentPort.postMessage(reply);
  });
  parentPort.postMessage({ kind: 'ready' });
});`;
