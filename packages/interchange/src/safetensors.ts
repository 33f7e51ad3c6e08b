import { SdmError } from '@sdmjs/core';

/** A float32 tensor in row-major order. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Bytes of a `.safetensors` file: a little-endian u64 header size, a JSON header padded to 8 bytes, and the float32 numbers. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  for (const [name, { shape, values }] of tensors) {
    if (sizeOf(shape) !== values.length) {
      throw new SdmError('shape-mismatch', `encodeSafetensors: ${name} has ${values.length} numbers for [${shape}]`);
    }
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + values.length * 4] }]);
    offset += values.length * 4;
  }
  const header = new TextEncoder().encode(jsonObject(entries));
  const headerSize = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerSize + offset).fill(0x20, 8, 8 + headerSize);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerSize), true);
  bytes.set(header, 8);
  let place = 8 + headerSize;
  for (const { values } of tensors.values()) {
    for (let i = 0; i < values.length; i++, place += 4) view.setFloat32(place, values[i]!, true);
  }
  return bytes;
}

/** Tensors and metadata of a `.safetensors` file. Throws `bad-format` for anything cut off, overlapping, of another type than F32, or malformed. */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, NamedArray>;
  metadata: Map<string, string>;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(bytes, view);
  const dataStart = 8 + Number(view.getBigUint64(0, true));
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const layout = entries
    .map(([name, entry]) => readEntry(name, entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, NamedArray>();
  let place = 0;
  for (const { name, dtype, shape, begin, end } of layout) {
    if (dtype !== 'F32') malformed(`${name} is ${dtype}; only F32 is read, convert the file`);
    if (end - begin !== sizeOf(shape) * 4) malformed(`${name} has ${end - begin} bytes for [${shape}]`);
    if (begin !== place) malformed(`${name} starts at ${begin}, wanted ${place}: tensors lie side by side`);
    if (dataStart + end > bytes.length) malformed(`the file ends inside ${name}; it was cut off`);
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(dataStart + begin + i * 4, true);
    tensors.set(name, { shape, values });
    place = end;
  }
  if (dataStart + place !== bytes.length)
    malformed(`${bytes.length - dataStart} bytes of numbers, the header names ${place}`);
  return { tensors, metadata: readMetadata(header) };
}

function readHeader(bytes: Uint8Array, view: DataView): object {
  const headerSize = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + headerSize > bytes.length) malformed(`${bytes.length} bytes do not hold the header; the file was cut off`);
  try {
    const header: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerSize)),
    );
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  } catch (cause) {
    throw new SdmError('bad-format', 'decodeSafetensors: the header is not JSON', { cause });
  }
  return malformed('the header is not a JSON object');
}

function readEntry(name: string, entry: unknown) {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets))
    malformed(`${name} lacks dtype, shape or data_offsets`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end)
    malformed(`${name} has offsets [${offsets}]`);
  return { name, dtype, shape, begin, end };
}

function readMetadata(header: object): Map<string, string> {
  const metadata = '__metadata__' in header ? header.__metadata__ : {};
  return new Map(Object.entries(metadata ?? {}).map(([key, value]) => [key, String(value)]));
}

/** `JSON.stringify` of an object with these entries, also for a key like `__proto__`. */
const jsonObject = (entries: readonly [string, unknown][]): string =>
  `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);

function malformed(what: string): never {
  throw new SdmError('bad-format', `decodeSafetensors: ${what}`);
}
