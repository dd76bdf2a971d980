/** All of the platform that the pure folders may use. Compiled in place of Node's types and the DOM's. */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class URL {
  constructor(url: string);
  readonly hostname: string;
  static canParse(url: string): boolean;
}
// For the default host of core/evaluation.ts alone: see test/architecture.test.ts.
declare const performance: { now(): number };
declare function setTimeout(callback: () => void, ms: number): object;
declare function clearTimeout(timer: object): void;
