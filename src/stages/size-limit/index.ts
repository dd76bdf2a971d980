export * from './size-limit.js';
