/**
 * The stage `route` beside a real Postfix: generated configurations, the same tables for both; replies at RCPT and where each
 * message came to, with delivery agents that are programs, files, lists in files. POSTERN_SEED repeats a run.
 */
import { expect, test } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import type { Session } from '../../src/core/session.js';
import { route, routingFinding } from '../../src/stages/routing/index.js';
import { parseDomain } from '../../src/values/domain.js';
import { parseIp } from '../../src/values/ip.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import { parseMessage } from '../../src/values/message.js';
import type { Parsed } from '../../src/values/parsed.js';
import { replyText } from '../../src/values/reply.js';
import { type Case, generate, optionsOf, type Setup } from './routing.cases.js';
import { type Played, playRouting } from './routing-site.js';
import { seed } from './seed.js';
import { addTotal } from './totals.js';

const CONFIGURATIONS = Number(process.env.POSTERN_CONFIGURATIONS ?? 16);

function value<T>(read: Parsed<T>): T {
  if (read.kind === 'malformed') throw new Error(read.why);
  return read.value;
}

const session: Session = {
  client: { ip: value(parseIp('127.0.0.1')), port: undefined, name: { kind: 'none' } },
  server: { name: value(parseDomain('mx.local.example')), port: 25 },
  protocol: 'esmtp',
  tls: undefined,
  login: undefined,
};

async function ours(setup: Setup, one: Case): Promise<Played> {
  const stage = route({ ...optionsOf(setup), deadMembers: 'skip' });
  const message = parseMessage(new TextEncoder().encode('Subject: x\r\n\r\nx\r\n'));
  if (message.kind !== 'parsed') throw new Error('message');
  const outcome = await definePolicy({ rcpt: [stage] }).evaluate({
    session,
    sender: value(parseMailbox(one.sender)),
    recipients: [value(parseMailbox(one.to))],
    mailParameters: {},
    message: message.value,
  });
  const [first] = outcome.recipients;
  const decision = first?.decision;
  const reply = decision === undefined || decision.kind === 'continue' ? '250' : replyText(decision.reply);
  const found = routingFinding.in(first?.recipient.findings ?? {}) ?? routingFinding.in(outcome.findings);
  const ends = (found?.destinations ?? []).map(({ address, state, nextHop }) => {
    if (nextHop === undefined || state !== 'deliver') return /4\.2\.0|4\.3/.test(found?.fault ?? '') ? 'later' : 'dead';
    const { transport, destination } = nextHop;
    if (transport === 'maildir') return `maildir ${destination}`;
    if (transport === 'pipe') return `pipe ${destination.split(' ').slice(1).join(' ')}`;
    if (transport === 'file') return `file ${destination.split('/').pop()}`;
    if (transport === 'error') return 'dead';
    if (transport === 'retry') return 'later';
    return transport === 'discard' ? 'discard' : `${transport} ${destination} ${address}`;
  });
  return { reply, ends };
}

// pipe(8) writes addresses without quotes.
const normal = (ends: readonly string[]): string =>
  [...new Set(ends.map((end) => end.toLowerCase().replaceAll('"', '')))].sort().join(' | ');

/** Postfix accepts and bounces where there is nobody left to deliver to; we say so at RCPT. */
function agrees(theirs: Played, mine: Played): boolean {
  if (theirs.reply.startsWith('250')) {
    if (normal(theirs.ends) !== normal(mine.ends)) return false;
    const isLost = mine.ends.length > 0 && mine.ends.every((end) => end === 'dead' || end === 'later');
    return mine.reply === '250' || isLost || mine.ends.includes('later');
  }
  if (/Alias expansion error/.test(mine.reply)) return /Alias expansion error/.test(theirs.reply);
  return theirs.reply === mine.reply;
}

test('routes', async () => {
  const differences: string[] = [];
  let compared = 0;
  let stuck = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < CONFIGURATIONS; i = next++) {
      const { setup, played } = await playRouting(
        ({ files, command, etc }) => generate(seed, CONFIGURATIONS, files, command, etc)[i] as Setup,
      );
      for (const [at, one] of setup.cases.entries()) {
        const theirs = played[at] as Played;
        if (theirs.stuck === true) {
          stuck++;
          continue;
        }
        const mine = await ours(setup, one);
        compared++;
        if (agrees(theirs, mine)) continue;
        differences.push(
          [
            `configuration ${i}, <${one.to}> from <${one.sender}>`,
            `  postfix: ${theirs.reply} -> ${normal(theirs.ends)}`,
            `  postern: ${mine.reply} -> ${normal(mine.ends)}`,
            `  ${JSON.stringify({ parameters: setup.parameters, maps: setup.maps })}`,
          ].join('\n'),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: 3 }, worker));
  addTotal('routes', compared);
  addTotal('routes left out, which Postfix did not end', stuck);
  expect(differences.slice(0, 3).join('\n')).toBe('');
  expect(compared).toBeGreaterThan(CONFIGURATIONS);
  expect(stuck).toBeLessThan(compared / 50);
});
