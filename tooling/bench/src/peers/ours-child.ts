// Our side of one measurement, in a process of its own: takes a job as JSON and prints a line of JSON. `python/peer.py` does the same work.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNestedRegions } from '@sdmjs/calibration';
import { createMatrix, type Example, type Matrix, rowOf } from '@sdmjs/core';
import { calibrate, type Estimate } from '@sdmjs/estimator';
import { loadModel, readRows } from '@sdmjs/interchange/node';
import { loadKernels } from '@sdmjs/kernels';
import { type EpochReport, kernelEngine, trainModel } from '@sdmjs/training';
import { processMemory } from '../process-memory.js';
import type { Job, LadderName, Outcome, Reading, WorkName } from './scale.js';

const MEASURE: Readonly<Record<WorkName, (job: Job) => Promise<Reading>>> = {
  scoring: measureScoring,
  document: measureDocument,
  epoch: measureEpoch,
  'ladder-model': (job) => measureLadder(job, 'ladder-model'),
  'ladder-fine': (job) => measureLadder(job, 'ladder-fine'),
  'ladder-long': (job) => measureLadder(job, 'ladder-long'),
  rows: measureRows,
};

const job = JSON.parse(process.argv[2] ?? '') as Job;
process.stdout.write(`${JSON.stringify(await MEASURE[job.work](job))}\n`);

async function measureScoring(job: Job): Promise<Reading> {
  const estimator = await openModel(job);
  const rows = head(readMatrix(job, 'test'), job.scale.queries);
  await estimator.estimateAll(head(rows, job.warmUp));
  const { result, ...reading } = await timed(() => estimator.estimateAll(rows));
  const { labels, predictions } = estimator.model.support;
  const facts = {
    'share of support rows that are good': labels.filter((label, i) => label === predictions[i]).length / labels.length,
    'mean q': mean(result.map(({ similarity }) => similarity)),
  };
  return { ...reading, outcome: scored(result), facts };
}

async function measureDocument(job: Job): Promise<Reading> {
  const estimator = await openModel(job);
  const rows = head(readMatrix(job, 'test'), job.warmUp + job.scale.documents);
  for (let i = 0; i < job.warmUp; i++) await estimator.estimate(rowOf(rows, i));
  const times: number[] = [];
  const { result, ...reading } = await timed(async () => {
    const estimates: Estimate[] = [];
    for (let i = job.warmUp; i < rows.rows; i++) {
      const start = performance.now();
      estimates.push(await estimator.estimate(rowOf(rows, i)));
      times.push((performance.now() - start) / 1000);
    }
    return estimates;
  });
  const nearest = result.flatMap(({ nearestExemplars }) => nearestExemplars.map(({ index }) => index));
  const [seconds, slowSeconds] = [percentile(times, 50), percentile(times, 95)];
  return { ...reading, seconds, slowSeconds, outcome: { ...scored(result), 'nearest rows': nearest } };
}

async function measureEpoch(job: Job): Promise<Reading> {
  const [trainingSet, calibrationSet] = [readExamples(job, 'training'), readExamples(job, 'calibration')];
  const kernels = await loadKernels({ threads: job.threads });
  const { result, ...reading } = await timed(() =>
    trainModel({
      trainingSet,
      calibrationSet,
      representationSize: job.scale.representation,
      epochs: 2,
      learningRate: job.learningRate,
      shuffle: false,
      engine: kernelEngine({ kernels }),
    }),
  );
  const rows = result.calibrationScores;
  const { regions } = calibrate(result).nestedRegions;
  const last = result.history[1]!;
  return {
    ...reading,
    seconds: last.seconds,
    outcome: {
      'best epoch': [result.bestEpoch],
      predictions: [...rows.predictions],
      'q, exactly': [...rows.similarities],
      'q, within 1 %': [...rows.similarities],
      d: [...rows.distanceQuantiles],
      regions: regions.map(({ targetAccuracy }) => targetAccuracy),
      thresholds: regions.flatMap(({ classThresholds }) => [...classThresholds]),
      history: result.history.flatMap(numbersOf),
    },
    facts: {
      'share of training rows that are good': last.balancedTrainingAccuracy,
      'mean q': last.balancedTrainingSimilarity ?? Number.NaN,
    },
  };
}

