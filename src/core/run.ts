/**
 * The pipeline's engine: runs a list of stages over a snapshot. The one place that keeps order, stops, catches,
 * applies the time limit, turns a crash into a temporary failure, enforces "could not tell", and writes the trace.
 * It returns promises only where a stage does; a list of synchronous stages ends synchronously.
 */
import { type Final, goOn, systemDefer } from './decision.js';
import { Evaluation, outOfTime } from './evaluation.js';
import { ListRun } from './list-run.js';
import { enforce, resultOf, ruleOf } from './settled.js';
import type { AnyStage, Context, MaybePromise } from './stage.js';
import { append, forTraceEdit, isThenable, Line, StageContext } from './stage-context.js';
import type { Recipient } from './transaction.js';

/** `go`: the next stage runs. `ended`: nothing is left to decide. `crashed`: for `tolerate` to take up. */
type Step = 'go' | 'ended' | 'crashed';

/** Runs a whole list; afterwards `run` holds what it came to and `lines` the trace. */
export function runList(run: ListRun, stages: readonly AnyStage[], lines: Line[]): MaybePromise<void> {
  const step = runFrom(run, stages, lines, false, 0);
  return isThenable(step) ? Promise.resolve(step).then(() => {}) : undefined;
}

function runFrom(
  run: ListRun,
  stages: readonly AnyStage[],
  lines: Line[],
  tolerant: boolean,
  from: number,
): MaybePromise<Step> {
  for (let index = from; index < stages.length; index++) {
    const stage = stages[index] as AnyStage;
    const step = runStage(run, stage, lines, tolerant);
    if (isThenable<Step>(step)) {
      return Promise.resolve(step).then((done) =>
        done === 'go' ? runFrom(run, stages, lines, tolerant, index + 1) : left(run, stages, index, done),
      );
    }
    if (step !== 'go') return left(run, stages, index, step);
  }
  return 'go';
}

/** Findings are partial when stages were left out; an `accept` by the last stage leaves none out. */
function left(run: ListRun, stages: readonly AnyStage[], index: number, step: Step): Step {
  const last = index === stages.length - 1 && stages[index]?.form.kind === 'leaf';
  if (!last || run.ended?.kind !== 'accept') run.complete = false;
  return step;
}

function runStage(run: ListRun, stage: AnyStage, lines: Line[], tolerant: boolean): MaybePromise<Step> {
  const line = new Line(stage, run.within);
  lines.push(line);
  const { evaluation } = run;
  // The end of one stage is the beginning of the next: one reading of the clock for each.
  const started = evaluation.at;
  const expired = evaluation.expired();
  if (expired !== undefined) return stopped(run, line, expired);
  const step = stage.form.kind === 'leaf' ? runLeaf(run, stage, line, tolerant) : runForm(run, stage, line, tolerant);
  const finish = (done: Step): Step => {
    line.ms = evaluation.read() - started;
    return done;
  };
  return isThenable<Step>(step) ? Promise.resolve(step).then(finish) : finish(step);
}

function runLeaf(run: ListRun, stage: AnyStage, line: Line, tolerant: boolean): MaybePromise<Step> {
  const ctx = new StageContext(run.evaluation, stage, line);
  try {
    const returned: unknown = stage.run(run.tx as never, ctx as unknown as Context);
    if (isThenable(returned)) return awaitLeaf(run, stage, returned, ctx, line, tolerant);
    return settle(run, stage, returned, ctx, line);
  } catch (error) {
    ctx.close();
    return crashed(run, line, error, tolerant);
  }
}

function awaitLeaf(
  run: ListRun,
  stage: AnyStage,
  returned: PromiseLike<unknown>,
  ctx: StageContext,
  line: Line,
  tolerant: boolean,
): Promise<Step> {
  const { evaluation } = run;
  const late = (): void => append(line, 'notes', { kind: 'remark', text: 'the result came too late and was dropped' });
  return evaluation
    .race(returned, late)
    .then((value) => {
      if (value !== outOfTime) return settle(run, stage, value, ctx, line);
      ctx.close();
      evaluation.read();
      return stopped(run, line, evaluation.expired() ?? 'timeout');
    })
    .catch((error: unknown) => {
      ctx.close();
      return crashed(run, line, error, tolerant);
    });
}

function settle(run: ListRun, stage: AnyStage, returned: unknown, ctx: StageContext, line: Line): Step {
  ctx.close();
  const { findings, edits, decision: wanted = goOn } = resultOf(stage, returned);
  const { unanswered } = ctx;
  const decision = enforce(wanted, unanswered, line);
  if (findings !== undefined) {
    line.findings = findings;
    run.addFindings(findings);
  }
  if (edits !== undefined && edits.length > 0) line.edits = run.edit(edits).map(forTraceEdit);
  line.decision = decision;
  run.decide(decision);
  if (unanswered !== undefined && decision.kind === 'for-some') run.decide(ruleOf(unanswered));
  return run.over ? 'ended' : 'go';
}

function crashed(run: ListRun, line: Line, error: unknown, tolerant: boolean): Step {
  line.ended = 'crashed';
  line.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (tolerant) return 'crashed';
  return deferAll(run, line, systemDefer('stage-crashed', `stage "${line.stage}" crashed: ${messageOf(error)}`));
}

