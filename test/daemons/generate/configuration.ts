/** A configuration folder from features; leaving one out changes no other. */
import type { PostfixFiles } from '../postfix-files.js';
import { contentChecks } from './checks.js';
import { withDns } from './dns.js';
import type { Feature, Surroundings } from './feature.js';
import { randomFrom, seedFor } from './random.js';
import { logins, policyService, restrictions } from './restrictions.js';
import { routing } from './routing.js';
import { secondService } from './second-service.js';
import { settings } from './settings.js';
import { users } from './world.js';

export const allFeatures: readonly Feature[] = [
  ...routing,
  ...settings,
  ...restrictions,
  ...withDns,
  policyService,
  logins,
  secondService,
  ...contentChecks,
];

/** The features of the configuration with this seed. */
export function chosen(seed: number, features: readonly Feature[] = allFeatures): readonly Feature[] {
  // Small ones find a feature's own faults, large ones what features do to each other.
  const scale = randomFrom(seedFor(seed, 'scale')).pick([0.35, 0.7, 1]);
  return features.filter((one) => randomFrom(seedFor(seed, `has ${one.name}`)).chance(one.chance * scale));
}

export function configuration(seed: number, features: readonly Feature[], surroundings: Surroundings): PostfixFiles {
  const parts = features.map((one) => one.make(randomFrom(seedFor(seed, one.name)), surroundings));
  const lines = new Map<string, string>();
  for (const line of [...base(surroundings), ...parts.flatMap(({ main }) => main)]) {
    const name = line.split('=')[0]?.trim() ?? '';
    lines.delete(name);
    lines.set(name, line);
  }
  return {
    mainCf: [...lines.values()].join('\n'),
    users,
    services: [[], ...parts.flatMap(({ second }) => (second === undefined ? [] : [second]))],
    maps: Object.assign({ ...baseMaps }, ...parts.map(({ files }) => files ?? {})) as Record<string, string>,
    index: ['hash:users', ...parts.flatMap(({ index }) => index ?? [])],
  };
}

const baseMaps = {
  users: users.map((user) => `${user} x\n`).join(''),
  mailboxes: 'carol@virt.example v/carol/\nerin@virt.example v/erin/\n',
};

const base = ({ sinks }: Surroundings): readonly string[] => [
  'myhostname = mx.school.example',
  'mydomain = school.example',
  'mydestination = school.example, lab.example, localhost',
  'local_recipient_maps = hash:$config_directory/users $alias_maps',
  'alias_maps =',
  'virtual_mailbox_domains = virt.example',
  'virtual_mailbox_maps = texthash:$config_directory/mailboxes',
  `relayhost = [127.0.0.1]:${sinks[0]}`,
  'relay_domains = relay.example',
  'mynetworks = 127.0.0.0/8, 192.0.2.0/25, [2001:db8:1::]/48',
  'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
];
