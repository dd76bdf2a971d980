/** What checking a policy costs the compiler: 60 stages, each needing the finding of the one before. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile, folder } from './compile.js';

function program(count: number, checked: boolean): string {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const keys = numbers.map((n) => `const k${n}: FindingKey<'f${n}', number> = finding('f${n}');`);
  const stages = numbers.map((n) => {
    const needs = n === 0 ? '' : ` needs: [k${n - 1}],`;
    return `const s${n} = defineStage({ name: 's${n}', at: 'message',${needs} gives: [k${n}], run: () => ({ findings: k${n}.of(${n}) }) });`;
  });
  const list = numbers.map((n) => `s${n}`).join(', ');
  const use = checked ? `definePolicy({ message: [${list}] });` : `export const all = [${list}];`;
  const head = `import { definePolicy, defineStage, type FindingKey, finding } from '../../src/index.js';`;
  return [head, ...keys, ...stages, use].join('\n');
}

function instantiations(count: number, checked: boolean): number {
  const path = join(folder, `generated-${count}-${checked}.ts`);
  const { errors, instantiations: total } = compile([path], new Map([[path, program(count, checked)]]));
  expect(errors.filter((error) => error.file === path)).toEqual([]);
  return total;
}

describe('type instantiations', () => {
  test('60 stages stay below the budget, and growth is about linear', () => {
    // Our own sources are checked along with the program, which users, who get declarations, do not pay for.
    const own = instantiations(0, true);
    const thirty = instantiations(30, true) - own;
    const sixty = instantiations(60, true) - own;
    process.stdout.write(`type instantiations: 30 stages ${thirty}, 60 stages ${sixty}; our own sources ${own}\n`);
    expect(sixty).toBeLessThan(30_000);
    expect(sixty / thirty).toBeLessThan(2.5);
  }, 120_000);
});
