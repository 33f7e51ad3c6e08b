/** A field of a protocol buffer message, written out. */
type Field = readonly number[];

const VARINT = 0;
const LENGTH_DELIMITED = 2;
/** Element types of ONNX tensors. */
const FLOAT = 1;
const INT64 = 7;

/** An ONNX model of one operation: `last_hidden_state[b, t] = table[input_ids[b, t]]`. @param table `[tokens, width]` */
export function gatherModel(table: Float32Array, width: number): Uint8Array {
  const tokens = table.length / width;
  const tableBytes = new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
  const initializer = [
    integer(1, tokens),
    integer(1, width),
    integer(2, FLOAT),
    text(8, 'table'),
    bytes(9, [...tableBytes]),
  ];
  const gather = [text(1, 'table'), text(1, 'input_ids'), text(2, 'last_hidden_state'), text(4, 'Gather')];
  const graph = [
    message(1, gather),
    text(2, 'tiny'),
    message(5, initializer),
    message(11, tensor('input_ids', INT64, ['batch', 'tokens'])),
    message(11, tensor('attention_mask', INT64, ['batch', 'tokens'])),
    message(12, tensor('last_hidden_state', FLOAT, ['batch', 'tokens', width])),
  ];
  return Uint8Array.from([integer(1, 8), message(8, [integer(2, 13)]), message(7, graph)].flat());
}

/** A ValueInfoProto: sizes are numbers, or names where they vary. */
function tensor(name: string, elementType: number, sizes: readonly (number | string)[]): Field[] {
  const dimensions = sizes.map((size) => message(1, [typeof size === 'number' ? integer(1, size) : text(2, size)]));
  return [text(1, name), message(2, [message(1, [integer(1, elementType), message(2, dimensions)])])];
}

function integer(field: number, value: number): Field {
  return [...varint((field << 3) | VARINT), ...varint(value)];
}

function text(field: number, value: string): Field {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, fields.flat());
}

function bytes(field: number, content: readonly number[]): Field {
  return [...varint((field << 3) | LENGTH_DELIMITED), ...varint(content.length), ...content];
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
