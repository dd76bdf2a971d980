// test/bench/smtp-accept-server.ts
import { SMTPServer } from "smtp-server";

// src/values/errors.ts
var ConfigurationError = class extends Error {
  kind = "configuration-error";
  code;
  problems;
  /** `code` names the family ("policy", "table", "options"); `problems` is never empty. */
  constructor(code, problems) {
    super(problems.map(renderProblem).join("\n"));
    this.name = "ConfigurationError";
    this.code = code;
    this.problems = problems;
  }
};
function renderProblem(problem4) {
  const { source, construct } = problem4;
  const where = source === void 0 ? "" : `${source.file}${source.line === void 0 ? "" : `:${source.line}`}: `;
  const what = construct === void 0 ? "" : `: ${construct.length > 120 ? `${construct.slice(0, 117)}...` : construct}`;
  return `${where}${problem4.message}${what}`;
}

// src/core/phase.ts
var phases = ["connect", "helo", "mail", "rcpt", "message", "deliver"];
var order = { connect: 0, helo: 1, mail: 2, rcpt: 3, message: 3, deliver: 4 };
function fits(at, list) {
  return at === list || order[at] < order[list];
}
var lifeOf = {
  connect: "session",
  helo: "session",
  mail: "transaction",
  rcpt: "recipient",
  message: "transaction",
  deliver: "recipient"
};

// src/core/sentences.ts
var reads = {
  connect: "the session",
  helo: "the HELO name",
  mail: "the sender",
  rcpt: "one recipient",
  message: "the message",
  deliver: "one recipient of a message"
};
function wrongPhase(name, at, list) {
  return at === "rcpt" && list === "message" ? `stage "${name}" reads one recipient, which "message" does not have: wrap it: eachRecipient(${name}(...))` : `stage "${name}" reads ${reads[at]}, which "${list}" does not have: move it to "${at}" or later`;
}
function neverGiven(name, key) {
  return `stage "${name}" needs the finding "${key}": no stage before it gives it`;
}
function givenSometimes(name, key) {
  return `stage "${name}" needs the finding "${key}": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)`;
}
function ofEachRecipient(name, key) {
  return `stage "${name}" needs the finding "${key}", which belongs to each recipient: read it in a stage at "rcpt", wrapped: eachRecipient(...)`;
}
function notGivenToEach(name, key) {
  return `stage "${name}" needs the finding "${key}" of each recipient: nothing at "rcpt" and no stage before it gives it`;
}
function noSuchPhase(key) {
  return `"${key}" is not a phase: connect, helo, mail, rcpt, message, deliver`;
}
function cannotPerform(edit, stages) {
  return `this policy makes edits that the server cannot perform: ${edit} (${stages.join(", ")})`;
}
function cannotExpress(kind, stages) {
  return `this policy makes decisions that the server cannot carry out: ${kind} (${stages.join(", ")})`;
}
function neverReaches(phase, stages) {
  return `this policy has stages at "${phase}", which the server never reaches (${stages.join(", ")})`;
}

// src/core/assemble.ts
function refuse(problems) {
  if (problems.length > 0) throw new ConfigurationError("policy", problems);
}
function checkPolicy(lists) {
  const unknown = Object.keys(lists).filter((key) => !phases.includes(key));
  const problems = unknown.map((key) => problem("no-such-phase", noSuchPhase(key)));
  const strangers = phases.flatMap((phase) => (lists[phase] ?? []).filter((stage) => !isStage(stage)).map(() => phase));
  if (strangers.length > 0) {
    return [
      ...problems,
      ...strangers.map((at) => problem("not-a-stage", `the list of "${at}" has a member that is not a stage`))
    ];
  }
  let session = /* @__PURE__ */ new Map();
  let each = /* @__PURE__ */ new Map();
  for (const phase of phases) {
    const list = lists[phase] ?? [];
    const isDelivery = phase === "deliver";
    problems.push(
      ...checkList(list, phase, isDelivery ? merge(session, each) : session, isDelivery ? /* @__PURE__ */ new Map() : each)
    );
    const gives = listGives(list, givesOf);
    if (phase === "rcpt") each = gives;
    else session = merge(session, gives);
    if (phase === "message")
      each = merge(
        each,
        listGives(list, (stage) => eachFacts(stage).gives)
      );
  }
  return problems;
}
function checkList(list, phase, before, eachBefore) {
  const problems = [];
  let view = before;
  let each = eachBefore;
  for (const stage of list) {
    problems.push(...checkStage(stage, phase, view, each));
    view = merge(view, givesOf(stage));
    each = merge(each, eachFacts(stage).gives);
  }
  return problems;
}
function checkStage(stage, phase, view, each) {
  if (!fits(stage.at, phase)) return [problem("wrong-phase", wrongPhase(stage.name, stage.at, phase))];
  const own = stage.needs.flatMap(
    (key) => unmet(stage.name, key, view, () => each.has(key) ? ofEachRecipient : neverGiven)
  );
  const both = merge(view, each);
  return [...own, ...eachFacts(stage).needs.flatMap((key) => unmet(stage.name, key, both, () => notGivenToEach))];
}
function unmet(name, key, view, missing) {
  const state = view.get(key);
  if (state === true) return [];
  return [problem("unmet-need", (state === false ? givenSometimes : missing())(name, key))];
}
function givesOf(stage) {
  return new Map(stage.gives.map((key) => [key, !stage.sometimes.includes(key)]));
}
function listGives(list, read) {
  let all = /* @__PURE__ */ new Map();
  let certain = true;
  for (const stage of list) {
    all = merge(all, certain ? read(stage) : sometimes(read(stage)));
    certain &&= !stage.accepts;
  }
  return all;
}
function eachFacts(stage) {
  const { form } = stage;
  switch (form.kind) {
    case "leaf":
      return { needs: [], gives: /* @__PURE__ */ new Map() };
    case "each-recipient":
      return { needs: form.stage.needs, gives: givesOf(form.stage) };
    case "when":
    case "tolerate": {
      const inner = eachFacts(form.stage);
      return { needs: inner.needs, gives: sometimes(inner.gives) };
    }
    case "sequence":
    case "parallel":
      return eachOfMembers(form.stages, form.kind === "sequence");
  }
}
function eachOfMembers(stages, inOrder) {
  const needs = /* @__PURE__ */ new Set();
  let has = /* @__PURE__ */ new Map();
  for (const stage of stages) {
    const member = eachFacts(stage);
    for (const key of member.needs) if (has.get(key) !== true) needs.add(key);
    if (inOrder) has = merge(merge(has, givesOf(stage)), member.gives);
  }
  return { needs: [...needs], gives: listGives(stages, (stage) => eachFacts(stage).gives) };
}
function sometimes(given) {
  return new Map([...given.keys()].map((key) => [key, false]));
}
function merge(first2, second) {
  if (second.size === 0) return first2;
  const out = new Map(first2);
  for (const [key, certain] of second) out.set(key, certain || out.get(key) === true);
  return out;
}
function isStage(value) {
  return typeof value === "object" && value !== null && value.kind === "stage";
}
function problem(code, message) {
  return { code, message };
}

// src/core/decision.ts
var goOn = Object.freeze({ kind: "continue" });
var ok = Object.freeze({ kind: "reply", code: 250, enhanced: "2.0.0", lines: ["Ok"] });
function accept(reason = "other", detail) {
  return { kind: "accept", reason, reply: ok, detail };
}
function reject(reason, reply2, detail) {
  return { kind: "reject", reason, reply: reply2, detail };
}
function defer(reason, reply2, detail) {
  return { kind: "defer", reason, reply: reply2, detail };
}
function discard(reason, detail) {
  return { kind: "discard", reason, reply: ok, detail };
}
function hold(reason, detail) {
  return { kind: "hold", reason, reply: ok, detail };
}
function quarantine(reason, detail) {
  return { kind: "quarantine", reason, reply: ok, detail };
}
function redirect(to, reason, detail) {
  return { kind: "redirect", to, reason, reply: ok, detail };
}
var notNow = Object.freeze({
  kind: "reply",
  code: 451,
  enhanced: "4.3.0",
  lines: ["Temporary system problem, try again later"]
});
var notAtAll = Object.freeze({ kind: "reply", code: 550, enhanced: "5.7.1", lines: ["Service unavailable"] });
function decisionFor(rule, detail) {
  switch (rule) {
    case "defer":
      return defer("cannot-tell", notNow, detail);
    case "reject":
      return reject("cannot-tell", notAtAll, detail);
    case "hold":
      return hold("cannot-tell", detail);
    case "quarantine":
      return quarantine("cannot-tell", detail);
  }
}
function systemDefer(reason, detail) {
  return defer(reason, notNow, detail);
}

