/** The modules whose functions read what other stages found out about the sender. */
import { dkimEval } from './dkim.js';
import { dmarcEval } from './dmarc.js';
import type { EvalModule } from './eval.js';
import { spfEval } from './spf.js';

export const authModules: readonly EvalModule[] = [spfEval, dkimEval, dmarcEval];
