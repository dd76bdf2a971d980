/**
 * The protocol of Courier's authdaemond, as the clients in courier-authlib speak it: lines `NAME=value` about the
 * client, a command, for AUTH so many octets more; back come lines `NAME=value` and a dot, or FAIL. Bytes to values and
 * back; no socket.
 */
import { decodeUtf8, encodeUtf8, LF } from '../../values/bytes.js';
import { excerpt } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

export type AuthdaemonRequest =
  /** `AUTH <octets>`; `service`: `imap`, `pop3`, `esmtp`. */
  | {
      readonly kind: 'login';
      readonly service: string;
      readonly user: string;
      readonly password: string;
      readonly client: string;
    }
  /** Another kind of AUTH, `cram-md5` for one: the password is not told. */
  | { readonly kind: 'other-login'; readonly service: string; readonly type: string; readonly client: string }
  /** `PRE . service user`: who is it? */
  | { readonly kind: 'lookup'; readonly service: string; readonly user: string; readonly client: string }
  /** To change a password. */
  | { readonly kind: 'change-password' }
  | { readonly kind: 'enumerate' };

/** Octets of a line, and of what stands behind AUTH: the buffer of Courier's own daemon. */
const LIMIT = 8192;
/** Lines about the client. */
const LINES_LIMIT = 20;

/** Collects one request, in whatever pieces it comes; looks at each octet once. */
export class RequestReader {
  readonly #buffer: Uint8Array = new Uint8Array(LIMIT);
  #filled = 0;
  #lines = 0;
  #client = '';
  /** Octets that AUTH has announced. */
  #body: number | undefined = undefined;

  push(bytes: Uint8Array): Parsed<AuthdaemonRequest> | undefined {
    for (let at = 0; at < bytes.length; ) {
      const end = this.#body === undefined ? bytes.indexOf(LF, at) : at + this.#body - this.#filled;
      const isWhole = this.#body === undefined ? end >= 0 : end <= bytes.length;
      const part = bytes.subarray(at, isWhole ? end : bytes.length);
      if (this.#filled + part.length > LIMIT) return malformed(`over ${LIMIT} octets`);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      if (!isWhole) return undefined;
      at = this.#body === undefined ? end + 1 : end;
      const request = this.#take();
      if (request !== undefined) return request;
    }
    return undefined;
  }

  #take(): Parsed<AuthdaemonRequest> | undefined {
    const text = decodeUtf8(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
    if (this.#body !== undefined) return readLogin(text, this.#client);
    if (text === undefined) return malformed('not UTF-8');
    // The command is the first line with a blank before any `=`, or without either.
    const name = /^[^ =]*/.exec(text)?.[0] ?? '';
    const rest = text.slice(name.length + 1);
    if (text.charAt(name.length) === '=') {
      if (++this.#lines > LINES_LIMIT) return malformed('no command');
      if (name === 'TCPREMOTEIP') this.#client = rest;
      return undefined;
    }
    if (name !== 'AUTH') return readCommand(name, rest, this.#client);
    const octets = /^ *(\d{1,9})$/.exec(rest)?.[1];
    if (octets === undefined) return malformed(`AUTH of ${excerpt(rest)} octets`);
    if (Number(octets) > LIMIT) return nobody(this.#client);
    this.#body = Number(octets);
    return this.#body === 0 ? malformed('AUTH of nothing') : undefined;
  }
}

function readCommand(name: string, rest: string, client: string): Parsed<AuthdaemonRequest> {
  if (name === 'PRE') {
    const [, module, service = '', user = ''] = /^ *([^ ]+) +([^ ]+) +(.+)$/.exec(rest) ?? [];
    // One module of Courier's, where it is not a dot: there are none here.
    return module === '.' ? parsed({ kind: 'lookup', service, user, client }) : malformed('PRE without a user');
  }
  if (name === 'PASSWD') return parsed({ kind: 'change-password' });
  if (name === 'ENUMERATE') return parsed({ kind: 'enumerate' });
  return malformed(`no command: ${excerpt(name)}`);
}

/** `service LF type LF`, then for `login` `user LF password LF`. */
function readLogin(text: string | undefined, client: string): Parsed<AuthdaemonRequest> {
  if (text === undefined) return nobody(client);
  const [service = '', type, user, password, ...more] = text.split('\n');
  if (type === undefined || user === undefined) return malformed('AUTH without a service and a type');
  if (type !== 'login') return parsed({ kind: 'other-login', service, type, client });
  if (password === undefined || more.at(-1) !== '') return malformed('AUTH without two whole lines');
  // A line end within one of the two.
  if (more.length > 1) return nobody(client);
  return parsed({ kind: 'login', service, user, password, client });
}

/** Nobody's name and nobody's password: too long, not UTF-8, or with a line end. */
function nobody(client: string): Parsed<AuthdaemonRequest> {
  return parsed({ kind: 'login', service: '', user: '', password: '', client });
}

/** What Courier needs to know of an account. */
export interface AuthdaemonAccount {
  /** Not 0: nobody reads mail as root. */
  readonly uid: number;
  readonly gid: number;
  /** Absolute. */
  readonly home: string;
  /** Absolute, or below `home`. Courier's default: `Maildir`. It must be there when somebody logs in. */
  readonly maildir?: string;
  /** What Courier calls the account. Default: its first address, else its login. */
  readonly address?: string;
  /** Of a Maildir++: `7680000S`, `7680000S,1000C`. Courier's IMAP server does not look at it: it knows no quota but
   * that in the file `maildirsize` of the Maildir, which maildirmake -q makes (tried on 5.0). */
  readonly quota?: string;
  /** `disableimap=1,disablewebmail=1`. */
  readonly options?: string;
  /** For people. */
  readonly displayName?: string;
}

export const FAIL: Uint8Array = encodeUtf8('FAIL\n');

/** Octets of an answer: the client has a buffer of 8,192 and takes a full one for a lost connection. */
const ANSWER_LIMIT = 8190;
const HIGHEST_ID = 0xffff_fffe;

/** Never USERNAME: Courier would look for an account of the system with that name. Malformed: it cannot be told. */
export function encodeAccount(account: AuthdaemonAccount, address: string): Parsed<Uint8Array> {
  const { uid, gid, home, maildir, quota, options, displayName } = account;
  for (const [name, id] of Object.entries({ uid, gid })) {
    if (!Number.isInteger(id) || id < 1 || id > HIGHEST_ID) return malformed(`${name} is from 1 to ${HIGHEST_ID}`);
  }
  if (!home?.startsWith('/')) return malformed('home is an absolute path');
  const values: readonly (readonly [string, string | undefined])[] = [
    ['UID', String(uid)],
    ['GID', String(gid)],
    ['HOME', home],
    ['ADDRESS', account.address ?? address],
    ['NAME', displayName],
    ['MAILDIR', maildir],
    ['QUOTA', quota],
    ['OPTIONS', options],
  ];
  const lines: string[] = [];
  for (const [name, value] of values) {
    if (value === undefined) continue;
    if (/\p{Cc}|\p{Cs}/u.test(value)) return malformed(`${name} has control characters`);
    lines.push(`${name}=${value}\n`);
  }
  const answer = encodeUtf8(`${lines.join('')}.\n`);
  return answer.length > ANSWER_LIMIT ? malformed(`over ${ANSWER_LIMIT} octets`) : parsed(answer);
}
