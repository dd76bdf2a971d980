/**
 * Configurations whose users live in an LDAP directory, beside a real Postfix: who has an address is taken, who has none gets 550 5.1.1,
 * and 451 4.3.0 where the directory does not tell. One slapd for both.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noCounts } from './compare.js';
import { content, type Dialogue, say } from './dialogue.js';
import { type Around, startAround } from './differential.js';
import { known } from './known.js';
import { playBoth } from './play-both.js';
import { type Both, oracleMissing, startBoth } from './postmap-ldap/oracle.js';
import { BASE, LIMITED, READER } from './postmap-ldap/tree.js';
import { addTotals } from './totals.js';

const counts = noCounts();
let around: Around;
let both: Both;

beforeAll(async () => {
  const missing = oracleMissing();
  if (missing !== undefined) throw new Error(missing);
  around = await startAround();
  both = await startBoth();
});
afterAll(async () => {
  await both?.stop();
  await around?.[Symbol.asyncDispose]();
  addTotals(counts);
});

const table = (more = ''): string => `server_host = ldap://127.0.0.1:${both.port}
bind_dn = ${READER.dn}
bind_pw = ${READER.password}
search_base = ${BASE}
query_filter = (&(mail=%s)(!(uid=at)))
result_attribute = uid
result_format = %s/
${more}`;

const site = (more: string): string =>
  `myhostname = mx.school.example\nmydestination = here.example\nalias_maps =\nrelay_transport = smtp:[127.0.0.1]:${around.surroundings.sinks[0]}\ndefault_transport = $relay_transport\n${more}`;
const boxes = 'virtual_mailbox_domains = a.example\nvirtual_mailbox_maps = ldap:$config_directory/users.cf\n';

/** One transaction: who may have mail, and the mail itself. */
function session(name: string, ...to: readonly string[]): Dialogue {
  const steps = [say('EHLO client.example'), say('MAIL FROM:<stranger@b.example>')];
  const recipients = to.map((one) => say(`RCPT TO:<${one}>`));
  const message = content(
    `Subject: ${name}\nX-Case: ${name}\nFrom: a@b.example\nDate: Thu, 1 Jan 2026 00:00:00 +0000\nMessage-Id: <${name}@b.example>\n\nHello\n`,
  );
  return { name, steps: [...steps, ...recipients, say('DATA'), message, say('QUIT')] };
}

const people = [
  'ann@a.example',
  'ANN@A.example',
  'ann+tag@a.example',
  'nobody@a.example',
  '"a*b"@a.example',
  '*@a.example',
  'odd4@a.example',
];

const cases: readonly {
  readonly name: string;
  readonly main: string;
  /** Of users.cf, groups.cf, more lines. */
  readonly users?: string;
  readonly groups?: string;
  readonly to?: readonly string[];
}[] = [
  { name: 'virtual mailboxes', main: boxes },
  { name: 'virtual mailboxes with a delimiter', main: `${boxes}recipient_delimiter = +\n` },
  { name: 'virtual mailboxes by domain', main: boxes, users: 'domain = b.example\n' },
  {
    name: 'local recipients',
    main: 'local_recipient_maps = proxy:ldap:$config_directory/users.cf\n',
    users: 'query_filter = (uid=%u)\n',
    to: ['ann@here.example', 'nobody@here.example', 'Bob@here.example'],
  },
  {
    name: 'relay recipients',
    main: 'relay_domains = a.example\nrelay_recipient_maps = ldap:$config_directory/users.cf\n',
  },
  {
    name: 'parameters of main.cf',
    main: 'virtual_mailbox_domains = a.example\nvirtual_mailbox_maps = ldap:people\n',
    users: 'main.cf',
  },
  {
    name: 'groups',
    main: `${boxes}virtual_alias_maps = ldap:$config_directory/groups.cf\n`,
    groups: '',
    to: ['outer@a.example', 'inner@a.example', 'nobody@a.example', 'loop@a.example', 'ann@a.example'],
  },
  { name: 'nobody listens', main: boxes, users: 'server_host = ldap://127.0.0.1:1\n' },
  { name: 'the base is hidden', main: boxes, users: 'bind = no\n' },
  { name: 'a wrong password', main: boxes, users: 'bind_pw = wrong\n' },
  {
    name: 'more entries than the server gives',
    main: boxes,
    users: `bind_dn = ${LIMITED.dn}\nbind_pw = ${LIMITED.password}\nquery_filter = (|(mail=%s)(&(uid=shared)(!(mail=%s))))\n`,
  },
  {
    name: 'domains',
    main: 'virtual_mailbox_domains = ldap:$config_directory/domains.cf\nvirtual_mailbox_maps = ldap:$config_directory/users.cf\n',
    to: ['ann@a.example', 'nobody@a.example', 'x@gone.example'],
  },
];

test.each(cases)('$name', async ({ name, main, users = '', groups, to = people }) => {
  const parameters = table()
    .split('\n')
    .filter(Boolean)
    .map((line) => `people_${line}\n`)
    .join('');
  // The sinks are those of all cases.
  const id = name.replaceAll(' ', '-');
  const own = users === 'main.cf';
  const files = {
    mainCf: `${site(main)}${own ? parameters : ''}`,
    maps: {
      'users.cf': table(own ? '' : users),
      'groups.cf': table(
        `result_attribute =\nspecial_result_attribute = memberDn\nleaf_result_attribute = mail\nresult_format = %s\n${groups ?? ''}`,
      ),
      'domains.cf': table('query_filter = (&(ou=%s)(objectClass=organizationalUnit))\nresult_attribute = ou\n'),
    },
    users: ['ann', 'bob'],
  };
  const dialogues = [...to.map((one, at) => session(`${id}-${at}`, one)), session(`${id}-all`, ...to)];
  const failures = await playBoth({ name, files, dialogues }, { ...around.play, known, counts });
  expect(failures.map(({ report }) => report).join('\n\n')).toBe('');
});
