/** The directory that both are asked about: people with odd names, groups in groups, groups by URL, loops, results of every shape. */
import { inName, type LdifEntry, type LdifValue } from '../directory/ldif.js';

export const BASE = 'dc=school,dc=test';
export const READER = { dn: `cn=reader,${BASE}`, password: 'read me' };
/** The server gives it three entries at most. */
export const LIMITED = { dn: `cn=limited,${BASE}`, password: 'three' };
const PEOPLE = `ou=people,${BASE}`;

type Attributes = Readonly<Record<string, LdifValue | readonly LdifValue[]>>;

function entry(name: string, attributes: Attributes, under = PEOPLE): LdifEntry {
  return {
    dn: `cn=${inName(name)},${under}`,
    attributes: { objectClass: ['device', 'extensibleObject'], cn: name, ...attributes },
  };
}

const unit = (name: string): LdifEntry => ({
  dn: `ou=${inName(name)},${BASE}`,
  attributes: { objectClass: 'organizationalUnit', ou: name },
});

const dnOf = (name: string): string => `cn=${inName(name)},${PEOPLE}`;
const url = (rest: string): string => `ldap:///${rest}`;

/** Names that are a trial for quoting. */
const oddNames = ['a*b', 'x)(uid=*', 'back\\slash', 'Miller, Ann', '"quoted"', 'müller', '#hash', 'plus+ext', ' blank'];

export const tree: readonly LdifEntry[] = [
  { dn: BASE, attributes: { objectClass: ['dcObject', 'organization'], dc: 'school', o: 'School' } },
  unit('people'),
  unit('a.example'),
  unit('münchen.example'),
  entry('reader', { userPassword: READER.password }, BASE),
  entry('limited', { userPassword: LIMITED.password }, BASE),
  entry('ann', { uid: 'ann', mail: ['ann@a.example', 'Ann.Other@b.example'], maildrop: 'ann' }),
  entry('bob', { uid: 'bob', mail: 'bob@a.example' }),
  entry('local', { uid: 'local', mail: 'local' }),
  entry('at', { uid: 'at', mail: ['@a.example', 'user@', 'a@b@c.example', 'percent%s@d.example'] }),
  entry('words', { uid: 'words', mail: 'words@a.example', description: ['x y, z', 'ünïcode'] }),
  entry('octets', { uid: 'octets', mail: 'octets@a.example', userPKCS12: Uint8Array.of(0xff, 0xc3) }),
  entry('here', { uid: 'here', mail: 'here@a.example' }, `ou=a.example,${BASE}`),
  entry('dort', { uid: 'dort', mail: 'dort@münchen.example' }, `ou=münchen.example,${BASE}`),
  ...oddNames.map((name, at) => entry(name, { uid: name, mail: `odd${at}@a.example` })),
  ...['shared1', 'shared2', 'shared3', 'shared4', 'shared5'].map((name) =>
    entry(name, { uid: [name, 'shared'], mail: `${name}@a.example` }),
  ),
  entry('drop', { uid: ['drop', 'two'], mail: 'drop@a.example', maildrop: 'drop@elsewhere.example' }),
  entry('zero', { uid: ['zero', 'two'], mail: 'zero@a.example' }),
  entry('team', { uid: 'team', mail: 'team@a.example', memberDn: ['ann', 'inner', 'gone', 'Miller, Ann'].map(dnOf) }),
  entry('inner', { uid: 'inner', mail: 'inner@a.example', memberDn: ['bob', 'ann', 'drop'].map(dnOf) }),
  entry('outer', { uid: 'outer', mail: 'outer@a.example', memberDn: ['team', 'inner'].map(dnOf) }),
  entry('ended', { uid: 'ended', mail: 'ended@a.example', maildrop: 'list@lists.example', memberDn: [dnOf('ann')] }),
  entry('loop', { uid: 'loop', mail: 'loop@a.example', memberDn: ['ann', 'loop'].map(dnOf) }),
  entry('ring1', { uid: 'ring1', mail: 'ring1@a.example', memberDn: [dnOf('ring2')] }),
  entry('ring2', { uid: 'ring2', mail: 'ring2@a.example', memberDn: [dnOf('ring1'), dnOf('bob')] }),
  ...urls().map((value, at) => entry(`url${at}`, { uid: `url${at}`, mail: `url${at}@a.example`, memberUrl: value })),
  // Behind the groups: slapd answers in the order in which entries were added.
  entry('last', { uid: 'last', mail: 'last@a.example' }),
];

function urls(): readonly string[] {
  return [
    url(`${PEOPLE}??sub?(|(uid=ann)(uid=bob))`),
    url(`${PEOPLE}?mail?one?uid=%62ob`),
    url(`${PEOPLE}?telephoneNumber?one?uid=bob`),
    url(`${PEOPLE}?*?one?uid=bob`),
    url(`${PEOPLE}?MAIL,memberDn?sub?(|(uid=team)(uid=bob))`),
    url(`${PEOPLE}?mail?sub?(|(uid=team)(uid=bob))`),
    `<URL:LDAP://other.example:99/${dnOf('bob')}>`,
    url(`${dnOf('bob')}?mail???!x=y,z`),
    url(`${PEOPLE}?mail?weird?uid=bob`),
    url(`${PEOPLE}??one?(uid=bob`),
    url(`${PEOPLE}?,mail,?one?uid=bo%`),
    url(`ou=gone,${BASE}?mail?one?uid=bob`),
    url(`${PEOPLE}??one?uid=shared`),
    url('not a name?mail'),
    'no name at all',
    url(`${PEOPLE}??one?uid=nobody`),
    url(`${PEOPLE}?mail;lang-de?one?uid=bob`),
    `ldap://host`,
    url(`${PEOPLE}?mail?sub?(uid=url18)`),
    url(`${PEOPLE}??sub?(uid=url19)`),
    url(`${PEOPLE}?mail?one?uid=bob?x?y`),
    url(encodeURI(`${dnOf('müller')}`)),
  ];
}

export const urlNames: readonly string[] = urls().map((_, at) => `url${at}`);

/** Attribute types of Postfix's own examples, and two for references: names and anything. */
export const schema = [
  ['mailacceptinggeneralid', 'caseIgnoreMatch', '15', 'SUBSTR caseIgnoreSubstringsMatch '],
  ['maildrop', 'caseIgnoreMatch', '15', 'SUBSTR caseIgnoreSubstringsMatch '],
  ['memberUrl', 'caseExactMatch', '15', ''],
  ['memberDn', 'distinguishedNameMatch', '12', ''],
]
  .map(
    ([name, match, syntax, substrings], at) =>
      `attributetype ( 1.3.6.1.4.1.4203.666.1.${901 + at} NAME '${name}' EQUALITY ${match} ${substrings}SYNTAX 1.3.6.1.4.1.1466.115.121.1.${syntax} )\n`,
  )
  .join('');
