/** The promises of the port Authenticator, each with the passwords of the suite's tree that show whether it is kept. */
import type { UserData } from '../../directory/data.js';
import { foldName } from '../../directory/fold.js';
import type { Authenticator, LoginRefusal } from '../../ports/authenticator.js';
import { equal, foundIn, HOSTILE_NAMES, kindOf, patient } from './checks.js';
import { conformanceTree } from './tree.js';

/** What a kind of authenticator may be without. */
export interface AuthenticatorAbilities {
  /** Refuses accounts that are disabled or have expired. */
  readonly states: boolean;
  /** Refuses who must change the password first. */
  readonly mustChange: boolean;
  /** Tells who knows the password why it refuses. */
  readonly causes: boolean;
  /** Takes names of any letter case. */
  readonly foldsCase: boolean;
}

export interface LoginCase {
  readonly needs?: readonly (keyof AuthenticatorAbilities)[];
  readonly run: (authenticator: Authenticator, has: AuthenticatorAbilities) => Promise<void>;
}

const known: readonly UserData[] = conformanceTree.users.filter(({ password }) => password !== undefined);
const active = known.filter(({ state, refusal }) => state === undefined && refusal === undefined);
const UNKNOWN: readonly LoginRefusal[] = ['wrong-password', 'no-such-account', 'unspecified'];
const EXPECTED: Readonly<Record<string, LoginRefusal>> = { disabled: 'disabled', expired: 'account-expired' };

/** `authenticated`, or the cause of the refusal; throws for any other answer. */
async function said(authenticator: Authenticator, account: string, password: string): Promise<string> {
  const shown = `login of "${account.slice(0, 30)}"`;
  const answer = foundIn(await authenticator.authenticate(account, password, patient()), shown);
  equal(JSON.stringify(answer).includes('password_of_nobody'), false);
  if (answer.kind === 'refused') return answer.cause;
  equal([shown, foldName(answer.account)], [shown, foldName(account)]);
  if (answer.user !== undefined) equal(answer.user.login, answer.account);
  return answer.kind;
}

async function isNo(authenticator: Authenticator, account: string, password: string, what: string): Promise<void> {
  const cause = await said(authenticator, account, password);
  equal([what, UNKNOWN.includes(cause as LoginRefusal) || cause], [what, true]);
}

