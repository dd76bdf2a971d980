/** Width and height of images, read from the first octets that tell them: GIF87a and GIF89a, PNG (W3C PNG section 11.2.2), JPEG (T.81 B.2.2). */
import { decodeLatin1 } from '../../../values/bytes.js';

export type ImageType = 'gif' | 'png' | 'jpeg';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Undefined: not such an image, or it does not tell. */
export function imageSize(type: ImageType, octets: Uint8Array): ImageSize | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const size = readers[type](view, decodeLatin1(octets.subarray(0, 8)));
  return size === undefined || size.width === 0 || size.height === 0 ? undefined : size;
}

const readers: Readonly<Record<ImageType, (view: DataView, start: string) => ImageSize | undefined>> = {
  gif,
  png,
  jpeg,
};

function gif(view: DataView, start: string): ImageSize | undefined {
  if (!/^GIF8[79]a/.test(start) || view.byteLength < 10) return undefined;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function png(view: DataView, start: string): ImageSize | undefined {
  if (start !== '\x89PNG\r\n\x1a\n') return undefined;
  const header = 0x49484452;
  const end = 0x49454e44;
  for (let at = 8; at + 16 <= view.byteLength; at += 8) {
    const type = view.getUint32(at + 4);
    if (type === end) return undefined;
    if (type === header && view.getUint32(at) === 13) {
      return { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    }
  }
  return undefined;
}

/** Markers one after the other up to the frame header, which is none of DHT, JPG and DAC. */
function jpeg(view: DataView, start: string): ImageSize | undefined {
  if (!start.startsWith('\xff\xd8')) return undefined;
  for (let at = 2; at + 9 <= view.byteLength; ) {
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (view.getUint8(at) !== 0xff || marker === 0xda || marker === 0xd9 || length < 2) return undefined;
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + length;
  }
  return undefined;
}
