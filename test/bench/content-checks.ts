/**
 * Header and body checks beside a bare RE2.Set over the whole body (native `re2`), and beside Postfix's own tables
 * (`postmap`). Where a rival is not installed its rows are left out, and that is said.
 */
import { re2IfInstalled } from '../../src/adapters/re2/index.js';
import { definePolicy } from '../../src/core/policy.js';
import type { RegexEngine } from '../../src/ports/regex-engine.js';
import { contentChecks } from '../../src/stages/content-checks/index.js';
import { pcreTable, type RuleTable, re2jsEngine } from '../../src/tables/regex/index.js';
import { mailboxOf, messageOf, sessionOf } from '../../src/testing/builders.js';
import { concatBytes } from '../../src/values/bytes.js';
import type { Message } from '../../src/values/message.js';
import { bodyText, headerText, patterns, tableText } from './mail-text.js';
import { postmapCost } from './postmap.js';
import { type BenchRow, median, row } from './row.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const COUNTS = [10, 100, 1000] as const;
const ROUNDS = 7;

interface Text {
  readonly name: string;
  readonly octets: Uint8Array;
  /** How often it is gone through in a round. */
  readonly repeat: number;
}

export async function benchContentChecks(): Promise<readonly BenchRow[]> {
  const native = await re2IfInstalled();
  const set = native === undefined ? undefined : await bareSet();
  if (set === undefined) skipped('beside a bare RE2.Set', 're2 is not installed: npm install --no-save re2@1.24.0');
  const engines = native === undefined ? [re2jsEngine] : [native, re2jsEngine];
  const large: Text = { name: '10 MiB', octets: latin1(bodyText(10 * MIB)), repeat: 1 };
  const usual: Text = { name: '64 KiB', octets: latin1(bodyText(64 * KIB)), repeat: 40 };
  return engines.flatMap((engine) => {
    const share = engine === re2jsEngine ? 0.5 : 1;
    return [
      ...(set === undefined ? [] : besideSet(engine, set, [large, usual], share)),
      ...usualMessages(engine, usual, share),
      firstUse(engine),
      ...besidePostfix(engine),
    ];
  });
}

function skipped(what: string, why: string): void {
  process.stdout.write(`  skipped: ${what}: ${why}\n`);
}

type Scan = (octets: Uint8Array) => unknown;
/** Patterns in, a scan of a whole body out. */
type BareSet = (sources: readonly string[]) => Scan;

async function bareSet(): Promise<BareSet> {
  const name: string = 're2';
  const { default: RE2 } = (await import(name)) as {
    readonly default: {
      readonly Set: new (sources: readonly string[], flags: string) => { match(octets: Uint8Array): readonly number[] };
    };
  };
  return (sources) => {
    const set = new RE2.Set(sources, 'imu');
    return (octets) => set.match(octets);
  };
}

function besideSet(engine: RegexEngine, set: BareSet, texts: readonly Text[], share: number): readonly BenchRow[] {
  return (['body', 'hostile'] as const).flatMap((kind) =>
    // Patterns full of .* take a bare set minutes on a large text.
    texts
      .filter((text) => kind === 'body' || text.repeat > 1)
      .flatMap((text) =>
        COUNTS.map((count) => {
          const table = pcreTable(tableText(kind, count), { engine });
          const [ours, rival] = rates(text, [checkBody(table), set(patterns(kind, count))]);
          return row({
            name: `${engine.name}: ${text.name}, ${count} ${kind === 'body' ? 'patterns' : 'patterns full of .*'}`,
            unit: 'MB/s',
            ours,
            against: 'bare RE2.Set',
            rival,
            goal: text.name === '10 MiB' && kind === 'body' ? `>= ${0.9 * share}` : '',
          });
        }),
      ),
  );
}

