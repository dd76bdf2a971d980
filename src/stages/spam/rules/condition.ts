/**
 * The lines that say whether others count: `if`, `ifplugin`, `else`, `endif` (Mail::SpamAssassin::Conf(3), "PREPROCESSING
 * OPTIONS"). One stack for each file: a block ends where its file does.
 */
import { type ExpressionRead, readExpression } from './expression.js';
import { evaluatorOf } from './expression-value.js';
import { can, perlVersion, pluginName, version } from './features.js';

/** What conditions are asked of. */
export interface Circumstances {
  readonly plugins: ReadonlySet<string>;
  /** By `enable_compat`. */
  readonly compatible: ReadonlySet<string>;
  readonly localTestsOnly: boolean;
}

const calls: ReadonlySet<string> = new Set(['plugin', 'can', 'has']);

/** True or false, or what is wrong with it. */
export function holds(text: string, circumstances: Circumstances): boolean | string {
  const read: ExpressionRead = readExpression(text, calls);
  if (read.kind === 'malformed') return read.why;
  const unknown: string[] = [];
  const value = evaluatorOf<Circumstances>(read.expression, {
    name: (name) => {
      if (name === 'version') return () => version;
      if (name === 'perl_version') return () => perlVersion;
      if (name === 'local_tests_only') return ({ localTestsOnly }) => (localTestsOnly ? 1 : 0);
      unknown.push(name);
      return () => 0;
    },
    call: (name, argument) =>
      name === 'plugin'
        ? ({ plugins }) => (plugins.has(pluginName(argument)) ? 1 : 0)
        : ({ plugins, compatible }) => (can(argument, plugins, compatible) ? 1 : 0),
  });
  if (unknown.length > 0) return `plugin(), can(), has(), version or local_tests_only is expected, not ${unknown[0]}`;
  return value(circumstances) !== 0;
}

/** The plugin that a condition asks for, if that is all. */
export function pluginIn(condition: string): string | undefined {
  const name = /^[\s(]*plugin\s*\(\s*([\w:]+)\s*\)[\s)]*$/.exec(condition)?.[1];
  return name === undefined ? undefined : pluginName(name);
}

interface Block {
  readonly keyword: string;
  readonly line: number;
  /** Whether the lines around it count. */
  readonly outer: boolean;
  readonly holds: boolean;
  readonly plugin: string | undefined;
  inElse: boolean;
}

/** The blocks that are open in a file. */
export class Blocks {
  readonly #open: Block[] = [];

  /** Whether lines count here. */
  get counts(): boolean {
    const block = this.#open.at(-1);
    return block === undefined || (block.outer && block.holds !== block.inElse);
  }

  /** The plugin for whose absence lines do not count here; undefined where there is another reason. */
  get lacking(): string | undefined {
    const first = this.#open.find(({ holds, inElse }) => holds === inElse);
    return first?.inElse === false ? first.plugin : undefined;
  }

  open(keyword: string, line: number, holds: boolean, plugin?: string): void {
    this.#open.push({ keyword, line, outer: this.counts, holds, plugin, inElse: false });
  }

  /** What is wrong, in words. */
  otherwise(): string | undefined {
    const block = this.#open.at(-1);
    if (block === undefined) return 'else without an if before it';
    if (block.inElse) return `a second else for the ${block.keyword} of line ${block.line}`;
    block.inElse = true;
    return undefined;
  }

  close(): string | undefined {
    return this.#open.pop() === undefined ? 'endif without an if before it' : undefined;
  }

  /** At the end of the file: blocks without an `endif`. */
  get unclosed(): readonly { readonly keyword: string; readonly line: number }[] {
    return this.#open;
  }
}