// src/core/evaluation.ts
var platformHost = {
  monotonic: () => performance.now(),
  startTimer: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    timer.unref?.();
    return () => clearTimeout(timer);
  }
};
var defaultTimeLimit = 3e4;
var outOfTime = /* @__PURE__ */ Symbol("out of time");
var Evaluation = class {
  host;
  detail;
  deadline;
  timeLimit;
  interpose;
  #controller;
  #cancelTimer;
  #expired;
  #over = false;
  #now;
  #outer;
  #waiting;
  constructor(options) {
    this.host = options.host ?? platformHost;
    this.#now = options.now;
    this.detail = options.detail ?? false;
    this.timeLimit = options.timeLimit ?? defaultTimeLimit;
    this.deadline = this.host.monotonic() + this.timeLimit;
    this.interpose = options.interpose;
    this.#outer = options.signal;
  }
  /** Why nothing more may run, if so. `at` is a reading of the monotonic clock that the caller has anyway. */
  expired(at) {
    if (this.#expired === void 0 && this.#outer?.aborted === true) this.#expire("shutdown");
    if (this.#expired === void 0 && at > this.deadline) this.#expire("timeout");
    return this.#expired;
  }
  get now() {
    this.#now ??= /* @__PURE__ */ new Date();
    return this.#now;
  }
  get signal() {
    if (this.#controller === void 0) {
      this.#controller = new AbortController();
      if (this.#expired !== void 0 || this.#over) this.#controller.abort();
    }
    return this.#controller.signal;
  }
  /** The result of `promise`, or `outOfTime` when that comes first. `onLate` hears of a result that is then dropped. */
  race(promise, onLate) {
    this.#watch();
    this.#waiting ??= /* @__PURE__ */ new Set();
    const waiting = this.#waiting;
    return new Promise((resolve2, reject2) => {
      const giveUp = () => {
        resolve2(outOfTime);
      };
      if (this.#expired !== void 0) giveUp();
      else waiting.add(giveUp);
      const settle3 = (then) => {
        return (value) => {
          if (!waiting.delete(giveUp)) onLate();
          then(value);
        };
      };
      promise.then(settle3(resolve2), settle3(reject2));
    });
  }
  /** Ends the evaluation: the timer stops and the signal, if anybody has it, fires. */
  end() {
    this.#over = true;
    this.#cancelTimer?.();
    this.#outer?.removeEventListener("abort", this.#onOuterAbort);
    this.#controller?.abort();
  }
  #watch() {
    if (this.#cancelTimer !== void 0 || this.#over) return;
    const left2 = Math.max(0, this.deadline - this.host.monotonic());
    this.#cancelTimer = this.host.startTimer(left2, () => this.#expire("timeout"));
    this.#outer?.addEventListener("abort", this.#onOuterAbort, { once: true });
  }
  #onOuterAbort = () => this.#expire("shutdown");
  #expire(why) {
    this.#expired ??= why;
    this.#controller?.abort();
    const waiting = [...this.#waiting ?? []];
    this.#waiting?.clear();
    for (const giveUp of waiting) giveUp();
  }
};

// src/values/body.ts
var BODY_CHUNK_BYTES = 65536;
function memoryBody(bytes) {
  return { kind: "body", size: bytes.length, bytes, open: () => chunksOf(bytes) };
}
async function* chunksOf(bytes) {
  for (let at = 0; at < bytes.length; at += BODY_CHUNK_BYTES) yield bytes.subarray(at, at + BODY_CHUNK_BYTES);
}

// src/values/bytes.ts
var strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
var utf8Encoder = new TextEncoder();
var LF = 10;
var CR = 13;
function decodeLatin1(bytes) {
  let text = "";
  if (bytes.length <= 16) {
    for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
    return text;
  }
  if (isAscii(bytes)) return strictUtf8.decode(bytes);
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
  }
  return text;
}
function encodeLatin1(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[i] = unit > 255 ? 63 : unit;
  }
  return bytes;
}
function decodeUtf8(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return void 0;
  }
}
function encodeUtf8(text) {
  return utf8Encoder.encode(text);
}
function decodeText(bytes) {
  return decodeUtf8(bytes) ?? decodeLatin1(bytes);
}
function isAscii(bytes) {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i];
  return all < 128;
}
function concatBytes(parts) {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// src/values/header-field.ts
var SPACE = 32;
var TAB = 9;
var Field = class {
  kind = "field";
  name;
  lowerName;
  bytes;
  origin;
  #valueStart;
  #value;
  constructor(name, bytes, valueStart, origin) {
    this.name = name;
    this.lowerName = name.toLowerCase();
    this.bytes = bytes;
    this.origin = origin;
    this.#valueStart = valueStart;
  }
  get value() {
    this.#value ??= decodeText(trimWhiteSpace(unfold(this.bytes.subarray(this.#valueStart))));
    return this.#value;
  }
};
function fieldOver(bytes, nameLength, valueStart, origin) {
  return new Field(decodeLatin1(bytes.subarray(0, nameLength)), bytes, valueStart, origin);
}
var MAILBOX_LINE = "X-Mailbox-Line";
function mailboxLineOver(bytes) {
  return new Field(MAILBOX_LINE, bytes, 0, "received");
}
function isMailboxLineField(field2) {
  return field2.name === MAILBOX_LINE && field2.bytes[0] !== 88;
}
function unfold(bytes) {
  const first2 = bytes.indexOf(LF);
  if (first2 === -1) return bytes;
  if (first2 === bytes.length - 1) return bytes.subarray(0, bytes[first2 - 1] === CR ? first2 - 1 : first2);
  const out = new Uint8Array(bytes.length);
  let size = 0;
  for (let i = 0; i < bytes.length; i++) {
    const octet2 = bytes[i];
    if (octet2 === LF || octet2 === CR && bytes[i + 1] === LF) continue;
    out[size++] = octet2;
  }
  return out.subarray(0, size);
}
function trimWhiteSpace(bytes) {
  let start = 0;
  let end = bytes.length;
  while (start < end && isWhiteSpace(bytes[start])) start++;
  while (end > start && isWhiteSpace(bytes[end - 1])) end--;
  return bytes.subarray(start, end);
}
function isWhiteSpace(octet2) {
  return octet2 === SPACE || octet2 === TAB;
}
var COLON = 58;
function isNameOctet(octet2) {
  return octet2 > 32 && octet2 < 127 && octet2 !== COLON;
}

// src/values/header-limits.ts
var DEFAULT_HEADER_LIMITS = Object.freeze({
  headerBytes: 1048576,
  headerFields: 1e4,
  fieldBytes: 102400
});

// src/values/header-scan.ts
function newScan(limits) {
  return { limits, offsets: [], lineStart: 0, searched: 0, named: 0, nameEnd: -1, continued: false };
}
function scanSoFar(scan, bytes) {
  for (; ; ) {
    const step = scanLine(scan, bytes, false);
    if (step === "wait") return void 0;
    if (step !== "line") return step;
  }
}
function scanAll(scan, bytes) {
  for (; ; ) {
    const step = scanLine(scan, bytes, true);
    if (typeof step === "object") return step;
  }
}
function scanLine(scan, bytes, final) {
  const start = scan.lineStart;
  if (start === bytes.length) return final ? ended("end-of-input", start) : "wait";
  const lf = bytes.indexOf(LF, scan.searched);
  const end = lf === -1 ? bytes.length : lf + 1;
  scan.searched = end;
  if (lf === start || lf === start + 1 && bytes[start] === CR) return ended("empty-line", start, end);
  const complete = final || lf !== -1;
  if (!complete && (end - start < 6 || end <= boundary(scan, fieldStart(scan, bytes)))) return "wait";
  if (isWhiteSpace(bytes[start])) {
    if (!scan.continued) return ended("leading-continuation", start);
    return within(scan, fieldStart(scan, bytes), end) ?? nextLine(scan, end);
  }
  const colon = findColon(scan, bytes, end, complete);
  if (colon === "unknown") return "wait";
  if (colon === "none") {
    return isMailboxLine(scan, bytes) ? open(scan, 0, start, end, false) : ended("not-a-field", start);
  }
  return open(scan, scan.nameEnd - start, colon + 1, end, true);
}
function open(scan, nameLength, valueStart, end, continued) {
  const start = scan.lineStart;
  if (scan.offsets.length >= 3 * scan.limits.headerFields)
    return { kind: "over-limit", limit: "header-fields", at: start };
  const over = within(scan, start, end);
  if (over !== void 0) return over;
  scan.offsets.push(start, nameLength, valueStart);
  scan.continued = continued;
  return nextLine(scan, end);
}
function nextLine(scan, end) {
  scan.lineStart = end;
  scan.named = end;
  scan.nameEnd = -1;
  return "line";
}
function ended(by, headerEnd, bodyStart = headerEnd) {
  return { kind: "ended", by, headerEnd, bodyStart };
}
function fieldStart(scan, bytes) {
  const continues2 = scan.continued && isWhiteSpace(bytes[scan.lineStart]);
  return continues2 ? scan.offsets[scan.offsets.length - 3] : scan.lineStart;
}
function boundary(scan, start) {
  return Math.min(start + scan.limits.fieldBytes, scan.limits.headerBytes);
}
function within(scan, start, end) {
  const at = boundary(scan, start);
  if (end <= at) return void 0;
  return { kind: "over-limit", limit: at === start + scan.limits.fieldBytes ? "field-bytes" : "header-bytes", at };
}
function findColon(scan, bytes, end, complete) {
  const last = Math.min(end, scan.lineStart + scan.limits.fieldBytes);
  let at = scan.named;
  while (scan.nameEnd === -1 && at < last && isNameOctet(bytes[at])) at++;
  if (scan.nameEnd === -1 && at < last) scan.nameEnd = at;
  while (at < last && isWhiteSpace(bytes[at])) at++;
  scan.named = at;
  if (at === last) return complete || last < end ? "none" : "unknown";
  return bytes[at] === COLON && scan.nameEnd > scan.lineStart ? at : "none";
}
function isMailboxLine(scan, bytes) {
  if (scan.offsets.length > 0 && scan.offsets[scan.offsets.length - 2] !== 0) return false;
  const at = bytes[scan.lineStart] === 62 ? scan.lineStart + 1 : scan.lineStart;
  return FROM_SPACE.every((octet2, i) => bytes[at + i] === octet2);
}
var FROM_SPACE = [70, 114, 111, 109, 32];

// src/values/header-block.ts
function createHeaderReader(limits = {}) {
  const scan = newScan({ ...DEFAULT_HEADER_LIMITS, ...limits });
  let held = new Uint8Array(4096);
  let size = 0;
  return {
    push(chunk) {
      if (size + chunk.length > held.length) held = grown(held, size, size + chunk.length);
      held.set(chunk, size);
      size += chunk.length;
      const end = scanSoFar(scan, held.subarray(0, size));
      return end === void 0 ? void 0 : headerRead(scan, end, held.subarray(0, size));
    },
    end: () => headerRead(scan, scanAll(scan, held.subarray(0, size)), held.subarray(0, size))
  };
}
function headerRead(scan, end, held) {
  if (end.kind === "over-limit") return { header: end, rest: new Uint8Array(0) };
  return { header: toBlock(scan, end, held.slice(0, end.bodyStart)), rest: held.subarray(end.bodyStart) };
}
function grown(held, size, needed) {
  const larger = new Uint8Array(Math.max(needed, 2 * held.length));
  larger.set(held.subarray(0, size));
  return larger;
}
function toBlock(scan, end, bytes) {
  if (end.kind === "over-limit") return end;
  const fields = [];
  const { offsets } = scan;
  for (let i = 0; i < offsets.length; i += 3) {
    const start = offsets[i];
    const nameLength = offsets[i + 1];
    const valueStart = offsets[i + 2];
    const own = bytes.subarray(start, offsets[i + 3] ?? end.headerEnd);
    fields.push(nameLength === 0 ? mailboxLineOver(own) : fieldOver(own, nameLength, valueStart - start, "received"));
  }
  const separator = bytes.subarray(end.headerEnd, end.bodyStart);
  const value = { fields, separator, bodyStart: end.bodyStart, defects: defectsOf(scan, end, bytes) };
  return { kind: "parsed", value };
}
function defectsOf(scan, end, bytes) {
  const defects = [];
  if (scan.offsets[1] === 0) defects.push({ kind: "mailbox-line", at: 0 });
  if (end.by === "not-a-field" || end.by === "leading-continuation") defects.push({ kind: end.by, at: end.headerEnd });
  const unterminated = end.by === "end-of-input" && end.headerEnd > 0 && bytes[end.headerEnd - 1] !== LF;
  if (unterminated) defects.push({ kind: "unterminated", at: scan.offsets[scan.offsets.length - 3] ?? 0 });
  return defects;
}

// src/values/line-ends.ts
function countLineEnds(bytes, lastOctet = 0) {
  let crlf = 0;
  let bareLf = 0;
  let previous = lastOctet;
  for (let i = 0; i < bytes.length; i++) {
    const octet2 = bytes[i];
    if (octet2 === LF) {
      if (previous === CR) crlf++;
      else bareLf++;
    }
    previous = octet2;
  }
  return { crlf, bareLf };
}
function lineEndConverter(to) {
  return to === "lf" ? crlfToLf() : lfToCrlf();
}
function convertLineEnds(bytes, to) {
  const converter = lineEndConverter(to);
  const converted = converter.push(bytes);
  const last = converter.end();
  if (last.length === 0) return converted;
  const all = new Uint8Array(converted.length + last.length);
  all.set(converted);
  all.set(last, converted.length);
  return all;
}
function crlfToLf() {
  let heldCr = false;
  return {
    push(chunk) {
      if (chunk.length === 0 || !heldCr && chunk.indexOf(CR) === -1) return chunk;
      const out = new Uint8Array(chunk.length + 1);
      let size = 0;
      if (heldCr && chunk[0] !== LF) out[size++] = CR;
      heldCr = chunk[chunk.length - 1] === CR;
      const end = heldCr ? chunk.length - 1 : chunk.length;
      for (let i = 0; i < end; i++) {
        const octet2 = chunk[i];
        if (octet2 === CR && chunk[i + 1] === LF) continue;
        out[size++] = octet2;
      }
      return out.subarray(0, size);
    },
    end: () => heldCr ? Uint8Array.of(CR) : new Uint8Array(0)
  };
}
function lfToCrlf() {
  let previous = 0;
  return {
    push(chunk) {
      const { bareLf } = countLineEnds(chunk, previous);
      const before = previous;
      previous = chunk[chunk.length - 1] ?? previous;
      if (bareLf === 0) return chunk;
      const out = new Uint8Array(chunk.length + bareLf);
      let size = 0;
      for (let i = 0; i < chunk.length; i++) {
        const octet2 = chunk[i];
        if (octet2 === LF && (i === 0 ? before : chunk[i - 1]) !== CR) out[size++] = CR;
        out[size++] = octet2;
      }
      return out;
    },
    end: () => new Uint8Array(0)
  };
}

// src/values/message-parts.ts
function headerPieces(parts) {
  const { header, separator, body, lineEnding } = parts;
  const pieces2 = [];
  const nothingAfter = separator.length === 0 && body.size === 0;
  header.forEach((field2, i) => {
    const own = field2.origin === "added" && lineEnding === "lf" ? convertLineEnds(field2.bytes, "lf") : field2.bytes;
    pieces2.push(own);
    const last = nothingAfter && i === header.length - 1;
    if (!last && own[own.length - 1] !== LF) pieces2.push(lineEndBytes(lineEnding));
  });
  if (separator.length > 0) pieces2.push(separator);
  return pieces2;
}
function sizeOf(parts) {
  let size = parts.body.size;
  for (const piece of headerPieces(parts)) size += piece.length;
  return size;
}
function lineEndingOf(header, separator, body) {
  const first2 = header.find((field2) => field2.origin === "received")?.bytes;
  return endingIn(first2) ?? endingIn(separator) ?? endingIn(body.bytes) ?? "crlf";
}
function lineEndBytes(ending) {
  return ending === "crlf" ? Uint8Array.of(CR, LF) : Uint8Array.of(LF);
}
function endingIn(bytes) {
  const lf = bytes?.indexOf(LF) ?? -1;
  if (bytes === void 0 || lf === -1) return void 0;
  return bytes[lf - 1] === CR ? "crlf" : "lf";
}

// src/values/message.ts
function messageFromParts(parts, body, lineEnding) {
  const { fields: header, separator, defects } = parts;
  const ending = lineEnding ?? lineEndingOf(header, separator, body);
  const size = sizeOf({ header, separator, body, lineEnding: ending });
  const message = { kind: "message", header, separator, body, size, lineEnding: ending };
  return defects === void 0 ? message : { ...message, defects };
}
function fieldsNamed(message, name) {
  return indexed(message.header).get(name.toLowerCase()) ?? [];
}
function prependField(message, field2) {
  const { header } = message;
  const first2 = header.findIndex((existing) => !isMailboxLineField(existing));
  return changed(message, header.toSpliced(first2 === -1 ? header.length : first2, 0, field2));
}
function appendField(message, field2) {
  return changed(message, [...message.header, field2]);
}
function insertBefore(message, existing, field2) {
  return splice(message, existing, (header, at) => header.toSpliced(at, 0, field2));
}
function replaceField(message, existing, field2) {
  return splice(message, existing, (header, at) => header.with(at, field2));
}
function removeField(message, existing) {
  return splice(message, existing, (header, at) => header.toSpliced(at, 1));
}
function replaceBody(message, body) {
  return changed(message, message.header, body);
}
function splice(message, existing, change2) {
  const at = message.header.indexOf(existing);
  return at === -1 ? { message, done: false } : changed(message, change2(message.header, at));
}
function changed(message, fields, body = message.body) {
  const missing = message.separator.length === 0 && body.size > 0;
  const separator = missing ? lineEndBytes(message.lineEnding) : message.separator;
  const { defects, lineEnding } = message;
  const parts = defects === void 0 ? { fields, separator } : { fields, separator, defects };
  return { message: messageFromParts(parts, body, lineEnding), done: true };
}
var indexes = /* @__PURE__ */ new WeakMap();
function indexed(header) {
  const known = indexes.get(header);
  if (known !== void 0) return known;
  const index = /* @__PURE__ */ new Map();
  for (const field2 of header) {
    const same = index.get(field2.lowerName);
    if (same === void 0) index.set(field2.lowerName, [field2]);
    else same.push(field2);
  }
  indexes.set(header, index);
  return index;
}

// src/core/fold.ts
function fold(state, edit, nextId) {
  switch (edit.kind) {
    case "prepend-header":
      return change(state, (message) => prependField(message, edit.field));
    case "append-header":
      return change(state, (message) => appendField(message, edit.field));
    case "insert-header":
      return change(state, (message) => insertBefore(message, edit.before, edit.field));
    case "replace-header":
      return change(state, (message) => replaceField(message, edit.target, edit.field));
    case "remove-header":
      return change(state, (message) => removeField(message, edit.target));
    case "replace-body":
      return change(state, (message) => replaceBody(message, edit.body));
    case "rewrite-sender":
      if (state.sender === void 0) return false;
      state.sender = edit.sender;
      return true;
    case "add-recipient":
      put(state, added(edit, nextId()));
      return true;
    case "remove-recipient":
      return state.recipients.delete(edit.recipient.id);
    case "rewrite-recipient":
      return update(state, edit.recipient, { address: edit.address, origin: edit.origin });
    case "set-next-hop":
      return update(state, edit.recipient, { nextHop: edit.nextHop });
    case "expand-recipient":
      if (state.expansions === void 0) return expand(state, edit, nextId);
      if (!state.recipients.has(edit.recipient.id)) return false;
      state.expansions = [...state.expansions, edit];
      return true;
  }
}
function expandAll(state, nextId) {
  const waiting = state.expansions ?? [];
  state.expansions = void 0;
  for (const edit of waiting) fold(state, edit, nextId);
}
function change(state, apply) {
  if (state.message === void 0) return false;
  const { message, done } = apply(state.message);
  state.message = message;
  return done;
}
function update(state, target, changes) {
  const now = state.recipients.get(target.id);
  if (now !== void 0) put(state, { ...now, ...changes });
  return now !== void 0;
}
function expand(state, edit, nextId) {
  const now = state.recipients.get(edit.recipient.id);
  if (now === void 0) return false;
  state.recipients.delete(now.id);
  for (const { address, origin, nextHop } of edit.to) {
    put(state, { ...now, id: nextId(), address, origin, nextHop: nextHop ?? now.nextHop });
  }
  return true;
}
function put(state, recipient) {
  state.recipients.set(recipient.id, recipient);
}
function added(edit, id) {
  return {
    kind: "recipient",
    id,
    address: edit.address,
    original: edit.address,
    origin: { kind: "original" },
    parameters: {},
    nextHop: edit.nextHop,
    findings: {}
  };
}

// src/core/list-run.ts
var ListRun = class _ListRun {
  evaluation;
  phase;
  /** The recipient's address inside `eachRecipient`, for the trace. */
  within;
  /** The snapshot for the next stage. */
  tx = {};
  /** The final decision for all, once there is one. */
  ended = void 0;
  /** False when stages were left out, so that findings may be missing. */
  complete = true;
  /** Recipients whose decision is final, at message. */
  finished = [];
  edits = [];
  /** Changes of the message for one recipient alone, by recipient id. */
  splits = /* @__PURE__ */ new Map();
  /** What the stages of this list gave. */
  made = {};
  #parts;
  #state;
  #ids;
  #split;
  #findings;
  constructor(evaluation, phase, parts, ids, within2, split) {
    this.evaluation = evaluation;
    this.phase = phase;
    this.within = within2;
    this.#parts = parts;
    this.#ids = ids;
    this.#split = split;
    this.#findings = parts.findings;
    const { message, sender, recipients } = parts;
    const byId = new Map(recipients.map((one) => [one.id, one]));
    this.#state = { message, sender, recipients: byId, expansions: phase === "rcpt" ? [] : void 0 };
    this.#refresh();
  }
  /** A run over a snapshot that somebody else made (see `runAlone`). */
  static over(evaluation, phase, tx) {
    const { session, helo, id = "", sender, mailParameters = {}, message, findings = {}, recipient } = tx;
    const recipients = recipient === void 0 ? tx.recipients ?? [] : [recipient];
    const parts = { session, helo, id, sender, mailParameters, recipients, message, findings };
    const ids = { last: Math.max(0, ...recipients.map((one) => one.id)) };
    return new _ListRun(evaluation, phase, parts, ids);
  }
  get message() {
    return this.#state.message;
  }
  get sender() {
    return this.#state.sender;
  }
  /** Those without a final decision. */
  get recipients() {
    return [...this.#state.recipients.values()];
  }
  get over() {
    return this.ended !== void 0 || this.phase === "message" && this.#state.recipients.size === 0;
  }
  addFindings(findings) {
    if (isEmpty(findings)) return;
    this.made = { ...this.made, ...findings };
    this.#findings = { ...this.#findings, ...findings };
    if (lifeOf[this.phase] === "recipient") {
      for (const one of this.#state.recipients.values()) this.#learn(one, findings);
    }
    this.#refresh();
  }
  /** Applies a stage's edits, one on top of the other. */
  edit(edits) {
    const traced = edits.map((edit) => ({ edit, applied: this.#apply(edit) }));
    for (const one of traced) this.edits.push(one);
    this.#refresh();
    return traced;
  }
  #apply(edit) {
    if (this.#split === void 0) return fold(this.#state, edit, this.#nextId);
    if (edit.kind === "rewrite-sender") return false;
    if (!changesMessage(edit)) return fold(this.#state, edit, this.#nextId);
    this.#split(edit);
    return true;
  }
  decide(decision) {
    if (decision.kind === "continue") return;
    if (decision.kind === "for-some") {
      for (const group of decision.groups) for (const one of group.recipients) this.#finish(one.id, group.decision);
    } else {
      this.ended = decision;
      if (this.phase === "message") for (const id of this.#state.recipients.keys()) this.#finish(id, decision);
    }
    this.#refresh();
  }
  /** Takes a recipient out of the list with its decision. */
  #finish(id, decision) {
    const recipient = this.#state.recipients.get(id);
    if (recipient === void 0) return;
    this.#state.recipients.delete(id);
    this.finished.push({ recipient, decision });
    this.complete &&= decision.kind === "accept";
  }
  /** Ends the list: expansions that waited take effect. */
  close() {
    expandAll(this.#state, this.#nextId);
  }
  // --- for combinators ---
  /** A run that starts where this one is, for a member of `parallel`. */
  fork() {
    return new _ListRun(this.evaluation, this.phase, this.#now(), this.#ids, this.within, this.#split);
  }
  /** Takes over what a fork came to. */
  join(fork) {
    for (const one of fork.recipients) this.#learn(one, one.findings);
    for (const { recipient, decision } of fork.finished) {
      this.#learn(recipient, recipient.findings);
      if (fork.ended === void 0) this.#finish(recipient.id, decision);
    }
    this.addFindings(fork.made);
    this.complete &&= fork.complete;
    if (fork.ended !== void 0) this.decide(fork.ended);
    this.#refresh();
  }
  /** A run at rcpt for one recipient of the message. */
  forRecipient(recipient) {
    const { id } = recipient;
    const findings = { ...this.#findings, ...recipient.findings };
    const parts = { ...this.#now(), message: void 0, recipients: [recipient], findings };
    const split = (edit) => void this.splits.set(id, [...this.splits.get(id) ?? [], edit]);
    return new _ListRun(this.evaluation, "rcpt", parts, this.#ids, recipient.address.text, split);
  }
  /** Takes over what the runs of recipients came to. */
  absorb(runs) {
    for (const one of runs) this.#absorb(one);
    this.#refresh();
  }
  #absorb(one) {
    const before = one.#parts.recipients[0]?.id;
    one.close();
    const after2 = one.recipients;
    const replaced = before !== void 0 && !after2.some((recipient) => recipient.id === before);
    if (replaced) this.#state.recipients.delete(before);
    for (const recipient of after2) this.#state.recipients.set(recipient.id, recipient);
    for (const traced of one.edits) this.edits.push(traced);
    this.complete &&= one.complete;
    if (one.ended !== void 0) for (const recipient of after2) this.#finish(recipient.id, one.ended);
  }
  /** What a combinator that was called by itself returns. */
  asResult() {
    const groups = this.finished.map(({ recipient, decision: decision2 }) => ({ recipients: [recipient], decision: decision2 }));
    const some = groups.length > 0 ? [{ kind: "for-some", groups }] : [];
    const [decision] = this.ended === void 0 ? some : [this.ended];
    const edits = this.edits.map((traced) => traced.edit);
    return decision === void 0 ? { findings: this.made, edits } : { findings: this.made, edits, decision };
  }
  // --- the snapshot ---
  #nextId = () => ++this.#ids.last;
  #learn({ id }, findings) {
    const now = this.#state.recipients.get(id);
    if (now === void 0 || isEmpty(findings)) return;
    this.#state.recipients.set(id, { ...now, findings: { ...now.findings, ...findings } });
  }
  #now() {
    const { message, sender } = this.#state;
    return { ...this.#parts, message, sender, recipients: this.recipients, findings: this.#findings };
  }
  #refresh() {
    const { session, helo, id, mailParameters } = this.#parts;
    const { sender, message } = this.#state;
    const { recipients } = this;
    const findings = this.#findings;
    switch (this.phase) {
      case "connect":
        this.tx = { session, findings };
        return;
      case "helo":
        this.tx = { session, helo, findings };
        return;
      case "mail":
        this.tx = { session, helo, id, sender, mailParameters, findings };
        return;
      case "rcpt":
        this.tx = { session, helo, id, sender, mailParameters, recipient: recipients[0], findings };
        return;
      case "message":
        this.tx = { session, helo, id, sender, mailParameters, recipients, message, findings };
        return;
      case "deliver":
        this.tx = {
          session,
          helo,
          id,
          sender,
          mailParameters,
          recipients,
          recipient: recipients[0],
          message,
          findings
        };
    }
  }
};
function changesMessage(edit) {
  return edit.kind.endsWith("-header") || edit.kind === "replace-body";
}
function isEmpty(record) {
  for (const _key in record) return false;
  return true;
}

// src/core/stage-context.ts
var none = Object.freeze([]);
var Line = class {
  stage;
  form;
  ms = 0;
  ended = "ran";
  error = void 0;
  decision = continues;
  enforced = void 0;
  findings = void 0;
  edits = none;
  asked = none;
  notes = none;
  lines = none;
  recipient;
  constructor(stage, recipient) {
    this.stage = stage.name;
    this.form = stage.form.kind;
    this.recipient = recipient;
  }
};
var continues = Object.freeze({ kind: "continue" });
var StageContext = class {
  #evaluation;
  #stage;
  #line;
  /** The first of the stage's questions that got no answer and may not be passed over. */
  unanswered = void 0;
  constructor(evaluation, stage, line) {
    this.#evaluation = evaluation;
    this.#stage = stage;
    this.#line = line;
  }
  get now() {
    return this.#evaluation.now;
  }
  get deadline() {
    return this.#evaluation.deadline;
  }
  get signal() {
    return this.#evaluation.signal;
  }
  get detail() {
    return this.#evaluation.detail;
  }
  note(note2) {
    append(this.#line, "notes", note2);
  }
  ask(name, method, ...args) {
    const declared = Object.hasOwn(this.#stage.asks, name) ? this.#stage.asks[name] : void 0;
    if (declared === void 0)
      throw new Error(`stage "${this.#stage.name}" asks "${name}", which it does not declare`);
    const { host, interpose } = this.#evaluation;
    const line = { port: name, method, args: args.map(forTrace), answer: void 0, ms: 0 };
    append(this.#line, "asked", line);
    const started = host.monotonic();
    const put2 = () => {
      const port = declared.port;
      const call = port[method];
      if (call === void 0) throw new Error(`port "${name}" has no method "${method}"`);
      return call.call(port, ...args, this);
    };
    const answered = (answer2) => {
      line.answer = forTrace(answer2);
      line.ms = host.monotonic() - started;
      if (declared.cannotTell !== "continue" && isCannotTell(answer2)) {
        this.unanswered ??= { port: name, rule: declared.cannotTell, why: answer2.why };
      }
      return answer2;
    };
    const answer = interpose === void 0 ? put2() : interpose({ stage: this.#stage.name, port: name, method, args }, put2);
    return isThenable(answer) ? Promise.resolve(answer).then(answered) : answered(answer);
  }
};
function isThenable(value) {
  return typeof value === "object" && value !== null && typeof value.then === "function";
}
function append(line, list, item) {
  if (line[list] === none) line[list] = [item];
  else line[list].push(item);
}
function isCannotTell(answer) {
  return typeof answer === "object" && answer !== null && answer.kind === "cannot-tell";
}
function forTrace(value) {
  if (value instanceof Uint8Array) return { kind: "bytes", size: value.length };
  if (typeof value !== "object" || value === null) return value;
  const { kind, size } = value;
  return kind === "message" || kind === "body" ? { kind, size } : value;
}

// src/core/run.ts
function runList(run, stages, lines) {
  const step = runFrom(run, stages, lines, false, 0);
  return isThenable(step) ? Promise.resolve(step).then(() => {
  }) : void 0;
}
function runFrom(run, stages, lines, tolerant, from) {
  for (let index = from; index < stages.length; index++) {
    const stage = stages[index];
    const step = runStage(run, stage, lines, tolerant);
    if (isThenable(step)) {
      return Promise.resolve(step).then(
        (done) => done === "go" ? runFrom(run, stages, lines, tolerant, index + 1) : left(run, stages, index, done)
      );
    }
    if (step !== "go") return left(run, stages, index, step);
  }
  return "go";
}
function left(run, stages, index, step) {
  const last = index === stages.length - 1 && stages[index]?.form.kind === "leaf";
  if (!last || run.ended?.kind !== "accept") run.complete = false;
  return step;
}
function runStage(run, stage, lines, tolerant) {
  const line = new Line(stage, run.within);
  lines.push(line);
  const { evaluation } = run;
  const started = evaluation.host.monotonic();
  const expired = evaluation.expired(started);
  if (expired !== void 0) return stopped(run, line, expired, tolerant);
  const step = stage.form.kind === "leaf" ? runLeaf(run, stage, line, tolerant) : runForm(run, stage, line, tolerant);
  const finish = (done) => {
    line.ms = evaluation.host.monotonic() - started;
    return done;
  };
  return isThenable(step) ? Promise.resolve(step).then(finish) : finish(step);
}
function runLeaf(run, stage, line, tolerant) {
  const { evaluation } = run;
  const ctx = new StageContext(evaluation, stage, line);
  let returned;
  try {
    returned = stage.run(run.tx, ctx);
  } catch (error) {
    return crashed(run, line, error, tolerant);
  }
  if (!isThenable(returned)) return settle(run, returned, ctx, line);
  const late = () => append(line, "notes", { kind: "remark", text: "the result came too late and was dropped" });
  return evaluation.race(returned, late).then(
    (value) => value === outOfTime ? stopped(run, line, evaluation.expired(evaluation.host.monotonic()) ?? "timeout", tolerant) : settle(run, value, ctx, line),
    (error) => crashed(run, line, error, tolerant)
  );
}
function settle(run, returned, ctx, line) {
  const result = normalise(returned);
  const { findings, edits } = result;
  const decision = enforce(result.decision ?? goOn, ctx, line);
  if (findings !== void 0) {
    line.findings = findings;
    run.addFindings(findings);
  }
  if (edits !== void 0 && edits.length > 0) line.edits = run.edit(edits);
  line.decision = decision;
  run.decide(decision);
  if (ctx.unanswered !== void 0 && decision.kind === "for-some") run.decide(ruleOf(ctx));
  return run.over ? "ended" : "go";
}
function normalise(returned) {
  if (returned === void 0 || returned === null) return {};
  return "kind" in returned ? { decision: returned } : returned;
}
function enforce(decision, ctx, line) {
  const { unanswered } = ctx;
  if (unanswered === void 0) return decision;
  const letsGo = decision.kind === "continue" || decision.kind === "accept" || decision.kind === "for-some";
  if (!letsGo) return decision;
  line.enforced = unanswered.port;
  if (decision.kind !== "for-some") return ruleOf(ctx);
  return { kind: "for-some", groups: decision.groups.filter((group) => group.decision.kind !== "accept") };
}
function ruleOf(ctx) {
  const { rule, port, why } = ctx.unanswered ?? { rule: "defer", port: "", why: "" };
  return decisionFor(rule, `${port} could not tell: ${why}`);
}
function crashed(run, line, error, tolerant) {
  line.ended = "crashed";
  line.error = error instanceof Error ? error.stack ?? error.message : String(error);
  if (tolerant) return "crashed";
  return deferAll(run, line, systemDefer("stage-crashed", `stage "${line.stage}" crashed: ${messageOf(error)}`));
}
function stopped(run, line, why, tolerant) {
  line.ended = "timed-out";
  if (tolerant && why === "timeout") return "crashed";
  const what = why === "timeout" ? `the time limit of ${run.evaluation.timeLimit} ms passed` : "we are shutting down";
  return deferAll(run, line, systemDefer(why, `${what} in stage "${line.stage}"`));
}
function deferAll(run, line, decision) {
  line.decision = decision;
  run.complete = false;
  run.decide(decision);
  return "ended";
}
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
function runForm(run, stage, line, tolerant) {
  const { form } = stage;
  const lines = [];
  line.lines = lines;
  const noted = (step2) => {
    if (step2 === "ended" && run.ended !== void 0) line.decision = run.ended;
    return step2;
  };
  const step = (() => {
    switch (form.kind) {
      case "leaf":
        return "go";
      case "sequence":
        return runFrom(run, form.stages, lines, tolerant, 0);
      case "parallel":
        return runParallel(run, form.stages, lines, tolerant);
      case "when":
        return runWhen(run, form.test, form.stage, line, lines, tolerant);
      case "each-recipient":
        return runEach(run, form.stage, lines, tolerant);
      case "tolerate":
        return after(runStage(run, form.stage, lines, true), (done) => tolerated(run, done, form.why, line));
    }
  })();
  return after(step, noted);
}
function after(step, then) {
  return isThenable(step) ? Promise.resolve(step).then(then) : then(step);
}
function tolerated(run, step, why, line) {
  if (step !== "crashed") return step;
  append(line, "notes", { kind: "remark", text: `tolerated: ${why}` });
  run.complete = false;
  return "go";
}
function runWhen(run, test, stage, line, lines, tolerant) {
  try {
    if (typeof test === "function" ? test(run.tx) : test) return runStage(run, stage, lines, tolerant);
  } catch (error) {
    return crashed(run, line, error, tolerant);
  }
  line.ended = "skipped";
  return "go";
}
function runParallel(run, stages, lines, tolerant) {
  const started = stages.map((stage) => {
    const fork = run.fork();
    const own = [];
    return { fork, own, step: runStage(fork, stage, own, tolerant) };
  });
  const join3 = (index) => {
    const member = started[index];
    if (member === void 0) return "go";
    return after(member.step, (step) => {
      lines.push(...member.own);
      if (step === "crashed") return step;
      run.join(member.fork);
      if (!run.over) return join3(index + 1);
      if (index < started.length - 1) run.complete = false;
      return "ended";
    });
  };
  return join3(0);
}
function runEach(run, stage, lines, tolerant) {
  const { recipients } = run;
  const done = [];
  const finish = (step) => {
    run.absorb(done);
    if (step === "crashed") return step;
    return run.over ? "ended" : "go";
  };
  const from = (start) => {
    for (let index = start; index < recipients.length; index++) {
      const one = run.forRecipient(recipients[index]);
      done.push(one);
      const step = runStage(one, stage, lines, tolerant);
      if (isThenable(step)) {
        return Promise.resolve(step).then((came) => came === "crashed" ? finish(came) : from(index + 1));
      }
      if (step === "crashed") return finish(step);
    }
    return finish("go");
  };
  return from(0);
}

// src/core/conversation.ts
var Progress = class {
  id;
  sender;
  parameters;
  ids = { last: 0 };
  findings = {};
  complete = true;
  phase = "mail";
  decision = goOn;
  message = void 0;
  passages = [];
  traces = [];
  edits = [];
  constructor(id, sender, parameters) {
    this.id = id;
    this.sender = sender;
    this.parameters = parameters;
  }
};
var nullPath = { kind: "null-path" };
var PolicyConversation = class {
  session;
  helo = void 0;
  #lists;
  #options;
  #newId;
  /** Kept apart, so that a second HELO forgets what the first one gave. */
  #connect = void 0;
  #hello = void 0;
  #progress = void 0;
  constructor(lists, session, options) {
    this.#lists = lists;
    this.session = session;
    this.#options = options;
    let count = 0;
    this.#newId = options.newId ?? (() => `${(options.now ?? /* @__PURE__ */ new Date()).getTime().toString(36)}-${++count}`);
  }
  get transactionId() {
    return this.#progress?.id;
  }
  async connect() {
    this.#progress = void 0;
    this.#hello = void 0;
    this.#connect = await this.#run("connect", this.#parts({}), { last: 0 });
    return outcomeOf(this.#connect);
  }
  async hello(name, protocol) {
    this.#progress = void 0;
    this.helo = name;
    if (protocol !== void 0) this.session = { ...this.session, protocol };
    const barred = this.#connect?.run.ended;
    if (bars(barred)) return skipped("helo", barred);
    this.#hello = await this.#run("helo", this.#parts({ findings: this.#connect?.run.made ?? {} }), { last: 0 });
    return outcomeOf(this.#hello);
  }
  secure(tls) {
    this.session = { ...this.session, tls };
    this.helo = void 0;
    return this.connect();
  }
  login(login) {
    this.session = { ...this.session, login };
  }
  async mail(sender, parameters = {}) {
    const progress = new Progress(this.#newId(), sender, parameters);
    this.#progress = progress;
    const barred = this.#barred();
    if (barred !== void 0) {
      progress.decision = barred;
      progress.complete = false;
      return skipped("mail", barred);
    }
    const done = await this.#run("mail", this.#parts({}), progress.ids);
    progress.decision = done.run.ended ?? goOn;
    progress.sender = done.run.sender ?? sender;
    take(progress, done);
    return outcomeOf(done);
  }
  async rcpt(address, parameters = {}) {
    const progress = this.#begun();
    progress.phase = "rcpt";
    const recipient = newRecipient(++progress.ids.last, address, parameters);
    if (bars(progress.decision)) {
      progress.passages.push({ recipient, decision: progress.decision, complete: false, message: void 0 });
      return { ...skipped("rcpt", progress.decision), recipients: [] };
    }
    const done = await this.#run("rcpt", this.#parts({ recipients: [recipient] }), progress.ids, address.text);
    progress.traces.push(done.trace);
    progress.edits.push(...done.run.edits);
    const { ended: ended2, complete, recipients } = done.run;
    const decision = ended2 ?? goOn;
    for (const one of recipients) progress.passages.push({ recipient: one, decision, complete, message: void 0 });
    return { ...outcomeOf(done), recipients: refuses(decision) ? [] : recipients };
  }
  async message(message) {
    const progress = this.#begun();
    progress.phase = "message";
    progress.message = message;
    const alive = progress.passages.filter((one) => !bars(one.decision));
    const recipients = alive.map((one) => one.recipient);
    if (recipients.length === 0) return this.#asMessageOutcome(progress, void 0);
    const done = await this.#run("message", this.#parts({ recipients, message }), progress.ids);
    const { run } = done;
    take(progress, done);
    progress.message = run.message;
    progress.sender = run.sender ?? progress.sender;
    progress.passages = afterMessage(progress, run);
    return this.#asMessageOutcome(progress, done);
  }
  async deliver() {
    const progress = this.#begun();
    progress.phase = "deliver";
    const traces = [];
    for (const passage of progress.passages) {
      if (bars(passage.decision)) continue;
      const parts = this.#parts({ recipients: [passage.recipient], message: passage.message });
      const done = await this.#run("deliver", parts, progress.ids, passage.recipient.address.text);
      const [recipient = passage.recipient] = done.run.recipients;
      passage.recipient = recipient;
      passage.decision = done.run.ended ?? passage.decision;
      passage.complete &&= done.run.complete;
      passage.message = done.run.message;
      traces.push(done.trace);
    }
    progress.traces.push(...traces);
    return { recipients: verdicts(progress), traces };
  }
  reset() {
    this.#progress = void 0;
  }
  outcome() {
    const progress = this.#progress ?? new Progress("", nullPath, {});
    const early2 = [this.#connect, this.#hello].filter((one) => one !== void 0);
    const barred = this.#barred();
    const decision = shared(progress.passages.map((one) => one.decision)) ?? barred ?? progress.decision;
    const complete = progress.complete && progress.phase === "deliver" && !bars(decision) && early2.every((one) => one.run.complete);
    const recipients = progress.passages.map((one) => ({
      recipient: one.recipient,
      decision: one.decision,
      complete: one.complete && complete,
      findings: one.recipient.findings
    }));
    return {
      decision,
      complete: complete && recipients.every((one) => one.complete),
      phase: progress.phase,
      sender: progress.sender,
      message: progress.message,
      findings: { ...this.#sessionFindings(), ...progress.findings },
      recipients,
      edits: progress.edits,
      trace: { phases: [...early2.map((one) => one.trace), ...progress.traces] }
    };
  }
  // --- running lists ---
  #begun() {
    if (this.#progress === void 0) throw new Error("no mail transaction has begun: call mail() first");
    return this.#progress;
  }
  /** The final decision of the session, if it has one that ends everything. */
  #barred() {
    const ended2 = [this.#connect?.run.ended, this.#hello?.run.ended];
    return ended2.find((one) => bars(one));
  }
  #sessionFindings() {
    return { ...this.#connect?.run.made, ...this.#hello?.run.made };
  }
  #parts(over) {
    const progress = this.#progress;
    return {
      session: this.session,
      helo: this.helo,
      id: progress?.id ?? "",
      sender: progress?.sender,
      mailParameters: progress?.parameters ?? {},
      recipients: [],
      message: void 0,
      findings: { ...this.#sessionFindings(), ...progress?.findings },
      ...over
    };
  }
  async #run(phase, parts, ids, recipient) {
    const evaluation = new Evaluation(this.#options);
    const run = new ListRun(evaluation, phase, withRecipientFindings(phase, parts), ids);
    const lines = [];
    const started = evaluation.host.monotonic();
    const running = runList(run, this.#lists[phase], lines);
    if (running !== void 0) await running;
    if (!bars(run.ended)) run.close();
    evaluation.end();
    return { run, trace: { phase, recipient, lines, ms: evaluation.host.monotonic() - started } };
  }
  #asMessageOutcome(progress, done) {
    const recipients = verdicts(progress);
    const decision = shared(recipients.map((one) => one.decision)) ?? goOn;
    const edits = done?.run.edits ?? [];
    return { phase: "message", decision, edits, trace: done?.trace, sender: progress.sender, recipients };
  }
};
function afterMessage(progress, run) {
  const before = new Map(progress.passages.map((one) => [one.recipient.id, one]));
  const make = (recipient, decision) => ({
    recipient,
    decision,
    complete: (before.get(recipient.id)?.complete ?? false) && (run.complete || decision.kind === "continue"),
    message: messageFor(run, recipient)
  });
  const after2 = [
    ...progress.passages.filter((one) => bars(one.decision)).map((one) => ({ ...one, message: run.message })),
    ...run.finished.map((one) => make(one.recipient, one.decision)),
    ...run.recipients.map((recipient) => make(recipient, goOn))
  ];
  const place = new Map([...before.keys()].map((id, index) => [id, index]));
  const placeOf = ({ recipient }) => place.get(recipient.id) ?? Number.POSITIVE_INFINITY;
  return after2.sort((one, other2) => placeOf(one) < placeOf(other2) ? -1 : Number(placeOf(one) > placeOf(other2)));
}
function messageFor(run, { id }) {
  const own = run.splits.get(id) ?? [];
  const state = { message: run.message, sender: void 0, recipients: /* @__PURE__ */ new Map(), expansions: void 0 };
  for (const edit of own) fold(state, edit, () => 0);
  return state.message;
}
function verdicts(progress) {
  const { message } = progress;
  if (message === void 0) return [];
  return progress.passages.map((one) => ({
    recipient: one.recipient,
    decision: one.decision,
    message: one.message ?? message
  }));
}
function withRecipientFindings(phase, parts) {
  const [recipient] = parts.recipients;
  if (phase !== "deliver" || recipient === void 0) return parts;
  return { ...parts, findings: { ...parts.findings, ...recipient.findings } };
}
function take(progress, { run, trace }) {
  progress.findings = { ...progress.findings, ...run.made };
  progress.complete &&= run.complete;
  progress.edits.push(...run.edits);
  progress.traces.push(trace);
}
function outcomeOf({ run, trace }) {
  return { phase: run.phase, decision: run.ended ?? goOn, edits: run.edits, trace };
}
function skipped(phase, decision) {
  return { phase, decision, edits: [], trace: void 0 };
}
function bars(decision) {
  return decision !== void 0 && decision.kind !== "continue" && decision.kind !== "accept";
}
function refuses(decision) {
  return decision.kind === "reject" || decision.kind === "defer";
}
function shared(decisions) {
  const [first2, ...others] = decisions;
  if (first2 === void 0) return void 0;
  if (!bars(first2)) return others.every((one) => !bars(one)) ? goOn : void 0;
  return others.every((one) => one === first2) ? first2 : void 0;
}
function newRecipient(id, address, parameters) {
  const origin = { kind: "original" };
  return { kind: "recipient", id, address, original: address, origin, parameters, nextHop: void 0, findings: {} };
}

// src/core/describe.ts
function describePolicy(lists) {
  const used = phases.filter((phase) => lists[phase].length > 0);
  return { phases: used.map((phase) => ({ phase, stages: lists[phase].map(describeStage) })) };
}
function describeStage(stage) {
  const { name, form, at, needs, uses, gives, edits, decides, accepts } = stage;
  const asks = Object.fromEntries(Object.entries(stage.asks).map(([port, ask]) => [port, ask.cannotTell]));
  const members = membersOf(stage).map(describeStage);
  return { name, form: form.kind, at, needs, uses, gives, edits, decides, accepts, asks, members };
}
function failuresOf(lists) {
  return phases.flatMap((phase) => lists[phase].flatMap((stage) => rows(phase, stage, "", "defer")));
}
function rows(phase, stage, path, outer) {
  const crash = stage.form.kind === "tolerate" ? "continue" : outer;
  const name = `${path}${stage.name}`;
  const own = Object.entries(stage.asks).map(([port, { cannotTell: cannotTell2 }]) => ({
    phase,
    stage: name,
    port,
    cannotTell: cannotTell2,
    crash
  }));
  if (stage.form.kind === "leaf") {
    const tolerated2 = own.length === 0 && crash === "continue";
    return tolerated2 ? [{ phase, stage: name, port: void 0, cannotTell: void 0, crash }] : own;
  }
  const named3 = stage.form.kind === "sequence" || stage.form.kind === "parallel";
  return membersOf(stage).flatMap((member) => rows(phase, member, named3 ? `${name} > ` : path, crash));
}
function membersOf({ form }) {
  switch (form.kind) {
    case "leaf":
      return [];
    case "sequence":
    case "parallel":
      return form.stages;
    case "when":
    case "each-recipient":
    case "tolerate":
      return [form.stage];
  }
}

// src/core/evaluate.ts
async function evaluate(conversation, input) {
  await conversation.connect();
  await conversation.hello(input.helo);
  await conversation.mail(input.sender, input.mailParameters);
  for (const one of input.recipients) {
    if ("kind" in one) await conversation.rcpt(one);
    else await conversation.rcpt(one.address, one.parameters);
  }
  if (input.message !== void 0) {
    await conversation.message(input.message);
    await conversation.deliver();
  }
  return conversation.outcome();
}

// src/core/policy.ts
function definePolicy(phases2) {
  const given = phases2;
  refuse(checkPolicy(given));
  const { connect = [], helo = [], mail = [], rcpt = [], message = [], deliver = [] } = given;
  const lists = Object.freeze({ connect, helo, mail, rcpt, message, deliver });
  const open3 = (session, options = {}) => new PolicyConversation(lists, session, options);
  const policy2 = {
    kind: "policy",
    "~type": void 0,
    lists,
    open: open3,
    evaluate: (input, options = {}) => evaluate(open3(input.session, options), input),
    describe: () => describePolicy(lists),
    failures: () => failuresOf(lists)
  };
  return Object.freeze(policy2);
}

// src/servers/shared/limits.ts
var defaultLimits = Object.freeze({
  recipients: 1e3,
  errors: 20,
  junkCommands: 100,
  authFailures: 3,
  commandBytes: 2048,
  messageBytes: 52428800,
  lineBytes: 2048,
  headerBytes: 1048576,
  headerFields: 1e4,
  fieldBytes: 102400,
  connections: 1e3,
  connectionsPerClient: 50,
  sessionTime: 18e5,
  idleTime: 3e5,
  dataTime: 6e5,
  authTime: 3e4,
  closeTime: 3e4
});
var LINE_BUFFER_BYTES = 16384;
var AUTH_LINE_BYTES = 12288;
var LONGEST_TIME = 2147483647;
function limitProblems(given) {
  return Object.entries(given).flatMap(([name, value]) => {
    if (!(name in defaultLimits)) return [bad(name, `is no limit; known are ${Object.keys(defaultLimits).join(", ")}`)];
    if (value === void 0 || value === Number.POSITIVE_INFINITY && name === "lineBytes") return [];
    const most = name.endsWith("Time") ? LONGEST_TIME : name === "commandBytes" ? LINE_BUFFER_BYTES : 2 ** 48;
    const least = name === "commandBytes" ? 512 : 1;
    const good = Number.isInteger(value) && value >= least && value <= most;
    return good ? [] : [bad(name, `is a whole number from ${least} to ${most}, not ${value}`)];
  });
}
function bad(name, what) {
  return { code: "bad-option", message: `limits.${name} ${what}`, construct: name };
}

// src/servers/shared/record.ts
import { channel } from "node:diagnostics_channel";

// src/values/characters.ts
var ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
var ASCII_ATEXT = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[0-9A-Za-z]/.test(character) || ATEXT_SPECIALS.includes(character);
});
function isControl(code) {
  return code < 32 || code >= 127 && code < 160;
}
function isAtext(code) {
  return code < 128 ? ASCII_ATEXT[code] === true : code >= 160;
}
function indexOfNonAscii(text) {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 128) return i;
  return -1;
}
function isLoneSurrogate(text, at) {
  const code = text.charCodeAt(at);
  if (code < 55296 || code > 57343) return false;
  const other2 = text.charCodeAt(code < 56320 ? at + 1 : at - 1);
  return code < 56320 ? !(other2 >= 56320 && other2 <= 57343) : !(other2 >= 55296 && other2 < 56320);
}
function utf8Length(text) {
  let octets3 = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) continue;
    octets3 += code < 2048 || code >= 55296 && code < 57344 && !isLoneSurrogate(text, i) ? 1 : 2;
  }
  return octets3;
}
function excerpt(text) {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  let shown2 = "";
  for (let i = 0; i < short.length; i++) {
    shown2 += isControl(short.charCodeAt(i)) || isLoneSurrogate(short, i) ? "?" : short.charAt(i);
  }
  return `"${shown2}"`;
}

// src/values/reply.ts
var LINE_LIMIT = 400;
var LINE_COUNT_LIMIT = 100;
var ENHANCED = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}$/;
function reply(code, enhanced, text) {
  const lines = typeof text === "string" ? [text] : [...text];
  const problems = [...codeProblems(code, enhanced), ...linesProblems(lines)];
  if (problems.length > 0) throw new ConfigurationError("reply", problems);
  return { kind: "reply", code, enhanced, lines };
}
function replyFromText(text, fallback) {
  const clean3 = printable(text.slice(0, 4 * LINE_LIMIT));
  const [, codeText, behindCode = ""] = /^([2-5][0-9]{2})(?: +(.*))?$/.exec(clean3) ?? [];
  const code = codeText !== void 0 && mayReplace(Number(codeText), fallback.code) ? Number(codeText) : void 0;
  const rest = code === void 0 ? clean3 : behindCode;
  const [, enhancedText, behindEnhanced = ""] = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: +(.*))?$/.exec(rest) ?? [];
  const line = (enhancedText === void 0 ? rest : behindEnhanced).slice(0, LINE_LIMIT).trimEnd();
  const finalCode = code ?? fallback.code;
  return {
    kind: "reply",
    code: finalCode,
    enhanced: ofClass(enhancedText ?? fallback.enhanced, finalCode),
    lines: line === "" ? fallback.lines : [line]
  };
}
function renderReply(reply2) {
  const last = reply2.lines.length - 1;
  const enhanced = reply2.enhanced === void 0 ? "" : `${reply2.enhanced} `;
  return reply2.lines.map((line, i) => `${reply2.code}${i === last ? " " : "-"}${enhanced}${line}\r
`).join("");
}
function replyText(reply2) {
  return [reply2.code, reply2.enhanced, ...reply2.lines].filter((part) => part !== void 0 && part !== "").join(" ");
}
function codeProblems(code, enhanced) {
  const problems = [];
  if (!Number.isInteger(code) || code < 200 || code > 599) {
    problems.push({ code: "bad-reply-code", message: `a reply code is 200 to 599, not ${code}` });
  }
  if (enhanced === void 0) return problems;
  if (!ENHANCED.test(enhanced)) {
    problems.push({ code: "bad-enhanced-code", message: "an enhanced code is like 5.7.1", construct: enhanced });
  } else if (enhanced.charAt(0) !== String(code).charAt(0)) {
    const message = `the class of the enhanced code disagrees with the reply code ${code}`;
    problems.push({ code: "class-disagrees", message, construct: enhanced });
  }
  return problems;
}
function linesProblems(lines) {
  if (lines.length === 0 || lines.length > LINE_COUNT_LIMIT) {
    return [{ code: "bad-reply-text", message: `a reply has 1 to ${LINE_COUNT_LIMIT} lines, not ${lines.length}` }];
  }
  const wrong3 = lines.filter((line) => line.length > LINE_LIMIT || !/^[\x20-\x7e]*$/.test(line));
  const message = `a line of a reply is printable ASCII of at most ${LINE_LIMIT} octets`;
  return wrong3.map((construct) => ({ code: "bad-reply-text", message, construct }));
}
function printable(text) {
  let shown2 = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    shown2 += isControl(code) ? " " : code < 127 ? character : "?";
  }
  return shown2.trim();
}
function mayReplace(code, fallback) {
  const wanted = Math.floor(code / 100);
  const given = Math.floor(fallback / 100);
  return wanted === given || wanted >= 4 && given >= 4;
}
function ofClass(enhanced, code) {
  if (enhanced === void 0 || code >= 300 && code < 400) return void 0;
  return `${Math.floor(code / 100)}${enhanced.slice(1)}`;
}

// src/servers/shared/record.ts
var TRANSACTION_CHANNEL = "postern:transaction";
var transactions = channel(TRANSACTION_CHANNEL);
function createReporter(log, onTransaction) {
  return {
    log,
    transaction(make) {
      if (onTransaction === void 0 && !transactions.hasSubscribers) return;
      const record = make();
      if (transactions.hasSubscribers) transactions.publish(record);
      try {
        onTransaction?.(record);
      } catch (error) {
        log?.error({ event: "on-transaction", id: record.id, error: messageOf2(error) }, "onTransaction threw");
      }
    }
  };
}
function peerFields(session, helo) {
  const { client, login, tls, protocol } = session;
  return { client: client.ip?.text, helo, protocol, tls: tls?.version, login: login?.name };
}
function decisionFields(decision, reply2) {
  const { kind } = decision;
  if (kind === "continue") return { decision: kind, reply: replyText(reply2) };
  return { decision: kind, reason: decision.reason, detail: decision.detail, reply: replyText(reply2) };
}
function pathText(path) {
  return path === void 0 ? void 0 : path.kind === "null-path" ? "<>" : path.text;
}
function messageOf2(error) {
  return error instanceof Error ? error.message : String(error);
}

// src/servers/smtp/abilities.ts
var smtpAbilities = {
  phases,
  edits: [
    "prepend-header",
    "append-header",
    "insert-header",
    "replace-header",
    "remove-header",
    "replace-body",
    "rewrite-sender",
    "add-recipient",
    "remove-recipient",
    "rewrite-recipient",
    "expand-recipient",
    "set-next-hop",
    "split"
  ],
  decides: ["hold", "quarantine", "redirect"]
};

// src/core/abilities.ts
function beyond(policy2, abilities) {
  const unreached = phases.filter((phase) => policy2.lists[phase].length > 0 && !abilities.phases.includes(phase));
  const leaves = phases.flatMap((phase) => policy2.lists[phase].flatMap(leavesOf));
  const edits = asked(leaves, (stage) => stage.edits, abilities.edits);
  const kinds2 = asked(leaves, (stage) => stage.decides, abilities.decides);
  return [
    ...unreached.map(
      (phase) => problem2(
        "phase",
        neverReaches(
          phase,
          policy2.lists[phase].map((stage) => stage.name)
        )
      )
    ),
    ...edits.map(([kind, stages]) => problem2("edit", cannotPerform(kind, stages))),
    ...kinds2.map(([kind, stages]) => problem2("decision", cannotExpress(kind, stages)))
  ];
}
function asked(stages, read, can) {
  const lacking = new Set(stages.flatMap(read).filter((kind) => !can.includes(kind)));
  return [...lacking].map((kind) => [
    kind,
    [...new Set(stages.filter((stage) => read(stage).includes(kind)).map((stage) => stage.name))]
  ]);
}
function leavesOf(stage) {
  const { kind } = stage.form;
  return kind === "leaf" || kind === "each-recipient" ? [stage] : membersOf(stage).flatMap(leavesOf);
}
function problem2(code, message) {
  return { code: `server-lacks-${code}`, message };
}

// src/values/parsed.ts
function parsed(value) {
  return { kind: "parsed", value };
}
function malformed(why, at = 0) {
  return { kind: "malformed", why, at };
}

// src/values/punycode.ts
var BASE = 36;
var T_MIN = 1;
var T_MAX = 26;
function decodePunycode(label) {
  const delimiter = label.lastIndexOf("-");
  const output = [...label.slice(0, Math.max(delimiter, 0))];
  let bias = 72;
  let code = 128;
  let index = 0;
  let at = delimiter < 0 ? 0 : delimiter + 1;
  while (at < label.length) {
    const read = decodeInteger(label, at, bias);
    if (read === void 0) return void 0;
    const count = output.length + 1;
    bias = adapt(read.value, count, index === 0);
    const next = index + read.value;
    code += Math.floor(next / count);
    index = next % count;
    if (code > 1114111 || code >= 55296 && code < 57344) return void 0;
    output.splice(index, 0, String.fromCodePoint(code));
    index++;
    at = read.end;
  }
  return output.join("");
}
function decodeInteger(label, start, bias) {
  let value = 0;
  let weight = 1;
  for (let at = start, k = BASE; at < label.length; at++, k += BASE) {
    const digit2 = digitOf(label.charCodeAt(at));
    if (digit2 === void 0) return void 0;
    value += digit2 * weight;
    if (value > 2147483647) return void 0;
    const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
    if (digit2 < threshold) return { value, end: at + 1 };
    weight *= BASE - threshold;
  }
  return void 0;
}
function digitOf(code) {
  if (code >= 97 && code <= 122) return code - 97;
  return code >= 48 && code <= 57 ? code - 48 + 26 : void 0;
}
function adapt(delta, count, first2) {
  let rest = first2 ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > (BASE - T_MIN) * T_MAX >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor((BASE - T_MIN + 1) * rest / (rest + 38));
}

// src/values/domain.ts
var LONGEST_NAME = 255;
var LONGEST_LABEL = 63;
var NOT_HOSTNAME = /[^\p{L}\p{M}\p{Nd}\p{Join_Control}\u00b7\u0375\u05f3\u05f4\u30fb._-]/u;
var NUMBER = /^(?:[0-9]+|0x[0-9a-f]*)$/;
function parseDomain(text, options = {}) {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name === "") return malformed("a domain name is expected");
  if (name.length > LONGEST_NAME) return malformed(`a domain name has at most ${LONGEST_NAME} octets`, LONGEST_NAME);
  const underscores = options.underscores === true;
  return indexOfNonAscii(name) < 0 ? parseAscii(name.toLowerCase(), underscores) : parseUnicode(name, underscores);
}
function parseAscii(ascii, underscores) {
  const fault2 = labelFault(ascii, underscores);
  return fault2 ?? parsed({ kind: "domain", ascii, unicode: toUnicode(ascii) });
}
function parseUnicode(name, underscores) {
  const wrong3 = NOT_HOSTNAME.exec(name);
  if (wrong3 !== null) return malformed(`no domain name has this character: ${excerpt(wrong3[0])}`, wrong3.index);
  const canonical = fold2(name);
  const ascii = toAscii(canonical);
  if (ascii === void 0) return malformed("not a valid internationalised domain name (RFC 5891)");
  if (ascii.length > LONGEST_NAME) return malformed(`a domain name has at most ${LONGEST_NAME} octets, as A-labels`);
  const fault2 = labelFault(canonical, underscores) ?? labelFault(ascii, underscores);
  if (fault2 !== void 0) return fault2;
  const unicode = toUnicode(ascii);
  if (unicode !== decodeLabels(canonical)) return malformed("a label is not in its normal form (RFC 5891 section 5.4)");
  return parsed({ kind: "domain", ascii, unicode });
}
function fold2(name) {
  return [...name.normalize("NFC")].map((c) => c.toLowerCase()).join("").normalize("NFC");
}
function labelFault(name, underscores) {
  const labels = name.split(".");
  const notLdh = underscores ? /[^a-z0-9_\u0080-\uffff-]/ : /[^a-z0-9\u0080-\uffff-]/;
  let at = 0;
  for (const label of labels) {
    if (label === "") return malformed("empty label (two dots, or a dot in front)", at);
    if (label.length > LONGEST_LABEL)
      return malformed(`a label has at most ${LONGEST_LABEL} octets`, at + LONGEST_LABEL);
    if (label.startsWith("-") || label.endsWith("-")) return malformed("a label begins and ends without hyphen", at);
    const wrong3 = label.search(notLdh);
    if (wrong3 >= 0) return malformed(`no domain name has this character: ${excerpt(label.charAt(wrong3))}`, at + wrong3);
    at += label.length + 1;
  }
  const last = labels[labels.length - 1] ?? "";
  return NUMBER.test(last) ? malformed("a domain name does not end in a number", at - 1 - last.length) : void 0;
}
function toAscii(name) {
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    return void 0;
  }
}
function toUnicode(ascii) {
  if (!ascii.includes("xn--")) return ascii;
  const unicode = decodeLabels(ascii);
  if (unicode === ascii || NOT_HOSTNAME.test(unicode) || fold2(unicode) !== unicode) return ascii;
  return labelFault(unicode, true) === void 0 && toAscii(unicode) === ascii ? unicode : ascii;
}
function decodeLabels(name) {
  return name.split(".").map((label) => label.startsWith("xn--") ? decodePunycode(label.slice(4)) ?? label : label).join(".");
}

// src/servers/shared/policy-check.ts
function missingStores(policy2, has) {
  const leaves = phases.flatMap((phase) => policy2.lists[phase].flatMap(leavesOf2));
  return ["hold", "quarantine"].flatMap((kind) => {
    const names = [...new Set(leaves.filter((stage) => mayDecide(stage, kind)).map((stage) => stage.name))];
    if (has[kind] || names.length === 0) return [];
    const stages = names.map((name) => `"${name}"`).join(", ");
    const message = `the policy may ${kind} messages (stages ${stages}): the option "${kind}" with a mail store is needed`;
    return [{ code: "missing-store", message, construct: kind }];
  });
}
function mayDecide(stage, kind) {
  return stage.decides.includes(kind) || Object.values(stage.asks).some((ask) => ask.cannotTell === kind);
}
function leavesOf2(stage) {
  return stage.form.kind === "leaf" ? [stage] : membersOf(stage).flatMap(leavesOf2);
}

// src/servers/shared/options.ts
function checkOptions(protocol, policy2, options, abilities) {
  const name = parseDomain(options.name);
  const problems = [
    ...beyond(policy2, abilities),
    ...missingStores(policy2, { hold: options.hold !== void 0, quarantine: options.quarantine !== void 0 }),
    ...limitProblems(options.limits ?? {}),
    ...dependencyProblems(options)
  ];
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65535) {
    problems.push(bad2("port", `is a whole number from 0 to 65535, not ${options.port}`));
  }
  if (name.kind === "malformed") problems.push(bad2("name", `is our own domain name: ${name.why}`));
  for (const transport of ["maildir", "discard", "error"]) {
    if (options.transports?.[transport] !== void 0) problems.push(bad2("transports", `${transport} is built in`));
  }
  if (problems.length > 0 || name.kind === "malformed") throw new ConfigurationError("server", problems);
  const full = { ...defaultLimits, ...options.limits };
  return { ...options, protocol, policy: policy2, host: options.host ?? "127.0.0.1", ourName: name.value, full };
}
function dependencyProblems(options) {
  const { tls, credentials, implicitTls = false, requireTls = false, requireLogin = false } = options;
  const problems = [];
  if (tls === void 0) {
    if (implicitTls) problems.push(bad2("implicitTls", "needs the option tls with key and certificate"));
    if (requireTls) problems.push(bad2("requireTls", "needs the option tls with key and certificate"));
    if (credentials !== void 0) problems.push(bad2("credentials", "needs the option tls: AUTH is offered under TLS alone"));
  }
  if (requireLogin && credentials === void 0) problems.push(bad2("requireLogin", "needs the option credentials"));
  return problems;
}
function bad2(option, what) {
  return { code: "bad-option", message: `${option} ${what}`, construct: option };
}

// src/values/ip.ts
var LONGEST = 45;
function parseIp(text) {
  const words = parseIpWords(text);
  return words.kind === "parsed" ? parsed(ipFromWords(words.value)) : words;
}
function ipFromWords(words) {
  const [first2 = 0, second, third, fourth = 0] = words;
  if (words.length === 1) return { kind: "ip", version: 4, text: dotted(first2), words };
  if (first2 === 0 && second === 0 && third === 65535) return ipFromWords([fourth]);
  return { kind: "ip", version: 6, text: colons(words), words };
}
function parseIpWords(text) {
  if (text.length > LONGEST) return malformed("longer than any IP address", LONGEST);
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}
function parseIpv4(text) {
  const parts = text.split(".");
  if (parts.length !== 4) return malformed(`not an IP address (four decimal parts expected): ${excerpt(text)}`);
  let word = 0;
  let at = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) {
      return malformed(`each part of an IPv4 address is 0 to 255 without leading zeros, not ${excerpt(part)}`, at);
    }
    word = word * 256 + Number(part);
    at += part.length + 1;
  }
  return parsed([word]);
}
function parseIpv6(text) {
  if (text.includes("%")) return malformed("an IPv6 address with a zone is of no use off its host", text.indexOf("%"));
  const gap = text.indexOf("::");
  const head = readGroups(gap < 0 ? text : text.slice(0, gap), 0, gap < 0);
  if (head.kind === "malformed") return head;
  if (gap < 0) {
    return head.value.length === 8 ? parsed(toWords(head.value)) : malformed("an IPv6 address without :: has 8 groups");
  }
  const tail = readGroups(text.slice(gap + 2), gap + 2, true);
  if (tail.kind === "malformed") return tail;
  const missing = 8 - head.value.length - tail.value.length;
  if (missing < 1) return malformed("too many groups beside ::, which stands for at least one", gap);
  return parsed(toWords([...head.value, ...new Array(missing).fill(0), ...tail.value]));
}
function readGroups(text, start, mayEndInIpv4) {
  if (text === "") return parsed([]);
  const groups = [];
  const parts = text.split(":");
  let at = start;
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes(".")) {
      const embedded = parseIpv4(part);
      if (embedded.kind === "malformed") return malformed(embedded.why, at + embedded.at);
      const [word = 0] = embedded.value;
      groups.push(word >>> 16, word & 65535);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return malformed(`each group of an IPv6 address is 1 to 4 hexadecimal digits, not ${excerpt(part)}`, at);
    }
    at += part.length + 1;
  }
  return parsed(groups);
}
function toWords(groups) {
  return [0, 2, 4, 6].map((i) => ((groups[i] ?? 0) << 16 | (groups[i + 1] ?? 0)) >>> 0);
}
function dotted(word) {
  return `${word >>> 24}.${word >>> 16 & 255}.${word >>> 8 & 255}.${word & 255}`;
}
function colons(words) {
  const groups = words.flatMap((word) => [word >>> 16, word & 65535]);
  let gap = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) {
      gap = i;
      length = end - i;
    }
    i = end;
  }
  const hex = groups.map((group) => group.toString(16));
  return gap < 0 ? hex.join(":") : `${hex.slice(0, gap).join(":")}::${hex.slice(gap + length).join(":")}`;
}

// src/values/network.ts
function parseNetwork(text, options = {}) {
  const parts = splitNetwork(text);
  if (parts.kind === "malformed") return parts;
  const words = parseIpWords(parts.value.address);
  if (words.kind === "malformed") return malformed(words.why, words.at + parts.value.at);
  const length = words.value.length * 32;
  const prefix = parts.value.prefix ?? length;
  if (prefix > length) return malformed(`bad prefix length in ${excerpt(text)}, at most ${length} expected`);
  const masked = maskWords(words.value, prefix);
  const network = networkOf(masked, prefix);
  if (options.hostBits !== "mask" && masked.some((word, i) => word !== words.value[i])) {
    return malformed(
      `non-null host address bits in ${excerpt(text)}, perhaps you should use "${network.text}" instead`
    );
  }
  return parsed(network);
}
function networkContains(network, ip) {
  if (network.address.version !== ip.version) return false;
  return network.address.words.every((word, i) => word === maskWord(ip.words[i] ?? 0, network.prefix - 32 * i));
}
function maskWord(word, bits) {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & -1 << 32 - bits) >>> 0;
}
function maskWords(words, prefix) {
  return words.map((word, i) => maskWord(word, prefix - 32 * i));
}
function networkOf(masked, prefix) {
  const address = ipFromWords(masked);
  const bits = address.version === 4 && masked.length === 4 ? prefix - 96 : prefix;
  return { kind: "network", address, prefix: bits, text: `${address.text}/${bits}` };
}
function splitNetwork(text) {
  const at = text.startsWith("[") ? 1 : 0;
  const close2 = at === 1 ? text.indexOf("]") : -1;
  if (at === 1 && close2 < 0) return malformed(`missing "]" after ${excerpt(text)}`, text.length);
  const slash = text.indexOf("/", Math.max(close2, 0));
  const end = slash < 0 ? text.length : slash;
  if (close2 >= 0 && end !== close2 + 1) {
    return malformed(`garbage after ${excerpt(text.slice(0, close2 + 1))}`, close2 + 1);
  }
  const address = text.slice(at, close2 < 0 ? end : close2);
  if (slash < 0) return parsed({ address, at, prefix: void 0 });
  const digits2 = text.slice(slash + 1);
  if (!/^[0-9]{1,3}$/.test(digits2))
    return malformed(`bad prefix length in ${excerpt(text)}, digits expected`, slash + 1);
  return parsed({ address, at, prefix: Number(digits2) });
}

// src/servers/shared/data.ts
function receiveData(stream, intake) {
  return new Promise((resolve2) => {
    const broken = (error) => {
      const why = error?.message ?? "the connection closed before the end of the message";
      intake.abort(why).then(resolve2);
    };
    stream.on("data", (chunk) => {
      const waiting = intake.write(chunk);
      if (waiting === void 0) return;
      stream.pause();
      waiting.then(() => stream.resume());
    });
    stream.once("end", () => {
      stream.removeAllListeners("close");
      resolve2();
    });
    stream.once("error", broken);
    stream.once("close", () => broken());
  });
}

// src/values/address.ts
var LOCAL_PART_LIMIT = 64;
var MAILBOX_LIMIT = 254;
function addressLiteral(ip) {
  return { kind: "address-literal", ip, text: ip.version === 4 ? `[${ip.text}]` : `[IPv6:${ip.text}]` };
}
function mailboxOf(localPart, domain, maxLocalPart = LOCAL_PART_LIMIT) {
  for (let i = 0; i < localPart.length; i++) {
    if (isControl(localPart.charCodeAt(i))) return malformed("control character in the local part", i);
    if (isLoneSurrogate(localPart, i)) return malformed("half of a surrogate pair in the local part", i);
  }
  const local = quoteLocalPart(localPart);
  if (utf8Length(local) > maxLocalPart) return malformed(`a local part has at most ${maxLocalPart} octets`);
  const text = `${local}@${domain.kind === "domain" ? domain.ascii : domain.text}`;
  if (utf8Length(text) > MAILBOX_LIMIT) return malformed(`an address has at most ${MAILBOX_LIMIT} octets`);
  return parsed({ kind: "mailbox", localPart, domain, text });
}
function quoteLocalPart(localPart) {
  return isDotString(localPart) ? localPart : `"${localPart.replace(/["\\]/g, "\\$&")}"`;
}
function foldedKey(mailbox) {
  return mailbox.text.toLowerCase();
}
function needsSmtputf8(mailbox) {
  return utf8Length(mailbox.localPart) !== mailbox.localPart.length;
}
function splitExtension(localPart, delimiters, options = {}) {
  if (isReserved(localPart.toLowerCase(), delimiters, options)) return void 0;
  for (let at = 0; at < localPart.length; at++) {
    const delimiter = localPart.charAt(at);
    if (!delimiters.includes(delimiter)) continue;
    return at === 0 ? void 0 : { base: localPart.slice(0, at), delimiter, extension: localPart.slice(at + 1) };
  }
  return void 0;
}
function isReserved(name, delimiters, options) {
  const { ownerRequestSpecial = true, doubleBounceSender = "double-bounce" } = options;
  if (name === "postmaster" || name === "mailer-daemon" || name === doubleBounceSender.toLowerCase()) return true;
  if (!ownerRequestSpecial || !delimiters.includes("-")) return false;
  return name.startsWith("owner-") || name.length > "-request".length && name.endsWith("-request");
}
function isDotString(localPart) {
  let previousIsDot = true;
  for (let i = 0; i < localPart.length; i++) {
    const isDot = localPart.charAt(i) === ".";
    if (isDot ? previousIsDot : !isAtext(localPart.charCodeAt(i))) return false;
    previousIsDot = isDot;
  }
  return !previousIsDot;
}

// src/values/date-time.ts
var DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
var MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
function formatDateTime(at, zoneMinutes = 0) {
  const shifted = new Date(at.getTime() + zoneMinutes * 6e4);
  const time = shifted.toISOString().slice(11, 19);
  const day = DAYS[shifted.getUTCDay()];
  const month = MONTHS[shifted.getUTCMonth()];
  const year = String(shifted.getUTCFullYear()).padStart(4, "0");
  return `${day}, ${shifted.getUTCDate()} ${month} ${year} ${time} ${formatZone(zoneMinutes)}`;
}
function formatZone(minutes) {
  const size = Math.abs(minutes);
  const digits2 = [Math.trunc(size / 60), size % 60].map((n) => String(n).padStart(2, "0")).join("");
  return `${minutes < 0 ? "-" : "+"}${digits2}`;
}

// src/values/encoded-word.ts
var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var OCTETS_PER_WORD = 30;
function encodeBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = bytes[i] << 16 | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0);
    const digits2 = [group >> 18, group >> 12 & 63, group >> 6 & 63, group & 63].map((n) => ALPHABET[n]);
    text += digits2.slice(0, Math.min(4, bytes.length - i + 1)).join("");
  }
  return text.padEnd(Math.ceil(bytes.length / 3) * 4, "=");
}
function encodeWords(text) {
  const words = [];
  let part = "";
  let octets3 = 0;
  for (const character of text) {
    const size = utf8Length(character);
    if (octets3 + size > OCTETS_PER_WORD) {
      words.push(part);
      part = "";
      octets3 = 0;
    }
    part += character;
    octets3 += size;
  }
  return [...words, part].map((word) => `=?utf-8?B?${encodeBase64(encodeUtf8(word))}?=`).join(" ");
}
function encodeNonAscii(text) {
  const parts = text.split(/([ \t]+)/);
  const out = [];
  for (let i = 0; i < parts.length; i += 2) {
    if (isAscii2(parts[i])) {
      out.push(parts[i], parts[i + 1] ?? "");
      continue;
    }
    const first2 = i;
    while (i + 2 < parts.length && !isAscii2(parts[i + 2])) i += 2;
    out.push(encodeWords(parts.slice(first2, i + 1).join("")), parts[i + 1] ?? "");
  }
  return out.join("");
}
function isAscii2(text) {
  return indexOfNonAscii(text ?? "") === -1;
}

