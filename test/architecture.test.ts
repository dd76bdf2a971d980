/** The rules of the source tree: who imports whom, what is pure, and that the build's entries are the exports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const pureFolders = ['values', 'core', 'findings', 'ports', 'stages', 'tables', 'directory'];

interface Import {
  readonly from: string;
  /** A path below src, or a package name. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = (readdirSync(src, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts')).sort();
const imports: readonly Import[] = files.flatMap((from) => {
  const source = ts.createSourceFile(from, readFileSync(join(src, from), 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    const { text } = moduleSpecifier;
    const to = text.startsWith('.') ? relative(src, join(src, dirname(from), text)).replace(/\.js$/, '.ts') : text;
    return [{ from, to, typeOnly: isTypeOnly(statement) }];
  });
});

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    const named = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : [];
    return statement.isTypeOnly || (named.length > 0 && named.every((one) => one.isTypeOnly));
  }
  const clause = statement.importClause;
  if (clause === undefined) return false;
  const bindings = clause.namedBindings;
  const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
  return (
    clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (named.length > 0 && named.every((one) => one.isTypeOnly))
  );
}

/** `stages/spf/record.ts` is in `stages/spf`, `core/run.ts` in `core`. */
function unitOf(path: string): string {
  const [first = '', second = '', third] = path.split('/');
  const nested = ['stages', 'servers', 'adapters'].includes(first) && third !== undefined;
  return nested ? `${first}/${second}` : path.includes('/') ? first : '';
}

/** What each folder may import; `type:` for types alone. */
const allowed: readonly (readonly [RegExp, readonly RegExp[], readonly RegExp[]])[] = [
  [/^values$/, [/^values$/], []],
  [/^core$/, [/^(core|values)$/], []],
  [/^findings$/, [/^(findings|core|values)$/], []],
  [/^ports$/, [], [/^(ports|findings|core|values)$/]],
  [/^tables$/, [/^(tables|core|values)$/, /^re2js$/], [/^ports$/]],
  [/^directory$/, [/^(directory|core|values|tables)$/], [/^ports$/]],
  [/^stages\//, [/^(findings|core|values|tables)$/], [/^ports$/]],
  [
    /^servers\//,
    [/^(findings|core|values)$/, /^servers\/shared$/, /^adapters\/(shared|spool|maildir)$/, /^node:/, /^smtp-server/],
    [/^(ports|adapters\/)/],
  ],
  [/^adapters\//, [/^(values|directory)$/, /^adapters\/shared$/, /^node:/], [/^(findings|core|ports)$/]],
  [/^testing$/, [/^(testing|findings|core|values|tables|directory|ports)$/, /^node:/], [/./]],
  [/^postfix$/, [/^(postfix|findings|core|values|tables)$/, /^stages\//, /^node:/], [/^ports$/]],
  [/^spamassassin$/, [/^(spamassassin|values)$/, /^stages\/spam$/, /^node:/], []],
  [/^cli$/, [/./], []],
  [/^$/, [/^(findings|core|values|tables|directory)$/, /^stages\//, /^testing$/], [/^ports$/]],
];

describe('imports', () => {
  test('each folder imports only what it may', () => {
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      const unit = unitOf(from);
      const target = files.includes(to) ? unitOf(to) : to;
      if (unit === target) return false;
      const rule = allowed.find(([folder]) => folder.test(unit));
      const may = [...(rule?.[1] ?? []), ...(typeOnly ? (rule?.[2] ?? []) : [])];
      return !may.some((pattern) => pattern.test(target));
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('one file alone imports re2js, so that its types stay there', () => {
    const users = imports.filter(({ to }) => to === 're2js').map(({ from }) => from);
    expect(users).toEqual(['tables/regex/re2js-engine.ts']);
  });

  test('no import names a file that is not there', () => {
    const missing = imports.filter(({ to }) => to.endsWith('.ts') && !files.includes(to));
    expect(missing).toEqual([]);
  });

  test('the pure entry reaches no node: module and no package but its own dependencies', () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { to } of imports.filter(({ from }) => from === path)) visit(to);
    };
    visit('index.ts');
    const outside = [...reached].filter((path) => !files.includes(path));
    expect(outside).toEqual(['re2js']);
    expect([...reached].filter((path) => /^(servers|adapters|cli|postfix|spamassassin)\//.test(path))).toEqual([]);
  });
});

describe('the pure folders', () => {
  const pure = files.filter((file) => pureFolders.includes(file.split('/')[0] ?? '')).map((file) => join(src, file));

  test('compile with no ambient types but the few named in platform.d.ts', () => {
    const program = ts.createProgram({
      rootNames: [...pure, join(root, 'test/types/platform.d.ts')],
      options: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        target: ts.ScriptTarget.ES2023,
        lib: ['lib.es2023.d.ts'],
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: [],
        noEmit: true,
        skipLibCheck: true,
      },
    });
    const errors = ts.getPreEmitDiagnostics(program).map((error) => {
      const text = ts.flattenDiagnosticMessageText(error.messageText, '\n');
      return `${relative(src, error.file?.fileName ?? '')}: ${text}`;
    });
    expect(errors).toEqual([]);
  }, 120_000);

  test('use no clock, no random and no timer, but for the default host', () => {
    const impure =
      /\b(setTimeout|setInterval|setImmediate|performance|Date\.now|Math\.random|process|globalThis)\b|new Date\(\)/;
    const users = pure.filter((file) => impure.test(withoutComments(readFileSync(file, 'utf8'))));
    expect(users.map((file) => relative(src, file))).toEqual(['core/evaluation.ts']);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

describe('the package', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const names = Object.keys(manifest.exports).filter((name) => name !== './package.json' && name !== '.');

  test('every export has its source, every server and adapter its export', () => {
    const sources = files.filter((file) =>
      /^(servers|adapters)\/(?!shared)[^/]+\/index\.ts$|^(postfix|spamassassin|testing)\/index\.ts$/.test(file),
    );
    expect([...names].sort()).toEqual(sources.map((file) => `./${dirname(file)}`).sort());
    expect(names.every((name) => existsSync(join(src, name, 'index.ts')))).toBe(true);
  });

  test('no source file is over 300 lines', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 301);
    expect(long).toEqual([]);
  });
});
