/**
 * Limits on guessing passwords: refused logins are counted by address and by account, and behind too many there is a
 * pause, in which no password is looked at. Then the answer is "could not tell" (454), the same for a right password
 * and a wrong one: who guesses learns nothing, and the directory, which counts for itself, locks nobody out because of
 * us. What the directory could not tell does not count. A success clears the count of the account, not of the address:
 * somebody with an account could guess without end. Where a user was let in before, others elsewhere cannot lock him
 * out: he has a count of his own there.
 */
import type { Credentials, CredentialsCall, Identity } from '../../ports/credentials.js';
import { type Answer, cannotTell } from '../../values/answer.js';
import type { IpAddress } from '../../values/ip.js';
import { type Attempts, attemptCounts } from './attempts.js';
import { type LoginLimitsOptions, loginLimitsSettings } from './settings.js';

/**
 * `credentials` with limits; what is counted is in memory, for this process alone, and shared by all servers that are
 * given the result. Throws ConfigurationError `options`.
 */
export function limitLogins(credentials: Credentials, options: LoginLimitsOptions = {}): Credentials {
  const { perAddress, perAccount, exempt, remembered, now } = loginLimitsSettings(options);
  const addresses = perAddress && attemptCounts(perAddress, remembered, now);
  const accounts = perAccount && attemptCounts(perAccount, remembered, now);
  const familiar = new Set<string>();
  const isExempt = (client: IpAddress): boolean => exempt.find(client) !== undefined;

  function letIn(place: string): void {
    familiar.delete(place);
    familiar.add(place);
    const [oldest] = familiar;
    if (familiar.size > remembered && oldest !== undefined) familiar.delete(oldest);
  }

  async function verify(login: string, password: string, call: CredentialsCall): Promise<Answer<Identity>> {
    const { client } = call;
    const places: Place[] = [];
    const counted = client === undefined || isExempt(client) ? undefined : addresses;
    const network = client === undefined ? '' : networkOf(client);
    const full = take(places, counted, network, `the address ${client?.text}`);
    if (full !== undefined) return full;
    return inTime(call, places, async () => {
      const account = await credentials.accountOf?.(login, call);
      if (account?.kind === 'cannot-tell') return account;
      const key = account?.kind === 'found' ? account.value : textKey(login);
      const place = `${key}\0${network}`;
      const held = take(places, accounts, familiar.has(place) ? place : key, 'the account');
      if (held !== undefined) return held;
      const answer = await credentials.verify(login, password, call);
      if (answer.kind === 'found' && client !== undefined) letIn(place);
      return answer;
    });
  }

  const { accountOf: asked } = credentials;
  return asked === undefined
    ? { verify }
    : { verify, accountOf: (login, call) => asked.call(credentials, login, call) };
}

interface Place {
  readonly attempts: Attempts;
  readonly key: string;
  readonly isAccount: boolean;
}

/** Undefined when the attempt may be made. */
function take(places: Place[], attempts: Attempts | undefined, key: string, whose: string): Answer<never> | undefined {
  if (attempts === undefined) return undefined;
  const why = attempts.take(key);
  if (why !== undefined) return cannotTell(`${whose} is held up: ${why}`);
  places.push({ attempts, key, isAccount: whose === 'the account' });
  return undefined;
}

function end<T>(places: readonly Place[], answer: Answer<T>): Answer<T> {
  for (const { attempts, key, isAccount } of places) {
    if (answer.kind === 'not-found') attempts.settle(key, 'refused');
    else attempts.settle(key, answer.kind === 'found' && isAccount ? 'let-in' : 'nothing');
  }
  return answer;
}

/** The places come back also from a port that rejects, and from one that never answers, when whoever asks has given
 * up. */
function inTime<T>(
  { signal }: CredentialsCall,
  places: readonly Place[],
  ask: () => Promise<Answer<T>>,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    let over = false;
    const once = (finish: () => void): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', givenUp);
      finish();
    };
    const givenUp = (): void => once(() => resolve(end(places, cannotTell('nobody waits for the answer any longer'))));
    signal.addEventListener('abort', givenUp, { once: true });
    if (signal.aborted) return givenUp();
    ask().then(
      (answer) => once(() => resolve(end(places, answer))),
      (error: unknown) =>
        once(() => {
          end(places, cannotTell('the port failed'));
          reject(error);
        }),
    );
  });
}

/** A login that means no account, or of a port that does not tell accounts; never the key of an account. Long ones
 * are alike in front. */
function textKey(login: string): string {
  return `\0${login.slice(0, 256).normalize('NFKC').toLowerCase()}`;
}

/** Addresses of one customer are a network of 64 bits or more (RFC 6177). */
function networkOf({ version, text, words }: IpAddress): string {
  return version === 4 ? text : words.slice(0, 2).join(':');
}