// src/values/make-field.ts
var SOFT_LIMIT = 76;
var HARD_LIMIT = 998;
var NAME_LIMIT = SOFT_LIMIT - 1;
var TAB2 = 9;
function makeField(name, value, options = {}) {
  const problems = [...nameProblems(name), ...valueProblems(value)];
  if (problems.length > 0) throw new ConfigurationError("field", problems);
  const trimmed = trimText(value);
  const text = options.utf8 === true ? trimmed : encodeNonAscii(trimmed);
  const lines = options.fold === false ? [unfolded(name, text)] : folded(name, text);
  const long = lines.find((line) => utf8Length(line) > HARD_LIMIT);
  if (long !== void 0) throw new ConfigurationError("field", [lineTooLong(name, utf8Length(long))]);
  return fieldOver(encodeUtf8(`${lines.join("\r\n")}\r
`), name.length, name.length + 1, "added");
}
function sanitiseFieldText(text, options = {}) {
  const limit = options.maxOctets ?? 900;
  let out = "";
  let size = 0;
  for (const character of text) {
    const safe = isForbidden(character.charCodeAt(0)) ? "?" : isLoneSurrogate(character, 0) ? "\uFFFD" : character;
    size += utf8Length(safe);
    if (size > limit) break;
    out += safe;
  }
  return trimText(out);
}
function nameProblems(name) {
  const good = name.length > 0 && name.length <= NAME_LIMIT && [...name].every((c) => isNameOctet(c.charCodeAt(0)));
  if (good) return [];
  const message = `a field name is 1 to ${NAME_LIMIT} printable US-ASCII characters without colon and space`;
  return [{ code: "bad-name", message, construct: sanitiseFieldText(name.slice(0, 200)) }];
}
function valueProblems(value) {
  for (let i = 0; i < value.length; i++) {
    if (!isForbidden(value.charCodeAt(i))) continue;
    const construct = sanitiseFieldText(value.slice(Math.max(0, i - 40), i + 40));
    return [{ code: "bad-value", message: "a field value holds no CR, LF, NUL or other control character", construct }];
  }
  return [];
}
function lineTooLong(name, size) {
  const message = `a line of ${size} octets, and no white space to fold it at; at most ${HARD_LIMIT} are allowed`;
  return { code: "line-too-long", message, construct: name };
}
function unfolded(name, text) {
  return text === "" ? `${name}:` : `${name}: ${text}`;
}
function folded(name, text) {
  const parts = text.split(/([ \t]+)/);
  const lines = [];
  let line = unfolded(name, parts[0]);
  if (utf8Length(line) > HARD_LIMIT) {
    lines.push(`${name}:`);
    line = ` ${parts[0]}`;
  }
  let size = utf8Length(line);
  for (let i = 1; i < parts.length; i += 2) {
    const piece = `${parts[i]}${parts[i + 1]}`;
    const more = utf8Length(piece);
    if (size + more <= SOFT_LIMIT) {
      line += piece;
      size += more;
      continue;
    }
    lines.push(line);
    line = piece;
    size = more;
  }
  return [...lines, line];
}
function isForbidden(unit) {
  return isControl(unit) && unit !== TAB2;
}
function trimText(text) {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

// src/values/stamp.ts
function transmissionType(facts) {
  if (facts.protocol === "smtp") return "SMTP";
  const suffix = `${facts.tls ? "S" : ""}${facts.authenticated ? "A" : ""}`;
  const base2 = facts.protocol === "lmtp" ? "LMTP" : "SMTP";
  return facts.utf8 ? `UTF8${base2}${suffix}` : base2 === "LMTP" ? `LMTP${suffix}` : `ESMTP${suffix}`;
}
function receivedField(options) {
  const { by, tls, id } = options;
  const utf8 = options.with.startsWith("UTF8");
  const recipient = options.for !== void 0 && (utf8 || indexOfNonAscii(options.for.text) === -1) ? options.for : void 0;
  const clauses = [
    fromClause(options),
    tls === void 0 ? "" : `(using ${comment(tls.version)} with cipher ${comment(tls.cipher)})`,
    `by ${by.ascii}`,
    `with ${options.with}`,
    id === void 0 || id === "" ? "" : `id ${id.slice(0, 200).replace(NOT_ATOM, "-")}`,
    recipient === void 0 ? "" : `for <${recipient.text}>`
  ];
  const date = formatDateTime(options.at, options.zoneMinutes);
  return makeField("Received", `${clauses.filter((clause) => clause !== "").join(" ")}; ${date}`, { utf8 });
}
function returnPathField(path) {
  const text = path.kind === "null-path" ? "" : path.text;
  return makeField("Return-Path", `<${text}>`, { fold: false, utf8: true });
}
function deliveredToField(mailbox) {
  return makeField("Delivered-To", mailbox.text, { fold: false, utf8: true });
}
var NOT_ATOM = /[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/g;
var HOST_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
var ADDRESS_LITERAL = /^\[[A-Za-z0-9.:-]{1,60}\]$/;
function fromClause({ helo, clientName, clientIp }) {
  const address = addressLiteral(clientIp).text;
  const tcpInfo = `(${clientName !== void 0 && isHostName(clientName) ? clientName : "unknown"} ${address})`;
  if (helo === void 0 || helo === "") return `from ${address} ${tcpInfo}`;
  if (isHostName(helo) || ADDRESS_LITERAL.test(helo)) return `from ${helo} ${tcpInfo}`;
  return `from ${address} ${tcpInfo} (helo ${comment(helo)})`;
}
function isHostName(text) {
  return text.length <= 255 && HOST_NAME.test(text);
}
function comment(text) {
  return sanitiseFieldText(text, { maxOctets: 255 }).replace(/[^ -'*-[\]-~]/g, "?");
}

// src/servers/shared/replies.ts
var ok2 = reply(250, "2.0.0", "Ok");
var senderOk = reply(250, "2.1.0", "Ok");
var recipientOk = reply(250, "2.1.5", "Ok");
var startMail = reply(354, void 0, "End data with <CR><LF>.<CR><LF>");
var cannotVerify = reply(252, "2.0.0", "Send a message to find out");
var help = reply(214, "2.0.0", "HELO EHLO MAIL RCPT DATA RSET NOOP QUIT, see RFC 5321");
var badSender = reply(501, "5.1.7", "Bad sender address syntax");
var badRecipient = reply(501, "5.1.3", "Bad recipient address syntax");
var badParameters = reply(501, "5.5.4", "Bad command parameters");
var unknownParameter = reply(555, "5.5.4", "Unsupported parameter");
var notUtf8 = reply(500, "5.5.2", "The command is not valid UTF-8");
var lineTooLong2 = reply(500, "5.5.2", "Line too long");
var badHelo = reply(501, void 0, "Syntax: one host name or address literal is expected");
var needsUtf8 = reply(553, "5.6.7", "The address needs SMTPUTF8");
var nestedMail = reply(503, "5.5.1", "Nested MAIL command");
var needsMail = reply(503, "5.5.1", "Need MAIL first");
var needsRcpt = reply(503, "5.5.1", "Need RCPT first");
var noValidRecipients = reply(554, "5.5.1", "No valid recipients");
var tooManyRecipients = reply(452, "4.5.3", "Too many recipients");
var messageTooBig = reply(552, "5.3.4", "Message size exceeds the limit");
var headerTooBig = reply(552, "5.3.4", "The header of the message exceeds a limit");
var bareNewline = reply(554, "5.6.0", "Bare LF or CR in the message: lines end in CRLF");
var nulOctet = reply(554, "5.6.0", "NUL octet in the message");
var messageLineTooLong = reply(554, "5.6.0", "A line of the message is too long");
var tlsRequired = reply(530, "5.7.0", "Must issue a STARTTLS command first");
var loginRequired = reply(530, "5.7.0", "Authentication required");
var encryptionRequired = reply(538, "5.7.11", "Encryption required for authentication");
var wrongCredentials = reply(535, "5.7.8", "Authentication credentials invalid");
var cannotAuthenticate = reply(454, "4.7.0", "Temporary authentication failure");
var alreadyLoggedIn = reply(503, "5.5.1", "Already authenticated");
var notDuringMail = reply(503, "5.5.1", "Not permitted during a mail transaction");
var notAuthorised = reply(550, "5.7.0", "Insufficient authorization");
var storageFull = reply(452, "4.3.1", "Insufficient system storage");
var localError = reply(451, "4.3.0", "Local error in processing, try again later");
var notConfigured = reply(451, "4.3.5", "Mail system configuration problem, try again later");
var permanentFailure = reply(554, "5.3.0", "The message could not be delivered");
var tooManyCommands = reply(421, "4.7.0", "Too many commands without a message");
var tooManyLogins = reply(421, "4.7.0", "Too many failed logins");
var tooManyConnections = reply(421, "4.7.0", "Too many connections");
var shuttingDown = reply(421, "4.3.2", "Shutting down, try again later");
var sessionTooLong = reply(421, "4.4.2", "The session took too long");
var dataTooSlow = reply(421, "4.4.2", "The message took too long");
function queued(id) {
  return { kind: "reply", code: 250, enhanced: "2.0.0", lines: [`Ok: accepted as ${id}`] };
}
function is(code, { code: given }) {
  return Math.floor(given / 100) === code;
}
function worst(replies) {
  const failed = replies.filter((one) => one !== void 0);
  return failed.find((one) => is(4, one)) ?? failed[0];
}

// src/servers/shared/content.ts
function contentFault(facts, lineBytes) {
  if (facts.bareLf > 0 || facts.bareCr > 0) return bareNewline;
  if (facts.nul > 0) return nulOctet;
  return facts.longestLine > lineBytes ? messageLineTooLong : void 0;
}
function spoolFault(refusal2) {
  switch (refusal2.kind) {
    case "over-limit":
      return refusal2.limit === "message-bytes" ? messageTooBig : headerTooBig;
    case "failed":
      return refusal2.reason === "storage-full" ? storageFull : localError;
    case "aborted":
      return void 0;
  }
}
function openIntake(spool, bareNewline2) {
  const sink = spool.sink();
  if (bareNewline2 === "reject") return sink;
  const converter = lineEndConverter("crlf");
  return {
    write: (chunk) => sink.write(converter.push(chunk)),
    end: () => sink.end(),
    abort: (why) => sink.abort(why)
  };
}

// src/values/mailbox.ts
function parseMailbox(text, options = {}) {
  const read = readMailbox(text, 0, options);
  if (read.kind === "malformed") return read;
  const { value, end } = read.value;
  return end === text.length ? parsed(value) : malformed("text behind the address", end);
}
function readMailbox(text, at, options) {
  const local = text.charAt(at) === '"' ? readQuotedString(text, at) : readDotString(text, at);
  if (local.kind === "malformed") return local;
  const { end } = local.value;
  if (text.charAt(end) !== "@") return malformed('"@" and a domain are expected behind the local part', end);
  const domain = readDomain(text, end + 1, options);
  if (domain.kind === "malformed") return domain;
  const mailbox = mailboxOf(local.value.value, domain.value.value, options.maxLocalPart ?? LOCAL_PART_LIMIT);
  if (mailbox.kind === "malformed") return malformed(mailbox.why, at);
  return parsed({ value: mailbox.value, end: domain.value.end });
}
function parseAddressLiteral(text) {
  const ip = parseLiteralIp(text);
  return ip.kind === "parsed" ? parsed(addressLiteral(ip.value)) : ip;
}
function parseLiteralIp(text) {
  const tagged = /^ipv6:/i.test(text);
  const address = tagged ? text.slice(5) : text;
  const ip = parseIp(address);
  if (ip.kind === "malformed") {
    const tag = /^[A-Za-z0-9-]{1,60}(?=:)/.exec(text);
    if (tag !== null && !tagged) return malformed(`no address literals of kind ${excerpt(tag[0])} are known`);
    return malformed(ip.why, ip.at + (tagged ? 5 : 0));
  }
  const written = address.includes(":") ? 6 : 4;
  if (written === 6 && !tagged) return malformed('an IPv6 address literal begins with "IPv6:"');
  return written === 4 && tagged ? malformed('an IPv6 address is expected behind "IPv6:"', 5) : ip;
}
function readDotString(text, start) {
  let at = start;
  for (; at < text.length; at++) {
    if (text.charAt(at) !== ".") {
      if (isAtext(text.charCodeAt(at))) continue;
      break;
    }
    if (at === start || text.charAt(at - 1) === ".") return malformed("a dot without an atom before it", at);
  }
  if (at === start) return malformed("a local part is expected", at);
  if (text.charAt(at - 1) === ".") return malformed("a local part without quotes does not end in a dot", at - 1);
  return parsed({ value: text.slice(start, at), end: at });
}
function readQuotedString(text, start) {
  let value = "";
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return parsed({ value: value + text.slice(from, at), end: at + 1 });
    if (character === "\\") {
      const escaped = text.charCodeAt(at + 1);
      if (!(escaped >= 32 && escaped < 127))
        return malformed('a printable character is expected behind "\\"', at + 1);
      value += text.slice(from, at);
      from = at + 1;
      at++;
    } else if (isControl(character.charCodeAt(0))) {
      return malformed("control character in a quoted local part", at);
    }
  }
  return malformed("a quoted local part without closing quote", start);
}
function readDomain(text, start, options) {
  const isLiteral = text.charAt(start) === "[";
  let end = start;
  while (end < text.length && text.charAt(end) !== ">" && text.charAt(end) !== " ") end++;
  const written = text.slice(start, end);
  if (isLiteral && !written.endsWith("]")) return malformed('"]" is expected behind the address literal', end);
  const domain = isLiteral ? parseAddressLiteral(written.slice(1, -1)) : parseDomain(written, options);
  if (domain.kind === "malformed") return malformed(domain.why, start + (isLiteral ? 1 : 0) + domain.at);
  return parsed({ value: domain.value, end });
}

// src/values/path.ts
var PATH_LIMIT = 256;
function readReversePath(text, at, options) {
  if (text.startsWith("<>", at)) return parsed({ value: { kind: "null-path" }, end: at + 2 });
  return readPath(text, at, options);
}
function readForwardPath(text, at, options) {
  if (text.startsWith("<>", at)) return malformed("the null path is no recipient", at);
  const open3 = text.charAt(at) === "<" ? 1 : 0;
  const behind = at + open3 + "postmaster".length;
  if (text.slice(at + open3, behind).toLowerCase() === "postmaster") {
    const next = text.charAt(behind);
    if (open3 === 1 && next === ">") return parsed({ value: { kind: "postmaster" }, end: behind + 1 });
    const bare2 = open3 === 0 && options.angleBrackets === "optional" && (next === "" || next === " ");
    if (bare2) return parsed({ value: { kind: "postmaster" }, end: behind });
  }
  return readPath(text, at, options);
}
function readPath(text, at, options) {
  const bracketed = text.charAt(at) === "<";
  if (!bracketed && options.angleBrackets !== "optional") return malformed('"<" is expected before the address', at);
  const start = bracketed ? skipRoute(text, at + 1, options) : parsed(at);
  if (start.kind === "malformed") return start;
  const mailbox = readMailbox(text, start.value, options);
  if (mailbox.kind === "malformed") return mailbox;
  const end = mailbox.value.end + (bracketed ? 1 : 0);
  if (bracketed && text.charAt(end - 1) !== ">") return malformed('">" is expected behind the address', end - 1);
  if (!bracketed && text.charAt(end) === ">") return malformed('">" without "<"', end);
  if (end - at > PATH_LIMIT || utf8Length(text.slice(at, end)) > PATH_LIMIT) {
    return malformed(`a path has at most ${PATH_LIMIT} octets`, at);
  }
  return parsed({ value: mailbox.value.value, end });
}
function skipRoute(text, at, options) {
  let start = at;
  while (text.charAt(start) === "@") {
    let end = start + 1;
    while (end < text.length && !",:>".includes(text.charAt(end))) end++;
    const domain = parseDomain(text.slice(start + 1, end), options);
    if (domain.kind === "malformed") return malformed(`source route: ${domain.why}`, start + 1 + domain.at);
    const next = text.charAt(end);
    if (next === ":") return parsed(end + 1);
    if (next !== "," || text.charAt(end + 1) !== "@") return malformed('a source route ends in ":"', end);
    start = end + 1;
  }
  return parsed(start);
}

// src/values/esmtp.ts
var PARAMETERS_LIMIT = 4096;
var PARAMETER_COUNT_LIMIT = 32;
function parseMailCommandArguments(text, options = {}) {
  return parseArguments(text, "FROM:", options, readReversePath);
}
function parseRcptCommandArguments(text, options = {}) {
  return parseArguments(text, "TO:", options, readForwardPath);
}
function parseEsmtpParameters(text) {
  if (text.length > PARAMETERS_LIMIT) return malformed("the parameters are too long", PARAMETERS_LIMIT);
  const parameters = /* @__PURE__ */ new Map();
  let at = 0;
  for (const word of text.split(" ")) {
    if (word !== "") {
      const fault2 = addParameter(parameters, word);
      if (fault2 !== void 0) return malformed(fault2, at);
    }
    at += word.length + 1;
  }
  return parsed(parameters);
}
function decodeXtext(text) {
  const octets3 = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 33 || code > 126 || text.charAt(at) === "=") return malformed("no character of xtext", at);
    if (text.charAt(at) !== "+") {
      octets3.push(code);
      continue;
    }
    const hex = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) return malformed('two hexadecimal digits are expected behind "+"', at);
    octets3.push(Number.parseInt(hex, 16));
    at += 2;
  }
  return decodeOctets(octets3);
}
function parseArguments(text, word, options, read) {
  if (text.slice(0, word.length).toUpperCase() !== word) return malformed(`"${word}" is expected`);
  let at = word.length;
  if (options.angleBrackets === "optional") while (text.charAt(at) === " ") at++;
  const path = read(text, at, options);
  if (path.kind === "malformed") return path;
  const { value, end } = path.value;
  if (end < text.length && text.charAt(end) !== " ") return malformed("a space is expected behind the path", end);
  const parameters = parseEsmtpParameters(text.slice(end));
  if (parameters.kind === "malformed") return malformed(parameters.why, end + parameters.at);
  return parsed({ path: value, parameters: parameters.value });
}
function addParameter(parameters, word) {
  const equals = word.indexOf("=");
  const keyword = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
  if (!/^[0-9A-Z][0-9A-Z-]*$/.test(keyword)) return `not the keyword of a parameter: ${excerpt(word)}`;
  if (parameters.has(keyword)) return `parameter given twice: ${excerpt(keyword)}`;
  if (parameters.size === PARAMETER_COUNT_LIMIT) return `more than ${PARAMETER_COUNT_LIMIT} parameters`;
  const value = equals < 0 ? true : word.slice(equals + 1);
  if (value !== true && !isEsmtpValue(value)) return `not the value of a parameter: ${excerpt(word)}`;
  parameters.set(keyword, value);
  return void 0;
}
function isEsmtpValue(value) {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (isControl(code) || code === 32 || code === 61 || isLoneSurrogate(value, i)) return false;
  }
  return value !== "";
}
function decodeOctets(octets3) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets3));
  } catch {
    return malformed("the decoded xtext is no UTF-8");
  }
  for (let i = 0; i < text.length; i++) {
    if (isControl(text.charCodeAt(i))) return malformed("control character in the decoded xtext");
  }
  return parsed(text);
}

