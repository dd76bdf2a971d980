/** Received fields as servers of many makes write them, good ones and forged ones. */
import type { Random } from '../../generate/random.js';
import { token } from './mail-parts.js';
import { dateText, HOSTS, KNOWN_HOSTS } from './people.js';

export interface Hop {
  readonly helo: string;
  readonly name: string;
  readonly ip: string;
  readonly by: string;
  readonly time: number;
}

/** Names that look like those of home connections, of servers, of nobody. */
const NAMES: readonly ((random: Random, host: string, ip: string) => string)[] = [
  (_, host) => `mail.${host}`,
  (_, host) => `mx1.${host}`,
  (r, host, ip) => `${ip.replace(/\./g, '-')}.dynamic.${r.pick(['dsl', 'cable', 'dialup', 'pool'])}.${host}`,
  (_, host, ip) => `host-${ip.split('.').reverse().join('.')}.${host}`,
  (r, host) => `${token(r, 6)}.ipt.${host}`,
  () => 'localhost',
  (_, _host, ip) => `[${ip}]`,
  (r) => token(r, 9).toUpperCase(),
  (_, host) => host,
  (_, _host, ip) => ip,
  (r) => `user-${token(r, 6)}`,
  () => 'friend',
];

const PUBLIC = [
  '8.8.',
  '93.184.',
  '203.98.',
  '91.200.',
  '46.17.',
  '185.220.',
  '123.45.',
  '200.10.',
  '60.12.',
  '178.62.',
];
const PRIVATE = ['10.1.', '192.168.', '172.16.', '127.0.', '169.254.'];
const RESERVED = ['192.0.2.', '198.51.100.', '203.0.113.', '0.1.', '240.7.', '224.0.'];

export function address(random: Random): string {
  if (random.chance(0.06)) return `2001:db8:${token(random, 4, '0123456789abcdef')}::${1 + random.below(99)}`;
  const way = random.below(10);
  const start = random.pick(way < 7 ? PUBLIC : way < 9 ? PRIVATE : RESERVED);
  const rest = start.split('.').length === 4 ? [random.below(256)] : [random.below(256), random.below(256)];
  return start + rest.join('.');
}

export function hop(random: Random, time: number, by = 'mx.school.example', host: string = anyHost(random)): Hop {
  const ip = address(random);
  const name = random.pick(NAMES)(random, host, ip);
  return { helo: random.chance(0.5) ? name : random.pick(NAMES)(random, host, ip), name, ip, by, time };
}

export const anyHost = (random: Random): string => (random.chance(0.5) ? random.pick(HOSTS) : random.pick(KNOWN_HOSTS));

const id = (random: Random): string => token(random, 11, 'ABCDEF0123456789');
const zone = (random: Random): string =>
  random.pick(['+0000', '-0700', '+0200', '+0000 (UTC)', '-0500 (EST)', '+0800 (CST)', 'GMT']);

