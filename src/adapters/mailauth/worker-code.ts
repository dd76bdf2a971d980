/**
 * The program of a worker thread, as text: it needs no file of ours, and so runs from sources, from a bundle, as ESM and as CommonJS.
 * It loads the files of mailauth that do DKIM and ARC, not its main entry, which needs a newer Node. One message after the
 * other; keys come with the message, and nothing is asked of the DNS.
 */

/** To the thread. */
export type ToThread =
  | {
      readonly kind: 'begin';
      /** Key records by name, in lower case. */
      readonly records: Readonly<Record<string, string>>;
      /** Validate the ARC chain too. */
      readonly arc: boolean;
    }
  | { readonly kind: 'chunk'; readonly octets: Uint8Array }
  | { readonly kind: 'end' };

/** What mailauth says of one signature. */
export interface MailauthResult {
  readonly domain: string | null;
  readonly selector: string | null;
  /** `b=`, as mailauth read it. */
  readonly signature: string;
  readonly result: string;
  readonly comment: string;
  readonly signed: number | null;
  readonly total: number | null;
}

export interface MailauthReport {
  readonly kind: 'report';
  readonly dkim: readonly MailauthResult[];
  /** The newest ARC-Message-Signature; null where there is none. */
  readonly message: MailauthResult | null;
  /** The chain; null where it was not asked for. */
  readonly chain: { readonly result: string; readonly comment: string } | null;
}

/** From the thread. */
export type FromThread =
  | { readonly kind: 'ready' }
  /** Another chunk is wanted. */
  | { readonly kind: 'more' }
  | MailauthReport
  | { readonly kind: 'failed'; readonly why: string };

// `import` and not `require`: the text counts as a module where the process was told so (--input-type).
export const workerCode = `Promise.all([
  import('node:worker_threads'), import('node:module'), import('node:stream'),
]).then(([{ parentPort, workerData }, { createRequire }, { Readable }]) => {
  const load = createRequire(workerData.manifest);
  const { dkimVerify } = load('./lib/dkim/verify.js');
  const { arc } = load('./lib/arc/index.js');
  const text = (value) => (value === undefined || value === null || value === false ? '' : String(value).slice(0, 4096));
  const resultOf = (one) => ({
    domain: one.signingDomain ? text(one.signingDomain) : null,
    selector: one.selector ? text(one.selector) : null,
    signature: text(one.signature),
    result: text(one.status && one.status.result),
    comment: text((one.status && (one.status.comment || (one.status.policy && one.status.policy['dkim-rules']))) || ''),
    signed: typeof one.canonBodyLength === 'number' ? one.canonBodyLength : null,
    total: typeof one.canonBodyLengthTotal === 'number' ? one.canonBodyLengthTotal : null,
  });
  const work = async ({ records, arc: wanted }, input) => {
    const resolver = async (name) => {
      const key = String(name).toLowerCase();
      if (Object.hasOwn(records, key)) return [[records[key]]];
      throw Object.assign(new Error('no such key'), { code: 'ENOTFOUND' });
    };
    // Times are judged elsewhere: at the beginning of time nothing has expired.
    const options = { resolver, minBitLength: 1024, curTime: new Date(1000) };
    const verified = await dkimVerify(input, options);
    const last = verified.arc && verified.arc.lastEntry;
    const message = last && last.messageSignature ? resultOf(last.messageSignature) : null;
    let chain = null;
    if (wanted) {
      const error = verified.arc && verified.arc.error;
      const { status } = error ? { status: { result: 'fail', comment: error.message } } : await arc(verified.arc, options);
      chain = { result: text(status.result), comment: text(status.comment) };
    }
    const dkim = verified.results.filter((one) => one.status && one.status.result !== 'none').map(resultOf);
    return { kind: 'report', dkim, message, chain };
  };
  let input;
  const take = (message) => {
    if (message.kind === 'chunk') input.push(Buffer.from(message.octets.buffer, message.octets.byteOffset, message.octets.length));
    else if (message.kind === 'end') input.push(null);
    else {
      input = new Readable({ highWaterMark: 262144, read: () => parentPort.postMessage({ kind: 'more' }) });
      work(message, input).then(
        (report) => parentPort.postMessage(report),
        (error) => parentPort.postMessage({ kind: 'failed', why: text(error) }),
      );
    }
  };
  parentPort.on('message', take);
  parentPort.postMessage({ kind: 'ready' });
});`;
