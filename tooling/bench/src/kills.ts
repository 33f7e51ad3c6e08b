import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@sdmjs/core';
import { loadModel } from '@sdmjs/interchange/node';
import { loadRunState } from '@sdmjs/training/node';
import { killsPage } from './kills-page.js';
import { machineLine } from './machine-now.js';
import { sameModel } from './same-model.js';
import { type Moment, runTraining, SAVED, SAVING, type TrainingRun } from './training-process.js';

/** What became of one killed training and of the same command given again. */
export interface Kill {
  /** Of the training, as its events told it before it died. */
  readonly stage: string;
  /** Seconds after its start. */
  readonly seconds: number;
  /** The model that could be loaded after the kill; there always was an older one. */
  readonly model: 'older' | 'newer';
  /** Epochs in the checkpoint; undefined: there was none. */
  readonly epochs: number | undefined;
  /** A file beside the checkpoint, of a write that was broken off. */
  readonly hasBrokenWrite: boolean;
  /** What differs between the model of the run that went on and that of one never killed; undefined: nothing. */
  readonly difference: string | undefined;
}

/** Over a whole run, and while the model is saved, which is too short to be met often. */
const KILLS = 50;
const AIMED_KILLS = 20;
const SEED = 11n;
const MISSES = 5;
const EPOCHS = 24;

/**
 * Kills trainings (SIGKILL) at times spread evenly over a whole run, and again while the model is saved; gives the same command again and compares the model with that of
 * a run that was never killed. Writes docs/results/kills.md. Throws when a model or a checkpoint cannot be loaded after a kill.
 */
export async function studyKills(print: (line: string) => void): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'sdmjs-kills-'));
  try {
    const study = await prepare(root);
    const whole = await trainWhole(study, 'whole');
    const again = await trainWhole(study, 'again');
    const baseline = await sameModel(join(study.root, 'whole', MODEL), join(study.root, 'again', MODEL));
    if (baseline !== undefined) throw new Error(`two runs that were not killed differ: ${baseline}`);
    print(`a whole run takes ${whole.seconds.toFixed(1)} and ${again.seconds.toFixed(1)} s`);
    const random = createRandom(SEED);
    /** So many kills, one in each of as many equal parts of a stretch of the whole run; one that comes too late is tried again, at last anywhere. */
    const killWithin = async (count: number, from: number, to: number): Promise<Kill[]> => {
      const found: Kill[] = [];
      for (let misses = 0; found.length < count; ) {
        const share = random.uniform(0, 1);
        const part = misses < MISSES ? (found.length + share) / count : share;
        const kill = await killAndGoOn(study, momentOf(again, from + part * (to - from)));
        misses = kill === undefined ? misses + 1 : 0;
        if (kill === undefined) continue;
        found.push(kill);
        print(lineOf(found.length, kill));
      }
      return found;
    };
    const beginOf = (name: string) => again.stages.find(({ stage }) => stage === name)!.seconds;
    const [saving, saved] = [beginOf(SAVING), beginOf(SAVED)];
    const kills = await killWithin(KILLS, 0, saved);
    const aimed = await killWithin(AIMED_KILLS, saving, saved);
    const page = killsPage({
      kills,
      aimed,
      whole: again,
      savingSeconds: saved - saving,
      machine: machineLine(),
      epochs: EPOCHS,
    });
    await writeFile(fileURLToPath(new URL('../../../docs/results/kills.md', import.meta.url)), page);
  } finally {
    await rm(root, { recursive: true });
  }
}

const MODEL = 'model.sdmkitmodel';
const CHECKPOINT = 'run.safetensors';

interface Study {
  readonly root: string;
  /** A model that stands where the new one is to go. */
  readonly older: string;
}