// src/servers/shared/envelope.ts
function readMail(line, rules) {
  const text = decodeUtf8(line);
  if (text === void 0) return refused(notUtf8);
  const read = parseMailCommandArguments(argumentsOf(text), pathOptions(rules));
  if (read.kind === "malformed") return refused(faultOf(text, read, badSender));
  const { path, parameters } = read.value;
  const fault2 = mailParameterFault(parameters, rules);
  if (fault2 !== void 0) return refused(fault2);
  const utf8 = parameters.has("SMTPUTF8");
  if (!utf8 && path.kind === "mailbox" && needsSmtputf8(path)) return refused(needsUtf8);
  return { kind: "command", value: { sender: path, utf8, parameters: plain(parameters) } };
}
function readRcpt(line, rules, utf8, ourName) {
  const text = decodeUtf8(line);
  if (text === void 0) return refused(notUtf8);
  const read = parseRcptCommandArguments(argumentsOf(text), pathOptions(rules));
  if (read.kind === "malformed") return refused(faultOf(text, read, badRecipient));
  const { path, parameters } = read.value;
  if (parameters.size > 0) return refused(unknownParameter);
  const address = mailboxAt(path, ourName);
  if (address === void 0) return refused(badRecipient);
  if (!utf8 && needsSmtputf8(address)) return refused(needsUtf8);
  return { kind: "command", value: { address, parameters: {} } };
}
function mailboxAt(path, ourName) {
  if (path.kind === "mailbox") return path;
  const postmaster = parseMailbox(`postmaster@${ourName.ascii}`);
  return postmaster.kind === "parsed" ? postmaster.value : void 0;
}
function mailParameterFault(parameters, rules) {
  for (const [keyword, value] of parameters) {
    switch (keyword) {
      case "SIZE":
        if (value === true || !/^[0-9]{1,20}$/.test(value)) return badParameters;
        if (Number(value) > rules.messageBytes) return messageTooBig;
        break;
      case "BODY":
        if (value === true || !/^(?:7bit|8bitmime)$/i.test(value)) return badParameters;
        break;
      case "SMTPUTF8":
        if (value !== true) return badParameters;
        break;
      case "AUTH":
        if (value === true) return badParameters;
        break;
      default:
        return unknownParameter;
    }
  }
  return void 0;
}
function faultOf(text, read, path) {
  const close2 = argumentsOf(text).lastIndexOf(">");
  return close2 !== -1 && read.at > close2 ? badParameters : path;
}
function argumentsOf(text) {
  return text.slice(4).trimStart();
}
function pathOptions({ strict }) {
  return { angleBrackets: strict ? "required" : "optional" };
}
function plain(parameters) {
  const entries = [...parameters].map(([keyword, value]) => [keyword, value === true ? void 0 : value]);
  return Object.fromEntries(entries);
}
function refused(reply2) {
  return { kind: "refused", reply: reply2 };
}

// src/values/answer.ts
function found(value) {
  return { kind: "found", value };
}
function notFound(why) {
  return why === void 0 ? { kind: "not-found" } : { kind: "not-found", why };
}
function cannotTell(why, temporary = true) {
  return { kind: "cannot-tell", temporary, why };
}