/** Not for `tolerate`: the deadline is the list's, and nothing behind could run either. */
function stopped(run: ListRun, line: Line, why: 'timeout' | 'shutdown'): Step {
  line.ended = 'timed-out';
  const what = why === 'timeout' ? `the time limit of ${run.evaluation.timeLimit} ms passed` : 'we are shutting down';
  return deferAll(run, line, systemDefer(why, `${what} in stage "${line.stage}"`));
}

function deferAll(run: ListRun, line: Line, decision: Final): Step {
  line.decision = decision;
  run.complete = false;
  run.decide(decision);
  return 'ended';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// --- combinators ---

function runForm(run: ListRun, stage: AnyStage, line: Line, tolerant: boolean): MaybePromise<Step> {
  const { form } = stage;
  const lines: Line[] = [];
  line.lines = lines;
  const noted = (step: Step): Step => {
    if (step === 'ended' && run.ended !== undefined) line.decision = run.ended;
    return step;
  };
  const step = ((): MaybePromise<Step> => {
    switch (form.kind) {
      case 'leaf':
        return 'go';
      case 'sequence':
        return runFrom(run, form.stages, lines, tolerant, 0);
      case 'parallel':
        return runParallel(run, form.stages, lines, tolerant);
      case 'when':
        return runWhen(run, form.test, form.stage, line, lines, tolerant);
      case 'each-recipient':
        return runEach(run, form.stage, lines, tolerant);
      case 'tolerate':
        return after(runStage(run, form.stage, lines, true), (done) => tolerated(run, done, form.why, line));
    }
  })();
  return after(step, noted);
}

function after(step: MaybePromise<Step>, then: (step: Step) => MaybePromise<Step>): MaybePromise<Step> {
  return isThenable<Step>(step) ? Promise.resolve(step).then(then) : then(step);
}

function tolerated(run: ListRun, step: Step, why: string, line: Line): Step {
  if (step !== 'crashed') return step;
  append(line, 'notes', { kind: 'remark', text: `tolerated: ${why}` });
  run.complete = false;
  return 'go';
}

function runWhen(
  run: ListRun,
  test: boolean | ((tx: never) => boolean),
  stage: AnyStage,
  line: Line,
  lines: Line[],
  tolerant: boolean,
): MaybePromise<Step> {
  try {
    if (typeof test === 'function' ? test(run.tx as never) : test) return runStage(run, stage, lines, tolerant);
  } catch (error) {
    return crashed(run, line, error, tolerant);
  }
  line.ended = 'skipped';
  return 'go';
}

/** All members start at once; what they came to is taken in list order. Those behind a final one are cancelled and dropped. */
function runParallel(run: ListRun, stages: readonly AnyStage[], lines: Line[], tolerant: boolean): MaybePromise<Step> {
  const started = stages.map((stage) => {
    const evaluation = run.evaluation.member();
    const fork = run.fork(evaluation);
    const own: Line[] = [];
    return { evaluation, fork, own, step: runStage(fork, stage, own, tolerant) };
  });
  const join = (index: number, crashedBefore: boolean): MaybePromise<Step> => {
    const member = started[index];
    if (member === undefined) return crashedBefore ? 'crashed' : 'go';
    return after(member.step, (step) => {
      lines.push(...member.own);
      // A crash is for `tolerate` to take up; what the others decided counts all the same.
      if (step === 'crashed') return join(index + 1, true);
      run.join(member.fork);
      if (!run.over) return join(index + 1, crashedBefore);
      if (index < started.length - 1) run.complete = false;
      for (const behind of started.slice(index + 1)) behind.evaluation.cancel();
      return 'ended';
    });
  };
  return join(0, false);
}

function runEach(run: ListRun, stage: AnyStage, lines: Line[], tolerant: boolean): MaybePromise<Step> {
  const { recipients } = run;
  const done: ListRun[] = [];
  let crashedOnce = false;
  const came = (one: ListRun, step: Step): void => {
    if (step !== 'crashed') return;
    one.complete = false;
    crashedOnce = true;
  };
  const from = (start: number): MaybePromise<Step> => {
    for (let index = start; index < recipients.length; index++) {
      const one = run.forRecipient(recipients[index] as Recipient);
      done.push(one);
      const step = runStage(one, stage, lines, tolerant);
      if (isThenable<Step>(step)) {
        return Promise.resolve(step).then((late) => {
          came(one, late);
          return from(index + 1);
        });
      }
      came(one, step);
    }
    run.absorb(done);
    if (run.over) return 'ended';
    return crashedOnce ? 'crashed' : 'go';
  };
  return from(0);
}

/** A combinator's own `run`, for whoever calls a stage by itself, in a test: under the caller's instant and signal, with the
 * default time limit, outside of any trace. Inside a policy the pipeline reads `form` instead. */
export function runAlone(stage: AnyStage, tx: object, ctx: Context): MaybePromise<unknown> {
  const evaluation = new Evaluation({ now: ctx.now, detail: ctx.detail, signal: ctx.signal });
  const run = ListRun.over(evaluation, stage.at, tx as never);
  const result = (): unknown => {
    evaluation.end();
    return run.asResult();
  };
  const step = runStage(run, stage, [], false);
  return isThenable(step) ? Promise.resolve(step).then(result) : result();
}
