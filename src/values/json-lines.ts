/**
 * JSON (RFC 8259) with the line of each value. Strings and numbers are cut out here and read by JSON.parse. The first error ends
 * it; nesting is bounded. A key that stands twice in an object is told, the last one counts.
 */

export interface JsonNode {
  readonly kind: 'json';
  /** From 1; of a member that of its key. */
  readonly line: number;
  readonly members?: ReadonlyMap<string, JsonNode>;
  readonly items?: readonly JsonNode[];
  /** Undefined for objects and lists. */
  readonly value?: string | number | boolean | null;
}

export interface JsonText extends JsonNode {
  readonly twice: readonly { readonly key: string; readonly line: number }[];
}

export interface JsonError {
  readonly kind: 'malformed';
  readonly why: string;
  readonly line: number;
}

/** What people write is four or five deep. */
const DEEPEST = 16;

interface State {
  readonly text: string;
  at: number;
  line: number;
  readonly twice: { readonly key: string; readonly line: number }[];
}

/** Thrown and caught in this file alone. */
class Malformed {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

export function readJson(text: string): JsonText | JsonError {
  const state: State = { text, at: 0, line: 1, twice: [] };
  try {
    const node = readValue(state, 0);
    blanks(state);
    if (state.at < text.length) throw new Malformed('nothing more is expected behind the object');
    return { ...node, twice: state.twice };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', why: `JSON: ${error.why}`, line: state.line };
    throw error;
  }
}

/** As JSON.parse gives it. */
export function plainOf(node: JsonNode): unknown {
  if (node.items !== undefined) return node.items.map(plainOf);
  if (node.members === undefined) return node.value;
  return Object.fromEntries([...node.members].map(([key, one]) => [key, plainOf(one)]));
}

function readValue(state: State, depth: number): JsonNode {
  if (depth > DEEPEST) throw new Malformed(`nested more than ${DEEPEST} deep`);
  blanks(state);
  const { line } = state;
  switch (state.text.charAt(state.at)) {
    case '{':
      return { kind: 'json', line, members: readMembers(state, depth) };
    case '[':
      return { kind: 'json', line, items: readItems(state, depth) };
    case '"':
      return { kind: 'json', line, value: readString(state) };
    default:
      return { kind: 'json', line, value: readWord(state) };
  }
}

function readMembers(state: State, depth: number): ReadonlyMap<string, JsonNode> {
  const members = new Map<string, JsonNode>();
  readList(state, '}', () => {
    const { line } = state;
    if (state.text.charAt(state.at) !== '"') throw new Malformed('a name in double quotes is expected');
    const key = readString(state);
    blanks(state);
    if (state.text.charAt(state.at) !== ':') throw new Malformed('":" is expected');
    state.at++;
    if (members.has(key)) state.twice.push({ key: key.slice(0, 80), line });
    members.set(key, { ...readValue(state, depth + 1), line });
  });
  return members;
}

function readItems(state: State, depth: number): readonly JsonNode[] {
  const items: JsonNode[] = [];
  readList(state, ']', () => items.push(readValue(state, depth + 1)));
  return items;
}

/** From the opening bracket to behind `close`. */
function readList(state: State, close: string, readOne: () => void): void {
  state.at++;
  blanks(state);
  for (let first = true; state.text.charAt(state.at) !== close; first = false) {
    if (!first) {
      if (state.text.charAt(state.at) !== ',') throw new Malformed(`"," or "${close}" is expected`);
      state.at++;
      blanks(state);
    }
    readOne();
    blanks(state);
  }
  state.at++;
}

function readString(state: State): string {
  const start = state.at;
  for (let at = start + 1; at < state.text.length; at++) {
    const character = state.text.charAt(at);
    if (character === '\\') at++;
    else if (character === '\n') break;
    else if (character === '"') {
      state.at = at + 1;
      return String(parsePiece(state.text.slice(start, at + 1), 'a string has a wrong escape or a control character'));
    }
  }
  throw new Malformed('the string has no end on its line');
}

function readWord(state: State): number | boolean | null {
  const start = state.at;
  while (/[-+.0-9A-Za-z]/.test(state.text.charAt(state.at))) state.at++;
  const word = state.text.slice(start, state.at);
  return parsePiece(word, 'a value is expected: an object, a list, a string or a number') as number | boolean | null;
}

function parsePiece(piece: string, otherwise: string): unknown {
  try {
    return JSON.parse(piece);
  } catch {
    throw new Malformed(otherwise);
  }
}

function blanks(state: State): void {
  for (; ; state.at++) {
    const code = state.text.charCodeAt(state.at);
    if (code === 10) state.line++;
    // A byte order mark in front is left over by some editors.
    else if (code !== 32 && code !== 9 && code !== 13 && !(code === 0xfeff && state.at === 0)) return;
  }
}