/** Rows and the older model. */
async function prepare(root: string): Promise<Study> {
  const random = createRandom(SEED);
  for (const name of ['training', 'calibration']) {
    const lines = Array.from({ length: 1500 }, (_, i) => {
      const label = i % 2;
      const embedding = Array.from({ length: 48 }, () => Number((random.normal() + (label - 0.5) / 2).toFixed(4)));
      return `${JSON.stringify({ id: `${name}-${i}`, label, embedding })}\n`;
    });
    await writeFile(join(root, `${name}.jsonl`), lines.join(''));
  }
  await mkdir(join(root, 'older'));
  const run = await train({ root, older: '' }, 'older', { more: ['--seed', '1', '--epochs', '1'] });
  if (run.exitCode !== 0) throw new Error(`the older model could not be trained: ${run.stderr}`);
  return { root, older: join(root, 'older', MODEL) };
}

function train(
  { root }: Study,
  name: string,
  { more = [], kill }: { more?: readonly string[]; kill?: Moment } = {},
): Promise<TrainingRun> {
  const path = (file: string) => join(root, name, file);
  const files = ['--training', join(root, 'training.jsonl'), '--calibration', join(root, 'calibration.jsonl')];
  const numbers = ['--exemplar-dimension', '200', '--epochs', String(EPOCHS), '--learning-rate', '1e-3'];
  const output = ['--output', path(MODEL), '--overwrite', '--checkpoint', path(CHECKPOINT), '--json'];
  return runTraining(['train', ...files, ...numbers, ...output, ...more], kill);
}

async function trainWhole(study: Study, name: string): Promise<TrainingRun> {
  await startFolder(study, name);
  const run = await train(study, name);
  if (run.exitCode !== 0) throw new Error(`a run that was not killed ended with ${run.exitCode}: ${run.stderr}`);
  return run;
}

/** A folder in which an older model stands. */
async function startFolder({ root, older }: Study, name: string): Promise<void> {
  await mkdir(join(root, name));
  await cp(older, join(root, name, MODEL), { recursive: true });
}

/** The last stage begun by then, and how long before: this stays true when the machine is busier later on. */
function momentOf({ stages }: TrainingRun, at: number): Moment {
  const { stage, seconds } = stages.findLast((begun) => begun.seconds <= at) ?? stages[0]!;
  return { stage, seconds: at - seconds };
}

/** Undefined when the run came to its end before the kill. */
async function killAndGoOn(study: Study, kill: Moment): Promise<Kill | undefined> {
  const name = 'killed';
  const folder = join(study.root, name);
  await startFolder(study, name);
  try {
    const run = await train(study, name, { kill });
    if (run.signal !== 'SIGKILL') return undefined;
    const { modelId } = await loadModel(join(folder, MODEL));
    const model = modelId === (await loadModel(study.older)).modelId ? 'older' : 'newer';
    const files = await readdir(folder);
    const state = files.includes(CHECKPOINT) ? await loadRunState(join(folder, CHECKPOINT)) : undefined;
    const hasBrokenWrite = files.some((file) => file.startsWith(`${CHECKPOINT}.`));
    const resumed = await train(study, name);
    const { stage, seconds } = run;
    const difference = await differenceOf(study, folder, resumed);
    return { stage, seconds, model, epochs: state?.present[0]?.history.length, hasBrokenWrite, difference };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function differenceOf({ root }: Study, folder: string, resumed: TrainingRun): Promise<string | undefined> {
  if (resumed.exitCode !== 0) return `it ended with ${resumed.exitCode}: ${resumed.stderr}`;
  const left = (await readdir(folder)).filter((file) => file !== MODEL);
  if (left.length > 0) return `it left ${left.join(', ')}`;
  return sameModel(join(root, 'whole', MODEL), join(folder, MODEL));
}

function lineOf(number: number, { stage, seconds, model, epochs, difference }: Kill): string {
  const state = epochs === undefined ? 'no checkpoint' : `checkpoint of ${epochs} epochs`;
  return `kill ${number} at ${seconds.toFixed(2)} s, ${stage}: ${model} model, ${state}; ${difference ?? 'the same model in the end'}`;
}
