import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';

/** The processor that the GPU is compared with. */
export function thisMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Name, memory and driver of the first card, as nvidia-smi says; undefined where there is none. */
export function nvidiaCard(): string | undefined {
  try {
    const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
    return execFileSync('nvidia-smi', query, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n', 1)[0]!
      .trim();
  } catch {
    return undefined;
  }
}
