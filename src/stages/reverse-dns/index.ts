export * from './reverse-dns.js';
