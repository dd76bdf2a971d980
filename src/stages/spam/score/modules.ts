/**
 * What stands for SpamAssassin's plugins: modules with `eval:` functions, and those that ask the DNS.
 */
import type { DnsModule } from '../dns/dns-module.js';
import { contentModules } from '../evals/content.js';
import type { EvalModule } from '../evals/eval.js';

export const evalModules: readonly EvalModule[] = contentModules;

export const dnsModules: readonly DnsModule[] = [];
