import { describe, expect, it } from 'vitest';
import { attemptCounts } from '../../../src/adapters/login-limits/attempts.js';
import { familiarPlaces } from '../../../src/adapters/login-limits/familiar.js';
import { type LoginLimitsOptions, limitLogins } from '../../../src/adapters/login-limits/index.js';
import { accountNames } from '../../../src/directory/account-name.js';
import { directoryCredentials } from '../../../src/directory/credentials.js';
import type { Credentials, Identity } from '../../../src/ports/credentials.js';
import { type Answer, cannotTell, found, notFound } from '../../../src/values/answer.js';
import { callFrom, school } from '../../directory/support.js';
import { problemsOf } from '../../values/support.js';

/** `right` is the password of everybody; remembers who asked. */
function port(): Credentials & { readonly asked: string[]; answer: Answer<Identity> | undefined } {
  const asked: string[] = [];
  return {
    asked,
    answer: undefined,
    async verify(login, password) {
      asked.push(login);
      return this.answer ?? (password === 'right' ? found({ name: login }) : notFound('wrong-password'));
    },
  };
}

interface Site {
  readonly asked: readonly string[];
  readonly inner: ReturnType<typeof port>;
  time: number;
  readonly limited: Credentials;
  try(login: string, password: string, ip?: string): Promise<string>;
}

function site(options: LoginLimitsOptions = {}): Site {
  const inner = port();
  const self: Site = {
    inner,
    asked: inner.asked,
    time: 1_000_000,
    limited: limitLogins(inner, { now: () => self.time, ...options }),
    try: async (login, password, ip) => (await self.limited.verify(login, password, callFrom(ip))).kind,
  };
  return self;
}

const two = { failures: 2, within: 1000, pause: 5000 };
const repeated = async (times: number, one: (at: number) => Promise<string>): Promise<readonly string[]> => {
  const all: string[] = [];
  for (let at = 0; at < times; at++) all.push(await one(at));
  return all;
};

describe('an account', () => {
  it('is held up behind wrong passwords, the right one too, and nobody is asked', async () => {
    const { try: log, asked, limited } = site({ perAccount: two });
    expect(await repeated(3, () => log('alice', 'wrong'))).toEqual(['not-found', 'not-found', 'cannot-tell']);
    expect(await log('alice', 'right')).toBe('cannot-tell');
    expect(await log('alice', 'right', '198.51.100.9')).toBe('cannot-tell');
    expect(asked).toHaveLength(2);
    expect(await log('bob', 'right')).toBe('found');
    const answer = await limited.verify('alice', 'right', callFrom());
    expect(answer).toEqual(cannotTell('the account is held up: after 2 wrong logins'));
  });

  it('is free after the pause', async () => {
    const here = site({ perAccount: two });
    await repeated(2, () => here.try('alice', 'wrong'));
    here.time += 4999;
    expect(await here.try('alice', 'right')).toBe('cannot-tell');
    here.time += 1;
    expect(await here.try('alice', 'wrong')).toBe('not-found');
    expect(await here.try('alice', 'right')).toBe('found');
  });

  it('is forgiven by time, and by a success', async () => {
    const here = site({ perAccount: two });
    expect(await here.try('alice', 'wrong')).toBe('not-found');
    here.time += 1000;
    expect(await here.try('alice', 'wrong')).toBe('not-found');
    expect(await here.try('alice', 'right')).toBe('found');
    expect(await repeated(3, () => here.try('alice', 'wrong'))).toEqual(['not-found', 'not-found', 'cannot-tell']);
  });

  it('does not pay for a directory that cannot tell, or that rejects', async () => {
    const here = site({ perAccount: two });
    here.inner.answer = cannotTell('down');
    expect(new Set(await repeated(20, () => here.try('alice', 'wrong')))).toEqual(new Set(['cannot-tell']));
    expect(here.asked).toHaveLength(20);
    const broken = limitLogins({ verify: () => Promise.reject(new Error('broken')) }, { perAccount: two });
    for (let i = 0; i < 20; i++) await expect(broken.verify('alice', 'x', callFrom())).rejects.toThrow('broken');
  });

  it('is one account in all spellings', async () => {
    const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'] });
    const directory = school();
    const inner = directoryCredentials(directory, { accounts, directory, addresses: true });
    const limited = limitLogins(inner, { perAccount: { failures: 4 } });
    const spelt = ['alice', 'ALICE', 'SCHOOL\\Alice', 'alice.miller@school.example', 'ａｌｉｃｅ', 'alice@SCHOOL'];
    const kinds = await repeated(6, async (at) => (await limited.verify(spelt[at] ?? '', 'x', callFrom())).kind);
    expect(kinds).toEqual([...new Array(4).fill('not-found'), 'cannot-tell', 'cannot-tell']);
    expect(await limited.accountOf?.('SCHOOL\\Alice', callFrom())).toEqual(found('alice'));
  });

  it('is not held up by logins that mean no account of ours', async () => {
    const strict = directoryCredentials(school(), {
      accounts: accountNames({ domain: 'SCHOOL', defaultDomain: false }),
    });
    const limited = limitLogins(strict, { perAccount: two });
    for (let i = 0; i < 5; i++) await limited.verify('alice', 'x', callFrom());
    expect((await limited.verify('SCHOOL\\alice', 'rabbit', callFrom())).kind).toBe('found');
  });
});

