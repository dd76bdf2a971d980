/** A zone in JSON, with the line of each problem; JSON.parse knows no lines, and forgets a name that stands there twice. */
import type { Problem } from '../../values/errors.js';
import { type JsonNode, plainOf, readJson } from '../../values/json-lines.js';
import type { Zone, ZoneProblem } from '../ports/zone.js';
import { zoneProblems } from '../ports/zone.js';
import type { ZoneReading } from './read-zone.js';

export function jsonZone(text: string, file: string): ZoneReading {
  const json = readJson(text);
  if (json.kind === 'malformed') {
    const problem: Problem = { code: 'syntax', message: json.why, source: { file, line: json.line } };
    return { zone: {}, warnings: [], problems: [problem] };
  }
  const zone = plainOf(json);
  const problems = zoneProblems(zone).map((one) => located(one, json, file));
  const again = json.twice.map(({ key, line }) => ({
    code: 'twice',
    message: `${key}: stands there twice`,
    source: { file, line },
  }));
  const all = [...problems, ...again].sort((a, b) => (a.source?.line ?? 0) - (b.source?.line ?? 0));
  return { zone: zone as Zone, warnings: [], problems: all };
}

function located({ code, message, path }: ZoneProblem, root: JsonNode, file: string): Problem {
  let at = root;
  let line = root.line;
  for (const step of path) {
    const next = typeof step === 'number' ? at.items?.[step] : at.members?.get(String(step));
    if (next === undefined) break;
    line = next.line;
    at = next;
  }
  return { code, message, source: { file, line } };
}
