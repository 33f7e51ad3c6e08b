export type { PackageFiles } from './checksums.js';
export { type JsonObject, type JsonValue, parseJson, stringifyJson } from './json.js';
export { decodeModel, type LoadOptions } from './sdmkitmodel/decode-model.js';
export { encodeModel } from './sdmkitmodel/encode-model.js';
