import type { Signals } from '@sdmjs/activation';
import { createMatrix, SdmError } from '@sdmjs/core';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import {
  decodeSafetensors,
  encodeSafetensors,
  type Fields,
  fieldsOf,
  type NamedArray,
  type NamedNumbers,
  parseJson,
  safetensorsPieces,
  stringifyJson,
} from '@sdmjs/interchange';
import type { EpochReport } from './epoch-report.js';
import type { MatchedRows } from './match-in-slices.js';
import type { PartlyMatchedEpoch, PresentRound, RunState } from './run-state.js';
import type { SplitMatches } from './score-splits.js';
import type { Checkpoint, CheckpointScores, MatchedCheckpoint } from './select-checkpoint.js';
import type { FinishedRound } from './train-round.js';

/** A state as the bytes of one `.safetensors` file. */
export function encodeRunState(state: RunState): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(...contentsOf(state));
}

/** The same in pieces, so that there need be no room for all of them: each uses that of the one before. */
export function runStatePieces(state: RunState): Iterable<Uint8Array> {
  return safetensorsPieces(...contentsOf(state));
}

function contentsOf(state: RunState): [tensors: Map<string, NamedNumbers>, metadata: Record<string, string>] {
  const tensors = new Map<string, NamedNumbers>();
  const { finished } = state;
  const write = (name: string, adaptor: ExemplarAdaptor | undefined) => {
    if (adaptor) for (const [part, tensor] of tensorsOf(adaptor)) tensors.set(`${name}/${part}`, tensor);
  };
  const writeMatched = (name: string, best: MatchedCheckpoint | undefined) => {
    write(name, best?.adaptor);
    if (best) for (const [part, tensor] of scoresOf(best.calibration)) tensors.set(`${name}/${part}`, tensor);
  };
  finished.forEach(({ best }, i) => writeMatched(`finished/${i}`, best));
  const present = state.present.map(({ weights, optimizer, signals, matching, best, warmUp, history }, i) => {
    const prefix = `present/${i}/`;
    write(`${prefix}weights`, weights);
    write(`${prefix}means`, optimizer.means);
    write(`${prefix}squares`, optimizer.squares);
    writeMatched(`${prefix}best`, best);
    write(`${prefix}warmUp`, warmUp?.adaptor);
    const vectors = matching ? vectorsOf(matching.matches) : Object.entries(signals ?? {});
    for (const [name, values] of vectors) {
      tensors.set(prefix + name, { shape: [values.length], values });
    }
    return {
      steps: optimizer.steps,
      history,
      best: best && numbersOf(best),
      warmUp: warmUp && numbersOf(warmUp),
      matching: matching && toldOf(matching),
    };
  });
  const told = {
    settings: state.settings,
    secondsElapsed: state.secondsElapsed,
    present,
    finished: finished.map(({ best, normalization, history }) => ({ best: numbersOf(best), normalization, history })),
  };
  return [tensors, { kind: KIND, state: stringifyJson(told) }];
}

/** The state that `encodeRunState` wrote. Throws `bad-format` for a file that was cut off or is something else. */
export function decodeRunState(bytes: Uint8Array): RunState {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.get('kind') !== KIND) {
    throw new SdmError(
      'bad-format',
      `${WHERE}: wanted a file of kind "${KIND}", got ${metadata.get('kind') ?? 'none'}; take a file of saveRunState`,
    );
  }
  const fields = fieldsOf(parseJson(metadata.get('state') ?? '', WHERE), WHERE);
  return {
    settings: readSettings(fields),
    secondsElapsed: fields.number('secondsElapsed', { least: 0 }),
    finished: fields.array('finished').map((value, i): FinishedRound => {
      const round = fieldsOf(value, `${WHERE}: finished round ${i}`);
      const { number } = round.object('normalization');
      return {
        best: readMatched(tensors, round.object('best'), `finished/${i}`),
        normalization: { mean: number('mean'), standardDeviation: number('standardDeviation') },
        history: readHistory(round),
      };
    }),
    present: fields.array('present').map((value, i) => {
      const round = fieldsOf(value, `${WHERE}: present round ${i}`);
      return readPresent(tensors, round, `present/${i}/`);
    }),
  };
}

