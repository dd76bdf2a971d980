/** The cryptography of DKIM and ARC over `node:crypto` and the canonical forms of our own: no package needed. */
export { type NodeCrypto, nodeCrypto } from './node-crypto.js';
