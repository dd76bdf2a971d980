/** Ends a run with one plain line, `N passed, N failed, N skipped`, and fails a run in which no test ran. */
import type { Reporter, TestModule } from 'vitest/node';

export default class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    for (const test of tests) {
      const result = test.result();
      if (result.state === 'skipped')
        process.stdout.write(`skipped: ${test.fullName}: ${result.note ?? 'no reason given'}\n`);
    }
    process.stdout.write(
      `${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped\n`,
    );
    if (count('passed') === 0) process.exitCode = 1;
  }
}
