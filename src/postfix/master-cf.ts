/**
 * The syntax of master.cf (master(5)): one service a logical line, eight fields, `-o name=value` and `-o { name = value
 * }` among the arguments of its command, `{ ... }` around an argument with white space. A service given twice: the last
 * line counts. Everything wrong comes at once. No meaning here: services.ts and transports.ts say what is run.
 */
import { type LogicalLine, lineAt, logicalLines } from '../tables/logical-lines.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import type { Setting } from './main-cf.js';

export type ServiceType = (typeof serviceTypes)[number];

export interface MasterService {
  /** As written: `smtp`, `127.0.0.1:10025`, `submission`; for other types than inet a path. */
  readonly name: string;
  readonly type: ServiceType;
  /** The name of the program: `smtpd`, `pipe`. */
  readonly command: string;
  /** What follows the command but for `-o` and `-v`; braces around them are gone. */
  readonly args: readonly string[];
  /** The parameters that `-o` sets, the last of each name. */
  readonly overrides: ReadonlyMap<string, Setting>;
  readonly source: SourcePosition;
}

export interface MasterCf {
  readonly services: readonly MasterService[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const serviceTypes = ['inet', 'unix', 'unix-dgram', 'fifo', 'pass'] as const;
const FLAG = /^[-yn]$/;

/** What each of the seven fields before the command may be. */
const fields: readonly { readonly name: string; readonly form: RegExp; readonly expected: string }[] = [
  { name: 'service', form: /^.{1,1000}$/, expected: 'a name' },
  { name: 'type', form: /^(?:inet|unix|unix-dgram|fifo|pass)$/, expected: serviceTypes.join(', ') },
  { name: 'private', form: FLAG, expected: '-, y or n' },
  { name: 'unprivileged', form: FLAG, expected: '-, y or n' },
  { name: 'chroot', form: FLAG, expected: '-, y or n' },
  { name: 'wake-up time', form: /^(?:-|[0-9]{1,9}\??)$/, expected: '- or seconds, "?" behind them' },
  { name: 'process limit', form: /^(?:-|[0-9]{1,9})$/, expected: '- or a whole number' },
];

/** Never throws. Linear. */
export function readMasterCf(text: string, file: string): MasterCf {
  const reader = new Reader();
  for (const line of logicalLines(text)) reader.read(line, file);
  return { services: [...reader.services.values()], problems: reader.problems, warnings: reader.warnings };
}

class Reader {
  readonly services = new Map<string, MasterService>();
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];

  read(logical: LogicalLine, file: string): void {
    const { text: line } = logical;
    const source = { file, line: logical.line };
    if (/^\s/.test(line)) {
      this.#problem('leading-space', 'a line that begins with white space has nothing to continue here', source, line);
      return;
    }
    const { words, open } = splitArguments(line);
    if (open !== undefined) this.#problem('bad-argument', '"{" has no partner: expected "}"', source, open);
    const [name = '', type = '', , , , , , command] = words;
    if (command === undefined) {
      const message = `expected ${fields.map((field) => field.name).join(', ')} and a command, not ${words.length} fields`;
      this.#problem('too-few-fields', message, source, line);
      return;
    }
    const wrong = fields.filter(({ form }, at) => !form.test(words[at] ?? ''));
    for (const field of wrong) {
      const written = words[fields.indexOf(field)] ?? '';
      this.#problem('bad-field', `${field.name}: expected ${field.expected}`, source, written);
    }
    if (wrong.length > 0) return;
    const key = `${name}/${type}`;
    if (this.services.has(key)) this.#warn('duplicate-service', 'given before: the last line counts', source, key);
    const { args, overrides } = this.#arguments(words.slice(8), logical, file);
    this.services.delete(key);
    this.services.set(key, { name, type: type as ServiceType, command, args, overrides, source });
  }

  #arguments(words: readonly string[], line: LogicalLine, file: string): Pick<MasterService, 'args' | 'overrides'> {
    const args: string[] = [];
    const overrides = new Map<string, Setting>();
    let from = 0;
    const placeOf = (text: string): SourcePosition => {
      const found = Math.max(from, line.text.indexOf(text, from));
      from = found + text.length;
      return { file, line: lineAt(line, found) };
    };
    for (let at = 0; at < words.length; at++) {
      const word = words[at] as string;
      // Options end at the first argument that is none, as getopt(3) has it for daemons.
      if (args.length > 0 || !/^-[ovD]/.test(word)) args.push(word);
      else if (word.startsWith('-o')) {
        const text = word === '-o' ? words[++at] : word.slice(2);
        const setting = this.#override(text, placeOf(text ?? word));
        if (setting !== undefined) overrides.set(setting.name, setting);
      }
    }
    return { args, overrides };
  }

  #override(text: string | undefined, source: SourcePosition): Setting | undefined {
    const equals = text?.indexOf('=') ?? -1;
    const name = (equals < 0 ? (text ?? '') : (text ?? '').slice(0, equals)).trim();
    if (!/^[A-Za-z0-9_-]{1,200}$/.test(name)) {
      this.#problem('bad-override', 'expected "-o name=value"', source, text ?? '-o');
      return undefined;
    }
    if (equals < 0) {
      const message = `expected "-o ${name}=value": Postfix's daemons do not start with it; read as "-o ${name}="`;
      this.#warn('override-without-value', message, source, `-o ${name}`);
    }
    return { name, value: equals < 0 ? '' : (text ?? '').slice(equals + 1).trim(), source };
  }

  #problem(code: string, message: string, source: SourcePosition, construct: string): void {
    this.problems.push({ code, message, source, construct });
  }

  #warn(code: string, message: string, source: SourcePosition, construct: string): void {
    this.warnings.push({ code, message, source, construct });
  }
}

/** Words between white space; one that begins with `{` goes to its partner and loses both. Linear. */
export function splitArguments(text: string): { readonly words: readonly string[]; readonly open: string | undefined } {
  const words: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (isSpace(text.charCodeAt(at))) at++;
    else if (text.charAt(at) === '{') {
      const close = partner(text, at);
      if (close < 0) return { words, open: text.slice(at) };
      words.push(text.slice(at + 1, close).trim());
      at = close + 1;
    } else {
      const start = at;
      while (at < text.length && !isSpace(text.charCodeAt(at))) at++;
      words.push(text.slice(start, at));
    }
  }
  return { words, open: undefined };
}

function partner(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text.charAt(at) === '{') depth++;
    else if (text.charAt(at) === '}' && --depth === 0) return at;
  }
  return -1;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
