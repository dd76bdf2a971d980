/**
 * An SPF check as a Received-SPF field (RFC 7208 section 9.1). The comment says in words what the pairs say; what a stranger
 * chose stands in it too, so readers decide by the result and the pairs.
 */
import type { SpfCheck } from '../../findings/spf.js';
import type { ReceivedSpf, ReceivedSpfPair } from '../../values/received-spf.js';

export interface ReceivedSpfFacts {
  readonly check: SpfCheck;
  /** Text of the client's address; undefined where there is none. */
  readonly clientIp: string | undefined;
  /** As given in HELO or EHLO. */
  readonly helo: string | undefined;
  /** The reverse-path: `local@domain`, '' for the null path; undefined where none was given. */
  readonly envelopeFrom: string | undefined;
  /** Our own name. */
  readonly receiver: string;
}

export function receivedSpf(facts: ReceivedSpfFacts): ReceivedSpf {
  const { check, clientIp, helo, envelopeFrom, receiver } = facts;
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['client-ip', clientIp],
    ['envelope-from', envelopeFrom],
    ['helo', helo],
    ['receiver', receiver],
    ['identity', check.identity],
    ['mechanism', check.mechanism],
    ['problem', check.problem],
  ];
  return {
    kind: 'received-spf',
    result: check.result,
    comment: `${receiver}: ${sentence(facts)}`,
    pairs: pairs.flatMap(([key, value]): readonly ReceivedSpfPair[] => (value === undefined ? [] : [{ key, value }])),
  };
}

function sentence({ check, clientIp = 'the client' }: ReceivedSpfFacts): string {
  const { identity, sender, domain } = check;
  const whose = identity === 'helo' ? `HELO name ${domain}` : `domain of ${sender}`;
  switch (check.result) {
    case 'pass':
      return `${whose} designates ${clientIp} as permitted sender`;
    case 'fail':
      return `${whose} does not designate ${clientIp} as permitted sender`;
    case 'softfail':
      return `${whose} discourages the use of ${clientIp} as sender`;
    case 'neutral':
      return `${whose} says neither that ${clientIp} is permitted nor that it is not`;
    case 'none':
      return `${whose} publishes no SPF record`;
    case 'temperror':
      return `the DNS could not tell about the ${whose}`;
    case 'permerror':
      return `the SPF record of the ${whose} cannot be read`;
  }
}
