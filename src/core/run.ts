/**
 * The pipeline's engine: runs a list of stages over a snapshot. The one place that keeps order, stops, catches,
 * applies the time limit, turns a crash into a temporary failure, enforces "could not tell", and writes the trace.
 * It returns promises only where a stage does; a list of synchronous stages ends synchronously.
 */
import { type Decision, decisionFor, type Final, type ForSome, goOn, systemDefer } from './decision.js';
import { Evaluation, outOfTime } from './evaluation.js';
import { ListRun } from './list-run.js';
import type { AnyStage, Context, MaybePromise } from './stage.js';
import { append, isThenable, Line, StageContext } from './stage-context.js';
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
  const started = evaluation.host.monotonic();
  const expired = evaluation.expired(started);
  if (expired !== undefined) return stopped(run, line, expired, tolerant);
  const step = stage.form.kind === 'leaf' ? runLeaf(run, stage, line, tolerant) : runForm(run, stage, line, tolerant);
  const finish = (done: Step): Step => {
    line.ms = evaluation.host.monotonic() - started;
    return done;
  };
  return isThenable<Step>(step) ? Promise.resolve(step).then(finish) : finish(step);
}

function runLeaf(run: ListRun, stage: AnyStage, line: Line, tolerant: boolean): MaybePromise<Step> {
  const { evaluation } = run;
  const ctx = new StageContext(evaluation, stage, line);
  let returned: unknown;
  try {
    returned = stage.run(run.tx as never, ctx as unknown as Context);
  } catch (error) {
    return crashed(run, line, error, tolerant);
  }
  if (!isThenable(returned)) return settle(run, returned, ctx, line);
  const late = (): void => append(line, 'notes', { kind: 'remark', text: 'the result came too late and was dropped' });
  return evaluation.race(returned, late).then(
    (value) =>
      value === outOfTime
        ? stopped(run, line, evaluation.expired(evaluation.host.monotonic()) ?? 'timeout', tolerant)
        : settle(run, value, ctx, line),
    (error: unknown) => crashed(run, line, error, tolerant),
  );
}

/** What a stage's `run` may return, normalised. */
interface Settled {
  readonly findings?: object;
  readonly decision?: Final | ForSome;
  readonly edits?: readonly never[];
}

function settle(run: ListRun, returned: unknown, ctx: StageContext, line: Line): Step {
  const result = normalise(returned);
  const { findings, edits } = result;
  const decision = enforce(result.decision ?? goOn, ctx, line);
  if (findings !== undefined) {
    line.findings = findings;
    run.addFindings(findings);
  }
  if (edits !== undefined && edits.length > 0) line.edits = run.edit(edits);
  line.decision = decision;
  run.decide(decision);
  if (ctx.unanswered !== undefined && decision.kind === 'for-some') run.decide(ruleOf(ctx));
  return run.over ? 'ended' : 'go';
}

function normalise(returned: unknown): Settled {
  if (returned === undefined || returned === null) return {};
  return 'kind' in (returned as object) ? { decision: returned as Final | ForSome } : (returned as Settled);
}

/** A stage that would let the mail go on although a port could not tell gets the decision that it declared. */
function enforce(decision: Decision, ctx: StageContext, line: Line): Decision {
  const { unanswered } = ctx;
  if (unanswered === undefined) return decision;
  const letsGo = decision.kind === 'continue' || decision.kind === 'accept' || decision.kind === 'for-some';
  if (!letsGo) return decision;
  line.enforced = unanswered.port;
  if (decision.kind !== 'for-some') return ruleOf(ctx);
  // Those whom the stage refused stay refused; all others get the declared decision (see `settle`).
  return { kind: 'for-some', groups: decision.groups.filter((group) => group.decision.kind !== 'accept') };
}

function ruleOf(ctx: StageContext): Final {
  const { rule, port, why } = ctx.unanswered ?? { rule: 'defer', port: '', why: '' };
  return decisionFor(rule, `${port} could not tell: ${why}`);
}

function crashed(run: ListRun, line: Line, error: unknown, tolerant: boolean): Step {
  line.ended = 'crashed';
  line.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (tolerant) return 'crashed';
  return deferAll(run, line, systemDefer('stage-crashed', `stage "${line.stage}" crashed: ${messageOf(error)}`));
}

function stopped(run: ListRun, line: Line, why: 'timeout' | 'shutdown', tolerant: boolean): Step {
  line.ended = 'timed-out';
  if (tolerant && why === 'timeout') return 'crashed';
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

/** All members start at once; what they came to is taken in list order, and nothing behind a final one. */
function runParallel(run: ListRun, stages: readonly AnyStage[], lines: Line[], tolerant: boolean): MaybePromise<Step> {
  const started = stages.map((stage) => {
    const fork = run.fork();
    const own: Line[] = [];
    return { fork, own, step: runStage(fork, stage, own, tolerant) };
  });
  const join = (index: number): MaybePromise<Step> => {
    const member = started[index];
    if (member === undefined) return 'go';
    return after(member.step, (step) => {
      lines.push(...member.own);
      if (step === 'crashed') return step;
      run.join(member.fork);
      if (!run.over) return join(index + 1);
      if (index < started.length - 1) run.complete = false;
      return 'ended';
    });
  };
  return join(0);
}

function runEach(run: ListRun, stage: AnyStage, lines: Line[], tolerant: boolean): MaybePromise<Step> {
  const { recipients } = run;
  const done: ListRun[] = [];
  const finish = (step: Step): Step => {
    run.absorb(done);
    if (step === 'crashed') return step;
    return run.over ? 'ended' : 'go';
  };
  const from = (start: number): MaybePromise<Step> => {
    for (let index = start; index < recipients.length; index++) {
      const one = run.forRecipient(recipients[index] as Recipient);
      done.push(one);
      const step = runStage(one, stage, lines, tolerant);
      if (isThenable<Step>(step)) {
        return Promise.resolve(step).then((came) => (came === 'crashed' ? finish(came) : from(index + 1)));
      }
      if (step === 'crashed') return finish(step);
    }
    return finish('go');
  };
  return from(0);
}

/** A combinator's own `run`, for whoever calls a stage by itself: the members run under the caller's instant and
 * deadline. Inside a policy the pipeline reads `form` instead. */
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