const KIND = 'sdmjs-run-state';
/** With what the header of a state begins, after its size. */
export const STATE_HEAD = `{"__metadata__":{"kind":"${KIND}"`;
const WHERE = 'decodeRunState';
type Tensors = ReadonlyMap<string, NamedArray>;

function readPresent(tensors: Tensors, fields: Fields, prefix: string): PresentRound {
  return {
    weights: readAdaptor(tensors, `${prefix}weights`),
    optimizer: {
      steps: fields.integer('steps', { least: 1 }),
      means: readAdaptor(tensors, `${prefix}means`),
      squares: readAdaptor(tensors, `${prefix}squares`),
    },
    ...(fields.has('matching')
      ? { matching: readMatching(tensors, fields.object('matching'), prefix) }
      : { signals: readSignals(tensors, prefix) }),
    history: readHistory(fields),
    best: fields.has('best') ? readMatched(tensors, fields.object('best'), `${prefix}best`) : undefined,
    warmUp: fields.has('warmUp') ? readCheckpoint(tensors, fields.object('warmUp'), `${prefix}warmUp`) : undefined,
  };
}

function readSignals(tensors: Tensors, prefix: string): Signals {
  return {
    similarities: tensorAt(tensors, `${prefix}similarities`).values,
    distanceQuantiles: tensorAt(tensors, `${prefix}distanceQuantiles`).values,
  };
}

function readMatching(tensors: Tensors, fields: Fields, prefix: string): PartlyMatchedEpoch {
  return {
    round: fields.integer('round', { least: 1 }),
    trainingLoss: fields.number('trainingLoss'),
    seconds: fields.number('seconds', { least: 0 }),
    matches: {
      training: readMatches(tensors, `${prefix}training`),
      calibration: readMatches(tensors, `${prefix}calibration`),
    },
  };
}

/** Float32 holds q exactly; see `scoresOf`. */
function vectorsOf(matches: SplitMatches): [name: string, values: ArrayLike<number>][] {
  return Object.entries(matches).flatMap(([split, { similarities, nearestDistances }]) => [
    [`${split}Similarities`, similarities],
    [`${split}Distances`, nearestDistances],
  ]);
}

/** Matches that a run can go on from: as many distances as q, all of them possible. */
function readMatches(tensors: Tensors, name: string): MatchedRows {
  const similarities = tensorAt(tensors, `${name}Similarities`).values;
  const nearestDistances = tensorAt(tensors, `${name}Distances`).values;
  const isSound =
    similarities.length === nearestDistances.length &&
    similarities.every((q) => Number.isInteger(q) && q >= 0 && q < 2 ** 24) &&
    nearestDistances.every((distance) => Number.isFinite(distance) && distance >= 0);
  if (isSound) return { similarities: Int32Array.from(similarities), nearestDistances };
  throw new SdmError('bad-format', `${WHERE}: "${name}": wanted a count and a distance a row; take another copy`);
}

function readCheckpoint(tensors: Tensors, from: Fields, name: string): Checkpoint {
  return {
    epoch: from.integer('epoch', { least: 1 }),
    loss: from.number('loss'),
    score: from.number('score'),
    adaptor: readAdaptor(tensors, name),
  };
}

function readMatched(tensors: Tensors, from: Fields, name: string): MatchedCheckpoint {
  return { ...readCheckpoint(tensors, from, name), calibration: readScores(tensors, name) };
}

