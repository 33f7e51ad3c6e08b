import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

/** How one process went. */
export interface TrainingRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last that its events told. */
  readonly stage: string;
  readonly seconds: number;
  /** When each stage began, in seconds after the start. */
  readonly stages: readonly Moment[];
  readonly stderr: string;
}

/** A stage and seconds: after the start of a run, or (of a kill) after the beginning of the stage. */
export interface Moment {
  readonly stage: string;
  readonly seconds: number;
}

export const STARTING = 'starting';
export const SAVING = 'saving the model';
export const SAVED = 'after the save';

/** Runs `sdm` with these words in a process of its own, killed (SIGKILL) so many seconds after a stage began. */
export async function runTraining(words: readonly string[], kill?: Moment): Promise<TrainingRun> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stages: Moment[] = [];
  let timer: NodeJS.Timeout | undefined;
  const begin = (stage: string) => {
    if (stages.some((earlier) => earlier.stage === stage)) return;
    stages.push({ stage, seconds: seconds() });
    if (kill?.stage === stage) timer = setTimeout(() => child.kill('SIGKILL'), 1000 * kill.seconds);
  };
  begin(STARTING);
  let rest = '';
  child.stdout.on('data', (piece: Buffer) => {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const stage of lines.map(stageOf)) if (stage !== undefined) begin(stage);
  });
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  return { exitCode, signal, stage: stages.at(-1)!.stage, seconds: seconds(), stages, stderr };
}

/** The stage that an event begins. */
function stageOf(line: string): string | undefined {
  const event = JSON.parse(line) as { event: string; stage?: string; epoch?: number };
  if (event.event === 'result') return SAVED;
  if (event.event === 'epoch') return `after epoch ${event.epoch}`;
  if (event.event !== 'stage') return undefined;
  return { reading: 'reading rows', training: 'before the end of epoch 1', saving: SAVING }[event.stage ?? ''];
}
