/**
 * A self-signed certificate, made at the first start and kept in the data folder: enough for a test of TLS, and for
 * clients that are told to trust it. A real server has one that the world trusts.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ConfigurationError } from 'postern';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const TEN_YEARS_IN_DAYS = 3652;

/** `folder` is there. Throws ConfigurationError for a file of ours that is broken. */
export async function certificate(folder: string, name: string): Promise<Certificate> {
  const file = join(folder, 'certificate.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  });
  if (text !== undefined) return readPair(text, file);
  const notAfterDate = new Date(Date.now() + TEN_YEARS_IN_DAYS * 86_400_000);
  const made = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    notAfterDate,
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const pair = { key: made.private, cert: made.cert };
  await writeFile(`${file}.new`, JSON.stringify(pair), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return pair;
}

function readPair(text: string, file: string): Certificate {
  try {
    const { key, cert } = JSON.parse(text) as Certificate;
    createSecureContext({ key, cert });
    if (key !== undefined && cert !== undefined) return { key, cert };
  } catch {
    // What is wrong with it says little: whoever reads it removes the file, or puts a good one there.
  }
  const message = 'expected JSON with "key" and "cert" in PEM form; without the file a new pair is made';
  throw new ConfigurationError('certificate', [{ code: 'certificate', message, source: { file } }]);
}