// src/servers/shared/login.ts
var MOST_OCTETS = 1024;
async function verifyLogin(credentials, attempt, client, timeLimit) {
  const { login, password, actAs, mechanism } = attempt;
  if (password === "") return { kind: "not-found", why: "empty password" };
  if (login === "") return { kind: "not-found", why: "empty login" };
  if (actAs !== "" && actAs !== login) return { kind: "not-found", why: "asked to act as somebody else" };
  if (login.length > MOST_OCTETS || password.length > MOST_OCTETS) return { kind: "not-found", why: "too long" };
  const answer = await inTime(timeLimit, (signal) => credentials.verify(login, password, { signal, client }));
  if (answer.kind !== "found") return answer;
  return { kind: "found", value: { name: answer.value.name, mechanism } };
}
async function inTime(ms, ask) {
  const controller = new AbortController();
  let timer;
  const late = new Promise((resolve2) => {
    timer = setTimeout(() => resolve2(cannotTell(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([ask(controller.signal), late]);
  } catch (error) {
    return cannotTell(messageOf2(error));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

// src/servers/shared/redirect.ts
async function redirectRecipients(host, { server }, id, to) {
  const conversation = host.open({
    client: { ip: void 0, port: void 0, name: { kind: "none" } },
    server,
    protocol: "local",
    tls: void 0,
    login: void 0
  });
  await conversation.connect();
  await conversation.hello(void 0);
  const mail = await conversation.mail({ kind: "null-path" });
  const rcpt = await conversation.rcpt(to);
  for (const decision of [mail.decision, rcpt.decision]) {
    if (decision.kind === "discard") return [];
    if (!goesOn(decision)) return refused2(host, id, to, decision);
  }
  return rcpt.recipients;
}
function goesOn(decision) {
  return decision.kind === "continue" || decision.kind === "accept";
}
function refused2(host, id, to, decision) {
  const detail = decision.kind === "continue" ? {} : { reason: decision.reason, reply: replyText(decision.reply) };
  const fields = { event: "redirect", id, recipient: to.text, decision: decision.kind, ...detail };
  host.reporter.log?.error(fields, "the policy refuses the address that mail is redirected to");
  return notConfigured;
}

// src/servers/shared/delivery.ts
async function deliverAll(outlets, consignment, targets) {
  const failures = /* @__PURE__ */ new Map();
  for (const batch of batchesOf(targets)) {
    const copies = [...batch.values()];
    const replied = await handOver(outlets, consignment, copies.map(first)).catch((error) => {
      outlets.log?.error({ event: "delivery", id: consignment.id, error: messageOf2(error) }, "a delivery crashed");
      return copies.map(() => localError);
    });
    copies.forEach((same, i) => {
      const failure = replied[i];
      if (failure !== void 0) for (const target of same) failures.set(target, failure);
    });
  }
  return failures;
}
function batchesOf(targets) {
  const byMessage = /* @__PURE__ */ new Map();
  for (const target of targets) {
    const outlet = target.kind === "keep" ? `keep ${target.store}` : `to ${target.transport}`;
    const destination2 = target.kind === "keep" ? target.reason : target.destination;
    const byOutlet = entry(byMessage, target.message, () => /* @__PURE__ */ new Map());
    const batch = entry(byOutlet, outlet, () => /* @__PURE__ */ new Map());
    entry(batch, `${target.address.text} ${destination2}`, () => []).push(target);
  }
  return [...byMessage.values()].flatMap((byOutlet) => [...byOutlet.values()]);
}
function entry(map, key, make) {
  const known = map.get(key);
  if (known !== void 0) return known;
  const made = make();
  map.set(key, made);
  return made;
}
function first(same) {
  return same[0];
}
async function handOver(outlets, consignment, targets) {
  const [one] = targets;
  if (one.kind === "keep") return keep(outlets, consignment, one, targets);
  if (one.transport !== "maildir") return send(outlets, consignment, one.transport, targets);
  const { message } = one;
  const returnPath = returnPathField(consignment.sender);
  const recipients = targets.map(
    (target) => ({
      mailbox: target.kind === "keep" ? "" : target.destination,
      prepend: [returnPath, deliveredToField(target.address)]
    })
  );
  const { receivedAt } = consignment;
  const results = await outlets.store.deliver({ message, recipients, receivedAt }, outlets.signal);
  return targets.map((_, i) => stored(outlets, consignment, results[i]));
}
function stored({ log }, { id }, result) {
  if (result?.kind === "stored") return void 0;
  const { mailbox, reason, why, temporary } = result ?? { why: "the store gave no result", temporary: true };
  log?.error({ event: "delivery", id, mailbox, reason, why, temporary }, "a message was not stored");
  if (!temporary) return permanentFailure;
  return reason === "storage-full" ? storageFull : localError;
}
async function keep(outlets, consignment, { store, reason, message }, targets) {
  const where = outlets[store];
  if (where === void 0) return targets.map(() => notConfigured);
  const prepend = [
    field("X-Envelope-From", pathText(consignment.sender) ?? "<>"),
    ...targets.map((target) => field("X-Envelope-To", target.address.text)),
    field(store === "hold" ? "X-Hold-Reason" : "X-Quarantine-Reason", reason)
  ];
  const delivery = { message, recipients: [{ mailbox: store, prepend }], receivedAt: consignment.receivedAt };
  const [result] = await where.deliver(delivery, outlets.signal);
  const failure = stored(outlets, consignment, result);
  return targets.map(() => failure);
}
function field(name, value) {
  return makeField(name, sanitiseFieldText(value), { fold: false, utf8: true });
}
async function send(outlets, { id, sender }, name, targets) {
  const transport = outlets.transports?.[name];
  const [{ message }] = targets;
  if (transport === void 0) return targets.map(() => notConfigured);
  const recipients = targets.map((target) => ({
    address: target.address,
    destination: target.kind === "keep" ? "" : target.destination
  }));
  const results = await transport.deliver({ id, sender, message, recipients }, outlets.signal);
  return targets.map((target, i) => sent(outlets, id, name, target, results[i]));
}
function sent({ log }, id, transport, { address }, result) {
  if (result?.kind === "delivered") return void 0;
  const { why, temporary, reply: reply2 } = result ?? { why: "the transport gave no result", temporary: true };
  log?.error({ event: "delivery", id, transport, recipient: address.text, why, temporary }, "a delivery failed");
  const suits = reply2 !== void 0 && is(temporary ? 4 : 5, reply2) && reply2.code !== 421;
  if (suits) return reply2;
  return temporary ? localError : permanentFailure;
}

// src/servers/shared/settle.ts
async function settle2(settling) {
  const { outlets, consignment, verdicts: verdicts2, units } = settling;
  const redirects = /* @__PURE__ */ new Map();
  const plans = [];
  for (const verdict of verdicts2) plans.push(await planFor(settling, verdict, redirects));
  const refusals = perUnit(plans, units, (plan) => plan.refusal);
  const going = plans.filter((plan) => plan.units.some((unit) => refusals[unit] === void 0));
  const failures = await deliverAll(outlets, consignment, going.flatMap((plan) => plan.targets));
  const failed = perUnit(going, units, (plan) => failureOf(plan, failures));
  return refusals.map((refusal2, unit) => refusal2 ?? failed[unit] ?? queued(consignment.id));
}
function perUnit(plans, units, read) {
  const found2 = Array.from({ length: units }, () => []);
  for (const plan of plans) {
    const one = read(plan);
    if (one !== void 0) for (const unit of plan.units) found2[unit]?.push(one);
  }
  return found2.map(worst);
}
function failureOf(plan, failures) {
  return failures.size === 0 ? void 0 : worst(plan.targets.map((target) => failures.get(target)));
}
async function planFor(settling, { recipient, decision, message }, redirects) {
  const units = settling.unitsOf(recipient);
  const plan = (targets) => ({ units, targets, refusal: void 0 });
  const refused3 = (refusal2) => ({ units, targets: [], refusal: refusal2 });
  switch (decision.kind) {
    case "reject":
    case "defer":
      return refused3(decision.reply);
    case "discard":
      return plan([]);
    case "hold":
    case "quarantine": {
      const { kind: store, reason } = decision;
      return plan([{ kind: "keep", address: recipient.address, message, store, reason }]);
    }
    case "redirect": {
      const { to } = decision;
      let asked2 = redirects.get(to.text);
      if (asked2 === void 0) {
        asked2 = settling.redirect(to);
        redirects.set(to.text, asked2);
      }
      const answer = await asked2;
      if ("kind" in answer) return refused3(answer);
      return routed(settling, answer, message, plan, refused3);
    }
    case "continue":
    case "accept":
      return routed(settling, [recipient], message, plan, refused3);
  }
}
function routed(settling, recipients, message, plan, refused3) {
  const targets = [];
  const refusals = [];
  for (const { address, nextHop } of recipients) {
    const way = wayOf(settling, address, nextHop);
    if (way === "drop") continue;
    if (way.kind === "reply") refusals.push(way);
    else targets.push({ kind: "hand-over", address, message, ...way.hop });
  }
  const refusal2 = worst(refusals);
  return refusal2 === void 0 ? plan(targets) : refused3(refusal2);
}
var notAccepted = reply(550, "5.0.0", "Mail for this recipient is not accepted");
function wayOf({ outlets, consignment }, address, hop) {
  if (hop?.transport === "discard") return "drop";
  if (hop?.transport === "error") return replyFromText(hop.destination, notAccepted);
  if (hop !== void 0 && (hop.transport === "maildir" || outlets.transports?.[hop.transport] !== void 0)) {
    return { kind: "hop", hop };
  }
  const why = hop === void 0 ? "no stage set a next hop" : `unknown transport "${hop.transport}"`;
  const fields = { event: "delivery", id: consignment.id, recipient: address.text, why };
  outlets.log?.error(fields, "nowhere to deliver to");
  return notConfigured;
}
function summaryOf(verdicts2) {
  const final = verdicts2.find((one) => one.decision.kind !== "continue");
  return final?.decision ?? { kind: "continue" };
}

// src/servers/shared/xclient.ts
var XCLIENT_KEYWORD = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN";
function parseXclient(text) {
  const words = text.split(" ").filter((word) => word !== "");
  if (words.length === 0 || words.length > 16) return malformed("attributes are expected");
  let attributes = {};
  const seen = /* @__PURE__ */ new Set();
  for (const word of words) {
    const equals = word.indexOf("=");
    const key = word.slice(0, Math.max(equals, 0)).toUpperCase();
    if (seen.has(key)) return malformed(`${key} is given twice`);
    seen.add(key);
    const value = decodeXtext(word.slice(equals + 1));
    if (equals < 1 || value.kind === "malformed") return malformed("an attribute is KEY=xtext");
    const one = attributeOf(key, value.value);
    if (one === void 0) return malformed(`bad attribute ${key.slice(0, 20)}`);
    attributes = { ...attributes, ...one };
  }
  return parsed(attributes);
}
function attributeOf(key, value) {
  const missing = /^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value);
  switch (key) {
    case "NAME":
      return nameOf(value, missing);
    case "ADDR":
      return missing ? {} : addressOf(value);
    case "PORT":
      if (missing) return {};
      return /^[0-9]{1,5}$/.test(value) && Number(value) < 65536 ? { port: Number(value) } : void 0;
    case "PROTO":
      if (missing) return {};
      return /^e?smtp$/i.test(value) ? { protocol: value.toLowerCase() } : void 0;
    case "HELO":
      return missing ? {} : value.length > 0 && value.length <= 255 ? { helo: value } : void 0;
    case "LOGIN":
      return missing ? { login: "unavailable" } : value.length > 0 && value.length <= 255 ? { login: value } : void 0;
    default:
      return void 0;
  }
}
function nameOf(value, missing) {
  if (missing) {
    const temporary = /^\[TEMPUNAVAIL\]$/i.test(value);
    return { name: temporary ? { kind: "cannot-tell", why: "the front could not tell" } : { kind: "none" } };
  }
  const name = parseDomain(value);
  return name.kind === "parsed" ? { name: { kind: "verified", name: name.value } } : void 0;
}
function addressOf(value) {
  const ip = parseIp(value.replace(/^ipv6:/i, ""));
  return ip.kind === "parsed" ? { ip: ip.value } : void 0;
}
function applyXclient(session, attributes) {
  const { ip, port, name, login, protocol } = attributes;
  const before = ip === void 0 ? session.client : { ip, port: void 0, name: { kind: "not-looked-up" } };
  const client = { ip: before.ip, port: port ?? before.port, name: name ?? before.name };
  const kept = ip === void 0 ? session.login : void 0;
  const loggedIn = login === void 0 ? kept : login === "unavailable" ? void 0 : { name: login, mechanism: "XCLIENT" };
  return { ...session, client, login: loggedIn, protocol: protocol ?? session.protocol };
}

// src/servers/shared/peer.ts
var noReplies = [];
var Peer = class {
  #host;
  #conversation;
  #envelope = void 0;
  /** Set by XCLIENT HELO=, in place of what HELO says. */
  #heloByFront = void 0;
  authFailures = 0;
  constructor(host, { ip, port, tls }) {
    this.#host = host;
    const { protocol, ourName } = host.settings;
    this.#conversation = host.open({
      client: { ip, port, name: { kind: "not-looked-up" } },
      server: { name: ourName, port: host.port },
      protocol,
      tls,
      login: void 0
    });
  }
  get session() {
    return this.#conversation.session;
  }
  /** True between MAIL and the reply to its message. */
  get inTransaction() {
    return this.#envelope !== void 0;
  }
  /** Undefined when the greeting may be sent. */
  async connect() {
    const { decision } = await this.#conversation.connect();
    if (decision.kind !== "reject" && decision.kind !== "defer") return void 0;
    const code = decision.kind === "reject" ? 554 : 421;
    const reply2 = { ...decision.reply, code };
    this.#log("connect", decision, reply2, {}, "connection refused");
    return reply2;
  }
  /** `name` is undefined for a command without one. */
  async hello(name, protocol) {
    this.#envelope = void 0;
    await this.#conversation.hello(this.#heloByFront ?? name, protocol);
  }
  /** STARTTLS: all that was learned before is forgotten (RFC 3207 section 4.2). */
  async secured(tls) {
    this.#envelope = void 0;
    this.#conversation.login(void 0);
    await this.#conversation.secure(tls);
  }
  /** Undefined when the session starts over, with `connect()` and a greeting. */
  xclient(line) {
    if (this.inTransaction) return notDuringMail;
    const attributes = parseXclient(decodeText(line).slice("XCLIENT".length).trim());
    if (attributes.kind === "malformed") return badParameters;
    const { session } = this;
    this.#heloByFront = attributes.value.helo;
    this.#conversation = this.#host.open(applyXclient(session, attributes.value));
    const fields = { event: "xclient", front: session.client.ip?.text, ...peerFields(this.session, void 0) };
    this.#host.reporter.log?.info(fields, "XCLIENT");
    return void 0;
  }
  /** The login, or the reply that refuses it. */
  async authenticate(attempt) {
    const { credentials, full } = this.#host.settings;
    if (credentials === void 0) return cannotAuthenticate;
    const answer = await verifyLogin(credentials, attempt, this.session.client.ip, full.authTime);
    const { mechanism, login } = attempt;
    const fields = { event: "auth", ...peerFields(this.session, this.#conversation.helo), mechanism, login };
    const { log } = this.#host.reporter;
    if (answer.kind === "found") {
      this.#conversation.login(answer.value);
      log?.info({ ...fields, result: "ok" }, "logged in");
      return answer.value;
    }
    this.authFailures++;
    log?.warn({ ...fields, result: answer.kind, detail: answer.why }, "login failed");
    return answer.kind === "not-found" ? wrongCredentials : cannotAuthenticate;
  }
  async mail(line) {
    const { requireTls, requireLogin, strictEnvelope, full } = this.#host.settings;
    const { tls, login } = this.session;
    if (requireTls === true && tls === void 0) return tlsRequired;
    if (requireLogin === true && login === void 0) return loginRequired;
    if (this.inTransaction) return nestedMail;
    const read = readMail(line, { strict: strictEnvelope === true, messageBytes: full.messageBytes });
    if (read.kind === "refused") return read.reply;
    const { sender, utf8, parameters } = read.value;
    const { decision } = await this.#conversation.mail(sender, parameters);
    const id = this.#conversation.transactionId ?? "";
    const reply2 = refusalOf(decision) ?? senderOk;
    if (decision.kind !== "continue") this.#log("mail", decision, reply2, { id, sender: pathText(sender) }, "MAIL");
    if (refusalOf(decision) === void 0) {
      this.#envelope = { id, sender, utf8, begun: performance.now(), accepted: [], refused: /* @__PURE__ */ new Set() };
    } else {
      this.#conversation.reset();
    }
    return reply2;
  }
  async rcpt(line) {
    const envelope = this.#envelope;
    const { strictEnvelope, full, ourName } = this.#host.settings;
    if (envelope === void 0) return needsMail;
    const rules = { strict: strictEnvelope === true, messageBytes: full.messageBytes };
    const read = readRcpt(line, rules, envelope.utf8, ourName);
    if (read.kind === "refused") return read.reply;
    if (envelope.accepted.length >= full.recipients) return tooManyRecipients;
    const { address, parameters } = read.value;
    const { decision } = await this.#conversation.rcpt(address, parameters);
    const reply2 = refusalOf(decision) ?? recipientOk;
    if (decision.kind !== "continue") {
      const fields = { id: envelope.id, sender: pathText(envelope.sender), recipient: address.text };
      this.#log("rcpt", decision, reply2, fields, "RCPT");
    }
    if (refusalOf(decision) === void 0) envelope.accepted.push(address);
    else envelope.refused.add(address);
    return reply2;
  }
  reset() {
    this.#envelope = void 0;
    this.#conversation.reset();
  }
  /** The reply to DATA when it is not 354. */
  dataRefusal() {
    if (this.#envelope === void 0) return needsMail;
    if (this.#envelope.accepted.length > 0) return void 0;
    const tried = this.#envelope.refused.size > 0 && this.#host.settings.protocol === "smtp";
    return tried ? noValidRecipients : needsRcpt;
  }
  openIntake() {
    return openIntake(this.#host.spool, this.#host.settings.bareNewline ?? "reject");
  }
  /** The message has arrived: one reply, or for LMTP one for each accepted RCPT. Ends the transaction. */
  async finish(intake) {
    const envelope = this.#envelope;
    const spooled2 = await intake.end();
    if (envelope === void 0) return noReplies;
    try {
      if (spooled2.kind !== "spooled") {
        const fault3 = spoolFault(spooled2);
        const why = spooled2.kind === "failed" || spooled2.kind === "aborted" ? spooled2.why : spooled2.limit;
        return fault3 === void 0 ? noReplies : this.#refuseContent(envelope, fault3, why);
      }
      const { message, facts } = spooled2;
      const fault2 = contentFault(facts, this.#host.settings.full.lineBytes);
      if (fault2 !== void 0) return this.#refuseContent(envelope, fault2, void 0, facts.size);
      return await this.#judge(envelope, message, facts.size);
    } finally {
      this.reset();
      if (spooled2.kind === "spooled") await spooled2.release().catch(() => void 0);
    }
  }
  #refuseContent(envelope, reply2, detail, size) {
    const told = this.#forEachUnit(envelope, reply2);
    this.#report(envelope, told, { decision: is(4, reply2) ? "defer" : "reject", reason: "content", detail }, size);
    return told;
  }
  async #judge(envelope, received, size) {
    const conversation = this.#conversation;
    const receivedAt = this.#host.now();
    const outcome = await conversation.message(this.#stamped(envelope, received, receivedAt));
    const verdicts2 = (await this.#delivering(outcome)).filter((one) => !envelope.refused.has(one.recipient.original));
    const byAddress = new Map(envelope.accepted.map((address, unit) => [address, [unit]]));
    const perRecipient = this.#host.settings.protocol === "lmtp";
    const all = perRecipient ? envelope.accepted.map((_2, unit) => unit) : [0];
    const { sender } = outcome;
    const told = await settle2({
      outlets: this.#host.outlets,
      consignment: { id: envelope.id, sender, receivedAt },
      verdicts: verdicts2,
      // A recipient that the policy added belongs to no RCPT: without it, nobody's copy is complete.
      unitsOf: ({ original }) => perRecipient ? byAddress.get(original) ?? all : all,
      units: all.length,
      redirect: (to) => redirectRecipients(this.#host, this.session, envelope.id, to)
    });
    const decision = summaryOf(verdicts2);
    const { reply: _, ...fields } = decisionFields(decision, ok2);
    this.#report(envelope, told, fields, size);
    return told;
  }
  /** The deliver list runs for those that nothing has been decided for. */
  async #delivering(outcome) {
    const undecided = outcome.recipients.some(({ decision: { kind } }) => kind === "continue" || kind === "accept");
    return undecided ? (await this.#conversation.deliver()).recipients : outcome.recipients;
  }
  /** RFC 5321 section 4.4, before the policy looks: what stages put on top (Received-SPF) belongs above it. */
  #stamped({ id, utf8, accepted }, message, at) {
    const { session, helo } = this.#conversation;
    const { client, tls, login, server } = session;
    if (client.ip === void 0) return message;
    const protocol = session.protocol === "local" ? "smtp" : session.protocol;
    const facts = { protocol, tls: tls !== void 0, authenticated: login !== void 0, utf8 };
    const [only, ...others] = accepted;
    const field2 = receivedField({
      clientIp: client.ip,
      by: server.name,
      with: transmissionType(facts),
      id,
      at,
      ...helo === void 0 ? {} : { helo },
      ...client.name.kind === "verified" ? { clientName: client.name.name.ascii } : {},
      ...only !== void 0 && others.length === 0 ? { for: only } : {},
      ...tls === void 0 ? {} : { tls }
    });
    return prependField(message, field2).message;
  }
  #forEachUnit({ accepted }, reply2) {
    return this.#host.settings.protocol === "lmtp" ? accepted.map(() => reply2) : [reply2];
  }
  #report(envelope, told, fields, size) {
    const { id, accepted, begun } = envelope;
    const { reporter } = this.#host;
    const ms = Math.round(performance.now() - begun);
    reporter.log?.info(
      {
        event: "message",
        id,
        ...peerFields(this.session, this.#conversation.helo),
        sender: pathText(envelope.sender),
        recipients: accepted.map((one) => one.text),
        ...fields,
        replies: told.map((one) => `${one.code} ${one.enhanced ?? ""} ${one.lines.join(" ")}`),
        ms,
        size
      },
      "message"
    );
    reporter.transaction(() => ({ id, session: this.session, outcome: this.#conversation.outcome(), replies: told, size }));
  }
  #log(event, decision, reply2, fields, text) {
    const { log } = this.#host.reporter;
    const peer = peerFields(this.session, this.#conversation.helo);
    log?.info({ event, ...fields, ...peer, ...decisionFields(decision, reply2) }, text);
  }
};
function refusalOf(decision) {
  return decision.kind === "reject" || decision.kind === "defer" ? decision.reply : void 0;
}
function readHelloName(line) {
  const words = (decodeUtf8(line) ?? "").trim().split(/\s+/);
  const [, name = ""] = words;
  return words.length === 2 && name.length <= 255 && !/[\x00-\x20\x7f-\x9f]/.test(name) ? name : void 0;
}

// src/servers/shared/connection.ts
var JUNK = /* @__PURE__ */ new Set(["NOOP", "RSET", "VRFY", "HELP"]);
function connectionClass({ SMTPConnection }, host) {
  const { settings, reporter } = host;
  const { full } = settings;
  return class extends SMTPConnection {
    peer;
    #front;
    #errors = 0;
    #counting = true;
    #junk = 0;
    #receiving = false;
    #overdue = false;
    #timer;
    constructor(server, socket, options) {
      super(server, socket, options);
      this.#front = ipOf(this.remoteAddress);
      this.peer = new Peer(host, { ip: this.#front, port: this.remotePort, tls: tlsFactsOf(socket) });
      this.#timer = setTimeout(() => this.#tooLong(), full.sessionTime);
      this.#timer.unref();
    }
    async greet() {
      const refusal2 = await this.peer.connect();
      if (refusal2 === void 0) return super._sendGreeting();
      this.answer(refusal2);
      this.close();
    }
    // --- replies ---
    answer({ code, enhanced, lines }) {
      const ours2 = code === 421 ? lines.map((line) => `${host.settings.ourName.ascii} ${line}`) : lines;
      const text = enhanced === void 0 ? [...ours2] : ours2.map((line) => `${enhanced} ${line}`);
      this.send(code, text, false);
    }
    send(code, data, context) {
      super.send(code, data, context);
      if (code >= 400 && this.#counting) this.#countError();
    }
    #countError() {
      if (this._closing) return;
      this.#errors++;
      if (this.#errors >= full.errors) super.send(421, `4.7.0 ${host.settings.ourName.ascii} Too many errors`, false);
    }
    /** The replies to one LMTP message are one error at most, not one for each recipient. */
    #answerAll(all) {
      this.#counting = false;
      for (const reply2 of all) this.answer(reply2);
      this.#counting = true;
      if (all.some(({ code }) => code >= 400)) this.#countError();
    }
    /** Answers with what `work` comes to; the next command is read when it has. */
    #answerWith(work, done) {
      work.then(
        (reply2) => this.answer(reply2),
        (error) => this.#crashed(error)
      ).then(done);
    }
    #crashed(error) {
      const stack = error instanceof Error ? error.stack : void 0;
      reporter.log?.error({ event: "crash", session: this.id, error: stack ?? messageOf2(error) }, "a command crashed");
      this.answer(localError);
    }
    // --- commands ---
    _onCommand(command, callback) {
      const done = callback ?? (() => void 0);
      if (!this._ready || this._upgrading || this._closing) return super._onCommand(command, done);
      const inSasl = this._nextHandler !== false;
      const verb = inSasl ? "AUTH" : verbOf(command);
      if (command.length > (verb === "AUTH" ? AUTH_LINE_BYTES : full.commandBytes)) {
        this._nextHandler = false;
        this.answer(lineTooLong2);
        return this._whenWritable(done);
      }
      if (host.draining && !this.peer.inTransaction && verb !== "QUIT") return this.answer(shuttingDown);
      if (JUNK.has(verb) && ++this.#junk > full.junkCommands) return this.answer(tooManyCommands);
      super._onCommand(command, done);
    }
    handler_EHLO(command, done) {
      this.#hello(command, settings.protocol === "lmtp" ? "lmtp" : "esmtp", done);
    }
    handler_HELO(command, done) {
      this.#hello(command, "smtp", done);
    }
    #hello(command, protocol, done) {
      const name = readHelloName(command);
      if (name === void 0) {
        this.answer(badHelo);
        return done();
      }
      this.hostNameAppearsAs = name;
      const lines = [host.settings.ourName.ascii, ...protocol === "smtp" ? [] : this.#extensions()];
      const reply2 = { kind: "reply", code: 250, enhanced: void 0, lines };
      this.#answerWith(
        this.peer.hello(name, protocol).then(() => reply2),
        done
      );
    }
    #extensions() {
      const offersLogin = settings.credentials !== void 0 && this.secure && this.peer.session.login === void 0;
      return [
        "PIPELINING",
        `SIZE ${full.messageBytes}`,
        ...settings.tls !== void 0 && !this.secure ? ["STARTTLS"] : [],
        ...offersLogin ? ["AUTH PLAIN LOGIN"] : [],
        "ENHANCEDSTATUSCODES",
        "8BITMIME",
        "SMTPUTF8",
        ...this.#mayXclient() ? [XCLIENT_KEYWORD] : []
      ];
    }
    handler_MAIL(command, done) {
      this.#answerWith(this.peer.mail(command), done);
    }
    handler_RCPT(command, done) {
      this.#answerWith(this.peer.rcpt(command), done);
    }
    handler_RSET(_command, done) {
      this.peer.reset();
      this.answer(ok2);
      done();
    }
    handler_VRFY(_command, done) {
      this.answer(cannotVerify);
      done();
    }
    handler_HELP(_command, done) {
      this.answer(help);
      done();
    }
    handler_AUTH(command, done) {
      const refusal2 = !this.secure ? encryptionRequired : this.peer.session.login !== void 0 ? alreadyLoggedIn : this.peer.inTransaction ? notDuringMail : void 0;
      if (refusal2 === void 0) return super.handler_AUTH(command, done);
      this.answer(refusal2);
      done();
    }
    #mayXclient() {
      const front = this.#front;
      return front !== void 0 && (settings.xclientHosts ?? []).some((network) => networkContains(network, front));
    }
    /** Judged by the address that the connection came from, not by what an earlier XCLIENT said. */
    handler_XCLIENT(command, done) {
      const refusal2 = this.#mayXclient() ? this.peer.xclient(command) : notAuthorised;
      if (refusal2 !== void 0) {
        this.answer(refusal2);
        return done();
      }
      this.hostNameAppearsAs = false;
      this.greet().catch((error) => this.#crashed(error)).then(done);
    }
    handler_DATA(command, done) {
      const parser = this._parser;
      const refusal2 = command.length > 4 && command.toString("latin1").trim().length > 4 ? badParameters : this.peer.dataRefusal();
      if (refusal2 !== void 0 || parser === false) {
        if (refusal2 !== void 0) this.answer(refusal2);
        return done();
      }
      const stream = parser.startDataMode();
      this._dataStream = stream;
      this.#receiving = true;
      const intake = this.peer.openIntake();
      const timer = setTimeout(() => {
        this.answer(dataTooSlow);
        this.close();
      }, full.dataTime);
      timer.unref();
      receiveData(stream, intake).then(() => {
        clearTimeout(timer);
        this.#receiving = false;
        return this.peer.finish(intake);
      }).then(
        (all) => this.#answerAll(all),
        (error) => this.#crashed(error)
      ).then(() => this.#dataDone());
      this.answer(startMail);
      done();
    }
    #dataDone() {
      this._dataStream = false;
      this.#junk = 0;
      this._unrecognizedCommands = 0;
      if (this.#overdue) this.answer(sessionTooLong);
      else if (host.draining) this.answer(shuttingDown);
      if (this._parser !== false) this._parser.continue();
    }
    // --- the end ---
    drain() {
      if (!this.peer.inTransaction) this.cut();
    }
    cut() {
      if (this._closing || this._closed) return;
      this.answer(shuttingDown);
      this.close();
    }
    ended() {
      clearTimeout(this.#timer);
    }
    /** A message that has arrived whole is judged and answered first. */
    #tooLong() {
      this.#overdue = true;
      if (this._closing || this._closed) return;
      if (this._dataStream !== false && this._dataStream !== null && !this.#receiving) return;
      this.answer(sessionTooLong);
      this.close();
    }
  };
}
function ipOf(address) {
  const ip = parseIp((address ?? "").replace(/%.*$/, ""));
  return ip.kind === "parsed" ? ip.value : void 0;
}
function tlsFactsOf(socket) {
  if (!("getCipher" in socket)) return void 0;
  const name = socket.authorized ? socket.getPeerCertificate().subject?.CN : void 0;
  return {
    version: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher()?.name ?? "unknown",
    verifiedClient: Array.isArray(name) ? name[0] : name
  };
}
function verbOf(command) {
  const space2 = command.indexOf(32);
  return command.toString("latin1", 0, Math.min(space2 === -1 ? command.length : space2, 16)).toUpperCase();
}

// src/servers/shared/engine.ts
var INSTALL = "this server needs the package smtp-server, version 3.21.6 or a later 3.x: npm install smtp-server@^3.21.6";
var NEEDED = [
  "send",
  "close",
  "init",
  "_onCommand",
  "_whenWritable",
  "_sendGreeting",
  "handler_EHLO",
  "handler_HELO",
  "handler_MAIL",
  "handler_RCPT",
  "handler_DATA",
  "handler_RSET",
  "handler_AUTH",
  "handler_XCLIENT",
  "handler_STARTTLS"
];
async function loadEngine(load = importEngine) {
  let engine;
  try {
    engine = await load();
  } catch (error) {
    const code = error.code;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND" && code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
    throw new ConfigurationError("missing-package", [{ code: "missing-package", message: INSTALL }]);
  }
  const prototype = engine.SMTPConnection.prototype;
  const lacking = NEEDED.filter((name) => typeof prototype[name] !== "function");
  if (lacking.length === 0) return engine;
  const message = `${INSTALL} (the one installed lacks ${lacking.join(", ")})`;
  throw new ConfigurationError("missing-package", [{ code: "wrong-package-version", message }]);
}
async function importEngine() {
  const { SMTPServer: SMTPServer2 } = await import("smtp-server");
  const { SMTPConnection } = await import("smtp-server/lib/smtp-connection.js");
  return { SMTPServer: SMTPServer2, SMTPConnection };
}

// src/servers/shared/host.ts
import { randomBytes as randomBytes2 } from "node:crypto";

// src/values/stream-facts.ts
function createFactScanner() {
  let size = 0;
  let crlf = 0;
  let bareLf = 0;
  let cr = 0;
  let nul = 0;
  let all = 0;
  let longest = 0;
  let lineStart = 0;
  let last = 0;
  let first2;
  function endLine(at, previous) {
    const ending = previous === CR ? "crlf" : "lf";
    if (ending === "crlf") crlf++;
    else bareLf++;
    const length = at - lineStart - (ending === "crlf" ? 1 : 0);
    if (length > longest) longest = length;
    lineStart = at + 1;
    first2 ??= ending;
  }
  return {
    push(chunk) {
      let bits = 0;
      for (let i = 0; i < chunk.length; i++) {
        const octet2 = chunk[i];
        if (octet2 > CR) {
          bits |= octet2;
        } else if (octet2 === LF) {
          endLine(size + i, i === 0 ? last : chunk[i - 1]);
        } else if (octet2 === CR) {
          cr++;
        } else if (octet2 === 0) {
          nul++;
        }
      }
      all |= bits;
      size += chunk.length;
      last = chunk[chunk.length - 1] ?? last;
    },
    facts: () => ({
      size,
      crlf,
      bareLf,
      bareCr: cr - crlf,
      nul,
      longestLine: Math.max(longest, size - lineStart),
      eightBit: all > 127,
      firstLineEnding: first2
    })
  };
}

// src/adapters/spool/body-store.ts
var FIRST_BUFFER_BYTES = 4096;
function createBodyStore(settings) {
  const { directory, memoryLimit, files } = settings;
  let full = [];
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  let used = 0;
  let size = 0;
  let file;
  let released = false;
  let flushed = Promise.resolve();
  function buffered(chunk) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + buffer.length - used);
      buffer.set(part, used);
      used += part.length;
      at += part.length;
      if (used < buffer.length) continue;
      full.push(buffer);
      buffer = new Uint8Array(Math.min(BODY_CHUNK_BYTES, 2 * buffer.length));
      used = 0;
    }
    size += chunk.length;
  }
  function flush() {
    flushed = flushed.then(writeOut);
    return flushed;
  }
  async function writeOut() {
    if (released) return;
    file ??= await files(directory);
    const parts = full;
    full = [];
    for (const part of parts) await file.append(part);
  }
  async function* read(from) {
    for (let at = 0; at < size; ) {
      if (released) throw new Error("the spooled body was released while it was read");
      const chunk = await from.read(at, Math.min(BODY_CHUNK_BYTES, size - at));
      if (chunk.length === 0) throw new Error("the temporary file of a spooled body was cut short");
      yield chunk;
      at += chunk.length;
    }
  }
  return {
    append(chunk) {
      buffered(chunk);
      return size > memoryLimit && full.length > 0 ? flush() : void 0;
    },
    async finish(lineEnds) {
      const rest = buffer.subarray(0, used);
      if (size <= memoryLimit) return { ...memoryBody(concatBytes([...full, rest])), lineEnds };
      full.push(rest);
      await flush();
      buffer = new Uint8Array(0);
      const from = file;
      return { kind: "body", size, bytes: void 0, lineEnds, open: () => read(from) };
    },
    get location() {
      return file === void 0 ? "memory" : "file";
    },
    async release() {
      released = true;
      full = [];
      await flushed.catch(() => void 0);
      await file?.close();
    }
  };
}

// src/adapters/spool/settings.ts
import { tmpdir } from "node:os";

// src/adapters/spool/temporary-file.ts
import { randomBytes } from "node:crypto";
import { constants, open as open2, unlink } from "node:fs/promises";
import { join } from "node:path";
var systemFiles = async (directory) => {
  const path = join(directory, `postern-${randomBytes(16).toString("hex")}`);
  const { O_CREAT, O_EXCL, O_RDWR } = constants;
  const handle = await open2(path, O_CREAT | O_EXCL | O_RDWR, 384);
  try {
    await unlink(path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let end = 0;
  return {
    async append(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, end);
        done += bytesWritten;
        end += bytesWritten;
      }
    },
    async read(position, length) {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close()
  };
};
var REASONS = {
  ENOSPC: "storage-full",
  EDQUOT: "storage-full",
  EACCES: "no-permission",
  EPERM: "no-permission",
  EROFS: "no-permission"
};
function storageFailure(directory, error) {
  const code = error?.code;
  const message = error instanceof Error ? error.message : String(error);
  const reason = (typeof code === "string" ? REASONS[code] : void 0) ?? "storage-error";
  return { kind: "failed", reason, why: `spool in ${directory}: ${message}` };
}

// src/adapters/spool/settings.ts
var DEFAULT_MEMORY_LIMIT = 262144;
function spoolSettings(options) {
  const settings = {
    directory: options.directory ?? tmpdir(),
    memoryLimit: options.memoryLimit ?? DEFAULT_MEMORY_LIMIT,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    header: { ...DEFAULT_HEADER_LIMITS, ...options.header },
    files: options.files ?? systemFiles
  };
  const problems = [
    ...octetProblems("memoryLimit", settings.memoryLimit, 0),
    ...octetProblems("maxBytes", settings.maxBytes, 1),
    ...Object.entries(settings.header).flatMap(([name, value]) => octetProblems(`header.${name}`, value, 1)),
    ...settings.directory === "" ? [problem3("directory", "is a path, not an empty text")] : []
  ];
  if (problems.length > 0) throw new ConfigurationError("options", problems);
  return settings;
}
function octetProblems(name, value, least) {
  const good = value === Number.POSITIVE_INFINITY || Number.isInteger(value) && value >= least;
  return good ? [] : [problem3(name, `is a whole number of at least ${least}, or Infinity`)];
}
function problem3(name, expected) {
  return { code: "bad-option", message: `spool: ${name} ${expected}`, construct: name };
}

// src/adapters/spool/spool.ts
function createSpool(options = {}) {
  const settings = spoolSettings(options);
  return {
    check: () => check(settings),
    sink: () => createSink(settings),
    receive: (source, signal) => receive(createSink(settings), source, signal)
  };
}
async function check({ files, directory }) {
  try {
    await (await files(directory)).close();
    return void 0;
  } catch (error) {
    return storageFailure(directory, error);
  }
}
async function receive(sink, source, signal) {
  try {
    for await (const chunk of source) {
      if (signal?.aborted === true) break;
      const waiting = sink.write(chunk);
      if (waiting !== void 0) await waiting;
    }
  } catch (error) {
    await sink.abort(error instanceof Error ? error.message : String(error));
  }
  if (signal?.aborted === true) await sink.abort(String(signal.reason));
  return sink.end();
}
function createSink(settings) {
  const { directory, maxBytes } = settings;
  const reader = createHeaderReader(settings.header);
  const scanner = createFactScanner();
  const store = createBodyStore(settings);
  let size = 0;
  let block;
  let refusal2;
  async function refuse3(why) {
    refusal2 ??= why;
    await store.release().catch(() => void 0);
  }
  function failed(error) {
    return refuse3(storageFailure(directory, error));
  }
  function headerEnded({ header, rest }) {
    if (header.kind === "over-limit") return refuse3(header);
    block = header.value;
    return store.append(rest);
  }
  function accept2(chunk) {
    scanner.push(chunk);
    let waiting;
    let at = 0;
    while (block === void 0 && refusal2 === void 0 && at < chunk.length) {
      const read = reader.push(chunk.subarray(at, at + BODY_CHUNK_BYTES));
      at += BODY_CHUNK_BYTES;
      if (read !== void 0) waiting = headerEnded(read);
    }
    if (refusal2 !== void 0 || at >= chunk.length) return waiting;
    return store.append(chunk.subarray(at)) ?? waiting;
  }
  return {
    get refusal() {
      return refusal2;
    },
    write(chunk) {
      if (refusal2 !== void 0) return void 0;
      const waiting = accept2(chunk.subarray(0, maxBytes - size))?.catch(failed);
      size += chunk.length;
      if (refusal2 !== void 0 || size <= maxBytes) return waiting;
      return refuse3({ kind: "over-limit", limit: "message-bytes", at: maxBytes });
    },
    async end() {
      try {
        if (block === void 0 && refusal2 === void 0) await headerEnded(reader.end());
        if (block !== void 0 && refusal2 === void 0) return await spooled(block, scanner.facts(), store);
      } catch (error) {
        await failed(error);
      }
      return refusal2;
    },
    abort: (why) => refuse3({ kind: "aborted", why })
  };
}
async function spooled(block, facts, store) {
  const body = await store.finish(withoutHeader(facts, block));
  return {
    kind: "spooled",
    message: messageFromParts(block, body, facts.firstLineEnding ?? "crlf"),
    facts,
    location: store.location,
    release: () => store.release(),
    [Symbol.asyncDispose]: () => store.release()
  };
}
function withoutHeader(facts, block) {
  let { crlf, bareLf } = facts;
  for (const part of [...block.fields.map((field2) => field2.bytes), block.separator]) {
    const counts = countLineEnds(part);
    crlf -= counts.crlf;
    bareLf -= counts.bareLf;
  }
  return { crlf, bareLf };
}

// src/servers/shared/host.ts
function createHost(settings, signal) {
  const { full, policy: policy2, logger, onTransaction, spoolDirectory, clock } = settings;
  const now = clock ?? (() => /* @__PURE__ */ new Date());
  const newId = idSource(now);
  const conversationOptions = {
    newId,
    signal,
    // Read for each list that runs: one instant for all of its stages, not one for the session.
    get now() {
      return now();
    }
  };
  const { headerBytes, headerFields, fieldBytes, messageBytes } = full;
  const spool = createSpool({
    maxBytes: messageBytes,
    header: { headerBytes, headerFields, fieldBytes },
    ...spoolDirectory === void 0 ? {} : { directory: spoolDirectory }
  });
  return {
    settings,
    spool,
    outlets: { ...settings, log: logger, signal },
    reporter: createReporter(logger, onTransaction),
    port: settings.port,
    draining: false,
    now,
    open: (session) => policy2.open(session, conversationOptions)
  };
}
function idSource(now) {
  const own = randomBytes2(3).toString("hex");
  let count = 0;
  return () => `${now().getTime().toString(36)}${own}${(count++ % 1679616).toString(36).padStart(4, "0")}`;
}

// src/servers/shared/server.ts
async function startServer(settings, load) {
  const engine = await loadEngine(load);
  const shutdown = new AbortController();
  const host = createHost(settings, shutdown.signal);
  const fault2 = await host.spool.check();
  if (fault2 !== void 0) {
    throw new ConfigurationError("server", [{ code: "bad-option", message: fault2.why, construct: "spoolDirectory" }]);
  }
  const connections = /* @__PURE__ */ new Set();
  const server = engineServer(engine, host, connections);
  const address = await listen(server, settings, host);
  let closed;
  const close2 = () => {
    closed ??= drain(server, host, connections, shutdown);
    return closed;
  };
  settings.logger?.info({ event: "listening", protocol: settings.protocol, address, port: host.port }, "listening");
  return { port: host.port, address, close: close2, [Symbol.asyncDispose]: close2 };
}
function listen(server, settings, host) {
  return new Promise((resolve2, reject2) => {
    server.once("error", reject2);
    server.listen(settings.port, settings.host, () => {
      server.off("error", reject2);
      server.on("error", (error) => {
        settings.logger?.debug({ event: "connection-error", error: messageOf2(error) }, "a connection failed");
      });
      const bound = server.server.address();
      if (bound === null || typeof bound === "string") return resolve2(String(bound));
      host.port = bound.port;
      resolve2(bound.address);
    });
  });
}
async function drain(server, host, connections, shutdown) {
  host.draining = true;
  const ended2 = new Promise((resolve2) => server.server.close(() => resolve2()));
  for (const socket of server._pendingSockets.values()) socket.destroy();
  for (const connection of connections) connection.drain();
  const timer = setTimeout(() => {
    shutdown.abort(new Error("the server is closing"));
    for (const connection of connections) {
      connection.cut();
      connection._socket.destroy();
    }
  }, host.settings.full.closeTime);
  await ended2;
  clearTimeout(timer);
  shutdown.abort(new Error("the server is closed"));
}
function engineOptions({ tls, implicitTls, ourName, protocol, full, credentials }) {
  return {
    name: ourName.ascii,
    lmtp: protocol === "lmtp",
    secure: implicitTls === true,
    ...tls === void 0 ? {} : { key: Buffer.from(tls.key), cert: Buffer.from(tls.cert) },
    // Tricks of old, and what is not offered.
    disabledCommands: [
      ...["WIZ", "SHELL", "KILL", "XFORWARD"],
      ...tls === void 0 ? ["STARTTLS"] : [],
      ...credentials === void 0 ? ["AUTH"] : []
    ],
    authMethods: ["PLAIN", "LOGIN"],
    // Whether a login is needed is ours to say, with the reply of RFC 4954.
    authOptional: true,
    hideENHANCEDSTATUSCODES: false,
    // No look-up of our own: the policy's stages ask a resolver.
    disableReverseLookup: true,
    maxCommandLength: LINE_BUFFER_BYTES,
    maxClients: full.connections,
    socketTimeout: full.idleTime,
    logger: false
  };
}
function engineServer(engine, host, connections) {
  const { full } = host.settings;
  const ConnectionOf = connectionClass(engine, host);
  const bySession = /* @__PURE__ */ new WeakMap();
  const perClient = /* @__PURE__ */ new Map();
  function count(address, by) {
    const now = (perClient.get(address) ?? 0) + by;
    if (now > 0) perClient.set(address, now);
    else perClient.delete(address);
    return now;
  }
  return new class extends engine.SMTPServer {
    connect(socket, options) {
      const client = socket.remoteAddress ?? "";
      if (host.draining) return turnAway(socket, shuttingDown);
      if (connections.size >= full.connections || (perClient.get(client) ?? 0) >= full.connectionsPerClient) {
        const fields = { event: "connect", client, decision: "defer", reason: "limit", connections: connections.size };
        host.reporter.log?.warn(fields, "too many connections");
        return turnAway(socket, tooManyConnections);
      }
      const connection = new ConnectionOf(this, socket, options);
      count(client, 1);
      bySession.set(connection.session, connection);
      connections.add(connection);
      this.connections.add(connection);
      this.#clients.set(connection, client);
      connection.on("error", (error) => this._onError(error));
      connection.init();
    }
    #clients = /* @__PURE__ */ new WeakMap();
    onConnect(session, callback) {
      const connection = bySession.get(session);
      if (connection === void 0) return callback(new Error("no session"));
      connection.peer.connect().then(
        (refusal2) => {
          if (refusal2 === void 0) return callback();
          connection.answer(refusal2);
          connection.close();
        },
        (error) => {
          host.reporter.log?.error({ event: "crash", error: messageOf2(error) }, "the connect phase crashed");
          connection.answer({ ...localError, code: 421 });
        }
      );
    }
    onSecure(socket, session, callback) {
      const peer = bySession.get(session)?.peer;
      const tls = tlsFactsOf(socket);
      if (peer === void 0 || tls === void 0 || peer.session.tls !== void 0) return callback();
      peer.secured(tls).then(() => callback(), callback);
    }
    onAuth(auth, session, callback) {
      const connection = bySession.get(session);
      if (connection === void 0) return callback(new Error("no session"));
      const { method, username = "", password, authcid, authzid } = auth;
      const attempt = {
        mechanism: method,
        login: method === "PLAIN" ? authcid ?? "" : username,
        actAs: method === "PLAIN" ? authzid ?? "" : "",
        password: password ?? ""
      };
      connection.peer.authenticate(attempt).then(
        (answer) => {
          if (!("kind" in answer)) return callback(null, { user: answer.name });
          callback(Object.assign(new Error(answer.lines[0]), { responseCode: answer.code }));
          if (connection.peer.authFailures >= full.authFailures) connection.answer(tooManyLogins);
        },
        (error) => callback(Object.assign(new Error(messageOf2(error)), { responseCode: 454 }))
      );
    }
    onClose(session) {
      const connection = bySession.get(session);
      if (connection === void 0 || !connections.delete(connection)) return;
      connection.ended();
      count(this.#clients.get(connection) ?? "", -1);
    }
  }(engineOptions(host.settings));
}
function turnAway(socket, reply2) {
  socket.on("error", () => void 0);
  socket.end(renderReply(reply2));
  socket.resume();
  setTimeout(() => socket.destroy(), 1e3).unref();
}

// src/servers/smtp/server.ts
async function smtpServer(options) {
  return startServer(checkOptions("smtp", options.policy, options, smtpAbilities));
}

// src/core/finding.ts
function finding(key) {
  return {
    key,
    of: (value) => ({ [key]: value }),
    in: (findings) => findings[key]
  };
}

// src/core/stage.ts
function defineStage(definition) {
  const {
    name,
    at,
    needs = [],
    uses = [],
    gives = [],
    edits = [],
    asks = {},
    accepts = false,
    decides = []
  } = definition;
  const info = {
    kind: "stage",
    name,
    at,
    needs: needs.map((key) => key.key),
    uses: uses.map((key) => key.key),
    gives: gives.map((key) => key.key),
    sometimes: [],
    edits,
    decides,
    accepts,
    asks,
    form: { kind: "leaf" }
  };
  return Object.freeze({ ...info, "~type": void 0, run: definition.run });
}

// src/tables/address-keys.ts
var NULL_SENDER_KEY = "<>";
var LONGEST_NAME2 = 255;
function domainKeys(name, subdomains = "parent") {
  const whole = name.toLowerCase();
  if (whole.length > LONGEST_NAME2 || whole.startsWith("[")) return [whole];
  const keys = [whole];
  for (let dot = whole.indexOf(".", 1); dot >= 0; dot = whole.indexOf(".", dot + 1)) {
    const key = whole.slice(subdomains === "parent" ? dot + 1 : dot);
    if (key !== "") keys.push(key);
  }
  return keys;
}
function addressKeys(ip) {
  const delimiter = ip.version === 4 ? "." : ":";
  const keys = [ip.text];
  for (let at = ip.text.lastIndexOf(delimiter); at > 0; at = ip.text.lastIndexOf(delimiter, at - 1)) {
    keys.push(ip.text.slice(0, at));
  }
  return keys;
}
function accessKeys(mailbox, options = {}) {
  const locals = localParts(mailbox, options);
  const domain = domainText(mailbox);
  return [
    ...locals.map((local) => `${local.key}@${domain}`),
    ...domainKeys(domain, options.subdomains),
    ...locals.map((local) => `${local.key}@`)
  ];
}
function virtualKeys(mailbox, local, options = {}) {
  const locals = localParts(mailbox, options);
  const domain = domainText(mailbox);
  return [
    ...locals.map(({ key, unmatched }) => ({ key: `${key}@${domain}`, unmatched })),
    ...local ? locals : [],
    { key: `@${domain}`, unmatched: "" }
  ];
}
function nameKeys({ localPart }, options = {}) {
  const split = extensionOf(localPart, options);
  return split === void 0 ? [localPart.toLowerCase()] : [localPart.toLowerCase(), split.base.toLowerCase()];
}
function userName({ localPart }, options = {}) {
  return (extensionOf(localPart, options)?.base ?? localPart).toLowerCase();
}
function transportKeys(mailbox, options = {}) {
  const domain = domainText(mailbox);
  const addresses = localParts(mailbox, options).map((local) => `${local.key}@${domain}`);
  return [...addresses, ...domainKeys(domain, options.subdomains ?? "dot"), "*"];
}
function localParts({ localPart }, options) {
  const whole = { key: quoteLocalPart(localPart).toLowerCase(), unmatched: "" };
  const split = extensionOf(localPart, options);
  if (split === void 0) return [whole];
  const { base: base2, delimiter, extension } = split;
  return [whole, { key: quoteLocalPart(base2).toLowerCase(), unmatched: `${delimiter}${extension}` }];
}
function extensionOf(localPart, options) {
  const { recipientDelimiter = "" } = options;
  return recipientDelimiter === "" ? void 0 : splitExtension(localPart, recipientDelimiter, options);
}
function domainText({ domain }) {
  return (domain.kind === "domain" ? domain.ascii : domain.text).toLowerCase();
}

// src/tables/memory-table.ts
function knownEntries(table) {
  const { entries } = table;
  return typeof entries === "function" ? [...entries.call(table)] : void 0;
}
function isPatternTable(table) {
  return table.patterns === true;
}
function refuseTable(problems) {
  if (problems.length > 0) throw new ConfigurationError("table", problems);
}
function tableProblem(code, message, source, construct) {
  return construct === void 0 ? { code, message, source } : { code, message, source, construct };
}

// src/stages/access/action.ts
var denied = reply(554, "5.7.1", "Access denied");
var notNow2 = reply(450, "4.7.1", "Access denied");
var UNSUPPORTED = /* @__PURE__ */ new Map([
  ["DEFER_IF_PERMIT", "what later stages decide is not known here; write DEFER"],
  ["DEFER_IF_REJECT", "what later stages decide is not known here; write DEFER or DUNNO"],
  ["FILTER", "set the next hop with a stage of routing"],
  ["PREPEND", "change the header with a stage at the message"],
  ["BCC", "add recipients with a stage at the message"]
]);
function readAction(value) {
  const space2 = value.search(/\s/);
  const word = space2 < 0 ? value : value.slice(0, space2);
  const text = space2 < 0 ? "" : value.slice(space2).trim();
  const coded = readCoded(word, text);
  if (coded !== void 0) return coded;
  const name = word.toUpperCase();
  switch (name) {
    case "OK":
    case "RELAY":
      return action({ kind: "ok" });
    case "DUNNO":
      return action({ kind: "dunno" });
    case "REJECT":
      return action({ kind: "reject", reply: replyFromText(`554 ${text}`, denied) });
    case "DEFER":
      return action({ kind: "defer", reply: replyFromText(`450 ${text}`, notNow2) });
    case "DISCARD":
    case "HOLD":
    case "WARN":
    case "INFO":
      return action({ kind: name.toLowerCase(), text });
    case "REDIRECT":
      return readRedirect(text);
  }
  const why = UNSUPPORTED.get(name);
  if (why !== void 0) return fault("unsupported-action", `${name} is not supported in access tables: ${why}`);
  const message = `${excerpt(word)} is no action of an access table; names of restrictions are not supported here`;
  return fault("unknown-action", message);
}
function readCoded(word, text) {
  if (!/^[0-9]+$/.test(word)) return void 0;
  if (/^[45][0-9][0-9]$/.test(word)) {
    if (text === "") return fault("no-text", `a text is expected behind ${word}: digits alone mean OK`);
    const isReject = word.startsWith("5");
    const fallback = isReject ? denied : notNow2;
    return action({ kind: isReject ? "reject" : "defer", reply: replyFromText(`${word} ${text}`, fallback) });
  }
  if (text === "") return action({ kind: "ok" });
  return fault("unknown-action", `a reply code of a refusal is 400 to 599, not ${excerpt(word)}`);
}
function readRedirect(text) {
  const to = parseMailbox(text);
  return to.kind === "parsed" ? action({ kind: "redirect", to: to.value }) : fault("bad-address", `REDIRECT wants an address: ${to.why}`);
}
function worded(found2, subject, what) {
  return replyFromText(`<${subject.slice(0, 256)}>: ${what} rejected: ${found2.lines[0] ?? ""}`, found2);
}
function action(read) {
  return { kind: "action", action: read };
}
function fault(code, message) {
  return { kind: "fault", code, message };
}

// src/stages/access/access-table.ts
function accessTable(table, allowed) {
  const entries = knownEntries(table);
  const problems = (entries ?? []).flatMap((entry2) => {
    const read = readAllowed(entry2.value, allowed);
    if (read.kind === "action") return [];
    const { code, message } = read;
    return [{ code, message, source: entry2.source ?? { file: table.name }, construct: entry2.value }];
  });
  refuseTable(problems);
  const kinds2 = new Set(entries?.map((entry2) => actionOf(entry2.value).kind));
  const decides = entries === void 0 ? allowed : allowed.filter((kind) => kinds2.has(kind));
  if (entries !== void 0) return { port: table, decides };
  const lookup = (key, call) => {
    const answer = table.lookup(key, call);
    const checked2 = (came) => check2(came, allowed);
    return isThenable(answer) ? Promise.resolve(answer).then(checked2) : checked2(answer);
  };
  return { port: { name: table.name, lookup }, decides };
}
function actionOf(value) {
  const read = readAction(value);
  return read.kind === "action" ? read.action : { kind: "dunno" };
}
function check2(answer, allowed) {
  if (answer.kind !== "found") return answer;
  const read = readAllowed(answer.value.value, allowed);
  return read.kind === "action" ? answer : cannotTell(read.message, false);
}
function readAllowed(value, allowed) {
  const read = readAction(value);
  if (read.kind === "fault" || read.action.kind !== "hold" || allowed.includes("hold")) return read;
  const message = "HOLD stands in tables of recipientAccess only, where relay control has been asked before";
  return { kind: "fault", code: "unsupported-action", message };
}

// src/tables/search.ts
function searchTable(table, keys, ask) {
  return searchFrom(isPatternTable(table) ? keys.slice(0, 1) : keys, ask, 0);
}
function searchFrom(keys, ask, from) {
  for (let index = from; index < keys.length; index++) {
    const key = keys[index];
    const answer = ask(key);
    if (isThenable(answer)) {
      return Promise.resolve(answer).then((came) => hit(came, key, index) ?? searchFrom(keys, ask, index + 1));
    }
    const known = hit(answer, key, index);
    if (known !== void 0) return known;
  }
  return notFound();
}
function hit(answer, key, index) {
  if (answer.kind === "not-found") return void 0;
  return answer.kind === "found" ? found({ key, index, entry: answer.value }) : answer;
}

// src/stages/access/judge.ts
var nothingAsked = { finding: { kind: "none" }, decision: void 0 };
function judge(question, ctx) {
  const answer = searchTable(question.table, question.keys, (key) => ctx.ask("table", "lookup", key));
  const conclude2 = (came) => judgementOf(came, question, ctx);
  return isThenable(answer) ? Promise.resolve(answer).then(conclude2) : conclude2(answer);
}
function judgementOf(answer, question, ctx) {
  if (answer.kind === "not-found") return nothingAsked;
  if (answer.kind === "cannot-tell") return { finding: { kind: "cannot-tell", why: answer.why }, decision: void 0 };
  const { key, entry: entry2 } = answer.value;
  const { value, source } = entry2;
  const action3 = actionOf(value);
  ctx.note({
    kind: "rule",
    source: source ?? { file: question.table.name },
    text: `${key} ${value}`.slice(0, 200),
    matched: true,
    on: question.subject.slice(0, 200),
    result: value.slice(0, 200)
  });
  const finding2 = { kind: "matched", key, action: action3.kind, value, source };
  return { finding: finding2, decision: decisionOf(action3, question, `${question.table.name}: ${key} ${value}`) };
}
function decisionOf(action3, question, detail) {
  switch (action3.kind) {
    case "ok":
      return question.suspicious === true ? void 0 : accept("access", detail);
    case "reject":
      return reject("access", worded(action3.reply, question.subject, question.what), detail);
    case "defer":
      return defer("access", worded(action3.reply, question.subject, question.what), detail);
    case "discard":
      return discard("access", detail);
    case "hold":
      return hold("access", detail);
    case "redirect":
      return redirect(action3.to, "access", detail);
    case "dunno":
    case "warn":
    case "info":
      return void 0;
  }
}
function early(decision) {
  if (decision?.kind === "hold") throw new Error("HOLD before RCPT");
  return decision;
}

// src/stages/access/client-access.ts
var clientAccessFinding = finding("clientAccess");
function clientAccess(table, options = {}) {
  const { cannotTell: cannotTell2 = "defer", subdomains } = options;
  const { port, decides } = accessTable(table, ["redirect"]);
  return defineStage({
    name: "clientAccess",
    at: "connect",
    gives: [clientAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell: cannotTell2 } },
    run: ({ session }, ctx) => {
      const { ip } = session.client;
      if (ip === void 0) return resultOf(nothingAsked);
      const name = hostName(session);
      const keys = [...name === void 0 ? [] : domainKeys(name, subdomains), ...addressKeys(ip)];
      const subject = `${name ?? "unknown"}[${ip.text}]`;
      const judged = judge({ table, keys, subject, what: "Client host" }, ctx);
      return isThenable(judged) ? Promise.resolve(judged).then(resultOf) : resultOf(judged);
    }
  });
}
function hostName({ client }) {
  if (client.name.kind === "verified") return client.name.name.ascii;
  return client.name.kind === "not-looked-up" ? void 0 : "unknown";
}
function resultOf(judged) {
  const findings = clientAccessFinding.of(judged.finding);
  const decision = early(judged.decision);
  return decision === void 0 ? { findings } : { findings, decision };
}

// src/stages/access/helo-access.ts
var heloAccessFinding = finding("heloAccess");
function heloAccess(table, options = {}) {
  const { cannotTell: cannotTell2 = "defer", subdomains } = options;
  const { port, decides } = accessTable(table, ["redirect"]);
  return defineStage({
    name: "heloAccess",
    at: "helo",
    gives: [heloAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell: cannotTell2 } },
    run: ({ helo }, ctx) => {
      if (helo === void 0 || helo === "") return resultOf2(nothingAsked);
      const keys = keysOf(helo, subdomains);
      const judged = judge({ table, keys, subject: helo, what: "Helo command" }, ctx);
      return isThenable(judged) ? Promise.resolve(judged).then(resultOf2) : resultOf2(judged);
    }
  });
}
function keysOf(helo, subdomains) {
  const keys = domainKeys(helo, subdomains);
  return /^[0-9.]+$/.test(keys[0] ?? "") ? keys.slice(0, 1) : keys;
}
function resultOf2(judged) {
  const findings = heloAccessFinding.of(judged.finding);
  const decision = early(judged.decision);
  return decision === void 0 ? { findings } : { findings, decision };
}

// src/stages/access/recipient-access.ts
var recipientAccessFinding = finding("recipientAccess");
function recipientAccess(table, options = {}) {
  const { cannotTell: cannotTell2 = "defer" } = options;
  const { port, decides } = accessTable(table, ["hold", "redirect"]);
  return defineStage({
    name: "recipientAccess",
    at: "rcpt",
    gives: [recipientAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell: cannotTell2 } },
    run: ({ recipient: { address } }, ctx) => {
      const keys = accessKeys(address, options);
      const suspicious = /[@%!]/.test(address.localPart);
      const judged = judge({ table, keys, subject: address.text, what: "Recipient address", suspicious }, ctx);
      return isThenable(judged) ? Promise.resolve(judged).then(resultOf3) : resultOf3(judged);
    }
  });
}
function resultOf3({ finding: found2, decision }) {
  const findings = recipientAccessFinding.of(found2);
  return decision === void 0 ? { findings } : { findings, decision };
}

// src/stages/access/sender-access.ts
var senderAccessFinding = finding("senderAccess");
function senderAccess(table, options = {}) {
  const { cannotTell: cannotTell2 = "defer" } = options;
  const { port, decides } = accessTable(table, ["redirect"]);
  return defineStage({
    name: "senderAccess",
    at: "mail",
    gives: [senderAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell: cannotTell2 } },
    run: ({ sender }, ctx) => {
      const isNull = sender.kind === "null-path";
      const keys = isNull ? [NULL_SENDER_KEY] : accessKeys(sender, options);
      const judged = judge({ table, keys, subject: isNull ? "" : sender.text, what: "Sender address" }, ctx);
      return isThenable(judged) ? Promise.resolve(judged).then(resultOf4) : resultOf4(judged);
    }
  });
}
function resultOf4(judged) {
  const findings = senderAccessFinding.of(judged.finding);
  const decision = early(judged.decision);
  return decision === void 0 ? { findings } : { findings, decision };
}

// src/tables/checks/finding.ts
var headerChecksFinding = finding("headerChecks");
var bodyChecksFinding = finding("bodyChecks");
var HIT_LIMIT = 1e3;

// src/core/edit.ts
function insertHeader(before, field2) {
  return { kind: "insert-header", before, field: field2 };
}
function replaceHeader(target, field2) {
  return { kind: "replace-header", target, field: field2 };
}
function removeHeader(target) {
  return { kind: "remove-header", target };
}
function replaceBody2(body) {
  return { kind: "replace-body", body };
}
function addRecipient(address, nextHop) {
  return nextHop === void 0 ? { kind: "add-recipient", address } : { kind: "add-recipient", address, nextHop };
}
function removeRecipient(recipient) {
  return { kind: "remove-recipient", recipient };
}
function expandRecipient(recipient, to) {
  return { kind: "expand-recipient", recipient, to };
}
function setNextHop(recipient, nextHop) {
  return { kind: "set-next-hop", recipient, nextHop };
}

// src/tables/checks/action.ts
var kinds = /* @__PURE__ */ new Map([
  ["BCC", "bcc"],
  ["DISCARD", "discard"],
  ["DUNNO", "dunno"],
  ["OK", "dunno"],
  ["FILTER", "filter"],
  ["HOLD", "hold"],
  ["IGNORE", "ignore"],
  ["INFO", "info"],
  ["PASS", "pass"],
  ["PREPEND", "prepend"],
  ["REDIRECT", "redirect"],
  ["REJECT", "reject"],
  ["REPLACE", "replace"],
  ["STRIP", "strip"],
  ["WARN", "warn"]
]);
function actionKind(result) {
  return kinds.get(splitWord(result)[0].toUpperCase());
}
function parseAction(result, subject) {
  const [word, text] = splitWord(result);
  const kind = kinds.get(word.toUpperCase());
  switch (kind) {
    case void 0:
      return wrong("unknown-action", `one of ${[...kinds.keys()].join(", ")} is expected`);
    case "dunno":
      return action2({ kind });
    case "filter":
      return parseFilter(text);
    case "redirect":
    case "bcc":
      return parseTarget(kind, text);
    case "prepend":
    case "replace":
      return parseText(kind, text, subject);
    default:
      return action2({ kind, text });
  }
}
function parseFilter(text) {
  const colon = text.indexOf(":");
  if (colon < 1) return wrong("bad-action", "FILTER takes transport:destination");
  return action2({ kind: "filter", transport: text.slice(0, colon), destination: text.slice(colon + 1) });
}
function parseTarget(kind, text) {
  const address = parseMailbox(decodeText(encodeLatin1(text)));
  if (address.kind === "parsed") return action2({ kind, address: address.value });
  return wrong("bad-action", `${kind.toUpperCase()} takes user@domain: ${address.why}`);
}
function parseText(kind, text, subject) {
  if (text === "") return wrong("bad-action", `${kind.toUpperCase()} takes a text`);
  if (subject === "header" && !isField(text)) {
    return wrong("bad-action", `${kind.toUpperCase()} takes a header field, "Name: value"`);
  }
  return action2({ kind, text });
}
function isField(text) {
  return /^[\x21-\x39\x3b-\x7e]{1,200}[ \t]{0,20}:/.test(text.slice(0, 230));
}
function splitWord(result) {
  const space2 = /[ \t-\r]/.exec(result)?.index ?? result.length;
  return [result.slice(0, space2), result.slice(space2).replace(/^[ \t-\r]{1,100}/, "")];
}
function action2(value) {
  return { kind: "action", action: value };
}
function wrong(code, why) {
  return { kind: "wrong", code, why };
}

// src/tables/checks/action-table.ts
function actionTable(table, subject) {
  const problems = [];
  const kinds2 = /* @__PURE__ */ new Set();
  const constant = table.rules.map((rule) => {
    const kind = actionKind(rule.result);
    if (kind !== void 0) kinds2.add(kind);
    const parsed2 = rule.constant === void 0 ? void 0 : parseAction(rule.constant, subject);
    const problem4 = problemOf(rule, kind, parsed2);
    if (problem4 !== void 0) problems.push(problem4);
    return parsed2;
  });
  if (problems.length > 0) throw new ConfigurationError("table", problems);
  return { table, kinds: kinds2, actionOf: ({ index, value }) => constant[index] ?? parseAction(value, subject) };
}
function problemOf(rule, kind, parsed2) {
  const at = { construct: rule.result.slice(0, 120), source: rule.source };
  if (parsed2?.kind === "wrong") return { code: parsed2.code, message: parsed2.why, ...at };
  if (kind === void 0) return { code: "unknown-action", message: "the action must be written out", ...at };
  return void 0;
}

// src/tables/checks/notes.ts
var TEXT_LIMIT = 200;
function shown(octets3) {
  return clip(sanitiseFieldText(decodeText(encodeLatin1(octets3.slice(0, 4 * TEXT_LIMIT)))));
}
function clip(text) {
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT - 3)}...` : text;
}
function noteMatch(ctx, { rule, value }, on, hidden) {
  const result = hidden ? rule.result : value;
  ctx.note({
    kind: "rule",
    source: rule.source,
    text: clip(rule.text),
    matched: true,
    on: shown(on),
    result: shown(result)
  });
}
function noteOthers(ctx, table, matched) {
  for (const [index, { source, text }] of table.rules.entries()) {
    if (!matched.has(index)) ctx.note({ kind: "rule", source, text: clip(text), matched: false });
  }
}
function remark(ctx, text) {
  ctx.note({ kind: "remark", text });
}

// src/tables/checks/outcome.ts
function envelopeEdits(kinds2) {
  const edits = [];
  const both = kinds2.has("hold") && kinds2.has("redirect");
  if (kinds2.has("bcc") || both) edits.push("add-recipient");
  if (both) edits.push("remove-recipient");
  if (kinds2.has("filter")) edits.push("set-next-hop");
  return edits;
}
function checksDecide(kinds2) {
  return ["hold", "redirect"].filter((kind) => kinds2.has(kind));
}
function newOutcome() {
  return { end: void 0, hold: void 0, nextHop: void 0, bcc: [] };
}
function take2(outcome, action3) {
  switch (action3.kind) {
    case "reject":
    case "discard":
      outcome.end = { kind: action3.kind, text: action3.text };
      return;
    case "redirect":
      outcome.end = { kind: "redirect", to: action3.address };
      return;
    case "pass":
      outcome.end = { kind: "pass" };
      return;
    case "hold":
      outcome.hold ??= action3.text;
      return;
    case "bcc":
      outcome.bcc.push(action3.address);
      return;
    case "filter":
      outcome.nextHop = { transport: action3.transport, destination: action3.destination };
      return;
    case "dunno":
    case "info":
    case "warn":
    case "ignore":
    case "strip":
    case "prepend":
    case "replace":
      return;
  }
}
function decisionOf2({ end, hold: held }, why) {
  switch (end?.kind) {
    case "reject":
      return refuse2(end.text, why);
    case "discard":
      return discard("content", why);
    case "redirect":
      return held === void 0 ? redirect(end.to, "content", why) : hold("content", held === "" ? why : held);
    default:
      return held === void 0 ? void 0 : hold("content", held === "" ? why : held);
  }
}
function isLost({ end }) {
  return end?.kind === "reject" || end?.kind === "discard";
}
function envelopeEditsOf(outcome, recipients) {
  const { end, bcc, nextHop } = outcome;
  const filtered = nextHop === void 0 ? [] : recipients.map((recipient) => setNextHop(recipient, nextHop));
  if (end?.kind !== "redirect") return [...filtered, ...bcc.map((address) => addRecipient(address, nextHop))];
  if (outcome.hold === void 0) return filtered;
  return [addRecipient(end.to, nextHop), ...recipients.map((recipient) => removeRecipient(recipient))];
}
var rejected = Object.freeze({
  kind: "reply",
  code: 550,
  enhanced: "5.7.1",
  lines: ["message content rejected"]
});
var deferred = Object.freeze({ ...rejected, code: 451, enhanced: "4.7.1" });
function refuse2(text, why) {
  const reply2 = replyFromText(text, /^4\.[0-9]{1,3}\.[0-9]{1,3}(?: |$)/.test(text) ? deferred : rejected);
  return reply2.code < 500 ? defer("content", reply2, why) : reject("content", reply2, why);
}

// src/stages/body-checks/changed-body.ts
function changedBody(body, window, splices) {
  const beginning = spliced(window, splices);
  if (window.length >= body.size) return memoryBody(beginning);
  if (body.bytes !== void 0) return memoryBody(concatBytes([beginning, body.bytes.subarray(window.length)]));
  const size = body.size - window.length + beginning.length;
  return { kind: "body", size, bytes: void 0, open: () => join2(beginning, body, window.length) };
}
function spliced(window, splices) {
  const parts = [];
  let at = 0;
  for (const { from, to, by } of splices) {
    parts.push(window.subarray(at, from), by);
    at = to;
  }
  return concatBytes([...parts, window.subarray(at)]);
}
async function* join2(beginning, body, skip) {
  yield* memoryBody(beginning).open();
  let left2 = skip;
  for await (const chunk of body.open()) {
    const rest = chunk.subarray(Math.min(left2, chunk.length));
    left2 -= Math.min(left2, chunk.length);
    if (rest.length > 0) yield rest;
  }
}
async function readBeginning(body, size) {
  const parts = [];
  let have = 0;
  for await (const chunk of body.open()) {
    parts.push(chunk.length > size - have ? chunk.subarray(0, size - have) : chunk);
    have += chunk.length;
    if (have >= size) break;
  }
  return concatBytes(parts);
}

// src/stages/body-checks/lines.ts
function windowSize({ sizeLimit: sizeLimit2, lineLimit }) {
  return 2 * sizeLimit2 + lineLimit + 2;
}
function* pieces(window, { sizeLimit: sizeLimit2, lineLimit }) {
  let counted = 0;
  let line = 0;
  for (let start = 0; start < window.length; ) {
    const lf = window.indexOf(LF, start);
    const next = lf === -1 ? window.length : lf + 1;
    const end = lf === -1 ? next : lf > start && window[lf - 1] === CR ? lf - 1 : lf;
    line++;
    for (let from = start; ; ) {
      if (counted >= sizeLimit2) return;
      const to = Math.min(end, from + lineLimit);
      yield { line, start: from, end: to, next: to === end ? next : to };
      counted += to - from;
      from = to;
      if (to === end) break;
    }
    counted++;
    start = next;
  }
}

// src/stages/body-checks/body-checks.ts
function bodyChecks(table, options = {}) {
  const actions = actionTable(table, "body");
  const limits = { sizeLimit: options.sizeLimit ?? 51200, lineLimit: options.lineLimit ?? 2048 };
  return defineStage({
    name: "bodyChecks",
    at: "message",
    uses: [headerChecksFinding],
    gives: [bodyChecksFinding],
    edits: editsFor(actions.kinds),
    decides: checksDecide(actions.kinds),
    run(tx, ctx) {
      if (tx.findings.headerChecks?.passed === true) return clean;
      const { body } = tx.message;
      const size = windowSize(limits);
      if (body.bytes !== void 0) return check3(actions, limits, tx, ctx, body.bytes.subarray(0, size));
      return readBeginning(body, size).then((window) => check3(actions, limits, tx, ctx, window));
    }
  });
}
var changing = ["prepend", "replace", "ignore", "strip"];
function editsFor(kinds2) {
  const body = changing.some((kind) => kinds2.has(kind)) ? ["replace-body"] : [];
  return [...body, ...envelopeEdits(kinds2)];
}
var clean = Object.freeze({ findings: bodyChecksFinding.of({ hits: [], passed: false }) });
function check3(actions, limits, tx, ctx, window) {
  const text = decodeLatin1(window);
  const folded2 = text.toLowerCase();
  const rules = actions.table.within(folded2);
  if (rules === void 0) {
    if (ctx.detail) noteOthers(ctx, actions.table, /* @__PURE__ */ new Set());
    return clean;
  }
  return checkLines(actions, rules, tx, ctx, { window, text, folded: folded2, limits });
}
function checkLines(actions, rules, tx, ctx, body) {
  const hits = [];
  const splices = [];
  const outcome = newOutcome();
  const matched = /* @__PURE__ */ new Set();
  let why = "";
  for (const piece of pieces(body.window, body.limits)) {
    const { line, start, end } = piece;
    const match = rules.match(body.text.slice(start, end), body.folded.slice(start, end));
    if (match === void 0) continue;
    const read = actions.actionOf(match);
    const { source } = match.rule;
    matched.add(match.index);
    if (hits.length < HIT_LIMIT) noteMatch(ctx, match, `line ${line}`, true);
    if (read.kind === "wrong") {
      remark(ctx, `nothing done for line ${line}: ${read.why}`);
      continue;
    }
    const { action: action3 } = read;
    if (hits.length < HIT_LIMIT) {
      hits.push({ source, rule: clip(match.rule.text), action: action3.kind, line });
      report(ctx, action3, match.rule.result, line);
    }
    take2(outcome, action3);
    splices.push(...spliceFor(action3, piece, body.window, tx.message));
    why = `${actions.table.name}:${source.line ?? 0}: line ${line} of the body`;
    if (outcome.end !== void 0) break;
  }
  if (ctx.detail) noteOthers(ctx, actions.table, matched);
  if (hits.length === 0) return clean;
  const findings = bodyChecksFinding.of({ hits, passed: outcome.end?.kind === "pass" });
  const edits = [];
  if (!isLost(outcome)) {
    if (splices.length > 0) edits.push(replaceBody2(changedBody(tx.message.body, body.window, splices)));
    edits.push(...envelopeEditsOf(outcome, tx.recipients));
  }
  const decision = decisionOf2(outcome, why);
  return decision === void 0 ? { findings, edits } : { findings, edits, decision };
}
function spliceFor(action3, piece, window, message) {
  const { start, end, next } = piece;
  switch (action3.kind) {
    case "prepend": {
      const lineEnd = next > end ? window.subarray(end, next) : encodeLatin1(message.lineEnding === "lf" ? "\n" : "\r\n");
      const line = encodeLatin1(oneLine(action3.text));
      const by = new Uint8Array(line.length + lineEnd.length);
      by.set(line);
      by.set(lineEnd, line.length);
      return [{ from: start, to: start, by }];
    }
    case "replace":
      return [{ from: start, to: end, by: encodeLatin1(oneLine(action3.text)) }];
    case "ignore":
    case "strip":
      return [{ from: start, to: isWholeLine(piece, window) ? next : end, by: new Uint8Array(0) }];
    default:
      return [];
  }
}
function isWholeLine({ start }, window) {
  return start === 0 || window[start - 1] === 10;
}
function oneLine(text) {
  return /[\r\n\0]/.test(text) ? text.replace(/[\r\n\0]/g, "?") : text;
}
function report(ctx, action3, result, line) {
  if (action3.kind === "warn" || action3.kind === "info" || action3.kind === "strip") {
    remark(ctx, `${action3.kind}: line ${line} of the body: ${shown(result)}`);
  }
}

// src/stages/header-checks/field-text.ts
function fieldText(field2, limit) {
  const { bytes } = field2;
  let text = decodeLatin1(bytes.length > limit ? bytes.subarray(0, limit) : bytes);
  if (text.includes("\r\n")) text = text.replaceAll("\r\n", "\n");
  if (text.endsWith("\n")) text = text.slice(0, -1);
  if (isMailboxLineField(field2)) return `${field2.name}: ${text}`;
  return text.charCodeAt(field2.name.length) === 58 ? text : withoutSpace(text, field2.name.length);
}
function withoutSpace(text, nameLength) {
  const colon = text.indexOf(":", nameLength);
  return colon === -1 ? text : text.slice(0, nameLength) + text.slice(colon);
}
function makeFieldFrom(text) {
  const colon = text.indexOf(":");
  const name = text.slice(0, colon).trimEnd();
  let value = "";
  const rest = text.slice(colon + 1);
  for (let at = 0; at < rest.length; at++) {
    const code = rest.charCodeAt(at);
    const next = rest.charCodeAt(at + 1);
    if (code === 10 && (next === 32 || next === 9)) value += "\r\n";
    else value += code < 32 && code !== 9 || code === 127 ? "?" : rest.charAt(at);
  }
  return fieldOver(encodeLatin1(`${name}:${value}\r
`), name.length, name.length + 1, "added");
}

// src/stages/header-checks/header-checks.ts
function headerChecks(table, options = {}) {
  const actions = actionTable(table, "header");
  const limit = options.headerSizeLimit ?? 102400;
  return defineStage({
    name: "headerChecks",
    at: "message",
    gives: [headerChecksFinding],
    edits: editsFor2(actions.kinds),
    decides: checksDecide(actions.kinds),
    run: (tx, ctx) => check4(actions, limit, tx, ctx)
  });
}
function editsFor2(kinds2) {
  const edits = [];
  if (kinds2.has("prepend")) edits.push("insert-header");
  if (kinds2.has("replace")) edits.push("replace-header");
  if (kinds2.has("ignore") || kinds2.has("strip")) edits.push("remove-header");
  return [...edits, ...envelopeEdits(kinds2)];
}
var clean2 = Object.freeze({ findings: headerChecksFinding.of({ hits: [], passed: false }) });
function check4(actions, limit, tx, ctx) {
  const { table } = actions;
  const hits = [];
  const edits = [];
  const outcome = newOutcome();
  const matched = /* @__PURE__ */ new Set();
  let why = "";
  for (const field2 of tx.message.header) {
    const text = fieldText(field2, limit);
    const match = table.match(text);
    if (match === void 0) continue;
    matched.add(match.index);
    const noted = hits.length < HIT_LIMIT;
    if (noted) noteMatch(ctx, match, text, false);
    const read = actions.actionOf(match);
    if (read.kind === "wrong") {
      remark(ctx, `nothing done for ${field2.name}: ${read.why}: ${shown(match.value)}`);
      continue;
    }
    const { action: action3 } = read;
    const { source } = match.rule;
    if (noted) {
      hits.push({ source, rule: clip(match.rule.text), action: action3.kind, field: field2.name });
      report2(ctx, action3, text);
    }
    take2(outcome, action3);
    edits.push(...fieldEdits(action3, field2));
    why = `${table.name}:${source.line ?? 0}: ${shown(text)}`;
    if (outcome.end !== void 0) break;
  }
  if (ctx.detail) noteOthers(ctx, table, matched);
  if (hits.length === 0) return clean2;
  const findings = headerChecksFinding.of({ hits, passed: outcome.end?.kind === "pass" });
  const all = isLost(outcome) ? [] : [...edits, ...envelopeEditsOf(outcome, tx.recipients)];
  const decision = decisionOf2(outcome, why);
  return decision === void 0 ? { findings, edits: all } : { findings, edits: all, decision };
}
function fieldEdits(action3, field2) {
  switch (action3.kind) {
    case "prepend":
      return [insertHeader(field2, makeFieldFrom(action3.text))];
    case "replace":
      return [replaceHeader(field2, makeFieldFrom(action3.text))];
    case "ignore":
    case "strip":
      return [removeHeader(field2)];
    default:
      return [];
  }
}
function report2(ctx, action3, text) {
  if (action3.kind !== "warn" && action3.kind !== "info" && action3.kind !== "strip") return;
  remark(ctx, `${action3.kind}: ${action3.text === "" ? "content matched" : shown(action3.text)}: ${shown(text)}`);
}

// src/values/received.ts
var HOP_LIMIT = 50;
function countReceived(message) {
  return fieldsNamed(message, "received").length;
}

// src/stages/loop-detection/loop-detection.ts
var loopFinding = finding("loop");
var tooManyHops = reply(554, "5.4.6", "Too many hops: this message is in a mail loop");
var cameBack = reply(554, "5.4.6", "Mail forwarding loop: this message has been delivered here before");
function loopDetection(options = {}) {
  const { maxReceived = HOP_LIMIT, deliveredTo = true } = options;
  if (!Number.isSafeInteger(maxReceived) || maxReceived < 1) {
    const message = "maxReceived is a whole number above 0";
    throw new ConfigurationError("options", [{ code: "bad-limit", message, construct: String(maxReceived) }]);
  }
  return defineStage({
    name: "loopDetection",
    at: "message",
    gives: [loopFinding],
    run: ({ message, recipients }) => {
      const received = countReceived(message);
      const again = deliveredTo ? deliveredBefore(message, recipients) : [];
      const findings = loopFinding.of({ received, deliveredTo: again });
      if (received > maxReceived) {
        return {
          findings,
          decision: reject("loop", tooManyHops, `${received} Received fields, at most ${maxReceived}`)
        };
      }
      if (again.length === 0 || again.length < recipients.length) return { findings };
      return { findings, decision: reject("loop", cameBack, `Delivered-To: ${again[0]}`) };
    }
  });
}
function deliveredBefore(message, recipients) {
  const fields = fieldsNamed(message, "delivered-to");
  if (fields.length === 0) return [];
  const names = new Set(fields.map((field2) => field2.value.toLowerCase().replace(/^<(.*)>$/, "$1")));
  return recipients.map((one) => one.address.text).filter((text) => names.has(text.toLowerCase()));
}

// src/tables/domain-set.ts
function readDomains(names, option) {
  const problems = [];
  const domains2 = [];
  for (const name of names) {
    const domain = readDomain2(name, option);
    if ("kind" in domain) domains2.push(domain);
    else problems.push({ ...domain, construct: name });
  }
  return { set: domainSet(domains2), domains: domains2, problems };
}
function domainSet(domains2) {
  const names = new Set(domains2.map(nameOf2));
  return {
    has: (domain) => names.has(nameOf2(domain)),
    hasParentOf: (domain) => domain.kind === "domain" && hasParent(names, domain.ascii)
  };
}
function readDomain2(name, option) {
  const below = /^\*?\.(.*)$/.exec(name)?.[1];
  if (below !== void 0) {
    const message = `${option}: a pattern is no domain and would match nothing; name each domain, or write relayDomains: ['${below}'] for ${below} and all below it`;
    return { code: "wildcard-domain", message };
  }
  const literal3 = name.startsWith("[") && name.endsWith("]");
  const domain = literal3 ? parseAddressLiteral(name.slice(1, -1)) : parseDomain(name);
  return domain.kind === "parsed" ? domain.value : { code: "bad-domain", message: `${option}: ${domain.why}` };
}
function hasParent(names, name) {
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    if (names.has(name.slice(dot + 1))) return true;
  }
  return false;
}
function nameOf2(domain) {
  return domain.kind === "domain" ? domain.ascii : domain.text;
}

// src/values/network-map.ts
function networkMap(entries) {
  const kept = [...entries];
  const levels = { 4: levelsOf(kept, 4), 6: levelsOf(kept, 6) };
  return {
    kind: "network-map",
    size: kept.length,
    find: (ip) => {
      const position = firstPosition(levels[ip.version], ip);
      return position === void 0 ? void 0 : kept[position];
    }
  };
}
function levelsOf(entries, version) {
  const byPrefix = /* @__PURE__ */ new Map();
  for (const [position, { network }] of entries.entries()) {
    if (network.address.version !== version) continue;
    let level = byPrefix.get(network.prefix);
    if (level === void 0) {
      level = { prefix: network.prefix, root: /* @__PURE__ */ new Map(), first: position };
      byPrefix.set(network.prefix, level);
    }
    addFirst(level, network.address.words, position);
  }
  return [...byPrefix.values()].sort((a, b) => a.first - b.first);
}
function addFirst({ prefix, root }, words, position) {
  let map = root;
  for (let i = 0; ; i++) {
    const key = keyOf(words, i, prefix);
    const next = map.get(key);
    if (32 * (i + 1) >= prefix) {
      if (next === void 0) map.set(key, position);
      return;
    }
    const inner = typeof next === "object" ? next : /* @__PURE__ */ new Map();
    if (next === void 0) map.set(key, inner);
    map = inner;
  }
}
function firstPosition(levels, ip) {
  let best;
  for (const level of levels) {
    if (best !== void 0 && best < level.first) break;
    let found2 = level.root.get(keyOf(ip.words, 0, level.prefix));
    for (let i = 1; typeof found2 === "object"; i++) found2 = found2.get(keyOf(ip.words, i, level.prefix));
    if (found2 !== void 0 && (best === void 0 || found2 < best)) best = found2;
  }
  return best;
}
function keyOf(words, i, prefix) {
  return maskWord(words[i] ?? 0, prefix - 32 * i) | 0;
}

// src/stages/relay-control/relay-control.ts
var relayFinding = finding("relay");
var denied2 = reply(554, "5.7.1", "Relay access denied");
function relayControl(options) {
  const compiled = compile(options);
  return defineStage({
    name: "relayControl",
    at: "rcpt",
    gives: [relayFinding],
    run: ({ session, recipient }) => {
      const relay = trust(session, compiled) ?? destination(recipient.address, compiled);
      const findings = relayFinding.of(relay);
      if (relay.permittedBy !== "none") return { findings };
      const shown2 = replyFromText(`<${recipient.address.text}>: Relay access denied`, denied2);
      return { findings, decision: reject("relay-denied", shown2, relay.evidence) };
    }
  });
}
function trust({ client, login }, compiled) {
  if (client.ip === void 0) return { permittedBy: "local-session", evidence: "the client has no address" };
  const network = compiled.networks.find(client.ip)?.network;
  if (network !== void 0) return { permittedBy: "network", evidence: network.text };
  if (login !== void 0 && compiled.logins) return { permittedBy: "login", evidence: login.name };
  return void 0;
}
function destination({ localPart, domain, text }, { domains: domains2, relayDomains }) {
  const route2 = /[@%!]/.exec(localPart);
  if (route2 !== null) return { permittedBy: "none", evidence: `"${route2[0]}" in the local part of ${text}` };
  const evidence = domain.kind === "domain" ? domain.ascii : domain.text;
  if (domains2.has(domain)) return { permittedBy: "domain", evidence };
  const relayed = relayDomains.has(domain) || relayDomains.hasParentOf(domain);
  return { permittedBy: relayed ? "relay-domain" : "none", evidence };
}
function compile({ domains: domains2, relayDomains = [], networks = [], logins = true }) {
  const ours2 = readDomains(domains2, "domains");
  const relayed = readDomains(relayDomains, "relayDomains");
  const problems = [...ours2.problems, ...relayed.problems];
  const entries = [];
  for (const construct of networks) {
    const network = parseNetwork(construct);
    if (network.kind === "parsed") entries.push({ network: network.value, value: construct });
    else problems.push({ code: "bad-network", message: `networks: ${network.why}`, construct });
  }
  if (problems.length > 0) throw new ConfigurationError("options", problems);
  return { domains: ours2.set, relayDomains: relayed.set, networks: networkMap(entries), logins };
}

// src/stages/routing/conclude.ts
var unknownUser = reply(550, "5.1.1", "User unknown");
var refusedByTransport = reply(550, "5.1.0", "Recipient address rejected");
var retryLater = reply(450, "4.3.0", "Recipient address rejected");
var brokenAlias = reply(550, "5.3.5", "Recipient cannot be delivered to");
var aliasError = reply(451, "4.6.0", "Alias expansion error");
function conclude(recipient, addressClass, resolution) {
  const { steps } = resolution;
  if (resolution.kind !== "resolved") {
    const finding3 = { class: addressClass, destinations: [], steps, fault: resolution.why };
    const decision2 = resolution.kind === "over-limit" ? defer("routing", aliasError, resolution.why) : void 0;
    return { finding: finding3, decision: decision2, edits: [] };
  }
  const { destinations } = resolution;
  const decision = refusal(recipient, destinations);
  const failed = destinations.find((one) => one.kind !== "deliver");
  const fault2 = destinations.length === 0 ? LOOP : failed === void 0 ? void 0 : whyOf(failed);
  const finding2 = { class: addressClass, destinations: destinations.map(routed2), steps, fault: fault2 };
  return { finding: finding2, decision, edits: decision === void 0 ? editsOf(recipient, destinations) : [] };
}
var LOOP = "the aliases lead only to one another";
function refusal(recipient, destinations) {
  const first2 = destinations[0];
  if (first2 === void 0) return defer("routing", aliasError, LOOP);
  const retry = destinations.find((one) => one.kind === "deliver" && one.nextHop.transport === "retry");
  if (retry !== void 0) return defer("routing", wordedReply(retry, retryLater, recipient), whyOf(retry));
  if (!destinations.every(isRefused)) return void 0;
  switch (first2.kind) {
    case "unknown":
      return reject("unknown-recipient", named(recipient, unknownUser), whyOf(first2));
    case "broken":
      return reject("mailbox", named(recipient, brokenAlias), whyOf(first2));
    case "deliver":
      return reject("routing", wordedReply(first2, refusedByTransport, recipient), whyOf(first2));
  }
}
function isRefused(destination2) {
  return destination2.kind !== "deliver" || destination2.nextHop.transport === "error";
}
function editsOf(recipient, destinations) {
  const [only, ...others] = destinations;
  if (only?.kind === "deliver" && others.length === 0 && only.address.text === recipient.address.text) {
    return [setNextHop(recipient, only.nextHop)];
  }
  const origin = { kind: "alias-of", address: recipient.address };
  const to = destinations.map((one) => ({ address: one.address, origin, nextHop: nextHopOf(one) }));
  return [expandRecipient(recipient, to)];
}
function nextHopOf(destination2) {
  if (destination2.kind === "deliver") return destination2.nextHop;
  const text = destination2.kind === "unknown" ? "5.1.1 User unknown" : `5.3.5 ${brokenAlias.lines[0]}`;
  return { transport: "error", destination: text };
}
function named({ address }, found2) {
  return replyFromText(`<${address.text}>: Recipient address rejected: ${found2.lines[0] ?? ""}`, found2);
}
function wordedReply(destination2, fallback, recipient) {
  const text = destination2.kind === "deliver" ? destination2.nextHop.destination : "";
  return named(recipient, replyFromText(`${fallback.code} ${text}`, fallback));
}
function routed2(destination2) {
  const { kind: state, address } = destination2;
  return { address: address.text, state, nextHop: state === "deliver" ? destination2.nextHop : void 0 };
}
function whyOf(destination2) {
  const { address } = destination2;
  switch (destination2.kind) {
    case "unknown":
      return `no such user: ${address.text}`;
    case "broken":
      return `${address.text}: ${destination2.why}`;
    case "deliver":
      return `${address.text}: ${destination2.nextHop.transport}:${destination2.nextHop.destination}`;
  }
}

// src/stages/routing/alias-value.ts
function readAliasValue(value, origin) {
  const elements = splitList(value);
  if (elements.length === 0) return [{ kind: "fault", code: "bad-address", why: "an empty list of addresses" }];
  return elements.map((element) => readMember(element, origin));
}
function splitList(value) {
  const elements = [];
  let start = 0;
  let quoted2 = false;
  for (let at = 0; at <= value.length; at++) {
    const character = value.charAt(at);
    if (character === "\\" && quoted2) at++;
    else if (character === '"') quoted2 = !quoted2;
    if (at < value.length && (character !== "," || quoted2)) continue;
    const element = value.slice(start, at).trim();
    if (element !== "") elements.push(element);
    start = at + 1;
  }
  return elements;
}
function readMember(element, origin) {
  const text = unquoted(element) ?? element;
  const unsupported3 = unsupportedKind(text);
  if (unsupported3 !== void 0) {
    const why = `${unsupported3} is not supported yet: ${excerpt(text)}`;
    return { kind: "fault", code: "unsupported-alias", why };
  }
  if (element.startsWith("@")) return { kind: "same-user", domain: element.slice(1) };
  const literal3 = element.startsWith("\\");
  const written = element.replace(/^\\/, "").replace(/^<(.*)>$/, "$1");
  const whole = unquoted(written);
  const isName = !written.includes("@");
  const address = whole !== void 0 ? mailboxOf(whole, origin) : isName ? nameAt(written, origin) : parseMailbox(written);
  if (address.kind === "parsed") return { kind: "address", address: address.value, literal: literal3 };
  return { kind: "fault", code: "bad-address", why: `not an address: ${excerpt(element)}: ${address.why}` };
}
function nameAt(name, origin) {
  const wrong3 = /[\s<>()]/.exec(name);
  if (wrong3 !== null) return { kind: "malformed", why: "white space or a bracket in a name", at: wrong3.index };
  return mailboxOf(name, origin);
}
function unsupportedKind(text) {
  if (text.startsWith("|")) return "delivery to a command";
  if (text.startsWith("/")) return "delivery to a file";
  return /^:include:/i.test(text) ? ":include:" : void 0;
}
function unquoted(text) {
  if (text.length < 2 || !text.startsWith('"')) return void 0;
  let out = "";
  for (let at = 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return at === text.length - 1 ? out : void 0;
    if (character === "\\") at++;
    out += text.charAt(at);
  }
  return void 0;
}

// src/stages/routing/transport-value.ts
function readTransportValue(value) {
  const colon = value.indexOf(":");
  const transport = (colon < 0 ? value : value.slice(0, colon)).trim();
  const nextHop = colon < 0 ? "" : value.slice(colon + 1).trim();
  if (!/^[A-Za-z0-9_-]*$/.test(transport)) {
    return malformed(`a transport is named by letters, digits, "_" and "-", not ${excerpt(transport)}`);
  }
  return parsed({ transport: transport || void 0, nextHop: nextHop || void 0 });
}
var MAILBOX_TRANSPORTS = ["maildir", "local", "virtual"];
var ENDS = ["error", "retry", "discard"];
function applyTransport({ transport, nextHop }, byDefault, domain) {
  const isMailbox = byDefault.transport === "maildir";
  if (transport === void 0) {
    return nextHop === void 0 || isMailbox ? byDefault : { transport: byDefault.transport, destination: nextHop };
  }
  if (isMailbox && nextHop === void 0 && MAILBOX_TRANSPORTS.includes(transport)) return byDefault;
  if (ENDS.includes(transport)) return { transport, destination: nextHop ?? "" };
  return { transport, destination: nextHop ?? domain };
}

// src/stages/routing/options.ts
var noTransport = { transport: void 0, nextHop: void 0 };
function compile2(options) {
  const local = readDomains(options.localDomains, "localDomains");
  const virtual = readDomains(options.virtualDomains ?? [], "virtualDomains");
  const relay = readDomains(options.relayDomains ?? [], "relayDomains");
  const origin = options.origin === void 0 ? void 0 : readDomains([options.origin], "origin");
  const problems = [...local.problems, ...virtual.problems, ...relay.problems, ...origin?.problems ?? []];
  const add2 = (code, message) => void problems.push({ code, message });
  for (const domain of virtual.domains.filter((one) => local.set.has(one))) {
    const construct = domain.kind === "domain" ? domain.ascii : domain.text;
    problems.push({ code: "two-classes", message: "a domain is either local or virtual, not both", construct });
  }
  const at = origin === void 0 ? local.domains[0] : origin.domains[0];
  if (at === void 0 && origin === void 0 && local.problems.length === 0) {
    add2("no-origin", "without localDomains, origin says the domain of bare names");
  }
  const transports = [options.relayTransport, options.defaultTransport].map((text) => {
    const read = text === void 0 ? void 0 : readTransportValue(text);
    if (read?.kind === "malformed") add2("bad-transport", read.why);
    return read?.kind === "parsed" ? read.value : noTransport;
  });
  const limits = {
    virtual: options.virtualExpansionLimit ?? 1e3,
    depth: options.virtualRecursionLimit ?? 1e3,
    all: options.expansionLimit ?? 5e4
  };
  for (const [name, limit] of Object.entries(limits)) {
    if (!Number.isSafeInteger(limit) || limit < 1)
      add2("bad-limit", `a limit is a whole number above 0, not ${limit} (${name})`);
  }
  if (at !== void 0) problems.push(...tableProblems(options, at));
  if (problems.length > 0 || at === void 0) throw new ConfigurationError("options", problems);
  const [relayTransport = noTransport, defaultTransport = noTransport] = transports;
  return {
    localDomains: local.set,
    virtualDomains: virtual.set,
    relayDomains: relay.set,
    relayTransport,
    defaultTransport,
    tables: tablesOf(options),
    mailboxOf: typeof options.mailbox === "function" ? options.mailbox : void 0,
    origin: at,
    keys: { recipientDelimiter: options.recipientDelimiter ?? "" },
    limits
  };
}
function tablesOf(options) {
  const { virtualAliases, aliases, localRecipients, transport, mailbox } = options;
  return {
    ...virtualAliases !== void 0 && { virtualAliases },
    ...aliases !== void 0 && { aliases },
    ...localRecipients !== "all" && { localRecipients },
    ...transport !== void 0 && { transport },
    ...typeof mailbox === "object" && { mailbox }
  };
}
function tableProblems({ aliases, virtualAliases, transport }, origin) {
  return [
    ...valueProblems2(aliases, (value) => aliasFaults(value, origin)),
    ...valueProblems2(virtualAliases, (value) => aliasFaults(value, origin)),
    ...valueProblems2(transport, (value) => {
      const read = readTransportValue(value);
      return read.kind === "parsed" ? [] : [{ code: "bad-transport", why: read.why }];
    })
  ];
}
function aliasFaults(value, origin) {
  return readAliasValue(value, origin).filter((member) => member.kind === "fault");
}
function valueProblems2(table, faults) {
  if (table === void 0) return [];
  const problemsOf = (entry2) => faults(entry2.value).map(({ code, why }) => {
    return { code, message: why, source: entry2.source ?? { file: table.name }, construct: entry2.value };
  });
  return (knownEntries(table) ?? []).flatMap(problemsOf);
}

// src/stages/routing/resolve.ts
function classOf({ domain }, compiled) {
  if (compiled.localDomains.has(domain)) return "local";
  if (compiled.virtualDomains.has(domain)) return "virtual";
  const { relayDomains } = compiled;
  return relayDomains.has(domain) || relayDomains.hasParentOf(domain) ? "relay" : "remote";
}
function resolve(start, compiled, search2) {
  return new Resolver(compiled, search2).run(start);
}
var Resolver = class {
  #steps = [];
  #compiled;
  #search;
  #destinations = [];
  /** Last in, first out: members come in the order written, nested ones in the place of their list. */
  #tasks = [];
  #expanded = /* @__PURE__ */ new Set();
  #delivered = /* @__PURE__ */ new Set();
  #virtualCount = 0;
  #count = 0;
  #failed = void 0;
  constructor(compiled, search2) {
    this.#compiled = compiled;
    this.#search = search2;
  }
  async run(start) {
    const { limits } = this.#compiled;
    this.#tasks.push({ address: start, depth: 0, virtual: true, local: true });
    for (let task = this.#tasks.pop(); task !== void 0; task = this.#tasks.pop()) {
      if (task.depth > limits.depth) return this.#overLimit(`virtual aliases nest more than ${limits.depth} deep`);
      await this.#take(task);
      if (this.#failed !== void 0) return { kind: "cannot-tell", why: this.#failed.why, steps: this.#steps };
      if (this.#virtualCount > limits.virtual) return this.#overLimit(`more than ${limits.virtual} virtual addresses`);
      if (this.#count > limits.all) return this.#overLimit(`more than ${limits.all} addresses`);
    }
    return { kind: "resolved", destinations: this.#destinations, steps: this.#steps };
  }
  #overLimit(why) {
    return { kind: "over-limit", why, steps: this.#steps };
  }
  async #take(task) {
    const { address } = task;
    if (task.virtual && await this.#expandVirtual(task)) return;
    const addressClass = classOf(address, this.#compiled);
    if (addressClass === "local" && task.local && await this.#expandLocal(address)) return;
    const isKnown = addressClass !== "local" || await this.#isKnown(address);
    const byDefault = isKnown ? await this.#default(address, addressClass) : void 0;
    if (byDefault === void 0) {
      this.#end({ kind: "unknown", address, class: addressClass });
      return;
    }
    const override = await this.#override(address);
    if (typeof override === "string") this.#end({ kind: "broken", address, why: override });
    else this.#end({ kind: "deliver", address, nextHop: applyTransport(override, byDefault, domainText2(address)) });
  }
  async #expandVirtual({ address, depth }) {
    const isOurs = this.#compiled.localDomains.has(address.domain);
    const keys = virtualKeys(address, isOurs, this.#compiled.keys);
    const hit2 = await this.#find(
      "virtualAliases",
      keys.map(({ key }) => key)
    );
    if (hit2 === void 0) return false;
    if (this.#seen("virtual", address)) return true;
    const unmatched = keys[hit2.index]?.unmatched ?? "";
    const members = readAliasValue(hit2.entry.value, this.#compiled.origin).map((m) => propagate(m, address, unmatched));
    this.#virtualCount += members.length;
    this.#push(members, address, (member) => ({
      address: member,
      depth: depth + 1,
      virtual: foldedKey(member) !== foldedKey(address),
      local: true
    }));
    return true;
  }
  async #expandLocal(address) {
    const hit2 = await this.#find("aliases", nameKeys(address, this.#compiled.keys));
    if (hit2 === void 0) return false;
    if (this.#seen("local", address)) return true;
    const name = userName(address, this.#compiled.keys);
    this.#push(readAliasValue(hit2.entry.value, this.#compiled.origin), address, (member, literal3) => {
      const self = classOf(member, this.#compiled) === "local" && userName(member, this.#compiled.keys) === name;
      return { address: member, depth: 0, virtual: !self && !literal3, local: !self && !literal3 };
    });
    return true;
  }
  #push(members, from, task) {
    this.#count += members.length;
    const tasks = [];
    for (const member of members) {
      if (member.kind === "address") tasks.push(task(member.address, member.literal));
      else
        this.#end({ kind: "broken", address: from, why: member.kind === "fault" ? member.why : `@${member.domain}` });
    }
    for (const one of tasks.reverse()) this.#tasks.push(one);
  }
  /** Where it goes if `transport` says nothing; undefined for an address of a virtual domain that is none. */
  async #default(address, addressClass) {
    const { relayTransport, defaultTransport, tables, mailboxOf: mailboxOf2, keys } = this.#compiled;
    const smtp = { transport: "smtp", destination: domainText2(address) };
    if (addressClass === "relay") return applyTransport(relayTransport, smtp, smtp.destination);
    if (addressClass === "remote") return applyTransport(defaultTransport, smtp, smtp.destination);
    const maildir = (destination2) => ({ transport: "maildir", destination: destination2 });
    if (tables.mailbox === void 0) {
      if (addressClass === "virtual") return void 0;
      return maildir(mailboxOf2?.(address) ?? userName(address, keys));
    }
    const asked2 = virtualKeys(address, addressClass === "local", keys).map(({ key }) => key);
    const hit2 = await this.#find("mailbox", asked2);
    if (hit2 !== void 0) return maildir(hit2.entry.value);
    return addressClass === "local" ? maildir(userName(address, keys)) : void 0;
  }
  async #isKnown(address) {
    if (this.#compiled.tables.localRecipients === void 0) return true;
    const keys = virtualKeys(address, true, this.#compiled.keys).map(({ key }) => key);
    return await this.#find("localRecipients", keys) !== void 0;
  }
  /** What `transport` says; a text says why it cannot be followed. */
  async #override(address) {
    const hit2 = await this.#find("transport", transportKeys(address, this.#compiled.keys));
    if (hit2 === void 0) return { transport: void 0, nextHop: void 0 };
    const read = readTransportValue(hit2.entry.value);
    return read.kind === "parsed" ? read.value : read.why;
  }
  /** Once a table could not tell, nothing more is asked; what is made of it up to the end of the task is dropped. */
  async #find(table, keys) {
    const asked2 = this.#failed === void 0 ? this.#search(table, keys) : void 0;
    const answer = isThenable(asked2) ? await asked2 : asked2;
    if (answer?.kind === "cannot-tell") this.#failed = answer;
    if (answer?.kind !== "found") return void 0;
    const { key, entry: entry2 } = answer.value;
    this.#steps.push({ table, key, value: entry2.value.slice(0, 200), source: entry2.source });
    return answer.value;
  }
  #seen(kind, address) {
    const key = `${kind} ${foldedKey(address)}`;
    if (this.#expanded.has(key)) return true;
    this.#expanded.add(key);
    return false;
  }
  /** Each address once, as Postfix's duplicate filter has it: letter case ignored. */
  #end(destination2) {
    const key = `${destination2.kind} ${foldedKey(destination2.address)}`;
    if (this.#delivered.has(key)) return;
    this.#delivered.add(key);
    this.#destinations.push(destination2);
  }
};
function propagate(member, from, unmatched) {
  if (member.kind === "same-user") {
    const domain = parseDomain(member.domain);
    return asMember(domain.kind === "parsed" ? mailboxOf(from.localPart, domain.value) : domain);
  }
  if (member.kind === "fault" || unmatched === "") return member;
  return asMember(mailboxOf(`${member.address.localPart}${unmatched}`, member.address.domain));
}
function asMember(address) {
  if (address.kind === "parsed") return { kind: "address", address: address.value, literal: false };
  return { kind: "fault", code: "bad-address", why: address.why };
}
function domainText2({ domain }) {
  return domain.kind === "domain" ? domain.ascii : domain.text;
}

// src/stages/routing/route.ts
var routingFinding = finding("routing");
function route(options) {
  const compiled = compile2(options);
  const { tables } = compiled;
  const { cannotTell: cannotTell2 = "defer" } = options;
  const canExpand = tables.aliases !== void 0 || tables.virtualAliases !== void 0;
  const edits = canExpand ? ["set-next-hop", "expand-recipient"] : ["set-next-hop"];
  return defineStage({
    name: "route",
    at: "rcpt",
    gives: [routingFinding],
    edits,
    asks: asksOf(tables, cannotTell2),
    run: async ({ recipient }, ctx) => {
      const resolution = await resolve(recipient.address, compiled, searchWith(tables, ctx));
      return resultOf5(conclude(recipient, classOf(recipient.address, compiled), resolution));
    }
  });
}
function asksOf(tables, cannotTell2) {
  return Object.fromEntries(Object.entries(tables).map(([name, port]) => [name, { port, cannotTell: cannotTell2 }]));
}
function searchWith(tables, ctx) {
  return (name, keys) => {
    const table = tables[name];
    if (table === void 0) return void 0;
    const answer = searchTable(table, keys, (key) => ctx.ask(name, "lookup", key));
    const noted = (came) => {
      if (came.kind === "found") note(came.value, name, table, ctx);
      return came;
    };
    return isThenable(answer) ? Promise.resolve(answer).then(noted) : noted(answer);
  };
}
function note({ key, entry: entry2 }, name, table, ctx) {
  const { source = { file: table.name }, value } = entry2;
  const text = `${name}: ${key} ${value}`.slice(0, 200);
  ctx.note({ kind: "rule", source, text, matched: true, on: key.slice(0, 200), result: value.slice(0, 200) });
}
function resultOf5({ finding: found2, decision, edits }) {
  const findings = routingFinding.of(found2);
  return decision === void 0 ? { findings, edits } : { findings, edits, decision };
}

// src/stages/size-limit/size-limit.ts
var sizeFinding = finding("size");
var declaredSizeFinding = finding("declaredSize");
function sizeLimit(options) {
  const maxBytes = checked(options);
  const refusal2 = reply(552, "5.3.4", `Message size exceeds the limit of ${maxBytes} octets`);
  return defineStage({
    name: "sizeLimit",
    at: "message",
    gives: [sizeFinding],
    run: ({ message: { size } }) => {
      const findings = sizeFinding.of({ octets: size, maxBytes });
      if (size <= maxBytes) return { findings };
      return { findings, decision: reject("size", refusal2, `${size} octets`) };
    }
  });
}
function checked({ maxBytes }) {
  if (Number.isSafeInteger(maxBytes) && maxBytes > 0) return maxBytes;
  const message = "maxBytes is a whole number of octets above 0";
  throw new ConfigurationError("options", [{ code: "bad-limit", message, construct: String(maxBytes) }]);
}

// src/tables/white-space.ts
function isSpace(code) {
  return code === 32 || code >= 9 && code <= 13;
}
function trimEnd(text) {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}
function skipSpace(text, at) {
  let index = at;
  while (index < text.length && isSpace(text.charCodeAt(index))) index++;
  return index;
}
function findSpace(text, at) {
  let index = at;
  while (index < text.length && !isSpace(text.charCodeAt(index))) index++;
  return index;
}

// src/tables/logical-lines.ts
function logicalLines(text) {
  const out = [];
  let parts = [];
  let start = 0;
  const finish = () => {
    if (parts.length > 0) out.push({ text: trimEnd(parts.join("")), line: start });
  };
  let number = 0;
  for (const line of physicalLines(text)) {
    number++;
    const first2 = skipSpace(line, 0);
    if (first2 === line.length || line.charCodeAt(first2) === 35) continue;
    if (parts.length > 0 && isSpace(line.charCodeAt(0))) {
      parts.push(line);
    } else {
      finish();
      parts = [line];
      start = number;
    }
  }
  finish();
  return out;
}
function* physicalLines(text) {
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    yield text.slice(from, to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to);
    from = to + 1;
  }
}

// src/tables/cidr-rules.ts
var NESTING_LIMIT = 100;
function readCidrRules(text, file) {
  const problems = [];
  const items = [];
  const open3 = [];
  for (const { text: line, line: number } of logicalLines(text)) {
    const source = { file, line: number };
    const fault2 = (code, message, construct = line) => void problems.push(tableProblem(code, message, source, construct));
    const into = open3[open3.length - 1]?.items ?? items;
    if (isSpace(line.charCodeAt(0))) {
      fault2("leading-space", "a line that begins with white space has nothing to continue here");
    } else if (/^if(?![a-z0-9])/i.test(line)) {
      if (open3.length === NESTING_LIMIT) fault2("nested-too-deep", `"if" nests at most ${NESTING_LIMIT} deep`);
      const { start, negated } = skipNegations(line, 2);
      open3.push({ line: number, text: line, match: readMatch(line.slice(start), negated, fault2), items: [] });
    } else if (/^endif(?![a-z0-9])/i.test(line)) {
      if (skipSpace(line, 5) < line.length) fault2("garbage", 'text behind "endif"');
      const block = open3.pop();
      if (block === void 0) fault2("endif-without-if", '"endif" without "if"');
      else if (block.match !== void 0) {
        (open3[open3.length - 1]?.items ?? items).push({ kind: "block", match: block.match, items: block.items });
      }
    } else {
      const { start, negated } = skipNegations(line, 0);
      const end = findSpace(line, start);
      const match = readMatch(line.slice(start, end), negated, fault2);
      const value = line.slice(skipSpace(line, end));
      if (value === "" && match !== void 0) fault2("no-value", "no look-up result behind the network");
      else if (match !== void 0) into.push({ kind: "rule", match, entry: { value, source } });
    }
  }
  for (const { line, text: construct, match } of open3) {
    if (match === void 0) continue;
    problems.push(tableProblem("if-without-endif", '"if" has no matching "endif"', { file, line }, construct));
  }
  return { items, problems };
}
function skipNegations(line, from) {
  let start = skipSpace(line, from);
  let negated = false;
  while (line.charAt(start) === "!") {
    negated = !negated;
    start = skipSpace(line, start + 1);
  }
  return { start, negated };
}
function readMatch(pattern, negated, fault2) {
  if (pattern === "") return fault2("no-pattern", "no network");
  const network = parseNetwork(pattern);
  return network.kind === "parsed" ? { network: network.value, negated } : fault2("bad-network", network.why, pattern);
}

// src/tables/cidr-table.ts
function cidrTable(text, options) {
  const { file } = options;
  const { items, problems } = readCidrRules(text, file);
  refuseTable(problems);
  const steps = compile3(items);
  const find = (ip) => search(steps, ip);
  return {
    name: `cidr:${file}`,
    find,
    lookup: (key) => {
      const ip = parseIp(key);
      const entry2 = ip.kind === "parsed" ? find(ip.value) : void 0;
      return entry2 === void 0 ? notFound() : found(entry2);
    },
    entries: () => entriesOf(items)
  };
}
function compile3(items) {
  const steps = [];
  let plain2 = [];
  const flush = () => {
    if (plain2.length > 0) steps.push({ kind: "map", map: networkMap(plain2) });
    plain2 = [];
  };
  for (const item of items) {
    if (item.kind === "rule" && !item.match.negated) {
      plain2.push({ network: item.match.network, value: item.entry });
      continue;
    }
    flush();
    steps.push(item.kind === "rule" ? item : { kind: "block", match: item.match, steps: compile3(item.items) });
  }
  flush();
  return steps;
}
function search(steps, ip) {
  for (const step of steps) {
    const entry2 = step.kind === "map" ? step.map.find(ip)?.value : searchGuarded(step, ip);
    if (entry2 !== void 0) return entry2;
  }
  return void 0;
}
function searchGuarded(step, ip) {
  if (!holds(step.match, ip)) return void 0;
  return step.kind === "rule" ? step.entry : search(step.steps, ip);
}
function holds({ network, negated }, ip) {
  return network.address.version === ip.version && networkContains(network, ip) !== negated;
}
function* entriesOf(items) {
  for (const item of items) {
    if (item.kind === "rule") yield item.entry;
    else yield* entriesOf(item.items);
  }
}

// src/tables/regex/re2js-engine.ts
import { RE2JS } from "re2js";

// src/tables/regex/byte-set.ts
function setOf(...ranges) {
  const set = new Uint8Array(256);
  for (const [from, to] of ranges) set.fill(1, from, to + 1);
  return set;
}
function complement(set) {
  return set.map((member) => 1 - member);
}
function addAll(set, other2) {
  for (let octet2 = 0; octet2 < 256; octet2++) if (other2[octet2] === 1) set[octet2] = 1;
}
function addOtherCase(set) {
  for (let upper2 = 65; upper2 <= 90; upper2++) {
    if (set[upper2] === 1) set[upper2 + 32] = 1;
    else if (set[upper2 + 32] === 1) set[upper2] = 1;
  }
}
var LF2 = 10;
var upper = setOf([65, 90]);
var lower = setOf([97, 122]);
var digit = setOf([48, 57]);
var alpha = setOf([65, 90], [97, 122]);
var alnum = setOf([48, 57], [65, 90], [97, 122]);
var space = setOf([9, 13], [32, 32]);
var anyOctet = setOf([0, 255]);
var notLf = setOf([0, 9], [11, 255]);
var wordSet = setOf([48, 57], [65, 90], [95, 95], [97, 122]);
var spaceSet = space;
var digitSet = digit;
var horizontalSet = setOf([9, 9], [32, 32], [160, 160]);
var verticalSet = setOf([10, 13], [133, 133]);
var namedSets = /* @__PURE__ */ new Map([
  ["alnum", alnum],
  ["alpha", alpha],
  ["ascii", setOf([0, 127])],
  ["blank", setOf([9, 9], [32, 32])],
  ["cntrl", setOf([0, 31], [127, 127])],
  ["digit", digit],
  ["graph", setOf([33, 126])],
  ["lower", lower],
  ["print", setOf([32, 126])],
  ["punct", setOf([33, 47], [58, 64], [91, 96], [123, 126])],
  ["space", space],
  ["upper", upper],
  ["word", wordSet],
  ["xdigit", setOf([48, 57], [65, 70], [97, 102])]
]);

// src/tables/regex/render.ts
var MASK = "\u0100";
function maskInnerLf(text) {
  return `${text.slice(0, -1).replaceAll("\n", MASK)}
`;
}
function needsMask(node) {
  const asserts = /* @__PURE__ */ new Set();
  collect(node, asserts);
  const lines = asserts.has("line-start") || asserts.has("line-end");
  return asserts.has("end-or-final-lf") && !lines;
}
function collect(node, into) {
  if (node.kind === "assert") into.add(node.what);
  else if (node.kind === "capture") collect(node.body, into);
  else if (node.kind === "repeat") collect(node.item, into);
  else if (node.kind === "sequence" || node.kind === "choice") for (const item of node.items) collect(item, into);
}
function render(node, as) {
  switch (node.kind) {
    case "literal":
      return renderLiteral(node.text, node.fold, as);
    case "set":
      return renderSet(node.set, as);
    case "assert":
      return renderAssertion(node.what, as);
    case "capture":
      return `(${render(node.body, as)})`;
    case "sequence":
      return node.items.map((item) => item.kind === "choice" ? `(?:${render(item, as)})` : render(item, as)).join("");
    case "choice":
      return `(?:${node.items.map((item) => render(item, as)).join("|")})`;
    case "repeat":
      return `(?:${render(node.item, as)})${renderCounts(node.min, node.max)}${node.lazy ? "?" : ""}`;
  }
}
function renderCounts(min, max) {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}
function renderAssertion(what, as) {
  switch (what) {
    case "start":
      return "\\A";
    case "line-start":
      return "(?m:^)";
    case "end":
      return "\\z";
    case "line-end":
      return "(?m:$)";
    case "end-or-final-lf":
      return as === "masked" ? "(?m:$)" : "\\n?\\z";
    case "word-edge":
      return "\\b";
    case "no-word-edge":
      return "\\B";
  }
}
function renderLiteral(text, fold3, as) {
  const plain2 = (part) => Array.from(part, (character) => escapeCode(character.charCodeAt(0), as)).join("");
  if (!fold3) return plain2(text);
  return text.split(/([A-Za-z][\0-\x7f]*)/).map((part, i) => i % 2 === 1 ? `(?i:${plain2(part)})` : plain2(part)).join("");
}
function escapeCode(code, as) {
  if (code === LF2 && as === "masked") return "[\\n\\x{100}]";
  const character = String.fromCharCode(code);
  return /[0-9A-Za-z]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}
function renderSet(set, as) {
  const ranges = [];
  let full = true;
  for (let from = 0; from < 256; from++) {
    if (set[from] !== 1) {
      full = false;
      continue;
    }
    let to = from;
    while (set[to + 1] === 1) to++;
    ranges.push(from === to ? `\\x{${from.toString(16)}}` : `\\x{${from.toString(16)}}-\\x{${to.toString(16)}}`);
    from = to;
  }
  if (full) return "(?s:.)";
  if (ranges.length === 0) return "[^\\x{0}-\\x{10ffff}]";
  const mask = as === "masked" && set[LF2] === 1 ? "\\x{100}" : "";
  return `[${ranges.join("")}${mask}]`;
}

// src/tables/regex/syntax.ts
var PatternFault = class extends Error {
  kind;
  construct;
  at;
  constructor(kind, construct, why, at) {
    super(why);
    this.kind = kind;
    this.construct = construct;
    this.at = at;
  }
};
var NESTING_LIMIT2 = 250;
var REPEAT_LIMIT = 1e3;
function sequence(items) {
  const out = [];
  for (const item of items) {
    const last = out.at(-1);
    if (item.kind === "literal" && last?.kind === "literal" && last.fold === item.fold) {
      out[out.length - 1] = { kind: "literal", text: last.text + item.text, fold: item.fold };
    } else out.push(item);
  }
  return out.length === 1 ? out[0] : { kind: "sequence", items: out };
}
function choice(items) {
  return items.length === 1 ? items[0] : { kind: "choice", items };
}
function repeatCost(node) {
  switch (node.kind) {
    case "capture":
      return repeatCost(node.body);
    case "sequence":
    case "choice":
      return Math.max(1, ...node.items.map(repeatCost));
    case "repeat": {
      const own = Number.isFinite(node.max) ? node.max : node.min;
      return Math.max(1, own) * repeatCost(node.item);
    }
    default:
      return 1;
  }
}

// src/tables/regex/parse-class.ts
function readClass(pattern, start, options) {
  const negated = pattern[start + 1] === "^";
  const first2 = start + (negated ? 2 : 1);
  const set = new Uint8Array(256);
  let at = first2;
  while (at === first2 || pattern[at] !== "]") {
    if (at >= pattern.length) throw malformed2(pattern, start, 'no "]" ends the character class');
    at = readMember2(pattern, at, start, set, options);
  }
  if (options.fold) addOtherCase(set);
  const whole = negated ? complement(set) : set;
  if (negated && options.withoutLf) whole[LF2] = 0;
  return { set: whole, end: at + 1 };
}
function readMember2(pattern, at, start, set, options) {
  const item = readItem(pattern, at, start, options);
  if (item.kind === "nothing") return item.end;
  const range = pattern[item.end] === "-" && pattern[item.end + 1] !== "]" && item.end + 1 < pattern.length;
  if (!range) {
    if (item.kind === "set") addAll(set, item.set);
    else set[item.octet] = 1;
    return item.end;
  }
  const to = readItem(pattern, item.end + 1, start, options);
  if (item.kind !== "octet" || to.kind !== "octet") {
    throw malformed2(pattern, at, "a range in a character class goes from one character to another", to.end);
  }
  if (to.octet < item.octet) throw malformed2(pattern, at, "a range in a character class is out of order", to.end);
  set.fill(1, item.octet, to.octet + 1);
  return to.end;
}
function readItem(pattern, at, start, options) {
  if (at >= pattern.length) throw malformed2(pattern, start, 'no "]" ends the character class');
  const next = pattern[at + 1];
  if (pattern[at] === "[" && (next === ":" || next === "." || next === "=")) {
    const close2 = pattern.indexOf(`${next}]`, at + 2);
    if (close2 !== -1 && /^\^?[a-z]*$/.test(pattern.slice(at + 2, Math.min(close2, at + 20)))) {
      return next === ":" ? named2(pattern, at, close2) : collating(pattern, at, close2);
    }
  }
  if (pattern[at] === "\\" && options.escape !== void 0) return options.escape(at);
  return { kind: "octet", octet: pattern.charCodeAt(at), end: at + 1 };
}
function named2(pattern, at, close2) {
  const negated = pattern[at + 2] === "^";
  const set = namedSets.get(pattern.slice(at + (negated ? 3 : 2), close2));
  if (set === void 0) throw malformed2(pattern, at, "an unknown named character class", close2 + 2);
  return { kind: "set", set: negated ? complement(set) : set, end: close2 + 2 };
}
function collating(pattern, at, close2) {
  if (close2 !== at + 3) throw malformed2(pattern, at, "a collating element of one character is expected", close2 + 2);
  return { kind: "octet", octet: pattern.charCodeAt(at + 2), end: close2 + 2 };
}
function malformed2(pattern, at, why, end = pattern.length) {
  return new PatternFault("malformed", pattern.slice(at, end), why, at);
}

// src/tables/regex/pcre-escapes.ts
var octets = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };
var sets = {
  d: digitSet,
  D: complement(digitSet),
  h: horizontalSet,
  H: complement(horizontalSet),
  s: spaceSet,
  S: complement(spaceSet),
  v: verticalSet,
  V: complement(verticalSet),
  w: wordSet,
  W: complement(wordSet)
};
var unsupported = {
  g: "a back-reference or subroutine call needs a backtracking engine",
  k: "a back-reference needs a backtracking engine",
  K: '"\\K" needs a backtracking engine',
  G: '"\\G" is not supported',
  R: '"\\R" is atomic and needs a backtracking engine; write [\\r\\n]+ or \\r?\\n',
  X: '"\\X" is not supported',
  p: "Unicode properties are not supported: text is matched as octets",
  P: "Unicode properties are not supported: text is matched as octets"
};
function readEscape(pattern, at, groups) {
  const letter = pattern[at + 1];
  const end = at + 2;
  if (letter === void 0) throw new PatternFault("malformed", "\\", "a backslash ends the pattern", at);
  if (letter === "Q") return quoted(pattern, at);
  if (letter === "E") return { kind: "nothing", end };
  if (Object.hasOwn(octets, letter)) return { kind: "octet", octet: octets[letter], end };
  if (Object.hasOwn(sets, letter)) return { kind: "set", set: sets[letter], end };
  if (letter === "x") return hexadecimal(pattern, at);
  if (letter === "o") return octalInBraces(pattern, at);
  if (letter === "c") return control(pattern, at);
  if (/[0-9]/.test(letter)) return digits(pattern, at, groups);
  return groups === void 0 ? classOnly(pattern, at, letter) : outsideOnly(pattern, at, letter);
}
function classOnly(pattern, at, letter) {
  if (letter === "b") return { kind: "octet", octet: 8, end: at + 2 };
  return other(pattern, at, letter);
}
function outsideOnly(pattern, at, letter) {
  const end = at + 2;
  switch (letter) {
    case "A":
      return { kind: "assert", what: "start", end };
    case "z":
      return { kind: "assert", what: "end", end };
    case "Z":
      return { kind: "assert", what: "end-or-final-lf", end };
    case "b":
      return { kind: "assert", what: "word-edge", end };
    case "B":
      return { kind: "assert", what: "no-word-edge", end };
    case "C":
      return { kind: "set", set: anyOctet, end };
    case "N":
      if (pattern[end] === "{") return other(pattern, at, letter);
      return { kind: "set", set: notLf, end };
    default:
      return other(pattern, at, letter);
  }
}
function other(pattern, at, letter) {
  const construct = pattern.slice(at, at + 2);
  const why = Object.hasOwn(unsupported, letter) ? unsupported[letter] : void 0;
  if (why !== void 0) throw new PatternFault("unsupported", construct, why, at);
  if (/[A-Za-z]/.test(letter)) throw new PatternFault("malformed", construct, "an unknown escape sequence", at);
  return { kind: "octet", octet: pattern.charCodeAt(at + 1), end: at + 2 };
}
function quoted(pattern, at) {
  const close2 = pattern.indexOf("\\E", at + 2);
  if (close2 === -1) return { kind: "quote", text: pattern.slice(at + 2), end: pattern.length };
  return { kind: "quote", text: pattern.slice(at + 2, close2), end: close2 + 2 };
}
function hexadecimal(pattern, at) {
  const braced = /^\{([0-9A-Fa-f]{1,8})\}/.exec(pattern.slice(at + 2, at + 12));
  if (braced !== null) return octet(pattern, at, at + 2 + braced[0].length, Number.parseInt(braced[1], 16));
  const [plain2 = ""] = /^[0-9A-Fa-f]{0,2}/.exec(pattern.slice(at + 2, at + 4)) ?? [];
  return octet(pattern, at, at + 2 + plain2.length, plain2 === "" ? 0 : Number.parseInt(plain2, 16));
}
function octalInBraces(pattern, at) {
  const braced = /^\{([0-7]{1,10})\}/.exec(pattern.slice(at + 2, at + 14));
  if (braced === null)
    throw new PatternFault("malformed", "\\o", 'octal digits in braces are expected behind "\\o"', at);
  return octet(pattern, at, at + 2 + braced[0].length, Number.parseInt(braced[1], 8));
}
function control(pattern, at) {
  const code = pattern.charCodeAt(at + 2);
  if (!(code >= 32 && code <= 126)) {
    throw new PatternFault("malformed", "\\c", 'a printable ASCII character is expected behind "\\c"', at);
  }
  const upper2 = code >= 97 && code <= 122 ? code - 32 : code;
  return { kind: "octet", octet: upper2 ^ 64, end: at + 3 };
}
function digits(pattern, at, groups) {
  const [octal] = /^[0-7]{1,3}/.exec(pattern.slice(at + 1, at + 4)) ?? [];
  const [number = ""] = /^[0-9]{1,10}/.exec(pattern.slice(at + 1, at + 11)) ?? [];
  const reference = groups !== void 0 && !number.startsWith("0") && (Number(number) < 10 || Number(number) <= groups);
  if (reference || groups !== void 0 && octal === void 0) {
    throw new PatternFault("unsupported", `\\${number}`, "a back-reference needs a backtracking engine", at);
  }
  if (octal === void 0) throw new PatternFault("malformed", `\\${number}`, "an unknown escape sequence", at);
  return octet(pattern, at, at + 1 + octal.length, Number.parseInt(octal, 8));
}
function octet(pattern, at, end, value) {
  if (value <= 255) return { kind: "octet", octet: value, end };
  throw new PatternFault("malformed", pattern.slice(at, end), "text is matched as octets: the largest is \\xff", at);
}

// src/tables/regex/pcre-groups.ts
var unsupported2 = [
  ["(?=", "look-ahead needs a backtracking engine"],
  ["(?!", "look-ahead needs a backtracking engine"],
  ["(?<=", "look-behind needs a backtracking engine"],
  ["(?<!", "look-behind needs a backtracking engine"],
  ["(?>", "an atomic group needs a backtracking engine"],
  ["(?|", "duplicate group numbers are not supported"],
  ["(?P=", "a back-reference needs a backtracking engine"],
  ["(?P>", "a subroutine call needs a backtracking engine"],
  ["(?&", "a subroutine call needs a backtracking engine"],
  ["(?R", "recursion needs a backtracking engine"],
  ["(?+", "recursion needs a backtracking engine"],
  ["(?(", "a conditional group needs a backtracking engine"],
  ["(?C", "callouts are not supported"],
  ["(?*", "look-ahead needs a backtracking engine"],
  ["(?<*", "look-behind needs a backtracking engine"],
  ["(*", "verbs need a backtracking engine"]
];
function openGroup(pattern, at, flags) {
  for (const [construct, why] of unsupported2) {
    if (pattern.startsWith(construct, at)) throw new PatternFault("unsupported", construct, why, at);
  }
  if (pattern[at + 1] !== "?") return { kind: "capture", flags, end: at + 1 };
  const head = pattern.slice(at, at + 150);
  const named3 = /^\(\?(?:P?<([A-Za-z_][A-Za-z0-9_]{0,127})>|'([A-Za-z_][A-Za-z0-9_]{0,127})')/.exec(head);
  if (named3 !== null) return { kind: "capture", flags, end: at + named3[0].length };
  if (/^\(\?-?[0-9]/.test(head)) {
    throw new PatternFault("unsupported", pattern.slice(at, at + 4), "recursion needs a backtracking engine", at);
  }
  return withFlags(pattern, at, head, flags);
}
function withFlags(pattern, at, head, flags) {
  const options = /^\(\?(\^?[A-Za-z]{0,20})(?:-([A-Za-z]{0,20}))?([:)])/.exec(head);
  if (options === null) {
    throw new PatternFault("malformed", pattern.slice(at, at + 4), 'unknown characters behind "(?"', at);
  }
  const [whole, on = "", off = "", close2] = options;
  const end = at + whole.length;
  const base2 = on.startsWith("^") ? { ...flags, ignoreCase: false, multiline: false, dotAll: false, extended: false } : flags;
  const set = withLetters(base2, on.replace("^", ""), true, whole, at);
  const changed2 = withLetters(set, off, false, whole, at);
  return close2 === ")" ? { kind: "flags", flags: changed2, end } : { kind: "plain", flags: changed2, end };
}
var letters = {
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  x: "extended",
  U: "ungreedy"
};
function withLetters(flags, text, value, construct, at) {
  let changed2 = flags;
  for (const letter of text) {
    const name = Object.hasOwn(letters, letter) ? letters[letter] : void 0;
    if (name === void 0)
      throw new PatternFault("unsupported", construct, `the option "${letter}" is not supported`, at);
    changed2 = { ...changed2, [name]: value };
  }
  return changed2;
}

// src/tables/regex/pcre-quantifier.ts
function readQuantifier(pattern, at, ungreedy) {
  const counts = readCounts(pattern, at);
  if (counts === void 0) return void 0;
  const { min, max, end } = counts;
  const construct = pattern.slice(at, end);
  if (max < min) throw new PatternFault("malformed", construct, "the numbers of the quantifier are out of order", at);
  if (min > REPEAT_LIMIT || Number.isFinite(max) && max > REPEAT_LIMIT) {
    throw new PatternFault("unsupported", construct, `more than ${REPEAT_LIMIT} repetitions`, at);
  }
  if (pattern[end] === "+") {
    throw new PatternFault("unsupported", `${construct}+`, "a possessive quantifier needs a backtracking engine", at);
  }
  const marked = pattern[end] === "?";
  return { min, max, lazy: marked !== ungreedy, end: marked ? end + 1 : end };
}
function readCounts(pattern, at) {
  switch (pattern[at]) {
    case "*":
      return { min: 0, max: Number.POSITIVE_INFINITY, end: at + 1 };
    case "+":
      return { min: 1, max: Number.POSITIVE_INFINITY, end: at + 1 };
    case "?":
      return { min: 0, max: 1, end: at + 1 };
    case "{":
      return readBraces(pattern, at);
    default:
      return void 0;
  }
}
function readBraces(pattern, at) {
  const braces = /^\{([0-9]{1,5})(,([0-9]{0,5}))?\}/.exec(pattern.slice(at, at + 14));
  if (braces === null) return void 0;
  const [whole, first2, comma, second] = braces;
  const min = Number(first2);
  const max = comma === void 0 ? min : second === "" ? Number.POSITIVE_INFINITY : Number(second);
  return { min, max, end: at + whole.length };
}

// src/tables/regex/parse-pcre.ts
function parsePcre(pattern, flags) {
  const reader = { pattern, at: 0, groups: 0, depth: 0 };
  const body = readAlternatives(reader, flags);
  if (reader.at < pattern.length) throw new PatternFault("malformed", ")", "unmatched closing parenthesis", reader.at);
  const node = flags.anchored ? sequence([{ kind: "assert", what: "start" }, body]) : body;
  return { node, groups: reader.groups };
}
function readAlternatives(reader, outer) {
  let flags = outer;
  const alternatives = [];
  let items = [];
  for (; ; ) {
    skipIgnored(reader, flags);
    const character = reader.pattern[reader.at];
    if (character === void 0 || character === ")") break;
    if (character === "|") {
      reader.at++;
      alternatives.push(sequence(items));
      items = [];
      continue;
    }
    const read = readItem2(reader, flags);
    if (read.kind === "flags") flags = read.flags;
    else items.push(...read.nodes);
  }
  return choice([...alternatives, sequence(items)]);
}
function readItem2(reader, flags) {
  const { pattern, at } = reader;
  const character = pattern.charAt(at);
  if (character === "(") {
    const group = openGroup(pattern, at, flags);
    reader.at = group.end;
    if (group.kind === "flags") return group;
    return { kind: "nodes", nodes: [quantified(reader, flags, readGroup(reader, group, at))] };
  }
  if (character === "\\") return readBackslash(reader, flags);
  return { kind: "nodes", nodes: [quantified(reader, flags, readAtom(reader, flags))] };
}
function readGroup(reader, group, start) {
  if (group.kind === "capture") reader.groups++;
  if (++reader.depth > NESTING_LIMIT2) {
    throw new PatternFault("malformed", "(", `parentheses are nested more than ${NESTING_LIMIT2} deep`, start);
  }
  const body = readAlternatives(reader, group.flags);
  if (reader.pattern[reader.at] !== ")") throw new PatternFault("malformed", "(", "missing closing parenthesis", start);
  reader.at++;
  reader.depth--;
  return group.kind === "capture" ? { kind: "capture", body } : body;
}
function readAtom(reader, flags) {
  const { pattern, at } = reader;
  const character = pattern.charAt(at);
  reader.at++;
  switch (character) {
    case ".":
      return { kind: "set", set: flags.dotAll ? anyOctet : notLf };
    case "^":
      return { kind: "assert", what: flags.multiline ? "line-start" : "start" };
    case "$":
      return { kind: "assert", what: dollar(flags) };
    case "[": {
      const { set, end } = readClass(pattern, at, {
        fold: flags.ignoreCase,
        withoutLf: false,
        escape: (from) => classEscape(pattern, from)
      });
      reader.at = end;
      return { kind: "set", set };
    }
    case "*":
    case "+":
    case "?":
      throw new PatternFault("malformed", character, "a quantifier with nothing to repeat before it", at);
    default:
      return literal(character, flags);
  }
}
function dollar(flags) {
  if (flags.multiline) return "line-end";
  return flags.dollarEndOnly ? "end" : "end-or-final-lf";
}
function classEscape(pattern, at) {
  const read = readEscape(pattern, at, void 0);
  if (read.kind === "quote") {
    throw new PatternFault("unsupported", "\\Q", '"\\Q" in a character class is not supported', at);
  }
  if (read.kind === "assert") throw new PatternFault("malformed", pattern.slice(at, at + 2), "not a character", at);
  return read;
}
function readBackslash(reader, flags) {
  const read = readEscape(reader.pattern, reader.at, reader.groups);
  reader.at = read.end;
  switch (read.kind) {
    case "nothing":
      return { kind: "nodes", nodes: [] };
    case "quote": {
      if (read.text === "") return { kind: "nodes", nodes: [] };
      const last = quantified(reader, flags, literal(read.text.slice(-1), flags));
      return { kind: "nodes", nodes: [literal(read.text.slice(0, -1), flags), last] };
    }
    case "octet":
      return { kind: "nodes", nodes: [quantified(reader, flags, literal(String.fromCharCode(read.octet), flags))] };
    case "set":
      return { kind: "nodes", nodes: [quantified(reader, flags, { kind: "set", set: read.set })] };
    case "assert":
      return { kind: "nodes", nodes: [quantified(reader, flags, { kind: "assert", what: read.what })] };
  }
}
function literal(text, flags) {
  return { kind: "literal", text, fold: flags.ignoreCase };
}
function quantified(reader, flags, item) {
  skipIgnored(reader, flags);
  const quantifier = readQuantifier(reader.pattern, reader.at, flags.ungreedy);
  if (quantifier === void 0) return item;
  reader.at = quantifier.end;
  skipIgnored(reader, flags);
  if (/^(?:[*+?]|\{[0-9]{1,5}(?:,[0-9]{0,5})?\})/.test(reader.pattern.slice(reader.at, reader.at + 13))) {
    throw new PatternFault("malformed", reader.pattern.charAt(reader.at), "a quantifier of a quantifier", reader.at);
  }
  return { kind: "repeat", item, min: quantifier.min, max: quantifier.max, lazy: quantifier.lazy };
}
function skipIgnored(reader, flags) {
  const { pattern } = reader;
  for (; ; ) {
    if (pattern.startsWith("(?#", reader.at)) {
      const close2 = pattern.indexOf(")", reader.at);
      if (close2 === -1) throw new PatternFault("malformed", "(?#", 'missing ")" behind the comment', reader.at);
      reader.at = close2 + 1;
    } else if (flags.extended && /[ \t-\r]/.test(pattern.charAt(reader.at))) {
      reader.at++;
    } else if (flags.extended && pattern[reader.at] === "#") {
      const end = pattern.indexOf("\n", reader.at);
      reader.at = end === -1 ? pattern.length : end + 1;
    } else return;
  }
}

// src/tables/regex/parse-posix.ts
function parsePosix(pattern, flags) {
  const reader = { pattern, flags, at: 0, groups: 0, depth: 0 };
  return { node: readAlternatives2(reader), groups: reader.groups };
}
function token(reader) {
  const { pattern, at, flags } = reader;
  const character = pattern.charAt(at);
  const next = pattern.charAt(at + 1);
  if (character === "\\") {
    if (next === "") throw new PatternFault("malformed", "\\", "a backslash ends the pattern", at);
    const operator = flags.basic && "(){}|+?".includes(next);
    return operator ? { name: next, size: 2 } : { name: `\\${next}`, size: 2 };
  }
  const literal3 = flags.basic && "(){}|+?".includes(character);
  return literal3 ? { name: `\\${character}`, size: 1 } : { name: character, size: 1 };
}
function readAlternatives2(reader) {
  const alternatives = [];
  let items = [];
  while (reader.at < reader.pattern.length) {
    const { name, size } = token(reader);
    if (name === "|") {
      reader.at += size;
      alternatives.push(sequence(items));
      items = [];
    } else if (name === ")" && reader.depth > 0) break;
    else items.push(readRepeated(reader, items.length === 0));
  }
  return choice([...alternatives, sequence(items)]);
}
function readRepeated(reader, first2) {
  let item = readAtom2(reader, first2);
  while (reader.at < reader.pattern.length) {
    const counts = readCounts2(reader);
    if (counts === void 0) break;
    item = { kind: "repeat", item, ...counts, lazy: false };
  }
  return item;
}
function readCounts2(reader) {
  const { pattern, at } = reader;
  const { name, size } = token(reader);
  const max = Number.POSITIVE_INFINITY;
  if (name === "{") return readInterval(reader);
  if (name !== "*" && name !== "+" && name !== "?") return void 0;
  reader.at += size;
  if (reader.at > pattern.length) throw new PatternFault("malformed", name, "the pattern ends too early", at);
  return name === "*" ? { min: 0, max } : name === "+" ? { min: 1, max } : { min: 0, max: 1 };
}
function readInterval(reader) {
  const { pattern, at, flags } = reader;
  const from = flags.basic ? at + 2 : at + 1;
  const close2 = pattern.indexOf(flags.basic ? "\\}" : "}", from);
  const text = close2 === -1 ? "" : pattern.slice(from, Math.min(close2, from + 20));
  const counts = readBraces(`{${text.startsWith(",") ? `0${text}` : text}}`, 0);
  if (counts === void 0 || counts.max < counts.min) {
    throw new PatternFault("malformed", pattern.slice(at, close2 === -1 ? at + 10 : close2 + 1), "not an interval", at);
  }
  if (counts.min > REPEAT_LIMIT || Number.isFinite(counts.max) && counts.max > REPEAT_LIMIT) {
    throw new PatternFault("unsupported", `{${text}}`, `more than ${REPEAT_LIMIT} repetitions`, at);
  }
  reader.at = close2 + (flags.basic ? 2 : 1);
  return { min: counts.min, max: counts.max };
}
function readAtom2(reader, first2) {
  const { pattern, at, flags } = reader;
  const { name, size } = token(reader);
  reader.at += size;
  switch (name) {
    case "(":
      return readGroup2(reader, at);
    case "[": {
      const { set, end } = readClass(pattern, at, {
        fold: flags.ignoreCase,
        withoutLf: flags.multiline,
        escape: void 0
      });
      reader.at = end;
      return { kind: "set", set };
    }
    case ".":
      return { kind: "set", set: flags.multiline ? notLf : anyOctet };
    case "^":
      if (flags.basic && !first2) return literal2(reader, "^");
      return { kind: "assert", what: flags.multiline ? "line-start" : "start" };
    case "$":
      if (flags.basic && !endsBasic(reader)) return literal2(reader, "$");
      return { kind: "assert", what: flags.multiline ? "line-end" : "end" };
    case "*":
    case "+":
    case "?":
    case "{":
      if (flags.basic && name === "*" && first2) return literal2(reader, "*");
      throw new PatternFault("malformed", name, "a repetition with nothing to repeat before it", at);
    default:
      return name.length === 2 ? readEscaped(reader, name.charAt(1), at) : literal2(reader, name);
  }
}
function endsBasic(reader) {
  const rest = reader.pattern.slice(reader.at, reader.at + 2);
  return rest === "" || rest === "\\)" || rest === "\\|";
}
function readGroup2(reader, start) {
  reader.groups++;
  if (++reader.depth > NESTING_LIMIT2) {
    throw new PatternFault("malformed", "(", `parentheses are nested more than ${NESTING_LIMIT2} deep`, start);
  }
  const body = readAlternatives2(reader);
  if (reader.at >= reader.pattern.length) {
    throw new PatternFault("malformed", "(", "missing closing parenthesis", start);
  }
  reader.at += token(reader).size;
  reader.depth--;
  return { kind: "capture", body };
}
function readEscaped(reader, character, at) {
  switch (character) {
    case "w":
      return { kind: "set", set: wordSet };
    case "W":
      return { kind: "set", set: complement(wordSet) };
    case "s":
      return { kind: "set", set: spaceSet };
    case "S":
      return { kind: "set", set: complement(spaceSet) };
    case "b":
      return { kind: "assert", what: "word-edge" };
    case "B":
      return { kind: "assert", what: "no-word-edge" };
    case "`":
      return { kind: "assert", what: "start" };
    case "'":
      return { kind: "assert", what: "end" };
    case "<":
    case ">":
      throw new PatternFault("unsupported", `\\${character}`, 'write "\\b" for the edge of a word', at);
    default:
      if (!/[1-9]/.test(character)) return literal2(reader, character);
      throw new PatternFault("unsupported", `\\${character}`, "a back-reference needs a backtracking engine", at);
  }
}
function literal2({ flags }, text) {
  return { kind: "literal", text, fold: flags.ignoreCase };
}

// src/tables/regex/required-literals.ts
var nothing = { exact: void 0, clauses: [] };
var CLAUSE_LIMIT = 3;
var STRING_LIMIT = 16;
function requiredLiterals(node) {
  const { exact, clauses } = factsOf(node);
  const all = exact !== void 0 && exact !== "" ? [[exact]] : clauses;
  const sorted = [...all].sort((a, b) => worth(b) - worth(a)).slice(0, CLAUSE_LIMIT);
  return sorted.filter((clause, i) => i === 0 || shortest(clause) > 1);
}
function mayMatch(required, folded2) {
  for (const clause of required) if (!includesOne(folded2, clause)) return false;
  return true;
}
function includesOne(folded2, clause) {
  for (const text of clause) if (folded2.includes(text)) return true;
  return false;
}
function factsOf(node) {
  switch (node.kind) {
    case "literal":
      return { exact: node.text.toLowerCase(), clauses: [] };
    case "set": {
      const only = onlyCharacter(node.set);
      return only === void 0 ? nothing : { exact: only, clauses: [] };
    }
    case "assert":
      return { exact: node.what === "end-or-final-lf" ? void 0 : "", clauses: [] };
    case "capture":
      return factsOf(node.body);
    case "sequence":
      return inSequence(node.items);
    case "choice":
      return ofChoice(node.items);
    case "repeat":
      return ofRepeat(node);
  }
}
function inSequence(items) {
  const clauses = [];
  let run = "";
  let exact = true;
  for (const item of items) {
    const facts = factsOf(item);
    if (facts.exact !== void 0) {
      run += facts.exact;
      continue;
    }
    exact = false;
    if (run !== "") clauses.push([run]);
    run = "";
    clauses.push(...facts.clauses);
  }
  if (exact) return { exact: run, clauses: [] };
  if (run !== "") clauses.push([run]);
  return { exact: void 0, clauses };
}
function ofChoice(items) {
  const strings = [];
  for (const item of items) {
    const best = requiredLiterals(item)[0];
    if (best === void 0) return nothing;
    strings.push(...best);
    if (strings.length > STRING_LIMIT) return nothing;
  }
  return { exact: void 0, clauses: [[...new Set(strings)]] };
}
function ofRepeat({ item, min, max }) {
  if (min === 0) return nothing;
  const facts = factsOf(item);
  if (facts.exact === void 0 || min === 1 && max === 1) return facts;
  return facts.exact === "" ? nothing : { exact: void 0, clauses: [[facts.exact]] };
}
function onlyCharacter(set) {
  let only;
  for (let octet2 = 0; octet2 < 256; octet2++) {
    if (set[octet2] !== 1) continue;
    const character = String.fromCharCode(octet2).toLowerCase();
    if (only !== void 0 && only !== character) return void 0;
    only = character;
  }
  return only;
}
function shortest(clause) {
  return Math.min(...clause.map((text) => text.length));
}
function worth(clause) {
  return shortest(clause) - clause.length / 8;
}

// src/tables/regex/translate.ts
var PATTERN_LIMIT = 2e4;
function translate(pattern, flags) {
  try {
    const { node, groups } = parse(pattern, flags);
    const cost = repeatCost(node);
    if (cost > REPEAT_LIMIT) {
      throw new PatternFault("unsupported", pattern, `nested repetitions of more than ${REPEAT_LIMIT} in all`, 0);
    }
    return {
      kind: "translated",
      groups,
      required: requiredLiterals(node),
      masked: needsMask(node),
      counted: cost > 1,
      longest: flags.syntax !== "pcre",
      render: renderer(node)
    };
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    const { kind, construct, message: why, at } = error;
    return kind === "malformed" ? { kind, construct, why, at } : { kind, construct, why };
  }
}
function renderer(node) {
  return (as) => render(node, as);
}
function parse(pattern, flags) {
  if (pattern.length > PATTERN_LIMIT) {
    throw new PatternFault("unsupported", pattern, `a pattern of more than ${PATTERN_LIMIT} octets`, 0);
  }
  if (flags.syntax === "pcre") return parsePcre(pattern, flags);
  const { ignoreCase, multiline } = flags;
  return parsePosix(pattern, { basic: flags.syntax === "posix-basic", ignoreCase, multiline });
}

// src/tables/regex/re2js-engine.ts
var re2jsEngine = Object.freeze({ name: "re2js", compile: compile4 });
function compile4(pattern, flags) {
  const translated = translate(pattern, flags);
  if (translated.kind !== "translated") return translated;
  const tests = lazily((as) => RE2JS.compile(translated.render(as)));
  if (translated.counted) {
    try {
      tests("plain");
    } catch (error) {
      return { kind: "unsupported", construct: pattern, why: `the engine refuses it: ${String(error)}` };
    }
  }
  return { kind: "compiled", matcher: matcherOf(translated, tests) };
}
function lazily(make) {
  const made = {};
  return (as) => {
    const program = made[as] ?? make(as);
    made[as] = program;
    return program;
  };
}
function matcherOf(translated, tests) {
  const { groups, required, masked, longest } = translated;
  const captures = longest ? lazily((as) => RE2JS.compile(translated.render(as), RE2JS.LONGEST_MATCH)) : tests;
  const maskFor = (text) => masked && text.charCodeAt(text.length - 1) === 10;
  return {
    groups,
    required,
    test: (text) => maskFor(text) ? tests("masked").test(maskInnerLf(text)) : tests("plain").test(text),
    exec(text) {
      const mask = maskFor(text);
      const matcher = captures(mask ? "masked" : "plain").matcher(mask ? maskInnerLf(text) : text);
      if (!matcher.find()) return void 0;
      return Array.from({ length: groups + 1 }, (_, group) => {
        const start = matcher.start(group);
        return start < 0 ? void 0 : text.slice(start, matcher.end(group));
      });
    }
  };
}

// src/tables/regex/rule-line.ts
function parseRuleLine(line, dialect) {
  const text = trimSpace(line);
  if (!/^[A-Za-z0-9]/.test(text)) return parseRule(text, dialect);
  if (/^if(?![A-Za-z0-9])/i.test(text)) return parseIf(text, dialect);
  if (/^endif(?![A-Za-z0-9])/i.test(text)) return parseEndif(text);
  return wrong2("unknown-statement", 'a pattern between delimiters, "if" or "endif" is expected', text);
}
function parseRule(text, dialect) {
  const first2 = readCondition(text, 0, dialect);
  if (first2.kind === "wrong") return first2;
  const conditions = [first2.condition];
  let { end } = first2;
  if (dialect === "regexp" && text[end] === "!") {
    const second = readCondition(text, end, dialect);
    if (second.kind === "wrong") return second;
    conditions.push(second.condition);
    end = second.end;
  }
  return { kind: "rule", conditions, result: trimSpace(text.slice(end)) };
}
function parseIf(text, dialect) {
  const read = readCondition(text, 2, dialect);
  if (read.kind === "wrong") return { ...read, statement: "if" };
  const rest = trimSpace(text.slice(read.end));
  if (rest === "") return { kind: "if", condition: read.condition };
  const message = 'text behind an "if" (statements between "if" and "endif" must not begin with white space)';
  return { ...wrong2("extra-text", message, rest), statement: "if" };
}
function parseEndif(text) {
  const rest = trimSpace(text.slice(5));
  if (rest === "") return { kind: "endif" };
  return { ...wrong2("extra-text", 'text behind an "endif"', rest), statement: "endif" };
}
function readCondition(text, start, dialect) {
  let at = start;
  let negated = false;
  for (; at < text.length && /[! \t-\r]/.test(text.charAt(at)); at++) if (text[at] === "!") negated = !negated;
  if (at === text.length) return wrong2("no-pattern", "a pattern between delimiters is expected", text);
  const delimiter = text.charAt(at);
  const from = at + 1;
  let to = from;
  while (to < text.length && text[to] !== delimiter) to += text[to] === "\\" ? 2 : 1;
  if (to >= text.length) {
    return wrong2("no-closing-delimiter", `the delimiter "${delimiter}" behind the pattern is missing`, text);
  }
  const [letters2 = ""] = /^[^ \t-\r!]*/.exec(text.slice(to + 1, to + 41)) ?? [];
  const end = to + 1 + letters2.length;
  const flags = dialect === "pcre" ? pcreFlags(letters2) : posixFlags(letters2);
  if (typeof flags === "string" || dialect === "pcre" && text[end] === "!") {
    const flag = typeof flags === "string" ? flags : "!";
    return wrong2("unknown-flag", `unknown flag "${flag}" behind the pattern`, trimSpace(text.slice(at, end + 1)));
  }
  return { kind: "read", condition: { pattern: text.slice(from, to), flags, negated, text: text.slice(at, end) }, end };
}
var base = Object.freeze({
  syntax: "pcre",
  ignoreCase: true,
  multiline: false,
  dotAll: true,
  extended: false,
  anchored: false,
  dollarEndOnly: false,
  ungreedy: false
});
var pcreLetters = {
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  x: "extended",
  A: "anchored",
  E: "dollarEndOnly",
  U: "ungreedy"
};
function pcreFlags(letters2) {
  let flags = base;
  for (const letter of letters2) {
    if (letter === "X") continue;
    const name = Object.hasOwn(pcreLetters, letter) ? pcreLetters[letter] : void 0;
    if (name === void 0) return letter;
    flags = { ...flags, [name]: !flags[name] };
  }
  return flags;
}
function posixFlags(letters2) {
  let { ignoreCase, multiline } = base;
  let extended = true;
  for (const letter of letters2) {
    if (letter === "i") ignoreCase = !ignoreCase;
    else if (letter === "m") multiline = !multiline;
    else if (letter === "x") extended = !extended;
    else return letter;
  }
  return { ...base, syntax: extended ? "posix-extended" : "posix-basic", ignoreCase, multiline };
}
function wrong2(code, message, construct) {
  return { kind: "wrong", problem: { code, message, construct }, statement: "rule" };
}
function trimSpace(text) {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace2(text.charCodeAt(from))) from++;
  while (to > from && isSpace2(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
function isSpace2(code) {
  return code === 32 || code >= 9 && code <= 13;
}

// src/tables/regex/substitution.ts
function parseTemplate(text) {
  const pieces2 = [];
  let highest = 0;
  let literal3 = "";
  let at = 0;
  for (; ; ) {
    const dollar2 = text.indexOf("$", at);
    literal3 += text.slice(at, dollar2 === -1 ? text.length : dollar2);
    if (dollar2 === -1) break;
    if (text[dollar2 + 1] === "$") {
      literal3 += "$";
      at = dollar2 + 2;
      continue;
    }
    const reference = readReference(text, dollar2);
    if (reference.kind === "malformed") return reference;
    if (literal3 !== "") pieces2.push(literal3);
    literal3 = "";
    pieces2.push(reference.group);
    highest = Math.max(highest, reference.group);
    at = reference.end;
  }
  if (literal3 !== "" || pieces2.length === 0) pieces2.push(literal3);
  return { kind: "template", template: { pieces: pieces2, highest } };
}
function substitute(template, groups) {
  return template.pieces.map((piece) => typeof piece === "string" ? piece : groups[piece] ?? "").join("");
}
function readReference(text, dollar2) {
  const open3 = text[dollar2 + 1];
  const close2 = open3 === "(" ? ")" : open3 === "{" ? "}" : void 0;
  let name;
  let end;
  if (close2 === void 0) {
    [name = ""] = /^[A-Za-z0-9_]{0,40}/.exec(text.slice(dollar2 + 1, dollar2 + 41)) ?? [];
    end = dollar2 + 1 + name.length;
  } else {
    const closing = text.indexOf(close2, dollar2 + 2);
    if (closing === -1) return malformed3(text, dollar2, dollar2 + 20, `"${close2}" is missing behind "$${open3}"`);
    name = text.slice(dollar2 + 2, closing);
    end = closing + 1;
  }
  if (!/^[0-9]{1,3}$/.test(name)) {
    return malformed3(text, dollar2, end, 'the number of a group is expected behind "$"; write "$$" for a dollar');
  }
  const group = Number(name);
  return group === 0 ? malformed3(text, dollar2, end, "groups are numbered from 1") : { kind: "group", group, end };
}
function malformed3(text, from, to, why) {
  return { kind: "malformed", why, construct: text.slice(from, to) };
}

// src/tables/regex/program.ts
function buildProgram(lines, dialect, file, engine) {
  const building = { engine, file, steps: [], rules: [], problems: [], open: [] };
  for (const line of lines) add(building, line, parseRuleLine(line.text, dialect));
  const { steps, rules, problems, open: open3 } = building;
  for (const { line, step } of open3) {
    if (step !== void 0) step.skipTo = steps.length;
    problems.push({ code: "no-endif", message: 'no "endif" for this "if"', source: { file, line } });
  }
  return { steps, rules, problems: problems.map(readableProblem) };
}
function add(building, { text, line }, parsed2) {
  const { steps, problems, open: open3, file } = building;
  const source = { file, line };
  switch (parsed2.kind) {
    case "wrong":
      problems.push({ ...parsed2.problem, source });
      if (parsed2.statement === "if") open3.push({ line, step: void 0 });
      if (parsed2.statement === "endif") close(building, source);
      return;
    case "endif":
      close(building, source);
      return;
    case "if": {
      const test = compile5(building, parsed2.condition, source);
      const step = test === void 0 ? void 0 : { kind: "if", test, skipTo: 0 };
      if (step !== void 0) steps.push(step);
      open3.push({ line, step });
      return;
    }
    case "rule":
      addRule(building, parsed2, text, source);
  }
}
function close({ open: open3, problems, steps }, source) {
  const matching = open3.pop();
  if (matching === void 0) problems.push({ code: "no-if", message: 'no "if" for this "endif"', source });
  else if (matching.step !== void 0) matching.step.skipTo = steps.length;
}
function addRule(building, { conditions, result }, text, source) {
  const { steps, rules, problems } = building;
  const tests = conditions.flatMap((condition) => compile5(building, condition, source) ?? []);
  const parsed2 = parseTemplate(result);
  if (parsed2.kind === "malformed") {
    problems.push({ code: "bad-substitution", message: parsed2.why, construct: parsed2.construct, source });
    return;
  }
  const [first2] = tests;
  if (first2 === void 0 || tests.length < conditions.length) return;
  const { template } = parsed2;
  const problem4 = groupProblem(template, first2);
  if (problem4 !== void 0) {
    problems.push({ code: "bad-substitution", message: problem4, construct: result, source });
    return;
  }
  const constant = template.highest === 0 ? template.pieces.join("") : void 0;
  steps.push({ kind: "rule", tests, rule: rules.length, template });
  rules.push({ source, text: readable(text), result, constant });
}
function groupProblem({ highest }, { matcher, negated }) {
  if (highest === 0) return void 0;
  if (negated) return `"$${highest}" in the result of a negated pattern, which has no groups`;
  return highest > matcher.groups ? `"$${highest}", and the pattern has ${matcher.groups} groups` : void 0;
}
function compile5({ engine, problems }, condition, source) {
  const compiled = engine.compile(condition.pattern, condition.flags);
  if (compiled.kind === "compiled") return { matcher: compiled.matcher, negated: condition.negated };
  const { construct, why } = compiled;
  const message = `in ${clip2(condition.text)}: ${why}`;
  problems.push({ code: `${compiled.kind}-pattern`, message, construct: clip2(construct), source });
  return void 0;
}
function clip2(text) {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
function readable(octets3) {
  return decodeText(encodeLatin1(octets3));
}
function readableProblem(problem4) {
  const { message, construct } = problem4;
  if (construct === void 0) return { ...problem4, message: readable(message) };
  return { ...problem4, message: readable(message), construct: readable(construct) };
}

// src/tables/regex/rule-table.ts
function pcreTable(text, options = {}) {
  return loadTable(text, "pcre", options);
}
function loadTable(text, dialect, options) {
  const { file = "inline", engine = re2jsEngine } = options;
  const octets3 = decodeLatin1(typeof text === "string" ? encodeUtf8(text) : text);
  const program = buildProgram(linesOf(octets3), dialect, file, engine);
  if (program.problems.length > 0) throw new ConfigurationError("table", program.problems);
  return tableOf(program, `${dialect}:${file}`);
}
function linesOf(octets3) {
  if (!octets3.includes("\xA0")) return logicalLines(octets3);
  const lines = logicalLines(octets3.replaceAll("\xA0", "\uE0A0"));
  return lines.map(({ text, line }) => ({ text: text.replaceAll("\uE0A0", "\xA0"), line }));
}
function tableOf({ steps, rules }, name) {
  const { match } = matcherOf2(steps, rules);
  return Object.freeze({
    kind: "rule-table",
    name,
    patterns: true,
    rules,
    match,
    within: (folded2) => narrowed(steps, rules, folded2),
    lookup(key) {
      const result = match(decodeLatin1(encodeUtf8(key)));
      if (result === void 0) return notFound();
      return found({ value: decodeText(encodeLatin1(result.value)), source: result.rule.source });
    }
  });
}
function matcherOf2(steps, rules) {
  return {
    match(text, folded2 = text.toLowerCase()) {
      for (let at = 0; at < steps.length; ) {
        const step = steps[at];
        at++;
        if (step.kind === "if") {
          if (!holds2(step.test, text, folded2)) at = step.skipTo;
        } else if (allHold(step.tests, text, folded2)) {
          const rule = rules[step.rule];
          return { rule, index: step.rule, value: rule.constant ?? substituted(step, text) };
        }
      }
      return void 0;
    }
  };
}
function allHold(tests, text, folded2) {
  for (const test of tests) if (!holds2(test, text, folded2)) return false;
  return true;
}
function holds2({ matcher, negated }, text, folded2) {
  return (mayMatch(matcher.required, folded2) && matcher.test(text)) !== negated;
}
function substituted({ tests, template }, text) {
  return substitute(template, tests[0]?.matcher.exec(text) ?? []);
}
function narrowed(steps, rules, folded2) {
  const kept = [];
  const open3 = [];
  const closeUpTo = (at) => {
    for (let last = open3.at(-1); last !== void 0 && last.end <= at; last = open3.at(-1)) {
      open3.pop();
      if (kept.length === last.at + 1) kept.pop();
      else last.step.skipTo = kept.length;
    }
  };
  for (let at = 0; at < steps.length; ) {
    closeUpTo(at);
    const step = steps[at];
    at++;
    if (step.kind === "rule") {
      if (step.tests.every((test) => possible(test, folded2))) kept.push(step);
    } else if (!possible(step.test, folded2)) {
      at = step.skipTo;
    } else {
      const copy = { ...step };
      open3.push({ end: step.skipTo, step: copy, at: kept.length });
      kept.push(copy);
    }
  }
  closeUpTo(steps.length);
  return kept.length === 0 ? void 0 : matcherOf2(kept, rules);
}
function possible({ matcher, negated }, folded2) {
  return negated || mayMatch(matcher.required, folded2);
}

// src/tables/simple-tables.ts
function inlineTable(record, options = {}) {
  const { name = "inline", foldKeys = true } = options;
  const fold3 = (key) => foldKeys ? key.toLowerCase() : key;
  const entries = /* @__PURE__ */ new Map();
  const twice = Object.keys(record).filter((key) => {
    const known = entries.has(fold3(key));
    if (!known) entries.set(fold3(key), { value: record[key] ?? "", source: { file: name } });
    return known;
  });
  refuseTable(
    twice.map((key) => tableProblem("duplicate-key", "keys are compared in lower case", { file: name }, key))
  );
  const lookup = (key) => {
    const entry2 = entries.get(fold3(key));
    return entry2 === void 0 ? notFound() : found(entry2);
  };
  return { name, lookup, entries: () => entries.values() };
}

// test/bench/smtp-accept-server.ts
var octets2 = 0;
var counting = {
  deliver: async ({ message, recipients }) => {
    octets2 += message.size;
    return recipients.map(({ mailbox }) => ({ kind: "stored", mailbox, id: "" }));
  }
};
var domains = ["school.example"];
var policy = definePolicy({
  connect: [clientAccess(cidrTable("192.0.2.0/24 REJECT", { file: "clients" }))],
  helo: [heloAccess(inlineTable({ "bad.example": "REJECT" }))],
  mail: [senderAccess(inlineTable({ "spammer@example.net": "REJECT", "bad.example": "REJECT" }))],
  rcpt: [
    relayControl({ domains }),
    recipientAccess(inlineTable({ "closed@school.example": "REJECT" })),
    route({ localDomains: domains, localRecipients: "all" })
  ],
  message: [
    headerChecks(pcreTable("/^Subject:.*make money fast/ REJECT\n/^X-Mailer: Spammer/ REJECT", { file: "header_checks" })),
    bodyChecks(pcreTable("/^TVqQAAMAAAAEAAAA/ REJECT\n/click here to unsubscribe forever/ REJECT", { file: "body_checks" })),
    sizeLimit({ maxBytes: 1e7 }),
    loopDetection()
  ]
});
async function ours() {
  const server = await smtpServer({ policy, port: 0, name: "mx.school.example", store: counting, limits: { sessionTime: 2e9 } });
  return server.port;
}
function bare() {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, callback) {
      stream.on("data", (chunk) => {
        octets2 += chunk.length;
      });
      stream.on("end", () => callback());
    }
  });
  return new Promise((resolve2) => {
    const listening = server.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      resolve2(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
process.on("message", () => process.send?.({ octets: octets2, cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit(0));
process.send?.({ port: await (process.argv[2] === "ours" ? ours() : bare()) });
