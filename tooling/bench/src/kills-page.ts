import type { Kill } from './kills.js';
import type { TrainingRun } from './training-process.js';

interface Outcome {
  readonly kills: readonly Kill[];
  readonly aimed: readonly Kill[];
  readonly whole: TrainingRun;
  readonly savingSeconds: number;
  readonly machine: string;
  readonly epochs: number;
}

/** The page docs/results/kills.md. */
export function killsPage({ kills, aimed, whole, savingSeconds, machine, epochs }: Outcome): string {
  const all = [...kills, ...aimed];
  const failed = all.filter(({ difference }) => difference !== undefined);
  const broken = all.filter(({ hasBrokenWrite }) => hasBrokenWrite).length;
  return `# Trainings that were killed

Made by \`pnpm bench kills\` (${machine}, ${new Date().toISOString().slice(0, 10)}).

\`sdm train --checkpoint run.safetensors --overwrite\` on 1,500 + 1,500 made-up rows of 48 features (200 numbers a representation, ${epochs} epochs; a whole run took ${whole.seconds.toFixed(1)} s, of which
${savingSeconds.toFixed(2)} s for the save), in place of an older model, was killed with SIGKILL: ${kills.length} times at moments spread evenly over a whole run (as stage and time since its beginning, so that a busier machine does not shift them), and
${aimed.length} times more at moments spread evenly over the save alone, which is too short to be met often. After each kill the model in its place and the checkpoint, where there was
one, were loaded in full; then the same command was given again and ran to its end. Its model was compared with that of a run that was never killed: weights,
support, rows of support and calibration byte by byte, and the manifest but for \`modelID\`, \`createdAt\` and \`durationSeconds\`.

**${all.length - failed.length} of ${all.length} ended with the same model**, with nothing left beside it and the checkpoint removed. ${broken} kills broke off the writing of a checkpoint; the one before it was there, whole.

| killed | kills | aimed at the save | model found | checkpoint found | same model in the end |
|---|---|---|---|---|---|
${stagesOf(all, epochs)
  .map((stage) => rowOf(stage, kills, aimed, epochs))
  .join('\n')}
${failed.map(({ stage, seconds, difference }) => `\nKilled at ${seconds.toFixed(2)} s, ${stage}: ${difference}`).join('')}`;
}

const ORDER = [
  'starting',
  'reading rows',
  'before the end of epoch 1',
  'between epochs',
  'after the last epoch',
  'saving the model',
  'after the save',
];

/** Epochs are many; they count as one stage, but for the last. */
function groupOf({ stage }: Kill, epochs: number): string {
  if (stage === `after epoch ${epochs}`) return 'after the last epoch';
  return stage.startsWith('after epoch') ? 'between epochs' : stage;
}

function stagesOf(all: readonly Kill[], epochs: number): string[] {
  return ORDER.filter((stage) => all.some((kill) => groupOf(kill, epochs) === stage));
}

function rowOf(stage: string, kills: readonly Kill[], aimed: readonly Kill[], epochs: number): string {
  const isHere = (kill: Kill) => groupOf(kill, epochs) === stage;
  const own = [...kills, ...aimed].filter(isHere);
  const count = (what: (kill: Kill) => boolean) => own.filter(what).length;
  const states = own.map((kill) => kill.epochs).filter((done) => done !== undefined);
  const range = states.length === 0 ? '' : `, of ${Math.min(...states)} to ${Math.max(...states)} epochs`;
  const older = count(({ model }) => model === 'older');
  const cells = [
    stage,
    kills.filter(isHere).length,
    aimed.filter(isHere).length,
    `older ${older}, newer ${own.length - older}`,
    `${states.length}${range}`,
    count(({ difference }) => difference === undefined),
  ];
  return `| ${cells.join(' | ')} |`;
}
