import { afterEach, describe, expect, it, vi } from 'vitest';

/** The package as the module system finds it: `require` of it. */
async function loadedWith(find: () => unknown): Promise<unknown> {
  vi.doMock('node:module', () => ({ createRequire: () => find }));
  const { loadLdapts } = await import('../../../src/adapters/ldap/load.js');
  try {
    return loadLdapts();
  } catch (error) {
    const { kind, code, problems } = error as {
      kind: string;
      code: string;
      problems: readonly { code: string; message: string }[];
    };
    return [kind, code, ...problems.map((problem) => `${problem.code}: ${problem.message}`)];
  }
}

afterEach(() => {
  vi.doUnmock('node:module');
  vi.resetModules();
});

describe('ldapts', () => {
  it('is found', async () => {
    const { loadLdapts } = await import('../../../src/adapters/ldap/load.js');
    expect(loadLdapts().BindRequest).toBeTypeOf('function');
  });

  it.each([
    ['MODULE_NOT_FOUND', 'not-installed: this adapter needs the package ldapts: npm install ldapts'],
    ['ERR_DLOPEN_FAILED', 'not-loaded: the package ldapts is installed and cannot be loaded: broken'],
  ])('fails with %s', async (code, problem) => {
    const find = (): never => {
      throw Object.assign(new Error('broken'), { code });
    };
    expect(await loadedWith(find)).toEqual(['configuration-error', 'package', problem]);
  });

  it('is of another version', async () => {
    const [, , problem] = (await loadedWith(() => ({ Client: class {} }))) as string[];
    expect(problem).toMatch(
      /^wrong-version: the package ldapts has no BerWriter, .* \^8\.2\.0 or \^9\.0\.0 is expected$/,
    );
  });
});
