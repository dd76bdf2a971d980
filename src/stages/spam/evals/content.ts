/** The modules whose functions look at the content of a message: HTML, MIME parts, text, URIs, images. */
import { bodyEval } from './body.js';
import { bounces } from './bounce.js';
import type { EvalModule } from './eval.js';
import { htmlEval } from './html.js';
import { httpsMismatch } from './https-mismatch.js';
import { imageInfo } from './image.js';
import { mimeEval } from './mime.js';
import { uriEval } from './uri.js';

export const contentModules: readonly EvalModule[] = [
  htmlEval,
  mimeEval,
  bodyEval,
  uriEval,
  httpsMismatch,
  imageInfo,
  bounces,
];
