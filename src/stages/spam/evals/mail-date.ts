/**
 * Dates of header fields, read as leniently as SpamAssassin reads them: RFC 5322 section 3.3 with its obsolete forms, dates of `date(1)`, and
 * impossible ones moved to the next that is possible. Years end with 2037. What RFC 5322 says exactly is values/date-time.ts.
 */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const month = `(${months.join('|')})`;
const usual = new RegExp(` (\\d+) ${month} (\\d{4}) `, 'i');
const ofPrograms = new RegExp(` ${month} (\\d+) \\d+:\\d+:\\d+ (\\d{4}) `, 'i');
const shortYear = new RegExp(` (\\d+) ${month} (\\d{2,3}) `, 'i');

/** Minutes east of UTC. Of names that mean two zones, RFC 5322 section 4.3 or the commoner one. */
const zones: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ UT: 0, UTC: 0, GMT: 0, WET: 0 },
    ...{ NDT: -150, NST: -210, AST: -240, ADT: -180, EST: -300, EDT: -240, CST: -360, CDT: -300 },
    ...{ MST: -420, MDT: -360, PST: -480, PDT: -420, HST: -600, AKST: -540, AKDT: -480, HADT: -540, HAST: -600 },
    ...{ BST: 60, IST: 60, WEST: 60, CET: 60, CEST: 120, EET: 120, EEST: 180, MSK: 180, MSD: 240 },
    ...{ MET: 60, MEZ: 60, MEST: 120, MESZ: 120, BRST: -120, BRT: -180 },
    ...{ AEST: 600, AEDT: 660, ACST: 570, ACDT: 630, AWST: 480, NZST: 720, NZDT: 780 },
    ...{ JST: 540, KST: 540, HKT: 480, SGT: 480, PHT: 480, IDT: 180 },
  }),
);

/** Seconds since 1970; undefined: there is no date in it. Only the first 2,000 characters are read. */
export function parseMailDate(text: string): number | undefined {
  const line = ` ${text.slice(0, 2000)} `.replace(/,[\t\n\v\f\r ]*/g, ' ').replace(/[\t\n\v\f\r ]+/g, ' ');
  const day = dayIn(line);
  if (day === undefined) return undefined;
  const rest = line.replace(day.text, ' ');
  const [, hour = '0', minute = '0', second = '0'] = / (\d?\d):(\d\d)(?::(\d\d))? /.exec(rest) ?? [];
  const time = Math.min(Number(hour), 23) * 3600 + Math.min(Number(minute), 59) * 60 + Math.min(Number(second), 59);
  const local = startOf(day) + time;
  const offset = zoneIn(rest) * 60;
  return local < offset ? 0 : local - offset;
}

interface Day {
  readonly text: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function dayIn(line: string): Day | undefined {
  const match = usual.exec(line);
  if (match !== null) return dayOf(match[0], match[1], match[2], match[3]);
  const program = ofPrograms.exec(line);
  if (program !== null) return dayOf(program[0], program[2], program[1], program[3]);
  const short = shortYear.exec(line);
  return short === null ? undefined : dayOf(short[0], short[1], short[2], short[3]);
}

function dayOf(text: string, day = '0', name = '', digits = ''): Day | undefined {
  if (Number(day) === 0) return undefined;
  const number = Number(digits);
  // RFC 5322 section 4.3.
  const year = digits.length === 4 ? number : digits.length === 2 && number < 50 ? number + 2000 : number + 1900;
  return { text, year, month: months.indexOf(name.toLowerCase()), day: Number(day) };
}

/** Midnight UTC, in seconds. A day that the month has not got is the first of the next. */
function startOf({ year, month: index, day }: Day): number {
  const days = new Date(Date.UTC(year, index + 1, 0)).getUTCDate();
  const [at, first] = day > days ? [index + 1, 1] : [index, day];
  const wanted = at > 11 ? year + 1 : year;
  return Date.UTC(Math.min(Math.max(wanted, 1970), 2037), at % 12, first) / 1000;
}

function zoneIn(rest: string): number {
  const numeric = / ([-+])(\d\d)(\d\d) /.exec(rest);
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
    return numeric[1] === '-' ? -minutes : minutes;
  }
  const name = /\b([A-Z]{2,4}(?:-DST)?)\b/.exec(rest)?.[1];
  return (name === undefined ? undefined : zones.get(name)) ?? 0;
}