describe('where a user was let in before', () => {
  const home = '192.0.2.1';
  const elsewhere = '198.51.100.9';

  it('he still is, whoever guesses elsewhere', async () => {
    const here = site({ perAccount: two });
    expect(await here.try('alice', 'right', home)).toBe('found');
    expect(await repeated(3, () => here.try('alice', 'wrong', elsewhere))).toEqual([
      ...['not-found', 'not-found', 'cannot-tell'],
    ]);
    expect(await here.try('alice', 'right', home)).toBe('found');
    expect(await here.try('alice', 'right', '203.0.113.5')).toBe('cannot-tell');
    expect(await here.try('alice', 'right', elsewhere)).toBe('cannot-tell');
  });

  it('he has as many tries as anybody', async () => {
    const here = site({ perAccount: two });
    expect(await here.try('alice', 'right', home)).toBe('found');
    const kinds = ['not-found', 'not-found', 'cannot-tell'];
    expect(await repeated(3, () => here.try('alice', 'wrong', home))).toEqual(kinds);
    expect(await here.try('alice', 'right', elsewhere)).toBe('found');
  });

  it('he is not held up by wrong names of others at his address, but his own count bounds who guesses there', async () => {
    const here = site({ perAddress: { failures: 10 }, perAccount: two });
    expect(await here.try('alice', 'right', home)).toBe('found');
    await repeated(10, (at) => here.try(`nobody${at}`, 'wrong', home));
    expect(await here.try('bob', 'right', home)).toBe('cannot-tell');
    expect(await here.try('alice', 'right', home)).toBe('found');
    // While the address is held up, alice's own logins give nobody further guesses.
    const guesses = await repeated(20, async () => {
      await here.try('alice', 'right', home);
      return here.try('alice', 'wrong', home);
    });
    expect(guesses.filter((kind) => kind === 'not-found')).toHaveLength(2);
  });

  it('he gives nobody elsewhere further guesses by logging in from a new address', async () => {
    const here = site({ perAccount: two });
    expect(await here.try('alice', 'wrong', elsewhere)).toBe('not-found');
    expect(await here.try('alice', 'right', home)).toBe('found');
    expect(await repeated(2, () => here.try('alice', 'wrong', elsewhere))).toEqual(['not-found', 'cannot-tell']);
  });
});

