/** `ldap:` tables in a configuration: who is accepted, refused, put off; who is asked; what is told. */
import { describe, expect, it } from 'vitest';
import type { LdapTableServer } from '../../src/ports/ldap-search.js';
import { checkPostfix, type PostfixOptions, type PostfixTexts, readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { cannotTell } from '../../src/values/answer.js';
import { renderProblem } from '../../src/values/errors.js';
import { type TreeService, treeService } from '../adapters/ldap/tree-service.js';
import { BASE, person, school } from '../tables/ldap/support.js';
import { main, resolver, shown } from './support.js';

const users = (more = ''): string =>
  `server_host = ldaps://dc1.school.example\nbind_dn = cn=svc,${BASE}\nbind_pw = secret\ntls_require_cert = yes
search_base = ${BASE}\nquery_filter = (mail=%s)\nresult_attribute = mail\n${more}`;

const people = [
  ...school,
  person('vera', { mail: ['vera@v.example'] }),
  person('news', { mail: ['news@v.example'], member: [`cn=vera,ou=people,${BASE}`] }),
  person('carl', { mail: ['carl@school.example'] }),
];

interface Open {
  readonly options: PostfixOptions;
  readonly service: TreeService;
  readonly servers: LdapTableServer[];
}

function directory(): Open {
  const service = treeService(people);
  const servers: LdapTableServer[] = [];
  const ldap = (server: LdapTableServer) => {
    servers.push(server);
    return service;
  };
  return { service, servers, options: { ldap, without: ['resolver', 'policyService'] } };
}

/** What each recipient is told at RCPT. */
async function told(texts: PostfixTexts, { options }: Open, ...to: readonly string[]): Promise<readonly string[]> {
  const { policy } = readPostfix(texts, options);
  const { recipients } = await policy.evaluate({
    session: sessionOf({}),
    helo: 'client.example',
    sender: senderOf('stranger@client.example'),
    recipients: to.map((one) => mailboxOf(one)),
  });
  return recipients.map(({ decision }) => shown(decision));
}

const virtual = main('virtual_mailbox_domains = v.example\nvirtual_mailbox_maps = ldap:/etc/postfix/users.cf\n', {
  'users.cf': users(),
});

describe('recipients', () => {
  it('of virtual_mailbox_maps are accepted, unknown, or put off', async () => {
    const open = directory();
    expect(await told(virtual, open, 'vera@v.example', 'VERA@V.example', 'nobody@v.example', '*@v.example')).toEqual(
      [
        'continue',
        'continue',
        '550 5.1.1 <nobody@v.example>: Recipient address rejected: User unknown in virtual mailbox table',
        '550 5.1.1 <*@v.example>: Recipient address rejected: User unknown in virtual mailbox table',
      ].map((text) => (text === 'continue' ? text : `reject ${text}`)),
    );
    open.service.fail(cannotTell('no server answers'));
    expect(await told(virtual, open, 'vera@v.example', 'nobody@v.example')).toEqual([
      'defer 451 4.3.0 <vera@v.example>: Temporary lookup failure',
      'defer 451 4.3.0 <nobody@v.example>: Temporary lookup failure',
    ]);
  });

  it('of local_recipient_maps likewise', async () => {
    const texts = main('local_recipient_maps = ldap:/etc/postfix/users.cf\n', { 'users.cf': users() });
    const open = directory();
    expect(await told(texts, open, 'carl@school.example', 'nobody@school.example')).toEqual([
      'continue',
      'reject 550 5.1.1 <nobody@school.example>: Recipient address rejected: User unknown in local recipient table',
    ]);
    open.service.fail(cannotTell('the answer is cut off', false));
    expect(await told(texts, open, 'carl@school.example', 'nobody@school.example')).toEqual([
      'defer 451 4.3.0 <carl@school.example>: Temporary lookup failure',
      'defer 451 4.3.0 <nobody@school.example>: Temporary lookup failure',
    ]);
  });

  it('are never unknown where the whole base is hidden from us', async () => {
    const texts = { ...virtual, 'users.cf': users('search_base = dc=gone\n') };
    expect(await told(texts, directory(), 'vera@v.example')).toEqual([
      'defer 451 4.3.0 <vera@v.example>: Temporary lookup failure',
    ]);
  });

  it('come of a group by virtual_alias_maps', async () => {
    const groups = users('result_attribute =\nspecial_result_attribute = member\nleaf_result_attribute = mail\n');
    const texts = main(
      'virtual_mailbox_domains = v.example\nvirtual_mailbox_maps = inline:{vera@v.example=x}\nvirtual_alias_maps = proxy:ldap:/etc/postfix/groups.cf\n',
      { 'groups.cf': groups },
    );
    expect(await told(texts, directory(), 'news@v.example')).toEqual(['continue']);
  });
});

describe('servers', () => {
  const two = main(
    'virtual_mailbox_domains = v.example\nvirtual_mailbox_maps = ldap:/etc/postfix/users.cf, proxy:ldap:/etc/postfix/users.cf ldap:/etc/postfix/others.cf\nrelay_recipient_maps = ldap:/etc/postfix/far.cf\n',
    {
      'users.cf': users(),
      'others.cf': users('query_filter = uid=%u\n'),
      'far.cf': users('server_host = ldaps://dc2.school.example\n'),
    },
  );

  it('are opened once for each table, and asked for nothing', () => {
    const open = directory();
    readPostfix(two, open.options);
    expect(open.servers.map(({ urls }) => urls)).toEqual([
      ['ldaps://dc1.school.example:636'],
      ['ldaps://dc1.school.example:636'],
      ['ldaps://dc2.school.example:636'],
    ]);
    expect(open.servers[0]?.bind).toEqual({ dn: `cn=svc,${BASE}`, password: 'secret' });
    expect(open.service.queries).toEqual([]);
  });

  it('are parameters of main.cf for a table without a path', async () => {
    const texts = main(`who = ${BASE}
virtual_mailbox_domains = v.example
virtual_mailbox_maps = ldap:people
people_server_host = localhost
people_search_base = $who
people_query_filter = (mail=%s)
people_result_attribute = mail
`);
    const open = directory();
    expect(await told(texts, open, 'vera@v.example', 'nobody@v.example')).toEqual([
      'continue',
      'reject 550 5.1.1 <nobody@v.example>: Recipient address rejected: User unknown in virtual mailbox table',
    ]);
    expect(open.service.queries[0]?.base).toBe(BASE);
    const { report, warnings } = readPostfix(texts, open.options);
    const rows = report.filter(({ parameter }) => parameter.startsWith('people_'));
    expect(rows.map(({ status }) => status)).toEqual(['honoured', 'honoured', 'honoured', 'honoured']);
    expect(warnings).toEqual([]);
  });
});

describe('what is wrong', () => {
  const problems = (texts: PostfixTexts, options: PostfixOptions = directory().options) =>
    checkPostfix(texts, options).problems.map(renderProblem);

  it('is told with the file of the table and its line', () => {
    expect(problems({ ...virtual, 'users.cf': `${users()}scope = tree\ntimeout = soon\n` })).toEqual([
      'users.cf:8: scope: expected sub or base or one: tree',
      'users.cf:9: timeout: expected a whole number from 1 to 3600: soon',
    ]);
  });

  it('is told with the line of main.cf', () => {
    const texts = main(
      'virtual_mailbox_domains = v.example\nvirtual_mailbox_maps = ldap:people\npeople_scope = tree\n',
    );
    expect(problems(texts)).toEqual([
      'main.cf:4: search_base: expected a distinguished name, as dc=school,dc=example',
      'main.cf:5: scope: expected sub or base or one: tree',
    ]);
  });

  it('is a table without the option, or a file that is not there', () => {
    expect(problems(virtual, { resolver })).toEqual([
      'main.cf:4: no directory is asked here: give the option `ldap`, who searches for it: ldap:/etc/postfix/users.cf',
    ]);
    const { 'users.cf': _, ...without } = virtual;
    expect(problems(without)).toEqual([
      'main.cf:4: the file users.cf cannot be read (no such file): ldap:/etc/postfix/users.cf',
    ]);
  });

  it('is an option that is no function', () => {
    expect(() => readPostfix(virtual, { ldap: 'yes' as never })).toThrow(/ldap: a function/);
  });

  it('is odd at times', () => {
    const { warnings } = readPostfix({ ...virtual, 'users.cf': users('serch_base = x\n') }, directory().options);
    expect(warnings.map(renderProblem)).toEqual(['users.cf:8: ldap_table(5) has no such parameter: serch_base']);
  });
});
