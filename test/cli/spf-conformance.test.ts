/** The test suite of RFC 7208 through the command line, each scenario as a zone file of JSON. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readScenarios, type SuiteTest } from '../stages/spf/openspf.js';
import type { RecordType, SuiteName, SuiteZone } from '../stages/spf/zone.js';
import { openspfData } from '../values/support.js';
import { run } from './support.js';

const types: readonly RecordType[] = ['A', 'AAAA', 'MX', 'TXT', 'PTR'];

/** As `Zone` has it. A name of the suite that times out does so for the types that it has no record of. */
function zoneText(zone: SuiteZone): string {
  return JSON.stringify(Object.fromEntries([...zone].map(([name, of]) => [name, records(of)])));
}

function records({ records: all, timeout }: SuiteName): object {
  const alias = all.find(({ type }) => type === 'CNAME');
  if (alias !== undefined) return { CNAME: alias.data.replace(/\.$/, '') };
  const entries = types.flatMap((type): readonly (readonly [string, unknown])[] => {
    const data = all.filter((one) => one.type === type).map((one) => one.data);
    if (data.length > 0) return [[type, data.map((text) => value(type, text))]];
    return timeout ? [[type, 'TIMEOUT']] : [];
  });
  return Object.fromEntries(entries);
}

function value(type: RecordType, text: string): unknown {
  if (type === 'TXT') return text;
  if (type !== 'MX') return text.replace(/\.$/, '');
  const [preference = '', exchange = ''] = text.split(' ');
  return { preference: Number(preference), exchange: exchange.replace(/\.$/, '') };
}

const argumentsFor = ({ helo, host, mailFrom }: SuiteTest): readonly string[] => [
  ...['--client-ip', host, '--helo', helo, '--mail-from', mailFrom, '--receiver', 'mx.example.net', '--json'],
];

test('RFC 7208: every result and explanation', async (ctx) => {
  const scenarios = readScenarios(openspfData(ctx, 'rfc7208-tests.yml'));
  const folder = await mkdtemp(join(tmpdir(), 'postern-spf-'));
  const wrong: string[] = [];
  let count = 0;
  try {
    for (const { zone, tests } of scenarios) {
      await writeFile(join(folder, 'zone.json'), zoneText(zone));
      for (const one of tests) {
        count++;
        const { status, out, err } = await run(['spf', ...argumentsFor(one), '--zone', 'zone.json'], { cwd: folder });
        if (status !== 0 && status !== 75) wrong.push(`${one.name}: status ${status}: ${err}`);
        else wrong.push(...differences(one, JSON.parse(out) as Told, status));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  expect(wrong).toEqual([]);
  expect(count).toBe(203);
});

interface Told {
  readonly result: string;
  readonly explanation: string | null;
  readonly receivedSpf: string;
}

function differences(one: SuiteTest, { result, explanation, receivedSpf }: Told, status: number): readonly string[] {
  const wrong: string[] = [];
  if (!one.results.includes(result)) wrong.push(`${one.name}: ${result}, not ${one.results}`);
  // The command has no explanation of its own.
  const wanted = one.explanation === 'DEFAULT' ? null : one.explanation;
  if (wanted !== undefined && wanted !== explanation) wrong.push(`${one.name}: ${explanation}, not ${wanted}`);
  if (!receivedSpf.startsWith(`Received-SPF: ${result} (`)) wrong.push(`${one.name}: ${receivedSpf}`);
  if ((status === 75) !== (result === 'temperror')) wrong.push(`${one.name}: status ${status} for ${result}`);
  return wrong;
}
