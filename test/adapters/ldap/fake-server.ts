/**
 * A small LDAP server for tests, which can do what real ones cannot be made to: forced ranges, limits, silence,
 * nonsense.
 *
 *     const fake = await fakeLdap({ entries: [{ dn: 'cn=svc,dc=x', attributes: {}, password: 'secret' }, ...] });
 *     ldapService(ldapSettings({ url: fake.url, bind: { dn: 'cn=svc,dc=x', password: 'secret' } }));
 *     fake.script = (request) => (request.operation === 'search' ? { do: 'silence' } : undefined);   // any time;
 * undefined: as usual
 *     fake.requests                // all there were: as whom (`bound`), over which connection, what; a test may look
 * at them
 *     fake.drop(); await fake.close();
 *
 * Who is not bound is shown nothing but the root DSE, as Active Directory (`anonymous: 'refused'`) or OpenLDAP
 * (`'nothing'`) do it. `adRefusal('533')` is the refusal of a bind as Active Directory words it. TLS with the
 * certificate of `fake.ca`, for 'localhost'.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type Server, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { children, int, numberOf, readTlv, type Tlv, text, tlv } from './fake-ber.js';
import { type FakeEntry, inScope, matches, same, selected } from './fake-entries.js';

export type { FakeEntry } from './fake-entries.js';

export interface FakeOptions {
  readonly entries: readonly FakeEntry[];
  readonly rootDse?: FakeEntry['attributes'];
  /** `ldaps`: all of it over TLS. StartTLS is always there. */
  readonly tls?: 'ldaps';
  /** What the unbound are told: operationsError (default), noSuchObject, or everything. */
  readonly anonymous?: 'refused' | 'nothing' | 'allowed';
  /** MaxPageSize: more without paging are sizeLimitExceeded, and pages are no larger. Default: none. */
  readonly maxPage?: number;
  /** MaxValRange: of more values only a part is given, with the range in the name. Default: none. */
  readonly maxRange?: number;
  /** Whether simple paged results are known. Default true. */
  readonly paging?: boolean;
  /** Continuation references that every search of a subtree is given. */
  readonly references?: readonly string[];
  /** Common name and subject alternative name of the certificate. Default `localhost`. */
  readonly certificateName?: string;
  /** Of TLS. */
  readonly maxVersion?: 'TLSv1.2';
  /** Of an earlier server, to be started again at the same place. */
  readonly port?: number;
}

export interface FakeRequest {
  readonly operation: 'bind' | 'search' | 'abandon' | 'unbind' | 'startTls' | 'other';
  readonly connection: number;
  readonly secure: boolean;
  /** As whom, when it came; undefined: as nobody. */
  readonly bound: string | undefined;
  /** Of a bind the name, of a search the base. */
  readonly name: string;
  readonly password: string;
  readonly scope: number;
  readonly attributes: readonly string[];
  readonly sizeLimit: number;
  readonly page: { readonly size: number; readonly cookie: string } | undefined;
  readonly id: number;
}

export type FakeAction =
  /** Nothing, ever. */
  | { readonly do: 'silence' }
  | { readonly do: 'drop' }
  /** The first entries, and no more; the connection is dropped or left as it is. */
  | { readonly do: 'part'; readonly entries: number; readonly after: 'drop' | 'silence' }
  | { readonly do: 'result'; readonly code: number; readonly message?: string; readonly page?: string }
  /** These octets, whatever they are; `{id}` of the request is for whoever makes them. */
  | { readonly do: 'raw'; readonly octets: Uint8Array }
  /** Answers as usual, later. */
  | { readonly do: 'delay'; readonly ms: number }
  /** Answers as usual, an octet at a time. */
  | { readonly do: 'drip'; readonly ms: number };

export interface FakeLdap {
  readonly url: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly requests: FakeRequest[];
  /** May be changed at any time. */
  entries: readonly FakeEntry[];
  script: ((request: FakeRequest) => FakeAction | undefined) | undefined;
  /** Connections open now, and since ever. */
  readonly open: number;
  readonly accepted: number;
  /** All connections, as a restart does. */
  drop(): void;
  /** Octets to every connection, unasked. */
  say(octets: Uint8Array): void;
  close(): Promise<void>;
}