describe('where no address counts, a success clears nothing', () => {
  const guesses = async (here: Site, ip: string | undefined): Promise<number> => {
    const call = ip === undefined ? { ...callFrom(), client: undefined } : callFrom(ip);
    let looked = 0;
    for (let i = 0; i < 200; i++) {
      await here.limited.verify('alice', 'right', call);
      if ((await here.limited.verify('alice', 'wrong', call)).kind === 'not-found') looked++;
    }
    return looked;
  };
  it.each<[string, LoginLimitsOptions, string | undefined, number]>([
    ['an unknown client', {}, undefined, 8],
    ['an exempt client', {}, '127.0.0.1', 8],
    ['no limit for addresses', { perAddress: false }, '192.0.2.1', 8],
    // And seven more of the account, behind the last success that cleared.
    ['a client that counts', { perAddress: { failures: 50 } }, '192.0.2.1', 57],
  ])('%s', async (_, options, ip, most) => {
    expect(await guesses(site(options), ip)).toBe(most);
  });

  it('and unknown clients may have a limit for all of them', async () => {
    const here = site({ unknownClients: two });
    const nowhere = { ...callFrom(), client: undefined };
    const ask = async (at: number) => (await here.limited.verify(`u${at}`, 'wrong', nowhere)).kind;
    expect(await repeated(3, ask)).toEqual(['not-found', 'not-found', 'cannot-tell']);
    expect(await here.limited.verify('x', 'right', nowhere)).toEqual(
      cannotTell('the address unknown is held up: after 2 wrong logins'),
    );
    expect(await here.try('x', 'right')).toBe('found');
    here.time += 5000;
    expect((await here.limited.verify('x', 'right', nowhere)).kind).toBe('found');
  });
});

function gateOf<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('attempts at once', () => {
  it('a hundred guesses are no more than the limit', async () => {
    const inner = port();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow: Credentials = { verify: (...asked) => gate.then(() => inner.verify(...asked)) };
    const limited = limitLogins(slow, { perAccount: { failures: 5 } });
    const all = Array.from({ length: 100 }, () => limited.verify('alice', 'wrong', callFrom()));
    open();
    const kinds = (await Promise.all(all)).map((one) => one.kind);
    expect(kinds.filter((kind) => kind === 'not-found')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'cannot-tell')).toHaveLength(95);
    expect(inner.asked).toHaveLength(5);
  });

  it('right ones take no place for longer than they last', async () => {
    const limited = limitLogins(port(), { perAccount: { failures: 5 } });
    for (let round = 0; round < 10; round++) {
      const all = Array.from({ length: 5 }, () => limited.verify('alice', 'right', callFrom()));
      expect((await Promise.all(all)).every((one) => one.kind === 'found')).toBe(true);
    }
  });

  it('that nobody waits for are answered at once and keep their places until the port has answered', async () => {
    const inner = port();
    const gate = gateOf<void>();
    const slow: Credentials = { verify: (...asked) => gate.promise.then(() => inner.verify(...asked)) };
    let time = 0;
    const limits = { perAddress: false, perAccount: { failures: 4, pause: 5000 }, now: () => time } as const;
    const limited = limitLogins(slow, limits);
    const verify = (password: string, ip = '192.0.2.1'): Promise<Answer<Identity>> => {
      const controller = new AbortController();
      const answer = limited.verify('alice', password, callFrom(ip, controller.signal));
      setTimeout(() => controller.abort(), 1);
      return answer;
    };
    expect(await Promise.all(Array.from({ length: 128 }, () => verify('wrong')))).toEqual([
      ...new Array(4).fill(cannotTell('nobody waits for the answer any longer')),
      ...new Array(124).fill(cannotTell('the account is held up: 4 logins are under way')),
    ]);
    time = 4999;
    expect((await verify('right')).kind).toBe('cannot-tell');
    gate.resolve();
    await settled();
    // Four refusals that came late.
    expect(inner.asked).toHaveLength(4);
    expect(await verify('right')).toEqual(cannotTell('the account is held up: after 4 wrong logins'));
    time = 4999 + 5000;
    expect((await verify('right')).kind).toBe('found');
  });

  it('that end late without a refusal count for nothing', async () => {
    for (const late of [cannotTell('down'), found({ name: 'alice' })]) {
      const gate = gateOf<Answer<Identity>>();
      let asked = 0;
      const slow: Credentials = {
        verify() {
          asked++;
          return gate.promise;
        },
      };
      const limited = limitLogins(slow, { perAccount: { failures: 1 } });
      const controller = new AbortController();
      const answer = limited.verify('alice', 'x', callFrom('192.0.2.1', controller.signal));
      await settled();
      controller.abort();
      expect((await answer).kind).toBe('cannot-tell');
      gate.resolve(late);
      await settled();
      expect((await limited.verify('alice', 'x', callFrom())).kind).toBe(late.kind);
      expect(asked).toBe(2);
    }
  });

  it('a port that never answers has its place for a pause', async () => {
    let time = 0;
    let asked = 0;
    const silent: Credentials = {
      verify() {
        asked++;
        return new Promise(() => undefined);
      },
    };
    const limited = limitLogins(silent, { perAccount: { failures: 1, pause: 5000 }, now: () => time });
    for (let i = 1; i < 4; i++) {
      const controller = new AbortController();
      const answer = limited.verify('alice', 'x', callFrom('192.0.2.1', controller.signal));
      await settled();
      controller.abort();
      expect(await answer).toEqual(cannotTell('nobody waits for the answer any longer'));
      expect((await limited.verify('alice', 'x', callFrom())).kind).toBe('cannot-tell');
      expect(asked).toBe(i);
      time += 5000;
    }
    const over = new AbortController();
    over.abort();
    expect((await limited.verify('alice', 'x', callFrom('192.0.2.1', over.signal))).kind).toBe('cannot-tell');
    expect(asked).toBe(3);
  });
});

