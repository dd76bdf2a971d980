/** Entries as Active Directory shows them: with the attributes that it makes itself. tokenGroups has security groups
 * alone. */
import { dnKey } from '../../../src/directory/dn-key.js';
import { sidBytes } from '../../../src/directory/sid.js';
import type { TreeEntry } from './tree-service.js';

type Value = string | Uint8Array;

export interface PlainEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, Value | readonly Value[] | undefined>>;
}

export const DOMAIN_SID = 'S-1-5-21-1-2-3';
export const DOMAIN_USERS = 513;

export const AD_ROOT_DSE = (base: string): Readonly<Record<string, readonly string[]>> => ({
  supportedCapabilities: ['1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1670'],
  defaultNamingContext: [base],
  namingContexts: [base, `CN=Configuration,${base}`],
});

/** `base`: an entry that is added, as is Domain Users. */
export function asDomainController(base: string, given: readonly PlainEntry[]): readonly TreeEntry[] {
  const all: readonly PlainEntry[] = [
    { dn: base, attributes: { objectClass: 'domainDNS' } },
    {
      dn: `CN=Domain Users,${base}`,
      attributes: { objectClass: 'group', sAMAccountName: 'Domain Users', rid: String(DOMAIN_USERS) },
    },
    ...given,
  ];
  const sids = new Map(
    all.map(({ dn, attributes }, i) => [
      dnKey(dn),
      sidOf(attributes.rid === undefined ? 1100 + i : Number(attributes.rid)),
    ]),
  );
  const within = new Map<string, string[]>();
  for (const { dn, attributes } of all) {
    for (const member of listOf(attributes.member)) {
      const key = dnKey(String(member));
      within.set(key, [...(within.get(key) ?? []), dn]);
    }
  }
  const security = new Set(
    all.filter(({ attributes }) => attributes.groupType === undefined).map(({ dn }) => dnKey(dn)),
  );
  const token = (start: readonly string[]): readonly Uint8Array[] => {
    const seen = new Set(start.map(dnKey).filter((key) => security.has(key)));
    for (const key of seen) for (const dn of within.get(key) ?? []) if (security.has(dnKey(dn))) seen.add(dnKey(dn));
    return [...seen].map((key) => sids.get(key) as Uint8Array);
  };
  return all.map(({ dn, attributes }) => {
    const { rid: _, ...own } = attributes;
    const classes = listOf(attributes.objectClass).map(String);
    const memberOf = within.get(dnKey(dn)) ?? [];
    const isUser = classes.includes('user') && !classes.includes('computer');
    const made = {
      objectCategory: classes.includes('group') ? 'group' : 'person',
      objectSid: sids.get(dnKey(dn)),
      memberOf,
      ...(classes.includes('user') ? { primaryGroupID: attributes.primaryGroupID ?? String(DOMAIN_USERS) } : {}),
      ...(isUser ? { sAMAccountType: '805306368', tokenGroups: token([`CN=Domain Users,${base}`, ...memberOf]) } : {}),
    };
    return {
      dn,
      attributes: Object.fromEntries(Object.entries({ ...own, ...made }).map(([name, value]) => [name, listOf(value)])),
    };
  });
}

function sidOf(rid: number): Uint8Array {
  const bytes = sidBytes(`${DOMAIN_SID}-${rid}`);
  if (bytes.kind === 'malformed') throw new Error(bytes.why);
  return bytes.value;
}

export function listOf(value: Value | readonly Value[] | undefined): readonly Value[] {
  return value === undefined ? [] : typeof value === 'string' || value instanceof Uint8Array ? [value] : value;
}