function tensorsOf(adaptor: ExemplarAdaptor): [part: string, tensor: NamedNumbers][] {
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = adaptor;
  const [matrices, biases] = [
    { projectionWeight, classifierWeight },
    { projectionBias, classifierBias },
  ];
  return [
    ...Object.entries(matrices).map(([part, { rows, columns, data }]): [string, NamedNumbers] => [
      part,
      { shape: [rows, columns], values: data },
    ]),
    ...Object.entries(biases).map(([part, values]): [string, NamedNumbers] => [
      part,
      { shape: [values.length], values },
    ]),
  ];
}

/** Float32 holds q, which counts rows in a memory of 4 GB, exactly below 2^24. */
function scoresOf({
  logits,
  similarities,
  nearestDistances,
}: CheckpointScores): [part: string, tensor: NamedNumbers][] {
  const count = similarities.length;
  return [
    ['calibrationLogits', { shape: [logits.rows, logits.columns], values: logits.data }],
    ['calibrationSimilarities', { shape: [count], values: similarities }],
    ['calibrationDistances', { shape: [count], values: nearestDistances }],
  ];
}

function readAdaptor(tensors: Tensors, name: string): ExemplarAdaptor {
  const matrix = (part: string) => {
    const { shape, values } = tensorAt(tensors, `${name}/${part}`);
    return createMatrix(shape[0] ?? 0, shape[1] ?? 0, values);
  };
  const vector = (part: string) => tensorAt(tensors, `${name}/${part}`).values;
  return {
    projectionWeight: matrix('projectionWeight'),
    projectionBias: vector('projectionBias'),
    classifierWeight: matrix('classifierWeight'),
    classifierBias: vector('classifierBias'),
  };
}

function readScores(tensors: Tensors, name: string): CheckpointScores {
  const { shape, values } = tensorAt(tensors, `${name}/calibrationLogits`);
  return {
    logits: createMatrix(shape[0] ?? 0, shape[1] ?? 0, values),
    similarities: Int32Array.from(tensorAt(tensors, `${name}/calibrationSimilarities`).values),
    nearestDistances: tensorAt(tensors, `${name}/calibrationDistances`).values,
  };
}

function tensorAt(tensors: Tensors, name: string): NamedArray {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new SdmError('bad-format', `${WHERE}: the file has no "${name}"; take another copy of it`);
}

const toldOf = ({ round, trainingLoss, seconds }: PartlyMatchedEpoch) => ({ round, trainingLoss, seconds });

const numbersOf = ({ epoch, loss, score }: Checkpoint) => ({ epoch, loss, score });

function readSettings(fields: Fields): Record<string, string> {
  const settings = fields.object('settings');
  return Object.fromEntries(Object.keys(fields.freeObject('settings')).map((name) => [name, settings.text(name)]));
}

function readHistory(fields: Fields): EpochReport[] {
  return fields.array('history').map((value, i) => {
    const { integer, number, has, flag } = fieldsOf(value, `${fields.where}: epoch ${i + 1}`);
    const orNull = (name: string) => (has(name) ? number(name) : null);
    return {
      round: integer('round', { least: 1 }),
      rounds: integer('rounds', { least: 1 }),
      epoch: integer('epoch', { least: 1 }),
      trainingLoss: number('trainingLoss'),
      balancedTrainingAccuracy: number('balancedTrainingAccuracy'),
      balancedCalibrationAccuracy: number('balancedCalibrationAccuracy'),
      balancedTrainingSimilarity: orNull('balancedTrainingSimilarity'),
      balancedCalibrationSimilarity: orNull('balancedCalibrationSimilarity'),
      balancedMedianCalibrationSimilarity: orNull('balancedMedianCalibrationSimilarity'),
      balancedTrainingLoss: orNull('balancedTrainingLoss'),
      balancedCalibrationLoss: orNull('balancedCalibrationLoss'),
      balancedTrainingCrossEntropy: orNull('balancedTrainingCrossEntropy'),
      balancedCalibrationCrossEntropy: orNull('balancedCalibrationCrossEntropy'),
      isBest: flag('isBest'),
      seconds: number('seconds', { least: 0 }),
    };
  });
}
