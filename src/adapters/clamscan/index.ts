/** Entry point: ClamAV's command-line scanner. Needs Node and the program `clamscan`. */
export { type Clamscan, clamscan } from './clamscan.js';
export type { ClamscanOptions } from './settings.js';
