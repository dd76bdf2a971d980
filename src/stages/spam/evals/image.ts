/** Functions of Mail::SpamAssassin::Plugin::ImageInfo(3): attached images, how many, how large, and how much text comes with them. */

import { encodeLatin1 } from '../../../values/bytes.js';
import type { PartView } from '../mail/mail-view.js';
import { compileRulePattern } from '../patterns/index.js';
import type { RulePattern } from '../patterns/pattern-set.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { type ImageSize, type ImageType, imageSize } from './image-size.js';
import { lengthOf } from './octets.js';

interface Image {
  readonly type: ImageType;
  /** Undefined: it could not be read. */
  readonly size: ImageSize | undefined;
  readonly name: string | undefined;
}

const imagesKey: MemoKey<readonly Image[]> = { kind: 'memo' };

function readImage(part: PartView): readonly Image[] {
  const found = /^image\/(gif|png|jpe?g)$/.exec(part.type)?.[1];
  const encoding = part.header.each('content-transfer-encoding').at(-1) ?? '';
  if (found === undefined || !part.leaf || encoding.toLowerCase() !== 'base64') return [];
  const type = found === 'jpg' ? 'jpeg' : (found as ImageType);
  return [{ type, size: imageSize(type, part.decoded), name: part.fileName }];
}

function images(subject: SpamSubject, type = 'all'): readonly Image[] {
  const all = subject.memo(imagesKey, ({ mail }) => mail.parts.flatMap(readImage));
  return type === 'all' ? all : all.filter((image) => image.type === type);
}

const isType = (type: string): boolean => ['all', 'gif', 'png', 'jpeg'].includes(type);

function area(subject: SpamSubject, type: string): number {
  return images(subject, type).reduce((sum, { size }) => sum + (size === undefined ? 0 : size.width * size.height), 0);
}

function between(value: number, min: string | undefined, max: string | undefined): boolean {
  return min !== undefined && value >= Number(min) && (max === undefined || value <= Number(max));
}

const count: EvalFunction = (subject, [type = '', min, max]) =>
  isType(type) && between(images(subject, type).length, min, max);

const coverage: EvalFunction = (subject, [type = '', min, max]) =>
  isType(type) && between(area(subject, type), min, max);

/** Octets of the body for each pixel; the upper limit is not included. */
const textRatio: EvalFunction = (subject, [type = '', min, max], on = 'body') => {
  const text = lengthOf(on === 'rawbody' ? subject.mail.rawBody : subject.mail.body);
  const pixels = isType(type) ? area(subject, type) : 0;
  if (text === 0 || pixels === 0 || min === undefined || max === undefined) return false;
  const ratio = text / pixels;
  return ratio >= Number(min) && ratio < Number(max);
};

const sizeExact: EvalFunction = (subject, [type = '', height, width]) =>
  images(subject, type).some(({ size }) => size?.height === Number(height) && size?.width === Number(width));

const sizeRange: EvalFunction = (subject, [type = '', minHeight, minWidth, maxHeight, maxWidth]) =>
  images(subject, type).some(
    ({ size }) =>
      size !== undefined && between(size.height, minHeight, maxHeight) && between(size.width, minWidth, maxWidth),
  );

const named: EvalFunction = (subject, [name]) =>
  images(subject).some((image) => image.size !== undefined && image.name === name);

function nameMatch(): Evaluator {
  const patterns = new Map<string, RulePattern>();
  return {
    run: (subject, [pattern = ''], _on, gaveUp) =>
      images(subject).some(({ size, name }) => {
        if (size === undefined || name === undefined) return false;
        const octets = encodeLatin1(name);
        return (patterns.get(pattern)?.count({ octets, ends: [octets.length] }, 0, 1, gaveUp) ?? 0) > 0;
      }),
    check: ([pattern = '']) => {
      const compiled = compileRulePattern({ text: pattern, flags: '' });
      if (compiled.kind === 'refused') return `${compiled.construct}: ${compiled.why}`;
      patterns.set(pattern, compiled);
      return undefined;
    },
  };
}

export const imageInfo: EvalModule = {
  prepare: () =>
    new Map<string, Evaluator>([
      ['image_count', { run: count }],
      ['pixel_coverage', { run: coverage }],
      ['image_size_exact', { run: sizeExact }],
      ['image_size_range', { run: sizeRange }],
      ['image_named', { run: named }],
      ['image_name_regex', nameMatch()],
      ['image_to_text_ratio', { run: textRatio }],
    ]),
};
