export { checksumsOf, type PackageFiles } from './checksums.js';
export { badFormat, type Fields, fieldsOf } from './fields.js';
export { type JsonObject, type JsonValue, parseJson, stringifyJson } from './json.js';
export { decodeSafetensors, encodeSafetensors, type NamedArray } from './safetensors.js';
export { decodeModel, type LoadOptions } from './sdmkitmodel/decode-model.js';
export { encodeModel } from './sdmkitmodel/encode-model.js';
