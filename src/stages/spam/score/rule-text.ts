/**
 * The text that a rule looks at, for rules that are run one by one.
 */
import { noPieces, type Pieces } from '../mail/pieces.js';
import type { SpamSubject } from '../subject.js';
import { headerReader } from './header-text.js';
import type { Slot } from './slot.js';
import { piecesOf, withoutFirst } from './text-pieces.js';
import { texts } from './text-steps.js';

export type TextFor = (subject: SpamSubject) => Pieces;

/** For rules with a pattern over one text. The same function for rules with the same text, but for header fields. */
export function textFor({ rule }: Slot): TextFor {
  const { test } = rule;
  switch (test.kind) {
    case 'header': {
      const { target, ifUnset = '' } = test;
      const read = headerReader(target);
      return (subject) => piecesOf([read(subject) ?? ifUnset]);
    }
    case 'body':
      return rule.tflags.has('nosubject') ? bodyAlone : texts.body;
    case 'rawbody':
    case 'full':
    case 'uri':
      return texts[test.kind];
    default:
      return nothing;
  }
}

const bodyAlone = ({ mail }: SpamSubject): Pieces => withoutFirst(mail.body);
const nothing = (): Pieces => noPieces;
