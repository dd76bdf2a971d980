/**
 * Type-checks and runs small consumers of the packed tarball: ESM and CommonJS, several compilers and settings. Proves
 * that what we publish can be used, without what happens to lie in this folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'postern-consumers-'));
let failed = 0;
let passed = 0;

function step(name: string, run: () => void): void {
  try {
    run();
    passed += 1;
    process.stdout.write(`ok      ${name}\n`);
  } catch (error) {
    failed += 1;
    const { stdout = '', message = '' } = error as { stdout?: unknown; message?: string };
    process.stdout.write(`FAILED  ${name}\n${String(stdout)}${message}\n`);
  }
}

const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

interface Settings {
  readonly compiler: string;
  readonly file: string;
  readonly options: Readonly<Record<string, unknown>>;
}

function typeCheck({ compiler, file, options }: Settings): void {
  const compilerOptions = {
    target: 'ES2022',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  run(process.execPath, [join(root, 'node_modules', compiler, 'bin', 'tsc'), '-p', 'tsconfig.json']);
}

try {
  const tarball = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  mkdirSync(join(folder, 'node_modules'));
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', join(folder, 'node_modules')]);
  execFileSync('mv', [join(folder, 'node_modules', 'package'), join(folder, 'node_modules', 'postern')]);
  for (const name of ['re2js', 'smtp-server', '@types', 'undici-types']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const consumers = join(root, 'test', 'package', 'consumer');
  for (const name of readdirSync(consumers)) cpSync(join(consumers, name), join(folder, name));

  const node16 = { module: 'Node16', moduleResolution: 'Node16', lib: ['ES2023', 'ESNext.Disposable'] };
  const bundler = { module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2023', 'ESNext.Disposable'] };
  for (const compiler of ['typescript', 'typescript-5.9', 'typescript-5.4']) {
    step(`ESM, node16, ${compiler}`, () => typeCheck({ compiler, file: 'consumer.mts', options: node16 }));
    step(`CommonJS, node16, ${compiler}`, () => typeCheck({ compiler, file: 'consumer.cts', options: node16 }));
    step(`ESM, bundler, ${compiler}`, () => typeCheck({ compiler, file: 'consumer.mts', options: bundler }));
  }
  step('ESM, exactOptionalPropertyTypes', () =>
    typeCheck({
      compiler: 'typescript',
      file: 'consumer.mts',
      options: { ...node16, exactOptionalPropertyTypes: true },
    }),
  );
  step('without DOM library and Node types, AbortSignal alone is missing, as the README says', () => {
    try {
      typeCheck({ compiler: 'typescript', file: 'consumer.mts', options: { ...node16, types: [] } });
    } catch (error) {
      const lines = String((error as { stdout?: unknown }).stdout)
        .split('\n')
        .filter((line) => line.includes('error TS'));
      const others = lines.filter((line) => !/AbortSignal/.test(line));
      if (lines.length > 0 && others.length === 0) return;
      throw new Error(others.join('\n'));
    }
    throw new Error('it compiles: the README says that it does not');
  });
  step('a policy of a CommonJS file passes as Policy in an ESM file', () =>
    typeCheck({ compiler: 'typescript', file: 'across.mts', options: node16 }),
  );
  step('a consumer’s emitted declarations name entries, never a chunk', () => {
    typeCheck({
      compiler: 'typescript',
      file: 'consumer.mts',
      options: { ...node16, noEmit: false, declaration: true, outDir: 'out' },
    });
    const text = readFileSync(join(folder, 'out', 'consumer.d.mts'), 'utf8');
    if (/postern\/dist|chunk/.test(text)) throw new Error(`the declarations name a file of the build:\n${text}`);
  });
  step('runs as ESM', () => {
    const out = run(process.execPath, ['run.mjs']);
    if (out !== 'reject 550 5.7.1\n') throw new Error(`printed ${JSON.stringify(out)}`);
  });
  step('runs as CommonJS', () => {
    const out = run(process.execPath, ['run.cjs']);
    if (out !== 'reject 550 5.7.1\n') throw new Error(`printed ${JSON.stringify(out)}`);
  });
  const postern = join('node_modules', 'postern', 'dist', 'cli', 'postern.js');
  const from = ['--client-ip', '192.0.2.1', '--helo', 'c.example', '--mail-from', 'a@c.example'];
  step('the postern command explains, with the rule that decided', () => {
    writeFileSync(join(folder, 'message.eml'), 'From: a@c.example\nSubject: Free money\n\nHello\n');
    const config = ['--rcpt-to', 's@d.example', '--config', 'policy.mjs'];
    const out = run(process.execPath, [postern, 'explain', 'message.eml', ...from, ...config]);
    if (!out.includes('550 5.7.1 No thanks') || !out.includes('header_checks:1')) throw new Error(out);
  });
  step('the postern command ends with status 78 for a wrong configuration', () => {
    writeFileSync(join(folder, 'wrong.mjs'), 'export default 7;');
    const args = [postern, 'check', '--config', 'wrong.mjs'];
    const { status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 78) throw new Error(`status ${status}`);
  });
  step(
    'importing every entry opens no file, timer or socket',
    () => void run(process.execPath, ['import-quietly.mjs']),
  );
  step('no exported type is any', () => {
    const files = readdirSync(join(root, 'dist'), { recursive: true }) as string[];
    const found = files
      .filter((name) => name.endsWith('.d.ts'))
      .flatMap((name) =>
        readFileSync(join(root, 'dist', name), 'utf8')
          .split('\n')
          .map((line) => `${name}: ${line}`),
      )
      .filter((line) => /(:|=>|<|\|)\s*any\b/.test(line) && !/^[^:]*: \s*(\*|\/\/|\/\*)/.test(line));
    if (found.length > 0) throw new Error(found.join('\n'));
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
