/** For tests: a virus scanner in memory, and the suite that every scanner must pass. No Node module, no framework. */
export { type ScannerConformance, scannerConformance } from './conformance.js';
export { eicar, type MemoryScanner, type MemoryScannerOptions, memoryScanner } from './memory-scanner.js';
