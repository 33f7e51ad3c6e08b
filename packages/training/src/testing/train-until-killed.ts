import { writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { stringifyJson } from '@sdmjs/interchange';
import { killBefore } from '@sdmjs/interchange/testing';
import type { TrainingEngine } from '../engine.js';
import { kernelEngine } from '../kernel-engine.js';
import { loadRunState, saveRunState } from '../node/index.js';
import { type TrainModelOptions, trainModel } from '../train-model.js';
import { workedCase } from './worked-case.js';

/**
 * Trains the worked case with a state file after each epoch and each slice of matching, from that file where there is one, and writes the result; kills its own process
 * just before the given batch or call that changes the file system. With more than one round at a time, epochs heard count instead of batches.
 */
const [statePath = '', resultPath = '', callsLeft = '0', parallelRounds = '1'] = process.argv.slice(2);
const { countDown, counted, countFileChanges } = killBefore(Number(callsLeft));

function countedEngine(): TrainingEngine {
  const engine = kernelEngine();
  return {
    ...engine,
    start: async (inputs) => {
      const round = await engine.start(inputs);
      return { ...round, trainBatch: counted(round.trainBatch) };
    },
  };
}

function sideBySide(): Partial<TrainModelOptions> {
  return { rounds: 3, shuffle: true, parallelRounds: Number(parallelRounds), onProgress: countDown };
}

countFileChanges();
const resume = existsSync(statePath) ? await loadRunState(statePath) : undefined;
const trained = await trainModel({
  ...workedCase,
  crossEntropyEpochs: 2,
  ...(parallelRounds === '1' ? { engine: countedEngine() } : sideBySide()),
  resume,
  checkpointSeconds: 0,
  onCheckpoint: (state) => saveRunState(state, statePath),
});
await writeFile(resultPath, stringifyJson({ model: trained.model, calibrationScores: trained.calibrationScores }));
