#!/usr/bin/env node
/** The executable: gives `main` the process, and the process its status. */
import { main } from './main.js';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

// `postern batch ... | head`: a reader that has seen enough is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { stdout, stderr, stdin, env } = process;
const io = { stdout, stderr, stdin, env, cwd: process.cwd(), signal: interrupted.signal };
void main(process.argv.slice(2), io).then((status) => {
  process.exitCode = status;
});
