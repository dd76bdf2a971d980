/**
 * A self-signed certificate, made at the first start and kept in the data folder: enough for a test of TLS, and for
 * clients that are told to trust it. A real server has one that the world trusts.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const TEN_YEARS_IN_DAYS = 3652;

export async function certificate(folder: string, name: string): Promise<Certificate> {
  const file = join(folder, 'certificate.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Certificate;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
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
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(pair), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return pair;
}
