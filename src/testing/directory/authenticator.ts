/**
 * What everything that checks passwords must do, as tests for any framework: `authenticatorConformance({ test,
 * makeAuthenticator })`, as `directoryConformance` and over the same tree. Wrong passwords are tried by the dozen: no
 * account may be locked for that.
 */
import type { DirectoryData } from '../../directory/data.js';
import type { Authenticator } from '../../ports/authenticator.js';
import { type AuthenticatorAbilities, endsWithTheLogin, loginCases, refusesNobodyWhileDown } from './login-cases.js';
import { type RegisterTest, register, withSubject } from './register.js';
import { conformanceTree } from './tree.js';

export interface AuthenticatorConformance<A extends Authenticator = Authenticator> {
  /** The framework's function that registers a test. */
  readonly test: RegisterTest;
  /** One that knows the passwords of this tree; called for each test, the tree is always the same one. */
  readonly makeAuthenticator: (tree: Required<DirectoryData>) => A | Promise<A>;
  /** Called after each test, also a failed one. */
  readonly dispose?: (authenticator: A) => Promise<void> | void;
  /** What this kind of authenticator is without: `{ mustChange: false }`. Default: nothing. The cases are skipped, by
   * name. */
  readonly abilities?: Partial<AuthenticatorAbilities>;
  /** As those of `directoryConformance`. */
  readonly faults?: {
    readonly down?: (authenticator: A) => Promise<void> | void;
    readonly silent?: (authenticator: A) => Promise<void> | void;
    readonly deadlines?: boolean;
  };
}

/** Registers one test for each promise of the port. Returns how many, so that a suite which registers none can be
 * noticed. */
export function authenticatorConformance<A extends Authenticator>(suite: AuthenticatorConformance<A>): number {
  const has = { states: true, mustChange: true, causes: true, foldsCase: true, ...suite.abilities };
  let count = 0;
  const add = (name: string, lacking: readonly string[], run: (authenticator: A) => Promise<void>): void => {
    count++;
    register(suite.test, `authenticator: ${name}`, lacking, () =>
      withSubject(() => suite.makeAuthenticator(conformanceTree), suite.dispose, run),
    );
  };
  for (const [name, { needs = [], run }] of Object.entries(loginCases)) {
    const lacking = needs.filter((ability) => !has[ability]);
    add(name, lacking, (authenticator) => run(authenticator, has));
  }
  const { down, silent, deadlines = true } = suite.faults ?? {};
  const noSilence = silent === undefined ? ['faults.silent'] : [];
  add('refuses nobody while it is down, and asking again may help', down === undefined ? ['faults.down'] : [], (one) =>
    refusesNobodyWhileDown(one, () => down?.(one)),
  );
  add('ends with the evaluation that asks', noSilence, (one) => endsWithTheLogin(one, () => silent?.(one), 'signal'));
  add('ends at the deadline of the question', deadlines ? noSilence : ['faults.deadlines'], (one) =>
    endsWithTheLogin(one, () => silent?.(one), 'deadline'),
  );
  return count;
}