function numbersOf(epoch: EpochReport): number[] {
  return [
    epoch.trainingLoss,
    epoch.balancedTrainingAccuracy,
    epoch.balancedCalibrationAccuracy,
    epoch.balancedTrainingSimilarity ?? Number.NaN,
    epoch.balancedCalibrationSimilarity ?? Number.NaN,
    epoch.balancedTrainingLoss ?? Number.NaN,
    epoch.balancedCalibrationLoss ?? Number.NaN,
  ];
}

async function measureLadder({ folder, scale }: Job, work: LadderName): Promise<Reading> {
  const path = (name: string) => join(folder, work, name);
  const rescaledSimilarities = new Float32Array(readBytes(path('rescaled.f32')));
  const scores = {
    probabilities: createMatrix(rescaledSimilarities.length, 2, new Float32Array(readBytes(path('probabilities.f32')))),
    rescaledSimilarities,
    labels: new Int32Array(readBytes(path('labels.i32'))),
    predictions: new Int32Array(readBytes(path('predictions.i32'))),
  };
  const alphaResolution = scale[work].resolution;
  const { result, ...reading } = await timed(async () => findNestedRegions(scores, { alphaResolution }));
  const regions = result.regions.flatMap(({ targetAccuracy, minRescaledSimilarity, classThresholds }) => [
    targetAccuracy,
    minRescaledSimilarity,
    ...classThresholds,
  ]);
  const candidates = rescaledSimilarities.filter((value) => value >= 1);
  const facts = { "different q' of 1 or more": new Set(candidates).size };
  return { ...reading, outcome: { regions }, facts };
}

async function measureRows({ folder }: Job): Promise<Reading> {
  const { result, ...reading } = await timed(() => readRows(join(folder, 'rows.jsonl')));
  const matrix = createHash('sha256').update(result.features.data).digest('hex');
  return { ...reading, outcome: { matrix: [matrix], labels: [...result.labels], ids: result.ids } };
}

function scored(estimates: readonly Estimate[]): Outcome {
  const q = estimates.map(({ similarity }) => similarity);
  return {
    predictions: estimates.map(({ prediction }) => prediction),
    'q, exactly': q,
    'q, within 1 %': q,
    d: estimates.map(({ distanceQuantile }) => distanceQuantile),
    probabilities: estimates.map(({ probability }) => probability),
    'assigned regions': estimates.map(({ regionAlpha }) => regionAlpha),
    'assigned lower regions': estimates.map(({ lower }) => lower.regionAlpha),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function timed<Result>(work: () => Promise<Result>) {
  const residentBytes = processMemory('VmRSS');
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  return { result, seconds, processorSeconds: (user + system) / 1e6, residentBytes, peakBytes: processMemory('VmHWM') };
}

function percentile(times: readonly number[], level: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(times.length - 1, Math.floor((times.length * level) / 100))]!;
}

async function openModel({ folder, threads }: Job) {
  const kernels = await loadKernels({ threads });
  return loadModel(join(folder, 'model.sdmkitmodel'), { kernels });
}

function readExamples(job: Job, split: 'training' | 'calibration'): Example[] {
  const rows = readMatrix(job, split);
  return Array.from({ length: rows.rows }, (_, i) => ({
    id: `${split}-${i}`,
    label: i % 2,
    features: rowOf(rows, i),
  }));
}

function readMatrix({ folder, scale }: Job, name: string): Matrix {
  const data = new Float32Array(readBytes(join(folder, `${name}.f32`)));
  return createMatrix(data.length / scale.features, scale.features, data);
}

/** A buffer of its own, so that it is aligned. */
function readBytes(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.byteLength === bytes.buffer.byteLength
    ? (bytes.buffer as ArrayBuffer)
    : (bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
}

function head({ data, columns }: Matrix, rows: number): Matrix {
  return createMatrix(rows, columns, data.subarray(0, rows * columns));
}
