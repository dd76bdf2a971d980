/** The differences that are not meant and not mended yet, each with its line in KNOWN.md, "Open". Narrow; the count of each is printed. */
import type { KnownDifference } from './compare.js';

const list: readonly KnownDifference[] = [
  {
    name: 'copies-past-canonical',
    is: ({ kind, mainCf, postfix, postern }) =>
      kind === 'delivery' &&
      /^(?:always_bcc|sender_bcc_maps|recipient_bcc_maps) = /m.test(mainCf) &&
      /^(?:recipient_)?canonical_maps = /m.test(mainCf) &&
      withoutPlaces(postfix) === withoutPlaces(postern),
  },
  {
    name: 'put-off-by-refused-helo',
    is: ({ kind, mainCf, postfix }) =>
      kind === 'code' &&
      /^smtpd_delay_reject = no$/m.test(mainCf) &&
      /^450 4\.7\.0 <[^>]*>: Helo command rejected: defer_if_permit requested$/.test(postfix),
  },
];

/** The messages alone, each once. */
const withoutPlaces = (deliveries: string): string =>
  [...new Set(deliveries.split('\n=====\n').map((one) => one.replace(/^--- .*/, '')))].sort().join('\n');

export const open: readonly KnownDifference[] = list.map(({ name, is }) => ({ name: `open: ${name}`, is }));
