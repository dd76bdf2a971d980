/** A certificate authority of the tests, and what it signs, by openssl(1). */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestCertificate {
  /** Paths: certificate and key of the server, certificate of who signed. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** What a client trusts, in PEM. */
  readonly ca: string;
}

/** For `name` alone (subjectAltName). */
export async function makeCertificate(folder: string, name: string): Promise<TestCertificate> {
  const path = (file: string): string => join(folder, file);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...given: readonly string[]): Promise<unknown> => run('openssl', [...given], { timeout: 20_000 });
  const subject = ['-subj', '/CN=Authority of the tests'];
  await openssl('req', '-x509', ...key, '-days', '2', '-keyout', path('ca.key'), '-out', path('ca.pem'), ...subject);
  await openssl('req', ...key, '-keyout', path('key.pem'), '-out', path('request.pem'), '-subj', `/CN=${name}`);
  writeFileSync(path('extensions'), `subjectAltName=DNS:${name}\n`);
  const signed = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-extfile', path('extensions')];
  await openssl('x509', '-req', '-in', path('request.pem'), '-days', '2', '-out', path('cert.pem'), ...signed);
  return {
    certificate: path('cert.pem'),
    key: path('key.pem'),
    authority: path('ca.pem'),
    ca: readFileSync(path('ca.pem'), 'utf8'),
  };
}
