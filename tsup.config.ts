import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One build entry for each export and for the command: `package.json` is the only list. */
const { exports, bin } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin: Readonly<Record<string, string>>;
};
const names = Object.keys(exports).filter((name) => name !== './package.json');
const paths = names.map((name) => (name === '.' ? 'index' : `${name.slice(2)}/index`));
const commands = Object.values(bin).map((file) => file.replace('./dist/', '').replace(/\.js$/, ''));

export default defineConfig({
  entry: Object.fromEntries([...paths, ...commands].map((path) => [path, `src/${path}.ts`])),
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  splitting: true,
  clean: true,
  // Stack traces of a user's process should name our functions.
  minify: false,
  sourcemap: false,
  // CommonJS has no `import.meta`, not even where it is never read: __filename is asked there.
  esbuildOptions: (options, { format }) => {
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': '""' };
  },
});