export const loginCases: Readonly<Record<string, LoginCase>> = {
  'has a name that can be printed': {
    run: async ({ name }) => equal(/^[!-~](?:[ -~]{0,198}[!-~])?$/.test(name), true),
  },
  'takes the right password': {
    run: async (authenticator) => {
      for (const { login, password = '' } of active) {
        equal([login, await said(authenticator, login, password)], [login, 'authenticated']);
      }
    },
  },
  'takes the name in any letter case': {
    needs: ['foldsCase'],
    run: async (authenticator) => {
      for (const { login, password = '' } of active) {
        for (const account of [login.toUpperCase(), login.toLowerCase()]) {
          equal([account, await said(authenticator, account, password)], [account, 'authenticated']);
        }
      }
    },
  },
  'refuses any other password': {
    run: async (authenticator) => {
      for (const { login, password = '' } of active) {
        const others = [
          'password_of_nobody',
          password.slice(0, -1),
          password.slice(1),
          `${password}x`,
          `${password} `,
          ` ${password}`,
          `${password}\0`,
          `${password}\0x`,
          `${password}\n`,
          `\0${password}`,
          password.toUpperCase(),
          password.toLowerCase(),
          '*',
          '\0',
          ' ',
        ];
        for (const other of others) await isNo(authenticator, login, other, `${login}: ${JSON.stringify(other)}`);
      }
    },
  },
  'refuses the password of another user': {
    run: async (authenticator) => {
      for (const [i, { login }] of active.entries()) {
        await isNo(authenticator, login, active[(i + 1) % active.length]?.password ?? 'x', login);
      }
    },
  },
  'refuses an empty password, whoever is named': {
    run: async (authenticator) => {
      for (const account of ['alice', 'ALICE', 'dave', 'mallory', 'nobody.here', '', '*']) {
        await isNo(authenticator, account, '', account);
      }
    },
  },
  'refuses accounts that do not exist and those that have no password': {
    run: async (authenticator) => {
      for (const account of ['nobody.here', 'mallory', '', 'Class5a', 'alice@school.example', 'parent']) {
        for (const password of ['Curious-Rabbit.1', 'x', '*']) await isNo(authenticator, account, password, account);
      }
    },
  },
  'takes every name as itself, whatever it would mean in a filter, a file or a protocol': {
    run: async (authenticator) => {
      for (const name of HOSTILE_NAMES) await isNo(authenticator, name, 'Curious-Rabbit.1', name.slice(0, 30));
    },
  },
  'refuses a password of 64 KiB': {
    run: async (authenticator) => {
      for (const password of ['x'.repeat(65_536), 'ü'.repeat(65_536), `Curious-Rabbit.1${'\0'.repeat(65_536)}`]) {
        await isNo(authenticator, 'alice', password, `${password.slice(0, 1)}...`);
      }
    },
  },
  'refuses accounts that are disabled or have expired, whatever the password': {
    needs: ['states'],
    run: async (authenticator, { causes }) => {
      for (const { login, password = '', state = 'active' } of known.filter(({ state }) => state !== undefined)) {
        const cause = await said(authenticator, login, password);
        if (causes) equal([login, cause], [login, EXPECTED[state]]);
        else equal([login, cause !== 'authenticated'], [login, true]);
        // Who does not know the password need not learn more.
        await isNo(authenticator, login, 'password_of_nobody', login);
      }
    },
  },
  'refuses who must change the password first': {
    needs: ['mustChange'],
    run: async (authenticator, { causes }) => {
      const cause = await said(authenticator, 'erin', 'Velvet-Lobster.5');
      if (causes) equal(cause, 'must-change-password');
      else equal(cause !== 'authenticated', true);
      await isNo(authenticator, 'erin', 'password_of_nobody', 'erin');
    },
  },
  'answers each login for itself, however many there are at once': {
    run: async (authenticator) => {
      const asked = Array.from({ length: 48 }, (_, i) => active[i % active.length] as UserData);
      const causes = await Promise.all(
        asked.map(({ login, password = '' }, i) => said(authenticator, login, i % 3 === 0 ? `${password}x` : password)),
      );
      equal(
        causes.map((cause) => cause === 'authenticated'),
        asked.map((_, i) => i % 3 !== 0),
      );
    },
  },
  'does not say "wrong password" because the time is over': {
    run: async (authenticator) => {
      const over = new AbortController();
      over.abort();
      for (const call of [
        { ...patient(), signal: over.signal },
        { ...patient(), deadline: performance.now() - 1 },
      ]) {
        const answer = await authenticator.authenticate('alice', 'Curious-Rabbit.1', call);
        if (kindOf(answer) !== 'cannot-tell') equal(foundIn(answer, 'alice').kind, 'authenticated');
      }
    },
  },
};

/** `fail`: from then on nothing can be reached. An empty password is no all the same. */
export async function refusesNobodyWhileDown(authenticator: Authenticator, fail: () => unknown): Promise<void> {
  equal(await said(authenticator, 'alice', 'Curious-Rabbit.1'), 'authenticated');
  await fail();
  for (const account of ['alice', 'bob', 'nobody.here']) {
    for (const password of ['Curious-Rabbit.1', 'password_of_nobody']) {
      const answer = await authenticator.authenticate(account, password, patient());
      equal(
        [account, kindOf(answer), answer.kind === 'cannot-tell' && answer.temporary],
        [account, 'cannot-tell', true],
      );
      for (const secret of ['Curious', 'password_of']) equal(JSON.stringify(answer).includes(secret), false);
    }
  }
}

/** `silence`: from then on there is no answer. `end`: by its signal, or by its deadline. */
export async function endsWithTheLogin(
  authenticator: Authenticator,
  silence: () => unknown,
  end: 'signal' | 'deadline',
): Promise<void> {
  equal(await said(authenticator, 'alice', 'Curious-Rabbit.1'), 'authenticated');
  await silence();
  const over = new AbortController();
  const started = performance.now();
  const deadline = started + (end === 'deadline' ? 100 : 60_000);
  const answer = Promise.resolve(
    authenticator.authenticate('alice', 'Curious-Rabbit.1', { signal: over.signal, deadline }),
  );
  if (end === 'signal') setTimeout(() => over.abort(), 20);
  equal(kindOf(await answer), 'cannot-tell');
  equal(performance.now() - started < 2000, true);
}
