/**
 * What stands for SpamAssassin's plugins: modules with `eval:` functions, and those that ask the DNS.
 */
import type { DnsModule } from '../dns/dns-module.js';
import { dnsModules as listModules } from '../dns/index.js';
import { authModules } from '../evals/auth.js';
import { contentModules } from '../evals/content.js';
import type { EvalModule } from '../evals/eval.js';
import { headerModules } from '../evals/headers.js';

export const evalModules: readonly EvalModule[] = [...contentModules, ...headerModules, ...authModules];

export const dnsModules: readonly DnsModule[] = listModules;
