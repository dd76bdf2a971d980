/** Runs the compiler over files of this folder and gives its errors with their places. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const folder: string = dirname(fileURLToPath(import.meta.url));

export interface CompilerError {
  readonly file: string;
  readonly start: number;
  /** The whole message chain, one line each. */
  readonly text: string;
}

export interface Compiled {
  readonly errors: readonly CompilerError[];
  readonly instantiations: number;
}

/** Extra source texts by absolute path stand in for files. */
export function compile(
  files: readonly string[],
  virtual: ReadonlyMap<string, string> = new Map(),
  settings: string = join(folder, 'tsconfig.json'),
): Compiled {
  const config = ts.readConfigFile(settings, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, dirname(settings));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = virtual.get(path);
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target, true, ts.ScriptKind.TS);
  };
  const program = ts.createProgram({ rootNames: files, options, host });
  const errors = ts.getPreEmitDiagnostics(program).map((diagnostic) => ({
    file: diagnostic.file?.fileName ?? '',
    start: diagnostic.start ?? 0,
    text: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n').replaceAll('\\"', '"'),
  }));
  return { errors, instantiations: program.getInstantiationCount() };
}

/** The sentence that the first line of a wrong use names. */
export function sentenceOf(path: string): string {
  const [first = ''] = readFileSync(path, 'utf8').split('\n');
  return first.replace('//= ', '');
}
