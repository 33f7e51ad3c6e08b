import { type TrainedModel, trainModel } from '@sdmjs/training';
import { drawExamples } from './draw-examples.js';
import { medianOf, spellSpread } from './spread.js';

const ROUNDS = 3;
const SIZES = { rows: 3000, features: 512 };
const REPETITIONS = 3;
const AT_A_TIME = [1, 2, 3] as const;

/**
 * Prints what three rounds cost one after the other, two and three at a time, by turns: seconds that passed and seconds of processor time
 * of all threads, the start of the threads included.
 */
export async function benchRounds(print: (line: string) => void): Promise<void> {
  const [trainingSet, calibrationSet] = [drawExamples('training', 1, SIZES), drawExamples('calibration', 2, SIZES)];
  const seconds = new Map(AT_A_TIME.map((count) => [count, { passed: [] as number[], spent: [] as number[] }]));
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const trained: TrainedModel[] = [];
    for (const parallelRounds of AT_A_TIME) {
      const [startedAt, before] = [performance.now(), process.cpuUsage()];
      trained.push(
        await trainModel({
          trainingSet,
          calibrationSet,
          representationSize: 500,
          epochs: 4,
          rounds: ROUNDS,
          parallelRounds,
        }),
      );
      const { user, system } = process.cpuUsage(before);
      seconds.get(parallelRounds)!.passed.push((performance.now() - startedAt) / 1000);
      seconds.get(parallelRounds)!.spent.push((user + system) / 1e6);
    }
    requireEqual(trained);
  }
  const [alone] = [...seconds.values()];
  for (const [count, { passed, spent }] of seconds) {
    const ratio = medianOf(alone!.passed) / medianOf(passed);
    const spentRatio = medianOf(spent) / medianOf(alone!.spent);
    print(
      `${ROUNDS} rounds, ${count} at a time: ${spellSpread(passed, spellSeconds)} passed, ${ratio.toFixed(2)} x as fast; ${spellSpread(spent, spellSeconds)} of processors, ${spentRatio.toFixed(2)} x`,
    );
  }
}

const spellSeconds = (seconds: number) => `${seconds.toFixed(1)} s`;

function requireEqual(models: readonly TrainedModel[]): void {
  const [first, ...others] = models.map(({ model }) => model.adaptor.projectionWeight.data);
  if (others.every((weights) => weights.every((weight, i) => Object.is(weight, first![i])))) return;
  throw new Error('rounds at a time gave other weights than rounds one after the other');
}
