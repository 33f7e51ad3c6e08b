import { SdmError } from '@sdmjs/core';

/** A float32 tensor in row-major order. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A tensor to write: numbers that become float32, in row-major order. */
export interface NamedNumbers {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

type Contents = readonly [tensors: ReadonlyMap<string, NamedNumbers>, metadata?: Readonly<Record<string, string>>];

/** Bytes of a `.safetensors` file: a little-endian u64 header size, a JSON header padded to 8 bytes, and the float32 numbers. */
export function encodeSafetensors(...contents: Contents): Uint8Array<ArrayBuffer> {
  const { head, dataSize } = headOf(contents);
  const bytes = new Uint8Array(head.length + dataSize);
  bytes.set(head);
  let place = head.length;
  for (const piece of numberPieces(contents)) {
    bytes.set(piece, place);
    place += piece.length;
  }
  return bytes;
}

/** The same bytes in pieces, to be written one by one: each uses the room of the one before. */
export function* safetensorsPieces(...contents: Contents): Generator<Uint8Array<ArrayBuffer>> {
  yield headOf(contents).head;
  yield* numberPieces(contents);
}

/** Numbers of a piece at most. */
const PIECE_NUMBERS = 2 ** 16;

function* numberPieces([tensors]: Contents): Generator<Uint8Array<ArrayBuffer>> {
  const room = new Uint8Array(4 * PIECE_NUMBERS);
  const view = new DataView(room.buffer);
  for (const { values } of tensors.values()) {
    for (let start = 0; start < values.length; start += PIECE_NUMBERS) {
      const count = Math.min(PIECE_NUMBERS, values.length - start);
      for (let i = 0; i < count; i++) view.setFloat32(4 * i, values[start + i]!, true);
      yield room.subarray(0, 4 * count);
    }
  }
}

/** Header size and header, and the bytes of the numbers. Throws `shape-mismatch`. */
function headOf([tensors, metadata = {}]: Contents): { head: Uint8Array<ArrayBuffer>; dataSize: number } {
  let dataSize = 0;
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  for (const [name, { shape, values }] of tensors) {
    if (sizeOf(shape) !== values.length) {
      throw new SdmError('shape-mismatch', `encodeSafetensors: ${name} has ${values.length} numbers for [${shape}]`);
    }
    entries.push([name, { dtype: 'F32', shape, data_offsets: [dataSize, dataSize + values.length * 4] }]);
    dataSize += values.length * 4;
  }
  const header = new TextEncoder().encode(jsonObject(entries));
  const headerSize = Math.ceil(header.length / 8) * 8;
  const head = new Uint8Array(8 + headerSize).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerSize), true);
  head.set(header, 8);
  return { head, dataSize };
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
