/**
 * The program of a worker thread, as text: it needs no file of ours, and so runs from sources, from a bundle, as ESM and as CommonJS. Of
 * mailauth it uses the class that verifies one message, and gives it one signature, the fields that this one covers, and its key: mailauth
 * splits no header, chooses no field, and asks no DNS. A seal is verified as a signature without a body.
 */

/** One signature; numbers are places in `names` and `lengths`. */
export interface ThreadQuestion {
  readonly seal: boolean;
  readonly own: number;
  readonly covered: readonly number[];
  /** The key record. */
  readonly record: string;
}

/** To the thread. */
export type ToThread =
  | {
      readonly kind: 'begin';
      /** The fields that are needed, one after the other. */
      readonly header: Uint8Array;
      readonly lengths: readonly number[];
      /** In lower case. */
      readonly names: readonly string[];
      readonly questions: readonly ThreadQuestion[];
    }
  | { readonly kind: 'chunk'; readonly octets: Uint8Array }
  | { readonly kind: 'end' };

/** What mailauth says of one signature, and how it read it. */
export interface MailauthResult {
  readonly domain: string;
  readonly selector: string;
  /** `a=`, `c=`, `b=`, `bh=`; the empty string for none. */
  readonly algorithm: string;
  readonly format: string;
  readonly signature: string;
  readonly bodyHash: string;
  /** `l=`; null for none. */
  readonly limit: number | null;
  /** SHA-256 in hexadecimal of the octets that were held against the signature. */
  readonly octets: string;
  readonly result: string;
  readonly comment: string;
  readonly signed: number | null;
  readonly total: number | null;
}

export interface MailauthReport {
  readonly kind: 'report';
  /** For each question, in order: a result, or why there is none. */
  readonly results: readonly (MailauthResult | string)[];
}

/** From the thread. */
export type FromThread =
  /** Another chunk is wanted. */
  { readonly kind: 'more' } | MailauthReport | { readonly kind: 'failed'; readonly why: string };

