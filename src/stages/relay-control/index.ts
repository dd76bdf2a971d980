export * from './relay-control.js';
