export { checksumsOf, type PackageFiles } from './checksums.js';
export { distributionSummary, type SignalSummary } from './distribution-summary.js';
export { type EvaluationReportOptions, evaluationReport } from './evaluation-report.js';
export { badFormat, type Fields, fieldsOf } from './fields.js';
export { type JsonObject, type JsonValue, parseJson, stringifyJson } from './json.js';
export {
  COMPOSITIONS,
  type Composition,
  createRowReader,
  examplesOf,
  type RowOptions,
  type RowReader,
  type Rows,
} from './rows.js';
export { type LineSplitter, splitLines } from './rows/split-lines.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type NamedArray,
  type NamedNumbers,
  safetensorsPieces,
} from './safetensors.js';
export { encodeScoredRow, type ScoredRow, scoredRow } from './scored-rows.js';
export { decodeModel, type LoadOptions } from './sdmkitmodel/decode-model.js';
export { type EncodeOptions, encodeModel } from './sdmkitmodel/encode-model.js';
export { type ForeseenModel, foreseeModel, jsonBytes, type ModelSizes } from './sdmkitmodel/foresee-model.js';
export type { OptionalPart } from './sdmkitmodel/optional-parts.js';
export { createTextRowReader, encodeEmbeddedRow, type TextRow, type TextRowOptions } from './text-rows.js';