// `import` and not `require`: the text counts as a module where the process was told so (--input-type).
export const workerCode = `Promise.all([
  import('node:worker_threads'), import('node:module'), import('node:crypto'),
]).then(([{ parentPort, workerData }, { createRequire }, { createHash }]) => {
  // What a package prints is not for the output of a mail server; streams to the thread that started this one would hold its process.
  process.stdout.write = process.stderr.write = () => true;
  const load = createRequire(workerData.manifest);
  const { DkimVerifier } = load('./lib/dkim/dkim-verifier.js');
  const { dkimBody } = load('./lib/dkim/body/index.js');
  const EMPTY_BODY = 'frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=';
  const text = (value) => (value === undefined || value === null || value === false ? '' : String(value).slice(0, 16384));
  const number = (value) => (typeof value === 'number' ? value : null);
  // Times are judged elsewhere: at the beginning of time nothing has expired.
  const verifier = (record) => {
    const one = new DkimVerifier({ resolver: async () => [[record]], minBitLength: 1024, curTime: new Date(1000) });
    one.state = 'body';
    return one;
  };
  const rowsOf = ({ header, lengths, names }) => {
    let at = 0;
    return lengths.map((length, i) => {
      const octets = Buffer.from(header.buffer, header.byteOffset + at, length).toString('latin1');
      at += length;
      const line = Buffer.from(octets.replace(/\\r?\\n$/, '').replace(/\\r?\\n/g, '\\r\\n'), 'latin1');
      return { key: names[i], casedKey: names[i], line };
    });
  };
  const prepare = async ({ seal, own, covered, record }, rows) => {
    const one = verifier(record);
    // Under this name whatever field it is: an ARC-Message-Signature differs by its own name alone, which is in the line.
    await one.messageHeaders({ parsed: [{ ...rows[own], key: 'dkim-signature', casedKey: 'DKIM-Signature' }] });
    const [signature] = one.signatureHeaders;
    one.headers = { parsed: covered.map((i) => rows[i]).reverse() };
    signature.parsed.h = { value: covered.map((i) => rows[i].key).join(':') };
    if (seal) {
      signature.parsed.bh = { value: EMPTY_BODY };
      signature.canonicalization = 'relaxed/simple';
      signature.maxBodyLength = '';
      signature.bodyHashKey = 'seal';
      one.bodyHashes = new Map([['seal', dkimBody('simple', 'sha256', '')]]);
    } else if (!signature.skip) {
      // 4.13.3 does not count what is behind l=.
      one.all = signature.bodyCanon + ':sha256:';
      if (!one.bodyHashes.has(one.all)) one.bodyHashes.set(one.all, dkimBody(signature.bodyCanon, 'sha256', ''));
    }
    return one;
  };
  // Of bodies hashed alike only one is hashed.
  const share = (one, hashers) => {
    for (const [key, hasher] of one.bodyHashes) {
      if (hashers.has(key)) one.bodyHashes.set(key, hashers.get(key));
      else {
        const digest = hasher.digest.bind(hasher);
        let known;
        hasher.digest = (encoding) => (known ??= digest(encoding));
        hashers.set(key, hasher);
      }
    }
  };
  const resultOf = async (one, seal) => {
    await one.finish();
    const [result] = one.results;
    const { signingHeaders, status } = result;
    if (one.results.length !== 1 || !signingHeaders) return 'mailauth does not look at it';
    const policy = status.policy && status.policy['dkim-rules'];
    const all = seal ? undefined : one.bodyHashes.get(one.all);
    return {
      domain: text(result.signingDomain),
      selector: text(result.selector),
      algorithm: text(result.algo),
      format: text(result.format),
      signature: text(result.signature),
      bodyHash: text(result.bodyHashExpecting),
      limit: result.canonBodyLengthLimited ? number(result.canonBodyLengthLimit) : null,
      octets: createHash('sha256').update(Buffer.from(signingHeaders.canonicalizedHeader, 'base64')).digest('hex'),
      result: text(status.result),
      comment: text(status.comment || policy),
      signed: all ? number(result.canonBodyLength) : null,
      total: all ? number(all.bodyHashedBytes) : null,
    };
  };
  // 4.13.3 drops a CR without LF where it stands at the end.
  const old = load('./package.json').version.startsWith('4.');
  let lone, cr;
  const look = (octets) => {
    if (!old || lone || octets.length === 0) return;
    lone = cr && octets[0] !== 10;
    cr = octets[octets.length - 1] === 13;
    for (let at = octets.indexOf(13); at !== -1 && !lone; at = octets.indexOf(13, at + 1)) {
      lone = at + 1 < octets.length && octets[at + 1] !== 10;
    }
  };
  const said = (error) => text(error && error.message) || 'it failed';
  let asked, hashers, feeder;
  const begin = async (message) => {
    const rows = rowsOf(message);
    hashers = new Map();
    asked = [];
    lone = cr = false;
    for (const question of message.questions) {
      const { seal } = question;
      try {
        const one = await prepare(question, rows);
        if (!seal) share(one, hashers);
        asked.push({ one, seal });
      } catch (error) {
        asked.push({ why: said(error) });
      }
    }
    feeder = verifier('');
    feeder.headers = { parsed: [] };
    feeder.bodyHashes = hashers;
    if (hashers.size === 0) await end();
    else parentPort.postMessage({ kind: 'more' });
  };
  const end = async () => {
    const results = [];
    for (const { one, seal, why } of asked) {
      const left = one && !seal && (lone || cr) ? 'mailauth reads a CR without LF otherwise' : why;
      results.push(left ?? (await resultOf(one, seal).catch(said)));
    }
    parentPort.postMessage({ kind: 'report', results });
  };
  const take = async (message) => {
    if (message.kind === 'begin') await begin(message);
    else if (message.kind === 'end') await end();
    else {
      const { octets } = message;
      look(octets);
      await feeder.writeAsync(Buffer.from(octets.buffer, octets.byteOffset, octets.length));
      parentPort.postMessage({ kind: 'more' });
    }
  };
  parentPort.on('message', (message) => {
    take(message).catch((error) => parentPort.postMessage({ kind: 'failed', why: said(error) }));
  });
});`;