/** The stage in a policy, its limits lifted: what a message costs from MAIL to the end of its list. */
function judge(stage: ReturnType<typeof contentChecks>, header: string): (body: Uint8Array) => unknown {
  const { direct } = definePolicy({ message: [stage] }).open(sessionOf(), {});
  const headerOctets = latin1(header);
  const messages = new Map<Uint8Array, Message>();
  return (body) => {
    const message = messages.get(body) ?? messageOf(concatBytes([headerOctets, body]));
    messages.set(body, message);
    direct.mail(sender);
    direct.rcpt(recipient);
    return direct.message(message);
  };
}

function checkBody(table: RuleTable): (body: Uint8Array) => unknown {
  return judge(contentChecks({ body: table, bodySizeLimit: Number.POSITIVE_INFINITY }), 'Subject: bench\r\n\r\n');
}

const sender = mailboxOf('a@client.example');
const recipient = mailboxOf('s001@school.example');

function usualMessages(engine: RegexEngine, text: Text, share: number): readonly BenchRow[] {
  const tables = COUNTS.map((count) => pcreTable(tableText('body', count), { engine }));
  const [of10 = 0, , of1000 = 0] = rates(text, tables.map(checkBody));
  const name = `${engine.name}: ${text.name}, 1,000 patterns`;
  return [
    row({ name, unit: 'MB/s', ours: of1000, against: 'asked for', rival: 100 * share, goal: '>= 1' }),
    row({
      name: `${name}, time`,
      unit: 'us',
      ours: 65536 / of1000,
      against: '10 patterns',
      rival: 65536 / of10,
      goal: '<= 3',
    }),
  ];
}

/** MB/s of each, in turns. */
function rates(text: Text, scans: readonly Scan[]): readonly [number, number, ...number[]] {
  const figures = scans.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, scan] of scans.entries()) {
      const started = performance.now();
      for (let n = 0; n < text.repeat; n++) scan(text.octets);
      const seconds = (performance.now() - started) / 1000;
      figures[at]?.push((text.repeat * text.octets.length) / seconds / 1e6);
    }
  }
  return figures.map(median) as [number, number, ...number[]];
}

/** Load 1,000 patterns, and check a first message. */
function firstUse(engine: RegexEngine): BenchRow {
  const octets = latin1(bodyText(64 * KIB, 7));
  const figures = Array.from({ length: 5 }, () => {
    const started = performance.now();
    checkBody(pcreTable(tableText('body', 1000), { engine }))(octets);
    return performance.now() - started;
  });
  const name = `${engine.name}: load 1,000 patterns and check a first message`;
  return row({ name, unit: 'ms', ours: median(figures), against: 'limit', rival: 1000, goal: '<= 1' });
}

/** What 1,000 patterns for the header and 1,000 for the body add to a message. */
function besidePostfix(engine: RegexEngine): readonly BenchRow[] {
  const body = bodyText(64 * KIB);
  const header = headerText();
  const postfix = [
    postmapCost(tableText('header', 1000), header.replace(/\r\n(?=[ \t])/g, ' ')),
    postmapCost(tableText('body', 1000), body),
  ];
  const [first] = postfix;
  if (typeof first === 'string') {
    skipped('beside Postfix', first);
    return [];
  }
  const both = judge(
    contentChecks({
      header: pcreTable(tableText('header', 1000), { engine }),
      body: pcreTable(tableText('body', 1000), { engine }),
      bodySizeLimit: Number.POSITIVE_INFINITY,
    }),
    header,
  );
  const bodyOctets = latin1(body);
  const figures: number[] = [];
  for (let round = 0; round < 200; round++) {
    const started = performance.now();
    both(bodyOctets);
    figures.push(performance.now() - started);
  }
  const rival = postfix.reduce<number>((sum, cost) => sum + Number(cost), 0);
  const name = `${engine.name}: 1,000 header and 1,000 body patterns, 64 KiB`;
  return [row({ name, unit: 'ms', ours: median(figures), against: 'postmap', rival, goal: '<= 0.0333' })];
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