describe('an address', () => {
  const options = { perAddress: two, perAccount: false } as const;
  it('is held up whoever is guessed, and a success does not clear it', async () => {
    const here = site(options);
    expect(await here.try('a', 'wrong')).toBe('not-found');
    expect(await here.try('mallory', 'right')).toBe('found');
    expect(await here.try('b', 'wrong')).toBe('not-found');
    expect(await here.try('c', 'wrong')).toBe('cannot-tell');
    expect(await here.try('c', 'wrong', '192.0.2.2')).toBe('not-found');
    expect(here.asked).toEqual(['a', 'mallory', 'b', 'c']);
  });

  it.each([
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['2001:db8::1', '2001:db8::ffff:1:2:3', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['192.0.2.1', '192.0.2.2', false],
  ])('%s and %s are one: %s', async (first, second, same) => {
    const here = site(options);
    await repeated(2, () => here.try('a', 'wrong', first));
    expect(await here.try('b', 'wrong', second)).toBe(same ? 'cannot-tell' : 'not-found');
  });

  it('of this host is exempt, and so are networks by name', async () => {
    const here = site(options);
    for (const ip of ['127.0.0.1', '127.9.9.9', '::1'])
      expect(new Set(await repeated(9, () => here.try('alice', 'wrong', ip)))).toEqual(new Set(['not-found']));
    const inside = site({ ...options, exempt: ['10.0.0.0/8'] });
    expect(new Set(await repeated(9, () => inside.try('alice', 'wrong', '10.1.2.3')))).toEqual(new Set(['not-found']));
    await repeated(2, () => inside.try('a', 'wrong', '127.0.0.1'));
    expect(await inside.try('a', 'right', '127.0.0.1')).toBe('cannot-tell');
  });

  it('that is not known does not count', async () => {
    const limited = limitLogins(port(), options);
    const nowhere = { ...callFrom(), client: undefined };
    for (let i = 0; i < 5; i++) expect((await limited.verify('a', 'wrong', nowhere)).kind).toBe('not-found');
  });
});

describe('counts', () => {
  it('are cleared by a success, and by nothing else', () => {
    const counts = attemptCounts({ failures: 2, within: 1000, pause: 1000 }, 100, () => 5);
    const once = (end: 'refused' | 'let-in' | 'nothing'): boolean => {
      const why = counts.take('alice');
      if (why === undefined) counts.settle('alice', end);
      return why === undefined;
    };
    expect([once('refused'), once('let-in'), once('refused'), once('nothing')]).toEqual([true, true, true, true]);
    expect([once('refused'), once('let-in')]).toEqual([true, false]);
  });
});

describe('memory', () => {
  it('is bounded, and a flood of names does not drive out whoever is being guessed', async () => {
    const here = site({ perAddress: false, perAccount: { failures: 3 }, remembered: 100 });
    await repeated(2, () => here.try('alice', 'wrong'));
    await repeated(5000, (at) => here.try(`random${at}`, 'wrong'));
    expect(await here.try('alice', 'wrong')).toBe('not-found');
    expect(await here.try('alice', 'right')).toBe('cannot-tell');
  });

  it('holds no more keys than it may, whatever comes', () => {
    const counts = attemptCounts({ failures: 3, within: 1000, pause: 1000 }, 100, () => 0);
    for (let i = 0; i < 10_000; i++) {
      const key = `k${(i * 7919) % 977}`;
      if (counts.take(key) === undefined && i % 3 > 0) counts.settle(key, i % 2 === 0 ? 'refused' : 'nothing');
      expect(counts.size).toBeLessThanOrEqual(100);
    }
  });

  it('of places goes by last use', () => {
    const places = familiarPlaces(2);
    places.add('alice', 'here');
    places.add('bob', 'here');
    places.add('alice', 'here');
    places.add('carol', 'there');
    expect([places.has('alice', 'here'), places.has('bob', 'here'), places.hasAny('here')]).toEqual([
      true,
      false,
      true,
    ]);
    places.add('dave', 'there');
    expect([places.has('alice', 'here'), places.hasAny('here'), places.hasAny('there')]).toEqual([false, false, true]);
  });

  it('remembers nothing of who was let in', async () => {
    const counts = attemptCounts({ failures: 3, within: 1000, pause: 1000 }, 100, () => 0);
    for (let i = 0; i < 50; i++) {
      counts.take(`k${i}`);
      counts.settle(`k${i}`, 'let-in');
    }
    expect(counts.size).toBe(0);
  });
});

describe('options', () => {
  it('that are wrong come all at once', () => {
    const wrong = problemsOf(() =>
      limitLogins(port(), {
        perAddress: { failures: 0, within: 1.5 },
        perAccount: { pause: -1, pauses: 3 } as never,
        exempt: ['10.0.0.0/8', 'ten'],
        remembered: 1,
        now: 3 as never,
        account: 'x',
      } as never),
    );
    expect(wrong.map((one) => one.construct)).toEqual([
      'account',
      'failures',
      'within',
      'pauses',
      'pause',
      'ten',
      'remembered',
      'now',
    ]);
  });

  it.each<[unknown, unknown, string[]]>([
    [{}, {}, ['credentials']],
    [undefined, { exempt: '10.0.0.0/8' }, ['credentials', 'exempt']],
    [{ verify: () => undefined, accountOf: 1 }, { exempt: [1] }, ['credentials', 'exempt']],
    [port(), { unknownClients: { failures: 0 } }, ['failures']],
    [port(), null, ['options']],
  ])('%#: wrong ones', (credentials, options, constructs) => {
    const wrong = problemsOf(() => limitLogins(credentials as Credentials, options as LoginLimitsOptions));
    expect(wrong.map((one) => one.construct)).toEqual(constructs);
  });

  it('may be no limit at all', async () => {
    const here = site({ perAccount: false, perAddress: false });
    expect(new Set(await repeated(300, () => here.try('a', 'wrong')))).toEqual(new Set(['not-found']));
  });

  it('by default are eight for an account and a hundred for an address', async () => {
    const here = site();
    expect((await repeated(9, () => here.try('alice', 'wrong'))).indexOf('cannot-tell')).toBe(8);
    const away = site();
    expect((await repeated(101, (at) => away.try(`u${at}`, 'wrong'))).indexOf('cannot-tell')).toBe(100);
  });
});
