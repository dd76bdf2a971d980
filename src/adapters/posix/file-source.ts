/** The accounts of two files, held in memory. A change is noticed when something is asked: no timer, no watcher. */
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { Accounts } from './accounts.js';
import { type Looked, look, lookNow } from './look.js';
import type { FilesSettings } from './settings.js';
import type { AccountSource } from './source.js';

/** Throws ConfigurationError where the files cannot be read. */
export function fileSource(settings: FilesSettings): AccountSource {
  const name = `posix ${settings.passwd}`;
  const files = new AccountFiles(settings, name);
  const ask = async <T>(read: (accounts: Accounts) => T | 'several' | undefined, what: string): Promise<Answer<T>> => {
    const current = await files.current();
    if (current.kind !== 'found') return current;
    const value = read(current.value.accounts);
    if (value === 'several') return cannotTell(`${name}: several ${what} differ in letter case alone`, false);
    if (value !== undefined) return found(value as T);
    return current.value.certain ? notFound() : cannotTell(`${name}: it is being written`);
  };
  return {
    name,
    user: (login) => ask((accounts) => accounts.user(login), 'users'),
    group: (group) => ask((accounts) => accounts.group(group), 'groups'),
    groupsOf: (login) =>
      ask((accounts) => {
        const user = accounts.user(login);
        return user === undefined || user === 'several' ? user : accounts.groupsOf(user);
      }, 'users'),
    membersOf: (id) =>
      ask((accounts) => {
        const group = accounts.group(id);
        return group === undefined || group === 'several' ? group : accounts.membersOf(group);
      }, 'groups'),
    close: () => files.close(),
  };
}

interface Current {
  readonly accounts: Accounts;
  /** No change was seen behind it: who is not there may be by now. */
  readonly certain: boolean;
}

class AccountFiles {
  readonly #settings: FilesSettings;
  readonly #name: string;
  #taken: Looked;
  /** Why what was taken does not count at present. */
  #fault: string | undefined = undefined;
  /** Seen last, where it is not what was taken. */
  #seen: string | undefined = undefined;
  #lookedAt: number = performance.now();
  #looking: Promise<void> | undefined = undefined;
  #closed = false;

  constructor(settings: FilesSettings, name: string) {
    this.#settings = settings;
    this.#name = name;
    try {
      this.#taken = lookNow(settings);
    } catch (error) {
      throw new ConfigurationError('options', [asProblem(error)]);
    }
    if (!this.#taken.whole) this.#seen = '';
  }

  async current(): Promise<Answer<Current>> {
    if (!this.#closed && performance.now() - this.#lookedAt >= this.#settings.interval) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
        this.#lookedAt = performance.now();
      });
    }
    await this.#looking;
    const why = this.#closed ? 'it is closed' : this.#fault;
    if (why !== undefined) return cannotTell(`${this.#name}: ${why}`);
    return found({ accounts: this.#taken.accounts, certain: this.#seen === undefined });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#looking;
  }

  /** Who writes leaves half of it to be read for a while: a change counts when it is a while old, or was seen
   * before. */
  async #look(): Promise<void> {
    try {
      const looked = await look(this.#settings, ({ signature, age }) => {
        const changed = signature !== this.#taken.state.signature || !this.#taken.whole;
        const settled = changed && (signature === this.#seen || age >= this.#settings.interval);
        this.#seen = changed ? signature : undefined;
        return settled;
      });
      this.#fault = undefined;
      if (looked === undefined) return;
      this.#taken = looked;
      this.#seen = undefined;
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
    }
  }
}

function asProblem(error: unknown): Problem {
  return { code: 'missing-file', message: `posix: ${error instanceof Error ? error.message : error}` };
}
