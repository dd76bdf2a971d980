export * from './loop-detection.js';
