import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { medianOf } from './spread.js';

const child = fileURLToPath(new URL('./decoder-step-child.ts', import.meta.url));

/**
 * Prints how many times faster a decoder training step runs on the WASM backend with our kernels than on the stock backend with the
 * gradient of gather alone: medians of processes that take turns, because the machine may be busy with other work.
 */
export function benchDecoderStep(print: (line: string) => void): void {
  for (const size of ['small', 'large']) {
    const rounds = [0, 1, 2].map(() => ({ ours: runSide('ours', size), stock: runSide('stock', size) }));
    const [ours, stock] = (['ours', 'stock'] as const).map((side) =>
      medianOf(rounds.map((round) => round[side].milliseconds)),
    ) as [number, number];
    const losses = `losses ${rounds[0]!.ours.loss} and ${rounds[0]!.stock.loss}`;
    const times = `${ours.toFixed(0)} ms against ${stock.toFixed(0)} ms`;
    print(`decoder step, ${size}, 1024 tokens: ${(stock / ours).toFixed(1)} x stock (${times}; ${losses})`);
  }
}

interface Step {
  readonly milliseconds: number;
  readonly loss: number;
}

function runSide(side: string, size: string): Step {
  const argv = [...process.execArgv, child, side, size];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`decoder-step-child ${side} ${size} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Step;
}
