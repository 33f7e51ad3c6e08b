import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type CalibrationScores, rescaledSimilarity } from '@sdmjs/calibration';
import { createMatrix, createRandom, type Example } from '@sdmjs/core';
import { calibrate } from '@sdmjs/estimator';
import { loadModel, saveModel } from '@sdmjs/interchange/node';
import { trainModel } from '@sdmjs/training';
import { LEARNING_RATE, type LadderScale, type Scale, type WorkName } from './scale.js';

/** Rows of the test split that only warm up. */
export const WARM_UP = 256;

/**
 * Writes what the works need into `folder`, the same bytes for both sides; what is there from an earlier run at this scale stays.
 * Matrices are raw float32, classes take turns row by row.
 */
export async function prepareData(
  folder: string,
  { scale, works, say }: { scale: Scale; works: readonly WorkName[]; say: (line: string) => void },
): Promise<void> {
  requireSizes(folder, scale);
  const needs = (...names: WorkName[]) => names.some((name) => works.includes(name));
  const make = async (name: string, write: (path: string) => Promise<unknown>) => {
    if (existsSync(join(folder, name))) return;
    say(`preparing ${name}`);
    const unfinished = join(folder, `unfinished-${name}`);
    rmSync(unfinished, { recursive: true, force: true });
    await write(unfinished);
    renameSync(unfinished, join(folder, name));
  };
  if (needs('scoring', 'document', 'epoch', 'ladder-model')) {
    await make('training.f32', async (path) => writeSplit(path, scale, { rows: scale.rows, seed: 1 }));
    await make('calibration.f32', async (path) => writeSplit(path, scale, { rows: scale.rows, seed: 2 }));
  }
  if (needs('scoring', 'document')) {
    const rows = Math.max(scale.queries, WARM_UP + scale.documents);
    await make('test.f32', async (path) => writeSplit(path, scale, { rows, seed: 3 }));
  }
  if (needs('scoring', 'document', 'ladder-model')) {
    await make('model.sdmkitmodel', (path) => writeModel(folder, path, scale));
  }
  if (needs('ladder-model')) await make('ladder-model', (path) => writeModelScores(folder, path));
  for (const name of ['ladder-fine', 'ladder-long'] as const) {
    if (needs(name)) await make(name, async (path) => writeScores(path, drawScores(scale[name])));
  }
  if (needs('rows')) await make('rows.jsonl', (path) => writeRows(path, scale));
}

/** Data of other sizes are thrown away. */
function requireSizes(folder: string, { turns: _turns, ...sized }: Scale): void {
  const [path, sizes] = [join(folder, 'sizes.json'), JSON.stringify(sized)];
  if (existsSync(path) && readFileSync(path, 'utf8') === sizes) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, sizes);
}

/** Two overlapping classes: one direction in five carries the label. */
function writeSplit(path: string, { features }: Scale, { rows, seed }: { rows: number; seed: number }): void {
  const random = createRandom(seed);
  const data = new Float32Array(rows * features);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) data[at++] = random.normal() + (j % 5 === 0 ? (i % 2) * 0.3 : 0);
  }
  writeFileSync(path, data);
}

/** Two epochs of training, saved in the format that both sides read. */
async function writeModel(folder: string, path: string, scale: Scale): Promise<void> {
  const examples = (split: string): Example[] => {
    const data = new Float32Array(new Uint8Array(readFileSync(join(folder, `${split}.f32`))).buffer);
    return Array.from({ length: scale.rows }, (_, i) => ({
      id: `${split}-${i}`,
      label: i % 2,
      features: data.subarray(i * scale.features, (i + 1) * scale.features),
    }));
  };
  const trained = await trainModel({
    trainingSet: examples('training'),
    calibrationSet: examples('calibration'),
    representationSize: scale.representation,
    epochs: 2,
    learningRate: LEARNING_RATE,
    shuffle: false,
  });
  await saveModel(calibrate(trained), path);
}

/** The calibration rows that the model keeps. */
async function writeModelScores(folder: string, path: string): Promise<void> {
  const { calibrationScores } = await loadModel(join(folder, 'model.sdmkitmodel'));
  if (calibrationScores) writeScores(path, calibrationScores);
}

/**
 * Scores as a trained model might give them, without a model: easy rows are right more often, and have higher q, d and logits. Nearly no two q'
 * are equal and none is 0, unlike a real model's: the most work for the number of rows.
 */
function drawScores({ rows }: LadderScale): CalibrationScores {
  const random = createRandom(4);
  const scores = {
    probabilities: createMatrix(rows, 2),
    rescaledSimilarities: new Float32Array(rows),
    labels: Int32Array.from({ length: rows }, (_, i) => i % 2),
    predictions: new Int32Array(rows),
  };
  const share = (value: number) => Math.min(1, Math.max(0, value));
  for (let i = 0; i < rows; i++) {
    const easiness = random.nextDouble();
    const label = scores.labels[i]!;
    const prediction = random.nextDouble() < Math.min(0.97, 0.45 + 0.6 * easiness) ? label : 1 - label;
    const similarity = Math.exp(6 * easiness + random.nextDouble());
    const quantile = share(easiness + 0.15 * random.normal());
    const power = Math.exp((1.5 + 2 * easiness + 0.4 * random.normal()) * quantile * Math.log(2 + similarity));
    const probability = Math.fround(power / (power + 1));
    scores.probabilities.data[2 * i + prediction] = probability;
    scores.probabilities.data[2 * i + 1 - prediction] = 1 / (power + 1);
    scores.rescaledSimilarities[i] = rescaledSimilarity(similarity, probability);
    scores.predictions[i] = prediction;
  }
  return scores;
}

function writeScores(folder: string, scores: CalibrationScores): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'probabilities.f32'), scores.probabilities.data);
  writeFileSync(join(folder, 'rescaled.f32'), scores.rescaledSimilarities);
  writeFileSync(join(folder, 'labels.i32'), scores.labels);
  writeFileSync(join(folder, 'predictions.i32'), scores.predictions);
}

/** Rows as embedding programs write them: float32 numbers spelled as the doubles they widen to. */
async function writeRows(path: string, { jsonRows, features }: Scale): Promise<void> {
  const random = createRandom(5);
  const file = await open(path, 'w');
  try {
    for (let i = 0; i < jsonRows; i++) {
      const vector = Array.from({ length: features }, () => Math.fround(random.normal()));
      await file.write(`{"id":"row-${i}","label":${i % 2},"embedding":${JSON.stringify(vector)}}\n`);
    }
  } finally {
    await file.close();
  }
}
