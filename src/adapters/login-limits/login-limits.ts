/**
 * Limits on guessing passwords: refused logins are counted by address and by account, and behind too many there is a
 * pause, in which no password is looked at. Then the answer is "could not tell" (454), the same for a right password
 * and a wrong one: who guesses learns nothing, and the directory, which counts for itself, locks nobody out because of
 * us. What the directory could not tell does not count. Where a user was let in before he has a count of his own,
 * which neither guesses elsewhere nor those of others at his address can fill. What is left: so many guesses from
 * anywhere hold an account at every place that is new to it, for a pause; and all is forgotten with the process.
 */
import type { Credentials, CredentialsCall, Identity } from '../../ports/credentials.js';
import { type Answer, cannotTell } from '../../values/answer.js';
import type { IpAddress } from '../../values/ip.js';
import { type Attempts, attemptCounts } from './attempts.js';
import { familiarPlaces, placeOf } from './familiar.js';
import { type LoginLimitsOptions, loginLimitsSettings } from './settings.js';

/**
 * `credentials` with limits; what is counted is in memory, for this process alone, and shared by all servers that are
 * given the result. A success clears what its user has mistyped at that place, but only where the address counts too
 * and is not held up: elsewhere an account that logs in all the time could be guessed at without end. Throws
 * ConfigurationError `options`.
 */
export function limitLogins(credentials: Credentials, options: LoginLimitsOptions = {}): Credentials {
  const { perAddress, perAccount, unknownClients, exempt, remembered, now } = loginLimitsSettings(credentials, options);
  const addresses = perAddress && attemptCounts(perAddress, remembered, now);
  const accounts = perAccount && attemptCounts(perAccount, remembered, now);
  const unknown = unknownClients && attemptCounts(unknownClients, remembered, now);
  const familiar = familiarPlaces(remembered);

  function countsOf(client: IpAddress | undefined): Attempts | undefined {
    if (client === undefined) return unknown;
    return exempt.find(client) === undefined ? addresses : undefined;
  }

  async function verify(login: string, password: string, call: CredentialsCall): Promise<Answer<Identity>> {
    const { client, signal } = call;
    const network = client === undefined ? '' : networkOf(client);
    const counted = countsOf(client);
    const places: Place[] = [];
    const full = take(places, counted, network, `the address ${client?.text ?? 'unknown'}`);
    if (full !== undefined && !familiar.hasAny(network)) return full;
    return inTime(call, places, async () => {
      const account = await credentials.accountOf?.(login, call);
      if (account?.kind === 'cannot-tell') return account;
      if (signal.aborted) return GIVEN_UP;
      const key = account?.kind === 'found' ? account.value : textKey(login);
      const isFamiliar = familiar.has(key, network);
      if (full !== undefined && !isFamiliar) return full;
      const clears = isFamiliar && counted !== undefined && full === undefined;
      const held = take(places, accounts, isFamiliar ? placeOf(key, network) : key, 'the account', clears);
      if (held !== undefined) return held;
      const answer = await credentials.verify(login, password, call);
      if (answer.kind === 'found' && client !== undefined && !signal.aborted) familiar.add(key, network);
      return answer;
    });
  }

  const { accountOf: asked } = credentials;
  return asked === undefined
    ? { verify }
    : { verify, accountOf: (login, call) => asked.call(credentials, login, call) };
}

const GIVEN_UP: Answer<never> = cannotTell('nobody waits for the answer any longer');

interface Place {
  readonly attempts: Attempts;
  readonly key: string;
  /** A success clears what was counted. */
  readonly clears: boolean;
}

/** Undefined when the attempt may be made. */
function take(
  places: Place[],
  attempts: Attempts | undefined,
  key: string,
  whose: string,
  clears = false,
): Answer<never> | undefined {
  if (attempts === undefined) return undefined;
  const why = attempts.take(key);
  if (why !== undefined) return cannotTell(`${whose} is held up: ${why}`);
  places.push({ attempts, key, clears });
  return undefined;
}

function end(places: readonly Place[], kind: Answer<unknown>['kind'], late: boolean): void {
  for (const { attempts, key, clears } of places) {
    const letIn = kind === 'found' && clears && !late;
    attempts.settle(key, kind === 'not-found' ? 'refused' : letIn ? 'let-in' : 'nothing', late);
  }
}

/** Who has given up is answered at once. The directory may still look at the password: the places stay taken until
 * the port has answered, and a refusal counts. They come back also from a port that rejects. */
function inTime<T>(
  { signal }: CredentialsCall,
  places: readonly Place[],
  ask: () => Promise<Answer<T>>,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      end(places, 'cannot-tell', false);
      return resolve(GIVEN_UP);
    }
    let late = false;
    const givenUp = (): void => {
      late = true;
      for (const { attempts, key } of places) attempts.abandon(key);
      resolve(GIVEN_UP);
    };
    signal.addEventListener('abort', givenUp, { once: true });
    const over = (kind: Answer<T>['kind']): void => {
      signal.removeEventListener('abort', givenUp);
      end(places, kind, late);
    };
    ask().then(
      (answer) => {
        over(answer.kind);
        resolve(answer);
      },
      (error: unknown) => {
        over('cannot-tell');
        reject(error);
      },
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