export const adRefusal = (data: string): { readonly code: number; readonly message: string } => ({
  code: 49,
  message: `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1\0`,
});

export function ldapResult(id: number, tag: number, code: number, message = '', ...more: Uint8Array[]): Buffer {
  return tlv(0x30, int(id), tlv(tag, int(code, 0x0a), text(''), text(message), ...more));
}

/** Of RFC 4511 section 4.4.1. */
export const noticeOfDisconnection = (code = 52, message = 'shutting down'): Buffer =>
  ldapResult(0, 0x78, code, message, tlv(0x8a, '1.3.6.1.4.1.1466.20036'));

const certificates = new Map<string, Promise<{ cert: string; key: string }>>();

function certificateFor(name: string): Promise<{ cert: string; key: string }> {
  const made =
    certificates.get(name) ??
    Promise.resolve(
      generate([{ name: 'commonName', value: name }], {
        keyType: 'ec',
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
      }),
    ).then(({ cert, private: key }) => ({ cert, key }));
  certificates.set(name, made);
  return made;
}

export async function fakeLdap(options: FakeOptions): Promise<FakeLdap> {
  const { cert, key } = await certificateFor(options.certificateName ?? 'localhost');
  const secure = { cert, key, ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }) };
  const context = createSecureContext(secure);
  const sockets = new Set<Socket>();
  let accepted = 0;
  const accept = (socket: Socket): void => {
    new Connection(fake, options, socket, ++accepted, context);
  };
  const server = options.tls === 'ldaps' ? createTlsServer(secure, accept) : createServer(accept);
  (server as Server).on('tlsClientError', () => {});
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: FakeLdap = {
    url: `${options.tls ?? 'ldap'}://localhost:${port}`.replace('ldap://localhost', 'ldap://127.0.0.1'),
    port,
    ca: cert,
    requests: [],
    entries: options.entries,
    script: undefined,
    get open() {
      return sockets.size;
    },
    get accepted() {
      return accepted;
    },
    drop: () => {
      for (const socket of sockets) socket.destroy();
    },
    say: (octets) => {
      for (const socket of sockets) socket.write(octets);
    },
    close: async () => {
      fake.drop();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

class Connection {
  readonly #fake: FakeLdap;
  readonly #options: FakeOptions;
  readonly #number: number;
  readonly #context: ReturnType<typeof createSecureContext>;
  #socket: Socket;
  #buffer = Buffer.alloc(0);
  #bound: string | undefined = undefined;
  /** One paged search at a time, as slapd has it: its cookie and what is left. */
  #paging: { readonly cookie: string; readonly left: readonly FakeEntry[] } | undefined = undefined;
  #cookies = 0;

  constructor(
    fake: FakeLdap,
    options: FakeOptions,
    socket: Socket,
    number: number,
    context: ReturnType<typeof createSecureContext>,
  ) {
    this.#fake = fake;
    this.#options = options;
    this.#socket = socket;
    this.#number = number;
    this.#context = context;
    socket.on('data', this.#received);
    socket.on('error', () => {});
  }

  readonly #received = (octets: Buffer): void => {
    this.#buffer = Buffer.concat([this.#buffer, octets]);
    for (let next = readTlv(this.#buffer); next !== undefined; next = readTlv(this.#buffer)) {
      if (this.#socket.destroyed) return;
      this.#buffer = this.#buffer.subarray(next.size);
      this.#act(next);
    }
  };

  #act(message: Tlv): void {
    // A client that speaks TLS, for one.
    if (message.tag !== 0x30) {
      this.#socket.destroy();
      return;
    }
    const [id, operation, controls] = children(message.content) as [Tlv, Tlv, Tlv | undefined];
    const request = this.#read(numberOf(id), operation, controls);
    this.#fake.requests.push(request);
    const action = this.#fake.script?.(request);
    if (action?.do === 'silence') return;
    if (action?.do === 'drop') this.#socket.destroy();
    else if (action?.do === 'raw') this.#socket.write(action.octets);
    else if (action?.do === 'result') this.#socket.write(scripted(request, action));
    else {
      const answer = this.#answer(request, operation);
      if (action?.do === 'delay') setTimeout(() => this.#socket.write(Buffer.concat(answer)), action.ms).unref();
      else if (action?.do === 'drip') void this.#drip(Buffer.concat(answer), action.ms);
      else if (action?.do === 'part') {
        this.#socket.write(Buffer.concat(answer.slice(0, action.entries)), () => {
          if (action.after === 'drop') this.#socket.destroy();
        });
      } else if (answer.length > 0) this.#socket.write(Buffer.concat(answer));
    }
    if (request.operation === 'startTls' && action === undefined) this.#secure();
  }

  #read(id: number, { tag, content }: Tlv, controls: Tlv | undefined): FakeRequest {
    const operation = OPERATIONS[tag] ?? 'other';
    const common = { connection: this.#number, secure: this.#socket instanceof TLSSocket, bound: this.#bound, id };
    const none = { password: '', scope: 0, attributes: [], sizeLimit: 0, page: undefined };
    if (operation !== 'bind' && operation !== 'search')
      return { ...common, ...none, operation, name: content.toString('latin1') };
    const fields = children(content);
    const field = (index: number): Tlv => fields[index] as Tlv;
    if (operation === 'bind') {
      return { ...common, ...none, operation, name: String(field(1).content), password: String(field(2).content) };
    }
    const attributes = children(field(7).content).map((one) => String(one.content));
    const found = { scope: numberOf(field(1)), attributes, sizeLimit: numberOf(field(3)), page: pageOf(controls) };
    return { ...common, ...none, ...found, operation, name: String(field(0).content) };
  }

  /** An element for each entry, and the result. */
  #answer(request: FakeRequest, operation: Tlv): readonly Buffer[] {
    const { id } = request;
    if (request.operation === 'bind') return [this.#bind(request)];
    if (request.operation === 'startTls') return [ldapResult(id, 0x78, 0)];
    if (request.operation === 'search') return this.#search(request, children(operation.content)[6] as Tlv);
    return request.operation === 'other' ? [ldapResult(id, 0x78, 2, 'not supported')] : [];
  }

  #bind({ id, name, password }: FakeRequest): Buffer {
    this.#bound = undefined;
    if (name === '' && password === '') return ldapResult(id, 0x61, 0);
    const entry = this.#fake.entries.find(({ dn, names = [] }) => [dn, ...names].some((one) => same(one, name)));
    const right = entry?.password !== undefined && entry.password === password;
    const refusal = right || entry?.refuse?.always === true ? entry?.refuse : adRefusal('52e');
    if (refusal !== undefined) return ldapResult(id, 0x61, refusal.code, refusal.message);
    this.#bound = entry?.dn;
    return ldapResult(id, 0x61, 0);
  }

  #search(request: FakeRequest, filter: Tlv): readonly Buffer[] {
    const { id, name, scope, page, sizeLimit } = request;
    const {
      anonymous = 'refused',
      maxPage = Number.POSITIVE_INFINITY,
      paging = true,
      rootDse = {},
      references = [],
    } = this.#options;
    if (name === '' && scope === 0) return [this.#entry(request, { dn: '', attributes: rootDse }), done(id)];
    if (request.bound === undefined && anonymous !== 'allowed') {
      const told = anonymous === 'refused' ? [1, '000004DC: LdapErr: a successful bind must be completed'] : [32, ''];
      return [ldapResult(id, 0x65, told[0] as number, told[1] as string)];
    }
    const all = this.#fake.entries;
    if (!all.some(({ dn }) => inScope(dn, name, 2))) return [ldapResult(id, 0x65, 32, '0000208D: NameErr')];
    const isNext = page !== undefined && page.cookie !== '' && paging;
    let found = isNext ? [] : all.filter((entry) => inScope(entry.dn, name, scope) && matches(filter, entry, all));
    let cookie: string | undefined;
    if (page !== undefined && paging) {
      if (page.cookie !== '' && page.cookie !== this.#paging?.cookie)
        return [ldapResult(id, 0x65, 53, 'the cookie is not known')];
      const left = isNext ? (this.#paging?.left ?? []) : found;
      const size = Math.min(page.size, maxPage);
      found = left.slice(0, size);
      cookie = left.length > size ? `c${++this.#cookies}` : '';
      this.#paging = { cookie, left: left.slice(size) };
    }
    const most = cookie === undefined ? Math.min(maxPage, sizeLimit || Number.POSITIVE_INFINITY) : found.length;
    const entries = found.slice(0, most).map((entry) => this.#entry(request, entry));
    const refs = scope === 2 && references.length > 0 ? [message(id, tlv(0x73, ...references.map(text)))] : [];
    return [...entries, ...refs, found.length > most ? ldapResult(id, 0x65, 4, 'size limit') : done(id, cookie)];
  }

  #entry({ id, attributes, scope }: FakeRequest, entry: FakeEntry): Buffer {
    const list = selected(entry, attributes, scope === 0).flatMap(([name, values]) => {
      const asked = attributes.find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()};range=`));
      return this.#ranged(name, values, asked).map(([as, some]) => tlv(0x30, text(as), tlv(0x31, ...some.map(text))));
    });
    return message(id, tlv(0x64, text(entry.dn), tlv(0x30, ...list)));
  }

  /** Windows: what was not asked for as a range and is too long comes empty, and in part beside. */
  #ranged(name: string, values: readonly Buffer[], asked: string | undefined): [string, readonly Buffer[]][] {
    const most = this.#options.maxRange ?? Number.POSITIVE_INFINITY;
    const [, from, to] = /range=(\d+)-(\d+|\*)$/.exec(asked ?? '') ?? [];
    if (from === undefined && values.length <= most) return [[name, values]];
    const first = Number(from ?? 0);
    if (first >= values.length) return [];
    const wanted = to === undefined || to === '*' ? values.length : Number(to) + 1;
    const end = Math.min(values.length, wanted, first + most);
    const part: [string, readonly Buffer[]] = [
      `${name};range=${first}-${end >= values.length ? '*' : end - 1}`,
      values.slice(first, end),
    ];
    return from === undefined ? [[name, []], part] : [part];
  }

  async #drip(octets: Buffer, ms: number): Promise<void> {
    for (const octet of octets) {
      if (this.#socket.destroyed) return;
      this.#socket.write(Buffer.from([octet]));
      await new Promise((resolve) => setTimeout(resolve, ms).unref());
    }
  }

  #secure(): void {
    this.#socket.off('data', this.#received);
    this.#socket = new TLSSocket(this.#socket, { isServer: true, secureContext: this.#context });
    this.#socket.on('data', this.#received);
    this.#socket.on('error', () => {});
  }
}

const OPERATIONS: Readonly<Record<number, FakeRequest['operation']>> = {
  96: 'bind',
  99: 'search',
  80: 'abandon',
  66: 'unbind',
  119: 'startTls',
};

const message = (id: number, operation: Buffer, ...controls: Buffer[]): Buffer =>
  tlv(0x30, int(id), operation, ...controls);

const paged = (cookie: string): Buffer =>
  tlv(0xa0, tlv(0x30, text('1.2.840.113556.1.4.319'), text(tlv(0x30, int(0), text(cookie)))));

function done(id: number, cookie?: string): Buffer {
  const body = tlv(0x65, int(0, 0x0a), text(''), text(''));
  return cookie === undefined ? message(id, body) : message(id, body, paged(cookie));
}

function scripted({ id, operation }: FakeRequest, action: Extract<FakeAction, { do: 'result' }>): Buffer {
  const tag = operation === 'bind' ? 0x61 : operation === 'search' ? 0x65 : 0x78;
  const body = tlv(tag, int(action.code, 0x0a), text(''), text(action.message ?? ''));
  return action.page === undefined ? message(id, body) : message(id, body, paged(action.page));
}

function pageOf(controls: Tlv | undefined): FakeRequest['page'] {
  const control = controls === undefined ? undefined : children(controls.content)[0];
  if (control === undefined) return undefined;
  const value = children(control.content).at(-1) as Tlv;
  const [size, cookie] = children((children(value.content)[0] as Tlv).content) as [Tlv, Tlv];
  return { size: numberOf(size), cookie: String(cookie.content) };
}
