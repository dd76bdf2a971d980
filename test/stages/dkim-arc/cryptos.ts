/** The adapters that the suites run through. */
import { mailauth } from '../../../src/adapters/mailauth/index.js';
import { nodeCrypto } from '../../../src/adapters/node-crypto/index.js';
import type { DkimVerifier } from '../../../src/ports/dkim-crypto.js';

export const cryptos: readonly { readonly name: string; readonly crypto: DkimVerifier }[] = [
  { name: 'node-crypto', crypto: nodeCrypto() },
  { name: 'mailauth 7', crypto: mailauth() },
  { name: 'mailauth 4', crypto: mailauth({ package: 'mailauth-4' }) },
];
