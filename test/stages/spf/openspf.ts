/** The format of the OpenSPF test suites: YAML documents, each a scenario with a zone. */
import { parseAllDocuments } from 'yaml';
import type { RecordType, SuiteName, SuiteRecord, SuiteZone } from './zone.js';

export interface SuiteTest {
  readonly name: string;
  readonly helo: string;
  readonly host: string;
  readonly mailFrom: string;
  /** Any of these. */
  readonly results: readonly string[];
  /** Undefined where the suite says nothing, `DEFAULT` where there is none of the domain's own. */
  readonly explanation: string | undefined;
}

export interface Scenario {
  readonly description: string;
  readonly zone: SuiteZone;
  readonly tests: readonly SuiteTest[];
}

interface Written {
  readonly description: string;
  readonly tests: Readonly<Record<string, WrittenTest>>;
  readonly zonedata: Readonly<Record<string, readonly unknown[]>>;
}

interface WrittenTest {
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

export function readScenarios(text: string): readonly Scenario[] {
  const documents = parseAllDocuments(text) as readonly { toJS(): unknown }[];
  return documents.map((document) => {
    const { description, tests, zonedata } = document.toJS() as Written;
    const names = Object.entries(zonedata).map(([name, list]) => [name.toLowerCase(), readName(list)] as const);
    return { description, zone: new Map(names), tests: Object.entries(tests).map(readTest) };
  });
}

function readTest([name, { helo, host, mailfrom, result, explanation }]: [string, WrittenTest]): SuiteTest {
  const results = typeof result === 'string' ? [result] : result;
  return { name, helo: helo ?? '', host, mailFrom: mailfrom ?? '', results, explanation };
}

/**
 * A record of type SPF stands for a TXT record too where the name has none: `TXT: NONE` keeps that from being so. (RFC 7208
 * section 3.1 has no type SPF.)
 */
function readName(list: readonly unknown[]): SuiteName {
  const pairs = list
    .filter((one) => one !== 'TIMEOUT')
    .map((one) => Object.entries(one as object)[0] as [string, unknown]);
  const ownTexts = pairs.some(([type]) => type === 'TXT');
  const records = pairs.flatMap(([type, data]): readonly SuiteRecord[] => {
    if (type === 'SPF') return ownTexts ? [] : [{ type: 'TXT', data: joined(data) }];
    if (type === 'TXT' && data === 'NONE') return [];
    return [{ type: type as RecordType, data: type === 'MX' ? (data as readonly unknown[]).join(' ') : joined(data) }];
  });
  return { records, timeout: list.includes('TIMEOUT') };
}

function joined(data: unknown): string {
  return Array.isArray(data) ? data.join('') : String(data);
}