export const makes: readonly ((random: Random, hop: Hop) => string)[] = [
  // Postfix.
  (r, h) =>
    `from ${h.helo} (${h.name} [${h.ip}])\n\tby ${h.by} (Postfix) with ESMTP id ${id(r)}\n\tfor <head@school.example>; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.helo} (unknown [${h.ip}])\n\tby ${h.by} (Postfix) with SMTP id ${id(r)};\n\t${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.helo} (${h.name} [${h.ip}])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\n\t(No client certificate requested)\n\t(Authenticated sender: user${r.below(99)})\n\tby ${h.by} (Postfix) with ESMTPSA id ${id(r)}; ${dateText(h.time, zone(r))}`,
  // Exim.
  (r, h) =>
    `from [${h.ip}] (helo=${h.helo})\n\tby ${h.by} with esmtp (Exim 4.96)\n\t(envelope-from <a@${anyHost(r)}>)\n\tid 1${token(r, 5)}-${token(r, 6)}-${token(r, 2)}\n\tfor head@school.example; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.name} ([${h.ip}]:${1024 + r.below(60000)} helo=${h.helo})\n\tby ${h.by} with esmtpsa (TLS1.3) tls TLS_AES_256_GCM_SHA384\n\t(Exim 4.96) id 1${token(r, 5)}-000${token(r, 3)}-${token(r, 2)}; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.name} ([${h.ip}])\n\tby ${h.by} with smtp (Exim 3.35 #1 (Debian))\n\tid 1${token(r, 5)}-0000${token(r, 2)}-00; ${dateText(h.time, zone(r))}`,
  // Sendmail.
  (r, h) =>
    `from ${h.helo} (${h.name} [${h.ip}])\n\tby ${h.by} (8.17.1/8.17.1) with ESMTPS id ${token(r, 14)}\n\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO)\n\tfor <head@school.example>; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.helo} (${h.name} [${h.ip}] (may be forged))\n\tby ${h.by} (8.12.11/8.12.11) with SMTP id ${token(r, 14)};\n\t${dateText(h.time, zone(r))}`,
  (r, h) =>
    `(from root@localhost)\n\tby ${h.by} (8.14.4/8.14.4/Submit) id ${token(r, 14)};\n\t${dateText(h.time, zone(r))}`,
  // qmail.
  (r, h) =>
    `from unknown (HELO ${h.helo}) (${h.ip})\n\tby ${h.by} with SMTP; ${dateText(h.time, '-0000').replace(/^\w+, 0?/, '')}`.replace(
      '\n\tby',
      r.pick(['\n  by', '\n\tby']),
    ),
  (r, h) => `from ${h.name} (HELO ${h.helo}) (user@${h.ip})\n\tby ${h.by} with ESMTPA; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `(qmail ${1000 + r.below(30000)} invoked by uid ${r.below(999)}); ${dateText(h.time, '-0000').replace(/^\w+, 0?/, '')}`,
  (_, h) => `from ${h.name} (${h.ip})\n  by ${h.by} with SMTP; ${dateText(h.time, '-0000').replace(/^\w+, 0?/, '')}`,
  // Microsoft.
  (r, h) =>
    `from ${h.helo} (${h.ip}) by\n ${h.by} (10.167.242.${r.below(250)}) with Microsoft SMTP Server (version=TLS1_2,\n cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.7918.13 via Frontend\n Transport; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.helo} ([${h.ip}]) by ${h.by} with Microsoft SMTPSVC(6.0.3790.${r.below(5000)});\n\t ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${token(r, 15, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}.namprd12.prod.outlook.com\n ([fe80::${token(r, 4, '0123456789abcdef')}]) by ${h.by} ([fe80::1%4]) with mapi id 15.20.7939.018;\n ${dateText(h.time, zone(r))}`,
  // Large services.
  (r, h) =>
    `by 2002:a05:6214:${token(r, 4, '0123456789abcdef')}:b0:6c with SMTP id ${token(r, 12)};\n        ${dateText(h.time, '-0700 (PDT)')}`,
  (r, h) =>
    `from ${h.name} (${h.name}. [${h.ip}])\n        by ${h.by} with ESMTPS id ${token(r, 20)}\n        for <head@school.example>\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n        ${dateText(h.time, '-0700 (PDT)')}`,
  (r, h) => `from [${h.ip}] by web${r.below(99999)}.mail.bf1.yahoo.com via HTTP; ${dateText(h.time, 'PDT')}`,
  (r, h) => `from ${h.helo} ([${h.ip}]) by ${h.by} with hMailServer ; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.helo} ([${h.ip}]) by ${h.by} (MDaemon PRO v2${r.below(9)}.0.0) with ESMTP id md50.eml for <head@school.example>; ${dateText(h.time, zone(r))}`,
  (r, h) =>
    `from ${h.helo} (account user@${h.name} [${h.ip}] verified)\n  by ${h.by} (CommuniGate Pro SMTP 6.2.${r.below(9)})\n  with ESMTPA id ${r.below(9999999)}; ${dateText(h.time, zone(r))}`,
  (r, h) => `from ${h.helo} (${h.ip}) by ${h.by} (Axigen) with ESMTPS id ${id(r)}; ${dateText(h.time, zone(r))}`,
  (r, h) => `from ${h.helo}([${h.ip}]) by ${h.by} (AliyunMail) at ${dateText(h.time, zone(r))}`,
  (r, h) => `from ${h.helo} (HELO ${h.helo}) ([${h.ip}])\n  by ${h.by} with ESMTP; ${dateText(h.time, zone(r))}`,
  (_, h) => `from ${h.helo} by ${h.by} with LMTP; ${dateText(h.time)}`,
  (r, h) =>
    `from localhost (localhost [127.0.0.1])\n\tby ${h.by} (Postfix) with ESMTP id ${id(r)};\n\t${dateText(h.time, zone(r))}`,
  (_, h) => `(nullmailer pid 1234 invoked by uid 1000); ${dateText(h.time, '-0000')}`,
  // Forged or broken.
  (r, h) => `from ${h.name} (${h.ip}) by ${h.by} id ${token(r, 8)}`,
  (_, h) => `from ${h.helo} ${h.ip}; by`,
  (r, h) => `from ${h.ip} by ${h.by}; ${dateText(h.time, r.pick(['-0400', '+9900', 'XYZ', '']))}`,
  (r, h) => `from ${token(r, 8)} (${token(r, 8).toUpperCase()}) [${h.ip}] by ${h.by}`,
  () => 'x',
];
